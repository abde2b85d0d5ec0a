package images

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/dnslab/dnslab/runner/agent/binary"
)

// fakeEngine remembers what it was asked to make.
type fakeEngine struct {
	mu      sync.Mutex
	has     map[string]bool
	made    []string
	context map[string]string // of the last build: path to content
	args    map[string]string
	fail    error
}

func (f *fakeEngine) Platform() (string, string) { return "linux", "amd64" }

func (f *fakeEngine) Has(_ context.Context, ref string) (bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.has[ref], nil
}

func (f *fakeEngine) Import(_ context.Context, ref string, _ io.Reader, _ []string) error {
	f.add(ref)
	return nil
}

func (f *fakeEngine) Build(_ context.Context, ref, _ string, in io.Reader, args map[string]string) error {
	if f.fail != nil {
		return f.fail
	}
	f.context, f.args = map[string]string{}, args
	for r := tar.NewReader(in); ; {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		content, _ := io.ReadAll(r)
		f.context[h.Name] = string(content)
	}
	f.add(ref)
	return nil
}

func (f *fakeEngine) add(ref string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.has[ref] = true
	f.made = append(f.made, ref)
}

// pullingEngine reaches a registry.
type pullingEngine struct{ *fakeEngine }

func (p pullingEngine) Pull(_ context.Context, ref string) error { p.add(ref); return nil }

func (p pullingEngine) Remove(_ context.Context, ref string) error {
	delete(p.has, ref)
	return nil
}

func newFake(has ...string) *fakeEngine {
	f := &fakeEngine{has: map[string]bool{}}
	for _, ref := range has {
		f.has[ref] = true
	}
	return f
}

var anAgent = binary.Program{Files: map[string][]byte{"/dnslab-agent": []byte("program")}, Args: []string{"/dnslab-agent"}}

func makerFor(e Engine) maker { return maker{Engine: e, platform: "linux/amd64", say: func(string) {}} }

// With another agent only the last step is done again: the part stays.
func TestPartIsMadeOnce(t *testing.T) {
	e := newFake("dnslab/base:bookworm")
	d, _ := definitionOf(Helper)
	other := binary.Program{Files: map[string][]byte{"/x": []byte("another")}, Args: []string{"/x"}}
	for _, agent := range []binary.Program{anAgent, anAgent, other} {
		if _, err := makerFor(e).image(t.Context(), d, agent); err != nil {
			t.Fatal(err)
		}
	}
	var names []string
	for _, ref := range e.made {
		names = append(names, strings.Split(ref, ":")[0])
	}
	if got := strings.Join(names, " "); got != "dnslab/tools dnslab/helper dnslab/helper" {
		t.Errorf("made %s", got)
	}
	dockerfile := e.context["Dockerfile"]
	if !strings.HasSuffix(dockerfile, "\nENTRYPOINT [\"/x\",\"hold\"]\n") || strings.Contains(dockerfile, "HASH") {
		t.Errorf("Dockerfile:\n%s", dockerfile)
	}
	if e.context["agent/x"] != "another" {
		t.Errorf("the agent is not in the context: %q", e.context)
	}
}

func TestOnceForAll(t *testing.T) {
	e := newFake()
	d, _ := definitionOf(Agent)
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if _, err := makerFor(e).image(t.Context(), d, anAgent); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if len(e.made) != 1 {
		t.Errorf("made %q", e.made)
	}
}

func TestBase(t *testing.T) {
	for _, tt := range []struct {
		name   string
		engine interface {
			Engine
			all() string
		}
		ref, made, has string
	}{
		{"the official image is there", newFake("debian:bookworm-slim"), "debian:bookworm-slim", "", "debian:bookworm-slim"},
		{"ours is there", newFake("dnslab/base:bookworm"), "dnslab/base:bookworm", "", "dnslab/base:bookworm"},
		{"a registry answers, and no name of its stays", pullingEngine{newFake()}, "dnslab/base:bookworm", "debian:bookworm-slim dnslab/base:bookworm", "dnslab/base:bookworm"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ref, err := Base(t.Context(), tt.engine, "bookworm", func(string) {})
			if err != nil || ref != tt.ref {
				t.Errorf("Base = %q, %v", ref, err)
			}
			if got := tt.engine.all(); got != tt.made+"; "+tt.has {
				t.Errorf("made and has: %s", got)
			}
		})
	}
}

func (f *fakeEngine) all() string {
	var has []string
	for ref := range f.has {
		has = append(has, ref)
	}
	return strings.Join(f.made, " ") + "; " + strings.Join(has, " ")
}

func TestFailureIsTheEngines(t *testing.T) {
	e := newFake("dnslab/base:bookworm")
	e.fail = errors.New("no space left")
	_, err := Base(t.Context(), pullingEngine{newFakeFailing()}, "trixie", func(string) {})
	if err == nil || !strings.Contains(err.Error(), `making the image "dnslab/base:trixie"`) {
		t.Errorf("error %v", err)
	}
	d, _ := definitionOf(Musl)
	if _, err := makerFor(e).image(t.Context(), d, anAgent); !errors.Is(err, e.fail) {
		t.Errorf("error %v", err)
	}
}

func newFakeFailing() *fakeEngine {
	f := newFake()
	f.fail = errors.New("no space left")
	return f
}

func TestUnknownName(t *testing.T) {
	_, err := Ensure(t.Context(), newFake(), "gnu", nil)
	if err == nil || err.Error() != `no image "gnu": there are agent, glibc, musl, helper` {
		t.Errorf("error %v", err)
	}
}

func TestLockCanBeGivenUp(t *testing.T) {
	var l locks
	unlock, err := l.lock(t.Context(), work{nil, "x"})
	if err != nil {
		t.Fatal(err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.lock(gone, work{nil, "x"}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	unlock()
	if _, err := l.lock(t.Context(), work{nil, "x"}); err != nil {
		t.Error(err)
	}
}

// All that builds make must be recognisable as ours: each stage that makes
// anything begins with the label.
func TestStagesAreLabelled(t *testing.T) {
	dockerfiles := map[string]files{}
	for _, dir := range []string{"glibc", "musl", "helper", "parts/libc", "parts/tools"} {
		dockerfiles[dir] = folder(dir)
	}
	for _, dir := range []string{"packages", "engine", "host"} {
		dockerfiles["hosts/"+dir] = hostFolder(dir)
	}
	for _, dir := range []string{"packages", "cluster", "node"} {
		dockerfiles["kindnode/"+dir] = nodeFolder(dir)
	}
	for dir, f := range dockerfiles {
		lines := strings.Split(string(f["Dockerfile"]), "\n")
		for i, line := range lines {
			if strings.HasPrefix(line, "FROM ") && !strings.HasPrefix(lines[i+1], "FROM ") && lines[i+1] != label("HASH") {
				t.Errorf("%s: %q is followed by %q", dir, line, lines[i+1])
			}
		}
	}
}

func TestTarIsTheSameEachTime(t *testing.T) {
	f := files{"b/c/d": []byte("1"), "a": []byte("2"), "b/x": nil}
	if !bytes.Equal(f.tar().Bytes(), f.tar().Bytes()) {
		t.Error("two tars differ")
	}
	var names []string
	for r := tar.NewReader(f.tar()); ; {
		h, err := r.Next()
		if err != nil {
			break
		}
		names = append(names, h.Name)
	}
	if got := strings.Join(names, " "); got != "a b/ b/c/ b/c/d b/x" {
		t.Errorf("it has %s", got)
	}
}

func TestStreamEndsEarly(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "x"), make([]byte, 1<<20), 0o644); err != nil {
		t.Fatal(err)
	}
	in := files{"a": []byte("1")}.stream(map[string]string{"b/x": filepath.Join(dir, "x")})
	if n, err := io.CopyN(io.Discard, in, 1<<20); n != 1<<20 || err != nil {
		t.Errorf("read %d, %v", n, err)
	}
	in.Close()
	missing := files{}.stream(map[string]string{"y": filepath.Join(dir, "y")})
	if _, err := io.Copy(io.Discard, missing); !os.IsNotExist(err) {
		t.Errorf("error %v, want that a file is missing", err)
	}
}

// The C program compiles without a warning, and refuses wrong usage.
func TestLibcProgram(t *testing.T) {
	gcc, err := exec.LookPath("gcc")
	if err != nil {
		t.Skip("no gcc")
	}
	out := filepath.Join(t.TempDir(), "dnslab-libc")
	if msg, err := exec.Command(gcc, "-Wall", "-Wextra", "-Werror", "-pedantic", "-std=gnu11", "-o", out, "parts/libc/libc.c").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, msg)
	}
	for _, args := range [][]string{{}, {"x", "v5"}, {"x", "v4", "y"}} {
		var exit *exec.ExitError
		if err := exec.Command(out, args...).Run(); !errors.As(err, &exit) || exit.ExitCode() != 2 {
			t.Errorf("%q: %v, want exit status 2", args, err)
		}
	}
	if got, err := exec.Command(out, "192.0.2.1", "v4").Output(); err != nil || !strings.Contains(string(got), `"code":"0","addrs":["192.0.2.1"],"canon":"192.0.2.1"}`) {
		t.Errorf("it printed %q, %v", got, err)
	}
}
