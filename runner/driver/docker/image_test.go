package docker

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/moby/moby/client"

	"github.com/dnslab/dnslab/images"
)

// engineForImages returns the user's engine, or skips.
func engineForImages(t *testing.T) imageEngine {
	t.Helper()
	api, err := newClient("")
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { api.Close() })
	v, err := api.ServerVersion(t.Context(), client.ServerVersionOptions{})
	if err != nil {
		t.Skip(err)
	}
	return imageEngine{api: api, os: v.Os, arch: v.Arch}
}

// Every image is made, or is there; asking for them again, all at once, makes
// nothing; and a build leaves nothing without a name behind.
func TestImages(t *testing.T) {
	e := engineForImages(t)
	before, err := e.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range images.Names() {
		start := time.Now()
		ref, err := images.Ensure(t.Context(), e, name, func(s string) { t.Log(s) })
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %v", ref, time.Since(start).Round(time.Millisecond))
		again, err := images.Ensure(t.Context(), e, name, func(s string) { t.Errorf("it is there, and yet: %s", s) })
		if err != nil || again != ref {
			t.Errorf("asked again for %s: %q, %v", ref, again, err)
		}
	}
	all, err := e.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for _, m := range all {
		t.Logf("%s %q %.1f MB", m.ID[:19], m.Refs, float64(m.Size)/1e6)
		if len(m.Refs) > 0 {
			named[m.Hash] = true
		}
	}
	// What another build is at has a hash without a name. Two processes that make
	// the same image at once, as tests of the command do, leave one without a
	// name while a container needs it: that was there before.
	for _, m := range all {
		here := func(b images.Made) bool { return b.ID == m.ID }
		if len(m.Refs) == 0 && named[m.Hash] && !slices.ContainsFunc(before, here) {
			t.Errorf("%s has no name: a build left it behind", m.ID)
		}
	}
}

// What the images are for: a libc that reads /etc/hosts, and both iptables.
func TestImagesWork(t *testing.T) {
	e := engineForImages(t)
	docker, err := exec.LookPath("docker")
	if err != nil {
		t.Skip("no docker command")
	}
	run := func(image string, args ...string) string {
		t.Helper()
		ref, err := images.Ensure(t.Context(), e, image, func(string) {})
		if err != nil {
			t.Fatal(err)
		}
		all := []string{"run", "--rm", "--network", "none", "--label", images.Label, "--hostname", "nowhere",
			"--cap-add", "NET_ADMIN", "--add-host", "both.test:192.0.2.7", "--add-host", "both.test:2001:db8::7",
			"--add-host", `od"d\.test:192.0.2.8`, "--entrypoint", args[0], ref}
		out, err := exec.CommandContext(t.Context(), docker, append(all, args[1:]...)...).CombinedOutput()
		if err != nil {
			t.Errorf("%s: %q: %v: %s", image, args, err, out)
		}
		return string(out)
	}
	type looked struct {
		Libc, Code, Canon string
		Addrs             []string
	}
	for _, libc := range []string{images.Glibc, images.Musl} {
		for _, tt := range []struct {
			args []string
			code string
			want []string
		}{
			{[]string{"both.test"}, "0", []string{"192.0.2.7", "2001:db8::7"}},
			{[]string{"both.test", "v4"}, "0", []string{"192.0.2.7"}},
			{[]string{"both.test", "v6"}, "0", []string{"2001:db8::7"}},
			{[]string{`od"d\.test`, "v4"}, "0", []string{"192.0.2.8"}},
			{[]string{"203.0.113.9", "any"}, "0", []string{"203.0.113.9"}},
			{[]string{"there is none"}, "EAI_", nil},
		} {
			out := run(libc, append([]string{"/dnslab-libc"}, tt.args...)...)
			var got looked
			if err := json.Unmarshal([]byte(out), &got); err != nil || strings.Count(out, "\n") != 1 {
				t.Errorf("%s %q printed %q: %v", libc, tt.args, out, err)
				continue
			}
			slices.Sort(got.Addrs)
			if got.Libc != libc || !strings.HasPrefix(got.Code, tt.code) || !slices.Equal(got.Addrs, tt.want) {
				t.Errorf("%s %q: %+v, want code %s and %q", libc, tt.args, got, tt.code, tt.want)
			}
			t.Logf("%s %q: %+v", libc, tt.args, got)
		}
	}
	for _, args := range [][]string{
		{"iptables-legacy-save", "--version"}, {"iptables-nft-save", "-t", "nat"}, {"ip6tables-nft-save", "--version"},
		{"ip6tables-legacy-save", "--version"}, {"nft", "--json", "list", "ruleset"},
	} {
		t.Logf("%s: %.100q", args[0], run(images.Helper, args...))
	}
}

// A failed build says what it printed, and leaves nothing behind.
func TestFailedBuild(t *testing.T) {
	e := engineForImages(t)
	agent, err := images.Ensure(t.Context(), e, images.Agent, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	const hash = "0000failed"
	files := dockerfile(t, "FROM "+agent+"\nLABEL "+images.Label+"="+hash+"\nRUN [\"/missing\"]\n")
	err = e.Build(t.Context(), "dnslab/failed:test", hash, files, nil)
	if err == nil || !strings.Contains(err.Error(), "missing") || !strings.Contains(err.Error(), "RUN") {
		t.Errorf("error %v, want what the build printed", err)
	}
	all, err := e.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		if m.Hash == hash {
			t.Errorf("%s is left", m.ID)
		}
	}
	left, err := e.api.ContainerList(context.Background(), client.ContainerListOptions{
		All: true, Filters: make(client.Filters).Add("label", images.Label+"="+hash),
	})
	if err != nil || len(left.Items) > 0 {
		t.Errorf("containers left: %v, %v", left.Items, err)
	}
}

func TestFollow(t *testing.T) {
	for _, tt := range []struct{ name, messages, want string }{
		{"all is well", `{"stream":"Step 1/1"}{"aux":{"ID":"sha256:1"}}`, ""},
		{"it failed", `{"stream":"Step 1/1\n"}{"stream":"E: no package\n"}{"errorDetail":{"code":100,"message":"returned 100"},"error":"x"}`,
			"returned 100; it printed:\nStep 1/1\nE: no package"},
		{"it ended in the middle", `{"stream":"Step`, "reading the engine's messages: unexpected EOF"},
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
