package binary

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// A program that needs libraries brings them along: with its files as the
// whole file system, it runs.
func TestDynamic(t *testing.T) {
	gcc, err := exec.LookPath("gcc")
	if err != nil {
		t.Skip("no gcc, so no program that is dynamically linked")
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, "inner.c"), "#include <math.h>\ndouble inner(double x) { return sqrt(x); }\n")
	write(t, filepath.Join(dir, "main.c"), "#include <stdio.h>\ndouble inner(double);\nint main(int n, char **a) { printf(\"%s %d\\n\", a[1], (int)inner(n * n)); }\n")
	run(t, dir, gcc, "-shared", "-fPIC", "-o", "libinner.so", "inner.c", "-lm")
	run(t, dir, gcc, "-o", "main", "main.c", "-L.", "-linner", "-Wl,-rpath,$ORIGIN")
	p, err := load(filepath.Join(dir, "main"))
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	for name, content := range p.Files {
		write(t, filepath.Join(root, name), string(content))
	}
	for _, lib := range []string{"libinner.so", "libm.so.6"} {
		if p.Files[dynamicLibs+"/"+lib] == nil {
			t.Errorf("%s is not among the files", lib)
		}
	}
	os.RemoveAll(dir)
	args := append(p.Args, "agent")
	if os.Geteuid() != 0 { // no chroot, so in place
		args = []string{root + dynamicLoader, "--library-path", root + dynamicLibs, root + dynamicProgram, "agent"}
		root = ""
	}
	if out := run(t, root, args...); out != "agent 2\n" {
		t.Errorf("it printed %q", out)
	}
}

// run runs a command in dir; as root, and if it is one of dir's own, with dir
// as its whole file system.
func run(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = dir
	if args[0] == dynamicLoader {
		cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: dir}
		cmd.Dir = "/"
	}
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%q: %v", args, err)
	}
	return string(out)
}
