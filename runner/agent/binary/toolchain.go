package binary

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
)

// Where the source of this module is, and in it those of its programs.
const (
	module       = "github.com/dnslab/dnslab"
	agentProgram = "./cmd/dnslab-agent"
	kindProgram  = "./cmd/dnslab-kind"
)

// compile builds a program of this module from source.
func compile(ctx context.Context, pkg, goos, goarch string) ([]byte, error) {
	if _, err := exec.LookPath("go"); err != nil {
		return nil, errors.New("this build of dnslab carries none: install a release of dnslab, or Go, with which it can be built")
	}
	dir, err := source(ctx)
	if err != nil {
		return nil, err
	}
	return build(ctx, dir, pkg, goos, goarch)
}

// source returns the folder of this module's source: a checkout, or where
// module or the program at hand depends on it, the module cache.
func source(ctx context.Context) (string, error) {
	out, errList := goCommand(ctx, nil, "list", "-m", "-f", "{{.Dir}}", module)
	if dir := strings.TrimSpace(string(out)); errList == nil && dir != "" {
		return dir, nil
	}
	v := version()
	if v == "" {
		return "", fmt.Errorf("the source of %s is not at hand: call dnslab in its checkout, or install a release", module)
	}
	out, err := goCommand(ctx, nil, "mod", "download", "-json", module+"@"+v)
	var got struct{ Dir, Error string }
	if jsonErr := json.Unmarshal(out, &got); jsonErr == nil && got.Dir != "" {
		return got.Dir, nil
	}
	if got.Error != "" {
		err = errors.New(got.Error)
	}
	return "", fmt.Errorf("the source of %s is not at hand: call dnslab in its checkout, or install a release (%w)", module, err)
}

// version returns this module's version in the running program; empty for one
// built from a checkout.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, m := range append(info.Deps, &info.Main) {
		if m.Path == module && m.Version != "(devel)" && !strings.HasSuffix(m.Version, "+dirty") {
			return m.Version
		}
	}
	return ""
}

// build compiles the package pkg of the module in dir: static, and the same
// octets wherever it is done with the same toolchain.
func build(ctx context.Context, dir, pkg, goos, goarch string) ([]byte, error) {
	tmp, err := os.MkdirTemp("", "dnslab-agent-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(tmp)
	out := filepath.Join(tmp, "agent")
	// GOFLAGS and a workspace of the user's are about other modules.
	env := []string{"CGO_ENABLED=0", "GOOS=" + goos, "GOARCH=" + goarch, "GOFLAGS=", "GOWORK=off"}
	if _, err := goCommand(ctx, env, "build", "-C", dir, "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", out, pkg); err != nil {
		return nil, err
	}
	return os.ReadFile(out)
}

// goCommand runs go and returns its output; an error has what it complained of.
func goCommand(ctx context.Context, env []string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Env = append(os.Environ(), env...)
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		return out, fmt.Errorf("running %q: %w: %s", cmd.String(), err, strings.TrimSpace(complaint.String()))
	}
	return out, nil
}
