package podman

import (
	"archive/tar"
	"bytes"
	"context"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/dnslab/dnslab/images"
	"github.com/dnslab/dnslab/runner/driver"
)

// engineForImages returns the service's images and the reference of the
// agent's, or skips.
func engineForImages(t *testing.T) (imageEngine, string) {
	t.Helper()
	r, err := Connect(t.Context(), "podman", driver.Options{Socket: os.Getenv("DNSLAB_PODMAN_SOCKET")})
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { r.Close(context.Background()) })
	agent, err := images.Ensure(t.Context(), r.make, images.Agent, func(s string) { t.Log(s) })
	if err != nil {
		t.Fatal(err)
	}
	return r.make, agent
}

const testHash = "0000podman"

// An image is built of one that the engine has, found by the name that it has
// elsewhere, and goes without a trace.
func TestBuild(t *testing.T) {
	e, agent := engineForImages(t)
	const ref = "dnslab/built:test"
	files := dockerfile(t, "ARG FROM\nFROM $FROM\nLABEL "+images.Label+"="+testHash+"\n")
	if err := e.Build(t.Context(), ref, testHash, files, map[string]string{"FROM": agent}); err != nil {
		t.Fatal(err)
	}
	if has, err := e.Has(t.Context(), ref); !has || err != nil {
		t.Errorf("it was built, and is not there (%v)", err)
	}
	if refs := named(t, e); !slices.Equal(refs, []string{ref}) {
		t.Errorf("the images of that build are called %q, not %q alone", refs, ref)
	}
	if err := e.Remove(t.Context(), ref); err != nil {
		t.Error(err)
	}
	if refs := named(t, e); len(refs) > 0 {
		t.Errorf("%q is left", refs)
	}
}

// A failed build says what it printed, and leaves nothing behind.
func TestFailedBuild(t *testing.T) {
	e, agent := engineForImages(t)
	files := dockerfile(t, "FROM "+agent+"\nLABEL "+images.Label+"="+testHash+"\nRUN [\"/missing\"]\n")
	err := e.Build(t.Context(), "dnslab/failed:test", testHash, files, nil)
	if err == nil || !strings.Contains(err.Error(), "missing") || !strings.Contains(err.Error(), "RUN") {
		t.Errorf("error %v, want what the build printed", err)
	}
	if refs := named(t, e); len(refs) > 0 {
		t.Errorf("%q is left", refs)
	}
}

// named returns what images of the tests' builds are called, or their ids.
func named(t *testing.T, e imageEngine) (refs []string) {
	t.Helper()
	all, err := e.List(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		switch {
		case m.Hash != testHash:
		case len(m.Refs) == 0:
			refs = append(refs, m.ID)
		default:
			refs = append(refs, m.Refs...)
		}
	}
	return refs
}

// dockerfile returns a build context with nothing but a Dockerfile in it.
func dockerfile(t *testing.T, text string) io.Reader {
	t.Helper()
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "Dockerfile", Mode: 0o644, Size: int64(len(text))})
	w.Write([]byte(text))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return &buf
}

func TestFollow(t *testing.T) {
	for _, tt := range []struct{ name, messages, want string }{
		{"all is well", `{"stream":"STEP 1/1"}{"images":["1"],"id":"1"}`, ""},
		{"it failed", `{"stream":"STEP 1/1\n"}{"stream":"E: no package\n"}{"error":"returned 100"}`,
			"returned 100; it printed:\nSTEP 1/1\nE: no package"},
		{"it ended in the middle", `{"stream":"STEP`, "reading the engine's messages: unexpected EOF"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := ""
			if err := follow(strings.NewReader(tt.messages), func() {}); err != nil {
				got = err.Error()
			}
			if got != tt.want {
				t.Errorf("error %q, want %q", got, tt.want)
			}
		})
	}
}
