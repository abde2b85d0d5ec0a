package host

import (
	"slices"
	"strings"
	"testing"

	"github.com/dnslab/dnslab/images"
)

// The name of a host says what its row says.
func TestTable(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range Specs() {
		if seen[s.Name] {
			t.Errorf("%s is there twice", s.Name)
		}
		seen[s.Name] = true
		if !strings.HasPrefix(s.Name+"-", s.Engine+"-"+s.Version+"-") {
			t.Errorf("%s is %s %s", s.Name, s.Engine, s.Version)
		}
		if strings.Contains(s.Name, "-rootless") != s.Rootless() {
			t.Errorf("%s runs as %s", s.Name, s.User)
		}
		if !slices.Contains(images.HostNames(), s.Image) {
			t.Errorf("%s has the image %q, which there is not", s.Name, s.Image)
		}
		if _, engine, _ := images.HostImage(s.Image); engine != "" && !(Spec{Version: s.Version}).is(images.EngineVersion(engine)) {
			t.Errorf("%s has the engine %s of version %s", s.Name, engine, images.EngineVersion(engine))
		}
		if found, err := Find(s.Name); err != nil || found.Name != s.Name {
			t.Errorf("finding %s: %v, %v", s.Name, found, err)
		}
	}
	if _, err := Find("docker-1.0"); err == nil || !strings.Contains(err.Error(), "docker-1.0") {
		t.Errorf("error %v", err)
	}
}

func TestIs(t *testing.T) {
	for _, tt := range []struct {
		promised, version string
		want              bool
	}{
		{"26.1", "26.1.5+dfsg1", true},
		{"26.1", "26.10.0", false},
		{"26.1", "26.1", true},
		{"25.0.3", "25.0.3", true},
		{"25.0.3", "25.0.30", false},
		{"29", "29.8.0-dev", true},
		{"5.8", "5.10.0", false},
		{"5.8", "", false},
	} {
		if got := (Spec{Version: tt.promised}).is(tt.version); got != tt.want {
			t.Errorf("%q is %q: %v", tt.version, tt.promised, got)
		}
	}
}

func TestMissing(t *testing.T) {
	got, err := missing("Name:\tinit\nCapBnd:\t000001fffeffffff\nCapAmb:\t0\n")
	if err != nil || !slices.Equal(got, []string{"SYS_RESOURCE"}) {
		t.Errorf("it lacks %q, %v", got, err)
	}
	if _, err := missing("Name:\tinit\n"); err == nil {
		t.Error("no error")
	}
}

// A path that no socket can have is said to be one.
func TestLongPath(t *testing.T) {
	if _, err := listen("/tmp/" + strings.Repeat("x", longest)); err == nil || !strings.Contains(err.Error(), "TMPDIR") {
		t.Errorf("error %v", err)
	}
}
