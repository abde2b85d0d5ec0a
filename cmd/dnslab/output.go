package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/pflag"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/results/junit"
	"github.com/dnslab/dnslab/results/markdown"
)

// outputs are the files that a run is written to; "-" is standard output.
type outputs struct{ json, junit, markdown string }

func (o *outputs) flags(f *pflag.FlagSet) {
	f.StringVar(&o.json, "json", "", "write the run file (- is standard output)")
	f.StringVar(&o.junit, "junit", "", "write JUnit XML")
	f.StringVar(&o.markdown, "markdown", "", "write Markdown, fit for a CI job summary")
}

type output struct {
	flag, path string
	write      func(io.Writer, results.Run) error
}

func (o outputs) chosen() []output {
	var some []output
	for _, out := range []output{
		{"--json", o.json, results.Write}, {"--junit", o.junit, junit.Write}, {"--markdown", o.markdown, markdown.Write},
	} {
		if out.path != "" {
			some = append(some, out)
		}
	}
	return some
}

func (o outputs) toStdout() bool {
	for _, out := range o.chosen() {
		if out.path == "-" {
			return true
		}
	}
	return false
}

// check finds out whether each file can be written, without touching what is there.
func (o outputs) check() error {
	by := map[string]string{}
	for _, out := range o.chosen() {
		file := target(out.path)
		if other, ok := by[file]; ok {
			return badf("%s and %s both write to %q: name two files (at most one may be -)", other, out.flag, out.path)
		}
		by[file] = out.flag
		if out.path == "-" {
			continue
		}
		if err := writable(out.path); err != nil {
			return badf("%s %q cannot be written: %v", out.flag, out.path, err)
		}
	}
	return nil
}

// target is the one name of the file at path, whatever links lead to it.
func target(path string) string {
	if path == "-" {
		return path
	}
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	if there, err := filepath.EvalSymlinks(path); err == nil {
		return there
	}
	if dir, err := filepath.EvalSymlinks(filepath.Dir(path)); err == nil {
		return filepath.Join(dir, filepath.Base(path))
	}
	return path
}

// writable tells why the file at path could not be replaced.
func writable(path string) error {
	path = target(path)
	info, err := os.Stat(path)
	switch {
	case err != nil: // it is not there yet
	case info.IsDir():
		return errors.New("it is a folder, name a file in it")
	case !info.Mode().IsRegular():
		return nil // a pipe or a device: asking it could change something
	case info.Mode().Perm()&0o200 == 0:
		return errors.New("it is read-only") // root could write it all the same
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".dnslab-*")
	if err != nil {
		var perr *os.PathError
		if errors.As(err, &perr) {
			err = perr.Err
		}
		return fmt.Errorf("in folder %q: %w", filepath.Dir(path), err)
	}
	f.Close()
	return os.Remove(f.Name())
}

// write writes run to every output; one that fails does not keep it from the others.
func (o outputs) write(run results.Run, stdout io.Writer) error {
	var errs []error
	for _, out := range o.chosen() {
		if out.path == "-" {
			errs = append(errs, out.write(stdout, run))
			continue
		}
		errs = append(errs, results.SaveAs(out.path, func(w io.Writer) error { return out.write(w, run) }))
	}
	return errors.Join(errs...)
}
