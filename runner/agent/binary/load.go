package binary

import (
	"bytes"
	"debug/elf"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Where a dynamically linked program and what it needs are in an image. No
// library of the image can get in its way there, nor it in theirs.
const (
	dynamicProgram = "/dnslab/agent"
	dynamicLoader  = "/dnslab/ld.so"
	dynamicLibs    = "/dnslab/lib"
)

// load reads the program at path and, if it is dynamically linked, its loader
// and libraries too. Such a program is started through its loader: both
// glibc's and musl's take --library-path.
func load(path string) (Program, error) {
	program, err := os.ReadFile(path)
	if err != nil {
		return Program{}, fmt.Errorf("reading the program %q: %w", path, err)
	}
	f, err := elf.NewFile(bytes.NewReader(program))
	if err != nil {
		return Program{}, fmt.Errorf("reading the program %q: %w", path, err)
	}
	interp, err := interpreter(f)
	if err != nil {
		return Program{}, fmt.Errorf("reading the program %q: %w", path, err)
	}
	if interp == "" {
		return static(program), nil
	}
	loader, err := os.ReadFile(interp)
	if err != nil {
		return Program{}, fmt.Errorf("reading the loader of %q: %w", path, err)
	}
	p := Program{
		Files: map[string][]byte{dynamicProgram: program, dynamicLoader: loader},
		Args:  []string{dynamicLoader, "--library-path", dynamicLibs, dynamicProgram},
	}
	origin := path
	if real, err := filepath.EvalSymlinks(path); err == nil {
		origin = real
	}
	libs := libraries{like: f, files: p.Files, folders: append([]string{filepath.Dir(interp)}, usualFolders(f)...)}
	if err := libs.of(f, filepath.Dir(origin)); err != nil {
		return Program{}, fmt.Errorf("reading the libraries of %q: %w", path, err)
	}
	return p, nil
}

// interpreter returns the path in PT_INTERP; empty if there is none.
func interpreter(f *elf.File) (string, error) {
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			s, err := io.ReadAll(p.Open())
			return strings.TrimRight(string(s), "\x00"), err
		}
	}
	return "", nil
}

// usualFolders lists where distributions keep libraries: Debian by its names
// of architectures, Fedora and SUSE in lib64, Alpine in lib.
func usualFolders(f *elf.File) []string {
	var all []string
	switch f.Machine {
	case elf.EM_X86_64:
		all = []string{"/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu"}
	case elf.EM_AARCH64:
		all = []string{"/lib/aarch64-linux-gnu", "/usr/lib/aarch64-linux-gnu"}
	}
	return append(all, "/lib64", "/usr/lib64", "/lib", "/usr/lib", "/usr/local/lib")
}

// libraries collects shared objects into files.
type libraries struct {
	like    *elf.File // whose class and machine they must have
	folders []string
	files   map[string][]byte
}

// of adds what f, a file in the folder origin, needs, and what that needs in turn.
func (l *libraries) of(f *elf.File, origin string) error {
	needed, err := f.DynString(elf.DT_NEEDED)
	if err != nil {
		return err
	}
	folders := append(runPath(f, origin), l.folders...)
	for _, name := range needed {
		at := dynamicLibs + "/" + name
		if l.files[at] != nil {
			continue
		}
		if err := l.add(name, at, folders); err != nil {
			return err
		}
	}
	return nil
}

func (l *libraries) add(name, at string, folders []string) error {
	for _, folder := range folders {
		content, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			continue
		}
		lib, err := elf.NewFile(bytes.NewReader(content))
		if err != nil || lib.Machine != l.like.Machine || lib.Class != l.like.Class {
			continue
		}
		l.files[at] = content
		return l.of(lib, folder)
	}
	return fmt.Errorf("%q is in none of %s", name, strings.Join(folders, ", "))
}

// runPath lists the folders that the file itself names.
func runPath(f *elf.File, origin string) []string {
	var all []string
	for _, tag := range []elf.DynTag{elf.DT_RPATH, elf.DT_RUNPATH} {
		paths, _ := f.DynString(tag)
		for _, p := range paths {
			for _, folder := range filepath.SplitList(p) {
				folder = strings.NewReplacer("$ORIGIN", origin, "${ORIGIN}", origin).Replace(folder)
				all = append(all, folder)
			}
		}
	}
	return all
}
