package host_test

import (
	"context"
	"crypto/rand"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/moby/moby/client"

	"github.com/dnslab/dnslab/runner/agent"
	"github.com/dnslab/dnslab/runner/agent/binary"
	"github.com/dnslab/dnslab/runner/agent/serve"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/driver/docker"
	"github.com/dnslab/dnslab/runner/driver/owner"
	"github.com/dnslab/dnslab/runner/host"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "agent" {
		os.Exit(serve.Main(os.Args[2:]))
	}
	binary.SelfServes()
	os.Exit(m.Run())
}

// tried are the hosts that tests start: one engine of each kind, with and
// without root. DNSLAB_HOSTS names others.
func tried() []string {
	if names := strings.Fields(os.Getenv("DNSLAB_HOSTS")); len(names) > 0 {
		return names
	}
	return []string{"docker-26.1", "podman-5.4-rootless"}
}

// A bench is the engine outside and a run on it.
type bench struct {
	*docker.Runtime
	o driver.Options
}

func outside(t testing.TB) bench { return outsideOf(t, owner.Text()) }

func outsideOf(t testing.TB, owner string) bench {
	t.Helper()
	o := driver.Options{Run: "r" + strings.ToLower(rand.Text()[:9]), Owner: owner, Say: func(s string) { t.Log(s) }}
	rt, err := docker.Connect(t.Context(), "docker", o)
	if err != nil {
		t.Skipf("lab hosts run on a Docker engine, and none answers: %v", err)
	}
	b := bench{rt, o}
	t.Cleanup(func() {
		b.nothingLeft(t)
		rt.Close(context.Background())
	})
	return b
}

// nothingLeft looks for what the run has made.
func (b bench) nothingLeft(t testing.TB) {
	t.Helper()
	ctx := context.Background()
	its := make(client.Filters).Add("label", "dnslab.run="+b.o.Run)
	containers, err := b.API().ContainerList(ctx, client.ContainerListOptions{All: true, Filters: its})
	if err != nil {
		t.Error(err)
	}
	for _, c := range containers.Items {
		t.Errorf("left behind: container %s", c.Names)
	}
	volumes, err := b.API().VolumeList(ctx, client.VolumeListOptions{Filters: its})
	if err != nil {
		t.Error(err)
	}
	for _, v := range volumes.Items {
		t.Errorf("left behind: volume %s", v.Name)
	}
	folders, _ := filepath.Glob(filepath.Join(os.TempDir(), "dnslab-host-*", "owner"))
	for _, f := range folders {
		if text, _ := os.ReadFile(f); string(text) == owner.Text() {
			t.Errorf("left behind: %s", f)
		}
	}
}

func (b bench) up(t testing.TB, name string) *host.Host {
	t.Helper()
	h, err := b.try(t.Context(), t, name, func(*host.Spec) {})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return h
}

func (b bench) try(ctx context.Context, t testing.TB, name string, change func(*host.Spec)) (*host.Host, error) {
	t.Helper()
	spec, err := host.Find(name)
	if err != nil {
		t.Fatal(err)
	}
	change(&spec)
	return host.Up(ctx, spec, b, b.o)
}

func TestUp(t *testing.T) {
	for _, name := range tried() {
		t.Run(name, func(t *testing.T) {
			h := outside(t).up(t, name)
			versions, err := h.Versions(t.Context())
			if err != nil || versions[h.Engine] != h.Version || versions["nftables"] == "" {
				t.Errorf("versions: %v, %v", versions, err)
			}
			t.Log(versions)
			t.Run("socket", func(t *testing.T) { answers(t, h) })
			t.Run("resolv.conf", func(t *testing.T) { plain(t, h) })
			t.Run("fence", func(t *testing.T) { fenced(t, h) })
			t.Run("ipv6", func(t *testing.T) { hasIPv6(t, h) })
			t.Run("restart", func(t *testing.T) { restarts(t, h) })
		})
	}
}

// Docker's client speaks to either engine through the socket, which is for
// this user alone.
func answers(t *testing.T, h *host.Host) {
	for path, mode := range map[string]os.FileMode{h.Socket(): 0o600, filepath.Dir(h.Socket()): 0o700} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != mode {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
	api, err := client.New(client.WithHost("unix://" + h.Socket()))
	if err != nil {
		t.Fatal(err)
	}
	defer api.Close()
	if _, err := api.Ping(t.Context(), client.PingOptions{NegotiateAPIVersion: true}); err != nil {
		t.Error(err)
	}
	info, err := api.Info(t.Context(), client.InfoOptions{})
	if err != nil || !strings.Contains(info.Info.Driver, "overlay") {
		t.Errorf("storage driver %q, %v", info.Info.Driver, err)
	}
	out, err := h.Exec(t.Context(), h.Engine, "ps", "--quiet")
	if err != nil || out != (host.Output{}) {
		t.Errorf("%s ps: %+v, %v", h.Engine, out, err)
	}
}

// The host's resolv.conf names its upstream, and can be renamed over.
func plain(t *testing.T, h *host.Host) {
	stream, err := h.Agent(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c := agent.NewClient(stream)
	defer c.Close()
	ask := agent.Request{Asks: map[string]agent.Ask{
		"file":   {File: &agent.File{Path: "/etc/resolv.conf"}},
		"answer": {Wire: &agent.Wire{Name: "x.lab.test.", Type: "A", TimeoutMS: 5000}},
	}}
	res, err := c.Do(t.Context(), ask)
	if err != nil {
		t.Fatal(err)
	}
	want := "nameserver " + h.Upstream().String() + "\n"
	if text := res.Observed["file"].Text; text == nil || *text != want {
		t.Errorf("resolv.conf is %v, want %q", text, want)
	}
	if o := res.Observed["answer"]; o.Outcome != "answer" {
		t.Errorf("its upstream said: %+v", o)
	}
	rename := agent.Act{Write: &agent.Write{Path: "/etc/resolv.conf", Content: want, Rename: true}}
	if _, err := c.Do(t.Context(), agent.Request{Acts: []agent.Act{rename}}); err != nil {
		t.Error(err)
	}
}

// No packet gets further than the networks of the host: there is no way to an
// address that is nobody's.
func fenced(t *testing.T, h *host.Host) {
	stream, err := h.Agent(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c := agent.NewClient(stream)
	defer c.Close()
	for _, server := range []string{"198.51.100.1", "2001:db8::1"} {
		res, err := c.Do(t.Context(), agent.Request{Asks: map[string]agent.Ask{
			"answer": {Wire: &agent.Wire{Name: "x.lab.test.", Type: "A", Server: server, TimeoutMS: 2000}},
		}})
		if o := res.Observed["answer"]; err != nil || o.Outcome != "unreachable" {
			t.Errorf("asking %s: %+v, %v", server, o, err)
		}
	}
}

// Networks on the host can carry IPv6, and the one outside does not.
func hasIPv6(t *testing.T, h *host.Host) {
	for link, off := range map[string]string{"default": "0\n", "eth0": "1\n"} {
		out, err := h.Exec(t.Context(), "cat", "/proc/sys/net/ipv6/conf/"+link+"/disable_ipv6")
		if err != nil || out.Out != off {
			t.Errorf("disable_ipv6 of %s: %+v, %v", link, out, err)
		}
	}
}

// A restarted engine is another process on the same host.
func restarts(t *testing.T, h *host.Host) {
	pid := func() string {
		out, err := h.Exec(t.Context(), "cat", "/run/dnslab/engine.pid")
		if err != nil || out.Status != 0 {
			t.Fatalf("%+v, %v", out, err)
		}
		return out.Out
	}
	before := pid()
	if err := h.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	if after := pid(); after == before {
		t.Errorf("the engine is still process %s", after)
	}
	answers(t, h)
}

// However far it has got, an interrupted start leaves nothing.
func TestInterrupted(t *testing.T) {
	b := outside(t)
	h := b.up(t, "docker-26.1") // so that the image is there
	h.Close(context.Background())
	for _, after := range []time.Duration{0, 200 * time.Millisecond, 400 * time.Millisecond, 800 * time.Millisecond, 1600 * time.Millisecond} {
		ctx, cancel := context.WithTimeoutCause(t.Context(), after, errors.New("enough"))
		h, err := b.try(ctx, t, "docker-26.1", func(*host.Spec) {})
		cancel()
		if err == nil { // a fast machine
			h.Close(context.Background())
		} else if !strings.Contains(err.Error(), "enough") {
			t.Errorf("after %v: %v", after, err)
		}
		b.nothingLeft(t)
	}
}

func TestWrongVersion(t *testing.T) {
	b := outside(t)
	_, err := b.try(t.Context(), t, "docker-26.1", func(s *host.Spec) { s.Version = "26.2" })
	var wrong *host.WrongVersionError
	if !errors.As(err, &wrong) || !strings.HasPrefix(wrong.Is, "26.1.") {
		t.Fatalf("error %v", err)
	}
	for _, part := range []string{"docker 26.1.", "Debian trixie", "not 26.2", `the row "docker-26.1" in runner/host/table.go`} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q lacks %q", err, part)
		}
	}
}

// An engine that does not come up says why.
func TestEngineEnds(t *testing.T) {
	b := outside(t)
	_, err := b.try(t.Context(), t, "docker-26.1", func(s *host.Spec) { s.Flags = []string{"--no-such-flag"} })
	if err == nil || !strings.Contains(err.Error(), "unknown flag: --no-such-flag") {
		t.Errorf("error %v", err)
	}
}

// Whoever uses an engine that dies hears of it at once.
func TestEngineDies(t *testing.T) {
	b := outside(t)
	h := b.up(t, "docker-26.1")
	if out, err := h.Exec(t.Context(), "sh", "-c", "kill -9 $(cat /run/dnslab/engine.pid)"); err != nil {
		t.Logf("%+v, %v", out, err) // it may end before it has told its status
	}
	select {
	case <-h.Gone():
	case <-time.After(20 * time.Second):
		t.Error("it is not gone")
	}
	c := http.Client{Transport: &http.Transport{DialContext: dialer(h.Socket())}}
	if _, err := c.Get("http://engine/_ping"); err == nil {
		t.Error("a dead engine answers")
	}
	if err := h.Died(t.Context()); !strings.Contains(err.Error(), "its log has") {
		t.Errorf("error %v", err)
	}
}

// What a killed process left is found by its labels.
func TestClean(t *testing.T) {
	b := outsideOf(t, "") // whoever made it is dead
	b.up(t, "docker-26.1")
	removed, _, err := host.Clean(t.Context(), b, []string{"podman-5.4"})
	if err != nil || len(removed) != 0 {
		t.Errorf("removed %v, %v", removed, err)
	}
	removed, _, err = host.Clean(t.Context(), b, []string{"docker-26.1"})
	if err != nil || len(removed) < 3 { // the container, its upstream, the volume
		t.Errorf("removed %v, %v", removed, err)
	}
	all, err := host.List(t.Context(), b)
	for _, m := range all {
		if m.Run == b.o.Run || err != nil {
			t.Errorf("%s %s is still there, %v", m.Kind, m.Name, err)
		}
	}
}

func dialer(socket string) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", socket)
	}
}
