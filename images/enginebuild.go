package images

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// buildable tells in one line what is missing on this machine.
func (e engineSource) buildable(ctx context.Context, arch string) error {
	if err := e.needsGo(); err != nil || !e.cgo() {
		return err
	}
	if runtime.GOOS != "linux" || runtime.GOARCH != arch {
		return fmt.Errorf("%s is partly C: it can be built for linux/%s on such a machine alone, and this is %s/%s", e.name, arch, runtime.GOOS, runtime.GOARCH)
	}
	cc, err := goCommand(ctx, os.TempDir(), nil, "env", "CC")
	if err != nil {
		return err
	}
	if words := strings.Fields(cc); len(words) == 0 || !isCommand(words[0]) {
		return fmt.Errorf("%s is partly C, and there is no C compiler %q: install gcc and the C library's headers", e.name, strings.TrimSpace(cc))
	}
	return nil
}

func (e engineSource) needsGo() error {
	if !isCommand("go") {
		return fmt.Errorf("%s is built from its Go module, and there is no go command: install Go (https://go.dev/dl)", e.name)
	}
	return nil
}

// hashHere is [engineSource.hash] with the Go toolchain of this machine.
func (e engineSource) hashHere(ctx context.Context, arch string) (string, error) {
	if err := e.needsGo(); err != nil {
		return "", err
	}
	v, err := goCommand(ctx, os.TempDir(), nil, "env", "GOVERSION")
	return e.hash(arch, strings.TrimSpace(v)), err
}

func isCommand(name string) bool {
	_, err := exec.LookPath(name)
	return err == nil
}

// build puts e's programs for arch into the folder into. Beside it is room for
// what is needed on the way.
func (e engineSource) build(ctx context.Context, arch, into string) error {
	for _, m := range e.modules {
		work, err := os.MkdirTemp(filepath.Dir(into), "work-")
		if err != nil {
			return err
		}
		if err := m.build(ctx, arch, work, into); err != nil {
			return err
		}
	}
	for at, content := range e.conf {
		if err := os.WriteFile(filepath.Join(into, filepath.Base(at)), []byte(content), 0o755); err != nil {
			return err
		}
	}
	return nil
}

func (m goModule) build(ctx context.Context, arch, work, into string) error {
	src := filepath.Join(work, "src")
	if err := m.fetch(ctx, work, src); err != nil {
		return err
	}
	for _, script := range m.scripts {
		content, err := os.ReadFile(filepath.Join(src, script))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(into, filepath.Base(script)), content, 0o755); err != nil {
			return err
		}
	}
	_, err := goCommand(ctx, src, append(m.environment(arch), "GOTMPDIR="+work), m.buildArgs(into+"/")...)
	return err
}

// fetch puts m's source where it can be written to, which Go's module cache
// cannot.
func (m goModule) fetch(ctx context.Context, work, src string) error {
	dir, err := m.download(ctx, work)
	if err != nil {
		return err
	}
	if err := os.CopyFS(src, os.DirFS(dir)); err != nil {
		return err
	}
	if m.vendorMod {
		for _, end := range []string{".mod", ".sum"} {
			if err := os.Rename(filepath.Join(src, "vendor"+end), filepath.Join(src, "go"+end)); err != nil {
				return err
			}
		}
	}
	for _, i := range m.instead {
		path, _, _ := strings.Cut(i, "@")
		if _, err := goCommand(ctx, src, nil, "mod", "edit", "-replace="+path+"="+i); err != nil {
			return err
		}
	}
	return m.unfold(ctx, src)
}

// download returns the folder of Go's module cache that has m's source.
func (m goModule) download(ctx context.Context, work string) (dir string, err error) {
	out, err := goCommand(ctx, work, nil, "mod", "download", "-json", m.path+"@"+m.version)
	var got struct{ Dir, Error string }
	if jsonErr := json.Unmarshal([]byte(out), &got); jsonErr == nil && got.Error != "" {
		return "", errors.New(strings.Join(strings.Fields(got.Error), " "))
	}
	return got.Dir, err
}

// unfold has the go.mod in src take from their own modules what it takes from
// folders: a module does not carry those of its repository that are beside it.
func (m goModule) unfold(ctx context.Context, src string) error {
	if m.siblings == "" {
		return nil
	}
	out, err := goCommand(ctx, src, nil, "mod", "edit", "-json")
	if err != nil {
		return err
	}
	var mod struct {
		Require []struct{ Path string }
		Replace []struct {
			Old, New struct{ Path, Version string }
		}
	}
	if err := json.Unmarshal([]byte(out), &mod); err != nil {
		return fmt.Errorf("reading go.mod of %s: %w", m.path, err)
	}
	required := map[string]bool{}
	for _, r := range mod.Require {
		required[r.Path] = true
	}
	edit := []string{"mod", "edit"}
	for _, r := range mod.Replace {
		// etcd leads what must not be required to a folder that is nowhere.
		if r.New.Version == "" && required[r.Old.Path] {
			edit = append(edit, "-replace="+r.Old.Path+"="+r.Old.Path+"@"+m.siblings)
		}
	}
	_, err = goCommand(ctx, src, nil, edit...)
	return err
}

// environment is what builds of m have in their environment besides the user's
// own. GOFLAGS and a workspace of the user's are about other modules.
func (m goModule) environment(arch string) []string {
	cgo := "CGO_ENABLED=0"
	if m.cgo {
		cgo = "CGO_ENABLED=1"
	}
	return []string{cgo, "GOOS=linux", "GOARCH=" + arch}
}

// buildArgs are the arguments of the go command that puts m's programs into a
// folder. All are static, and the same octets wherever they are built.
func (m goModule) buildArgs(into string) []string {
	ld := "-s -w"
	for _, stamp := range m.stamps {
		ld += " -X " + stamp
	}
	if m.cgo {
		ld += " -linkmode external -extldflags -static"
	}
	args := []string{"build", "-mod=mod", "-trimpath", "-buildvcs=false", "-tags=" + strings.Join(m.tags, ","), "-ldflags=" + ld, "-o", into}
	return append(args, m.commands...)
}

// goCommand runs go in a folder and returns its output; an error has the last
// lines of what it complained of. When the context ends, or this process, so
// does go.
func goCommand(ctx context.Context, dir string, env []string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	cmd.Env = append(append(os.Environ(), "GOFLAGS=", "GOWORK=off", "GO111MODULE=on", "PWD="+dir), env...)
	cmd.WaitDelay = 10 * time.Second
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	err := runTied(cmd)
	if err != nil && ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	if err != nil {
		return out.String(), fmt.Errorf("running %q: %w:\n%s", "go "+args[0], err, LastLines(complaint.String(), 10))
	}
	return out.String(), nil
}
