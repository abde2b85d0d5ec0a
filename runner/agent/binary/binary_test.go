package binary

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
)

func TestOnlyLinux(t *testing.T) {
	if _, err := For(t.Context(), "windows", "amd64"); err == nil || strings.Contains(err.Error(), "\n") {
		t.Errorf("For(windows): error %v, want one line", err)
	}
}

func TestRepositoryHasNoAgent(t *testing.T) {
	for _, arch := range []string{"amd64", "arm64"} {
		if _, err := embedded("linux", arch); !errors.Is(err, errNotHere) {
			t.Errorf("embedded(linux, %s): error %v; an agent in the source tree would be used by go test, however old", arch, err)
		}
	}
}

func TestUnpack(t *testing.T) {
	var packed bytes.Buffer
	zw := gzip.NewWriter(&packed)
	zw.Write([]byte("\x7fELF"))
	zw.Close()
	release := fstest.MapFS{
		"embedded/agent-linux-arm64.gz": {Data: packed.Bytes()},
		"embedded/agent-linux-386.gz":   {Data: []byte("no gzip")},
	}
	p, err := unpack(release, "agent", "linux", "arm64")
	if err != nil || string(p) != "\x7fELF" {
		t.Errorf("unpack(arm64) = %q, %v", p, err)
	}
	if _, err := unpack(release, "kind", "linux", "arm64"); !errors.Is(err, errNotHere) {
		t.Errorf("a program that it does not carry: error %v", err)
	}
	if _, err := unpack(release, "agent", "linux", "386"); err == nil || errors.Is(err, errNotHere) {
		t.Errorf("unpack(386): error %v, want one that says the file is broken", err)
	}
}

func TestSelfIsAskedFor(t *testing.T) {
	if _, err := self(runtime.GOOS, runtime.GOARCH); !errors.Is(err, errNotHere) {
		t.Fatalf("a program that did not call SelfServes: error %v", err)
	}
	SelfServes()
	defer selfServes.Store(false)
	if _, err := self("linux", "s390x"); !errors.Is(err, errNotHere) {
		t.Errorf("another architecture: error %v", err)
	}
	if runtime.GOOS != "linux" {
		return
	}
	p, err := self(runtime.GOOS, runtime.GOARCH)
	if err != nil {
		t.Fatal(err)
	}
	if last := p.Args[len(p.Args)-1]; last != selfArg {
		t.Errorf("it is started by %q, want %q last", p.Args, selfArg)
	}
}

// The same source gives the same octets wherever it lies, so images are named alike.
func TestBuildIsReproducible(t *testing.T) {
	var built [2][]byte
	for i := range built {
		dir := t.TempDir()
		write(t, filepath.Join(dir, "go.mod"), "module example.test\n\ngo 1.26\n")
		write(t, filepath.Join(dir, "cmd/x/main.go"), "package main\n\nimport (\n\t\"net\"\n\t\"os\"\n)\n\nfunc main() { net.LookupHost(os.Args[0]) }\n")
		var err error
		if built[i], err = build(t.Context(), dir, "./cmd/x", "linux", "arm64"); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(built[0], built[1]) {
		t.Error("two builds differ")
	}
}

func TestBuildSaysWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "go.mod"), "module example.test\n\ngo 1.26\n")
	write(t, filepath.Join(dir, "main.go"), "package main\n\nfunc main() { nonsense() }\n")
	_, err := build(t.Context(), dir, ".", "linux", "amd64")
	if err == nil || !strings.Contains(err.Error(), "nonsense") {
		t.Errorf("error %v, want the compiler's", err)
	}
}

func TestSourceIsThisCheckout(t *testing.T) {
	dir, err := source(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "runner/agent/binary/doc.go")); err != nil {
		t.Error(err)
	}
}

func TestNoSource(t *testing.T) {
	t.Chdir(t.TempDir())
	_, err := source(t.Context())
	if err == nil || !strings.Contains(err.Error(), "install a release") {
		t.Errorf("error %v, want one that says what would help", err)
	}
}

func TestFailureIsNotRemembered(t *testing.T) {
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	var ps programs
	if _, err := ps.get(gone, "linux", "riscv64"); err == nil {
		t.Fatal("a cancelled build succeeded")
	}
	if len(ps.made) != 0 {
		t.Errorf("%d programs remembered", len(ps.made))
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o755); err != nil {
		t.Fatal(err)
	}
}
