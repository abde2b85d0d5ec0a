package serve

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/agent"
)

const fileMode = 0o644

func readFile(q agent.File) (results.Observation, error) {
	o := results.Observation{Kind: results.KindFile}
	b, err := readAll(q.Path)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		o.Outcome, o.Detail = results.NotFound, err.Error()
		return o, nil
	}
	if err != nil {
		return o, fmt.Errorf("reading %q: %w", q.Path, err)
	}
	text := string(b)
	o.Outcome, o.Text = results.Value, &text
	return o, nil
}

// readAll reads one file, or all that fit a path with a * in it.
func readAll(path string) ([]byte, error) {
	if !strings.Contains(path, "*") {
		return os.ReadFile(path)
	}
	paths, err := filepath.Glob(path)
	if err != nil {
		return nil, err
	}
	if len(paths) == 0 {
		return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
	}
	var all []byte
	for _, p := range paths {
		b, err := os.ReadFile(p)
		if err != nil {
			return nil, err
		}
		all = append(all, b...)
	}
	return all, nil
}

// writeFile writes in place, which keeps the inode, or renames a new file over
// the old one, which is another inode. A file mounted into a container shows
// only the first.
func writeFile(a agent.Write) error {
	if a.From != "" {
		b, err := os.ReadFile(a.From)
		if err != nil {
			return fmt.Errorf("copying %q: %w", a.From, err)
		}
		a.Content = string(b)
	}
	if a.Rename {
		return replaceFile(a)
	}
	flags := os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	if a.Append {
		flags = os.O_WRONLY | os.O_CREATE | os.O_APPEND
	}
	f, err := os.OpenFile(a.Path, flags, fileMode)
	if err != nil {
		return fmt.Errorf("writing %q: %w", a.Path, err)
	}
	_, err = f.WriteString(a.Content)
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("writing %q: %w", a.Path, err)
	}
	return nil
}

func replaceFile(a agent.Write) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("replacing %q: %w", a.Path, err)
		}
	}()
	content := []byte(a.Content)
	if a.Append {
		old, err := os.ReadFile(a.Path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		content = append(old, content...)
	}
	f, err := os.CreateTemp(filepath.Dir(a.Path), ".dnslab-*")
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	err = errors.Join(err, f.Chmod(fileMode), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), a.Path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// copyFiles copies the files of one folder into another, but no folders: a
// ConfigMap that is mounted has those for itself.
func copyFiles(from, to string) error {
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	for _, e := range entries {
		path := filepath.Join(from, e.Name())
		if info, err := os.Stat(path); err != nil || info.IsDir() {
			continue
		}
		if err := writeFile(agent.Write{Path: filepath.Join(to, e.Name()), From: path}); err != nil {
			return err
		}
	}
	return nil
}
