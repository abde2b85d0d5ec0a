package images

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// mmdebstrap is the command that makes out, a tar of a Debian suite with what
// apt needs and without documentation.
func mmdebstrap(suite, arch, out string) []string {
	return []string{
		"mmdebstrap", "--quiet", "--variant=apt", "--architectures=" + debianArch(arch),
		// A frozen mirror can hold a Release file past its date.
		`--aptopt=Acquire::Check-Valid-Until "false"`,
		"--dpkgopt=path-exclude=/usr/share/doc/*",
		"--dpkgopt=path-include=/usr/share/doc/*/copyright",
		"--dpkgopt=path-exclude=/usr/share/man/*",
		"--dpkgopt=path-exclude=/usr/share/locale/*",
		suite, out,
	}
}

// needMmdebstrap installs mmdebstrap where this process may: as root on Debian.
func needMmdebstrap(ctx context.Context, suite string, say func(string)) error {
	unlock, err := making.lock(ctx, work{nil, "mmdebstrap"})
	if err != nil {
		return err
	}
	defer unlock()
	if _, err := exec.LookPath("mmdebstrap"); err == nil {
		return nil
	}
	_, err = os.Stat("/etc/debian_version")
	if err != nil || os.Geteuid() != 0 {
		return fmt.Errorf(`no registry answers, and mmdebstrap is missing: have the engine pull "debian:%s-slim", or run "apt-get install mmdebstrap" as root on Debian`, suite)
	}
	say("installing the Debian package mmdebstrap on this machine")
	apt := []string{"apt-get", "-qq", "-o", "DPkg::Lock::Timeout=120"} // somebody else may be installing
	install := append(slices.Clone(apt), "install", "--no-install-recommends", "mmdebstrap")
	if command(ctx, install...) == nil {
		return nil
	}
	if err := command(ctx, append(slices.Clone(apt), "update")...); err != nil {
		return err
	}
	return command(ctx, install...)
}

// command runs a command; an error has its last lines.
func command(ctx context.Context, args ...string) error {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("running %q: %w:\n%s", strings.Join(args, " "), err, LastLines(string(out), 10))
	}
	return nil
}

// LastLines returns the last n lines of what a command printed: an engine's
// errors have them too.
func LastLines(out string, n int) string {
	lines := strings.Split(strings.TrimRight(out, "\n"), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

// debianArch translates Go's name of an architecture.
func debianArch(arch string) string {
	switch arch {
	case "386":
		return "i386"
	case "arm":
		return "armhf"
	case "ppc64le":
		return "ppc64el"
	}
	return arch
}
