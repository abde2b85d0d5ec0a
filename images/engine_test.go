package images

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
)

func TestEngineTable(t *testing.T) {
	seen := map[string]bool{}
	for _, e := range engines {
		_, short, _ := strings.Cut(e.name, "-")
		if !strings.HasPrefix(e.version, short+".") && e.version != short {
			t.Errorf("%s is of version %s", e.name, e.version)
		}
		if seen[e.name] || e.seconds <= 0 || e.bytes <= 0 || len(e.files()) == 0 {
			t.Errorf("the row of %s is not complete, or there twice", e.name)
		}
		seen[e.name] = true
		if EngineVersion(e.name) != e.version {
			t.Errorf("EngineVersion(%s) = %s", e.name, EngineVersion(e.name))
		}
	}
	if _, err := Programs(t.Context(), "docker-1.0", "amd64", nil); err == nil || !strings.HasPrefix(err.Error(), `no engine "docker-1.0" is built from Go modules: there are docker-`) {
		t.Errorf("error %v", err)
	}
}

// Whatever changes the octets of a program changes the hash it is kept under.
func TestEngineHash(t *testing.T) {
	was := func() engineSource { return docker("docker-25.0.3", "25.0.3", 1, 1) }
	first := was().hash("amd64", "go1.26.8")
	for what, change := range map[string]func(*goModule){
		"module":  func(m *goModule) { m.path += "/v2" },
		"version": func(m *goModule) { m.version = "v25.0.4+incompatible" },
		"command": func(m *goModule) { m.commands = m.commands[:1] },
		"script":  func(m *goModule) { m.scripts = []string{"x"} },
		"tag":     func(m *goModule) { m.tags = m.tags[:1] },
		"stamp":   func(m *goModule) { m.stamps[0] += "-dev" },
		"cgo":     func(m *goModule) { m.cgo = true },
		"needed":  func(m *goModule) { m.instead = []string{"x@v1"} },
		"go.mod":  func(m *goModule) { m.vendorMod = false },
	} {
		changed := was()
		change(&changed.modules[0])
		if changed.hash("amd64", "go1.26.8") == first {
			t.Errorf("another %s has the same hash", what)
		}
	}
	if was().hash("arm64", "go1.26.8") == first || was().hash("amd64", "go1.26.9") == first {
		t.Error("another architecture or toolchain has the same hash")
	}
	configured := was()
	configured.conf = map[string]string{"/etc/x": ""}
	if configured.hash("amd64", "go1.26.8") == first {
		t.Error("another configuration has the same hash")
	}
	if docker("docker-25.0.3", "25.0.3", 2, 2).hash("amd64", "go1.26.8") != first {
		t.Error("what is only told to people changes the hash")
	}
}

func TestEngineIsBuiltOnce(t *testing.T) {
	e, cache := smallEngine(t, `package main; var Version = "?"; func main() { print(Version) }`)
	var said sayings
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if _, err := cache.programs(t.Context(), e, runtime.GOARCH, said.say); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if got := strings.ReplaceAll(said.String(), "waiting for another engine to be built\n", ""); got != "building small-1 from its Go module (about 1 min)\n" {
		t.Errorf("it said %q", got)
	}
	got, err := cache.programs(t.Context(), e, runtime.GOARCH, nil)
	if err != nil || len(got) != 3 {
		t.Fatalf("it has %v, %v", got, err)
	}
	if script, err := os.ReadFile(got["/usr/local/sbin/start.sh"]); err != nil || string(script) != "#!/bin/sh\n" {
		t.Errorf("the script is %q, %v", script, err)
	}
	if conf, err := os.ReadFile(got["/etc/small.conf"]); err != nil || string(conf) != "x" {
		t.Errorf("its configuration is %q, %v", conf, err)
	}
	if runtime.GOOS == "linux" {
		if out, err := exec.Command(got["/usr/local/sbin/small"]).CombinedOutput(); err != nil || string(out) != "1.2.3" {
			t.Errorf("it printed %q, %v", out, err)
		}
	}
	if _, ok := cache.lastTime("small-1"); !ok {
		t.Error("it does not know how long that took")
	}
	if left := names(t, string(cache)); left != "small-1-"+hashHere(t, e)[:12]+" small-1.seconds" {
		t.Errorf("the cache has %s", left)
	}
}

func TestInterruptedBuildLeavesNothing(t *testing.T) {
	e, cache := smallEngine(t, "package main; func main() {}")
	killed := filepath.Join(string(cache), unfinished+"1")
	if err := os.MkdirAll(killed, 0o755); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err := cache.programs(ctx, e, runtime.GOARCH, func(string) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if left := names(t, string(cache)); left != "" {
		t.Errorf("left: %s", left)
	}
}

func TestBuildThatFails(t *testing.T) {
	e, cache := smallEngine(t, "package main; func main() { nonsense() }")
	_, err := cache.programs(t.Context(), e, runtime.GOARCH, func(string) {})
	if err == nil || !strings.HasPrefix(err.Error(), "building small-1 from its Go module: ") || !strings.Contains(err.Error(), "undefined: nonsense") {
		t.Errorf("error %v, want the compiler's", err)
	}
	if left := names(t, string(cache)); left != "" {
		t.Errorf("left: %s", left)
	}
	e.modules[0].version = "v2.0.1+incompatible"
	_, err = cache.programs(t.Context(), e, runtime.GOARCH, func(string) {})
	if err == nil || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), "example.test/small@v2.0.1+incompatible") {
		t.Errorf("error %v, want one line with the module's name", err)
	}
}

func TestWhatBuildsNeed(t *testing.T) {
	e, cache := smallEngine(t, "package main; func main() {}")
	e.modules[0].cgo = true
	other := "arm64"
	if runtime.GOARCH == other {
		other = "amd64"
	}
	if err := e.buildable(t.Context(), other); err == nil || !strings.Contains(err.Error(), "on such a machine alone") {
		t.Errorf("error %v, want one about the architecture", err)
	}
	found, err := exec.LookPath("go")
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	t.Setenv("PATH", bin)
	if _, err := cache.programs(t.Context(), e, runtime.GOARCH, nil); err == nil || err.Error() != "small-1 is built from its Go module, and there is no go command: install Go (https://go.dev/dl)" {
		t.Errorf("error %v, want one about Go", err)
	}
	if runtime.GOOS != "linux" {
		return
	}
	if err := os.Symlink(found, filepath.Join(bin, "go")); err != nil {
		t.Fatal(err)
	}
	if err := e.buildable(t.Context(), runtime.GOARCH); err == nil || !strings.Contains(err.Error(), "install gcc") {
		t.Errorf("error %v, want one about gcc", err)
	}
}

func TestEnginesAreRemoved(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", dir)
	t.Setenv("HOME", dir) // where there is no XDG
	if removed, err := RemoveEngines(t.Context()); err != nil || len(removed) != 0 {
		t.Errorf("of nothing it removed %q, %v", removed, err)
	}
	cache, err := defaultCache()
	if err != nil {
		t.Fatal(err)
	}
	e := engines[0]
	if Built(t.Context(), e.name, "amd64") {
		t.Errorf("%s is there", e.name)
	}
	folder := cache.folder(e.name, hashFor(t, e, "amd64"))
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := cache.remember(e.name, 42e9); err != nil {
		t.Fatal(err)
	}
	if seconds, bytes := Estimate(e.name); !Built(t.Context(), e.name, "amd64") || seconds != 42 || bytes != e.bytes {
		t.Errorf("it is not there, or Estimate = %d, %d", seconds, bytes)
	}
	if removed, err := RemoveEngines(t.Context()); err != nil || strings.Join(removed, " ") != folder {
		t.Errorf("it removed %q, %v", removed, err)
	}
	if seconds, bytes := Estimate(e.name); isDir(string(cache)) || seconds != e.seconds || bytes <= e.bytes {
		t.Errorf("the cache is there, or Estimate = %d, %d", seconds, bytes)
	}
}

// A module that takes others from folders of its repository, which it does not
// carry, is built with them as they are published; what it must not require
// leads nowhere, as etcd's go.mod has it.
func TestSiblingModules(t *testing.T) {
	proxy := serveNothing(t)
	serve(t, proxy, "example.test/repo/api", "v0.3.0", map[string]string{"go.mod": "module example.test/repo/api\n", "api.go": "package api\n\nconst Name = \"published\"\n"})
	serve(t, proxy, "example.test/repo/server/v3", "v3.0.0", map[string]string{
		"go.mod":  "module example.test/repo/server/v3\n\ngo 1.21\n\nrequire example.test/repo/api v0.0.0\n\nreplace example.test/repo/api => ../api\n\nreplace example.test/repo => ./FORBIDDEN_DEPENDENCY\n",
		"main.go": "package main\n\nimport \"example.test/repo/api\"\n\nfunc main() { print(api.Name) }\n",
	})
	e := engineSource{name: "server-3", version: "3", seconds: 1, bytes: 1, modules: []goModule{{
		path: "example.test/repo/server/v3", version: "v3.0.0", siblings: "v0.3.0", commands: []string{"example.test/repo/server/v3"},
	}}}
	dir, err := engineCache(filepath.Join(t.TempDir(), "engines")).build(t.Context(), e, runtime.GOARCH, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	if got := names(t, dir); got != "server" || e.files()["/usr/local/sbin/server"] != "server" {
		t.Errorf("built %s; files %v", got, e.files())
	}
}

// smallEngine returns an engine of one program, which a module proxy of files
// has as one has Docker's: without a go.mod. It requires a module of which only
// another version is there.
func smallEngine(t *testing.T, main string) (engineSource, engineCache) {
	t.Helper()
	proxy := serveNothing(t)
	serve(t, proxy, "example.test/lib", "v1.0.1", map[string]string{"go.mod": "module example.test/lib\n", "lib.go": "package lib\n"})
	serve(t, proxy, "example.test/small", "v2.0.0+incompatible", map[string]string{
		"vendor.mod": "module example.test/small\n\ngo 1.21\n\nrequire example.test/lib v1.0.0\n", "vendor.sum": "",
		"cmd/small/lib.go": "package main\n\nimport _ \"example.test/lib\"\n", "cmd/small/main.go": main,
		"contrib/start.sh": "#!/bin/sh\n",
	})
	return engineSource{name: "small-1", version: "1.2.3", seconds: 1, bytes: 1, modules: []goModule{{
		path: "example.test/small", version: "v2.0.0+incompatible", vendorMod: true, stamps: []string{"main.Version=1.2.3"},
		commands: []string{"./cmd/small"}, scripts: []string{"contrib/start.sh"}, instead: []string{"example.test/lib@v1.0.1"},
	}}, conf: map[string]string{"/etc/small.conf": "x"}}, engineCache(filepath.Join(t.TempDir(), "engines"))
}

// serveNothing returns the folder of a module proxy, the only one in this test.
// The Go module cache is the test's own too.
func serveNothing(t *testing.T) (proxy string) {
	t.Helper()
	proxy = t.TempDir()
	t.Setenv("GOPROXY", "file://"+filepath.ToSlash(proxy))
	t.Setenv("GOSUMDB", "off")
	t.Setenv("GOMODCACHE", filepath.Join(t.TempDir(), "mod"))
	t.Cleanup(func() { // it can be read only, even by whom it belongs to
		if out, err := exec.Command("go", "clean", "-modcache").CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, out)
		}
	})
	return proxy
}

// serve puts a module into the folder of a module proxy.
func serve(t *testing.T, proxy, module, version string, content map[string]string) {
	t.Helper()
	dir := filepath.Join(proxy, module, "@v")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	mod := content["go.mod"]
	if mod == "" {
		mod = "module " + module + "\n"
	}
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	for name, text := range content {
		part, err := w.Create(module + "@" + version + "/" + name)
		must(err)
		_, err = part.Write([]byte(text))
		must(err)
	}
	must(w.Close())
	for end, text := range map[string]string{
		".info": `{"Version":"` + version + `"}`, ".mod": mod, ".zip": archive.String(),
	} {
		if err := os.WriteFile(filepath.Join(dir, version+end), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func hashHere(t *testing.T, e engineSource) string { return hashFor(t, e, runtime.GOARCH) }

func hashFor(t *testing.T, e engineSource, arch string) string {
	t.Helper()
	h, err := e.hashHere(t.Context(), arch)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// names returns what is in a folder.
func names(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return strings.Join(all, " ")
}

// sayings are what was said, a line each.
type sayings struct {
	mu sync.Mutex
	strings.Builder
}

func (s *sayings) say(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.WriteString(line + "\n")
}
