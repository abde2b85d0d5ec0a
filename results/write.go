package results

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Write writes run as a run file: JSON, indented, with every field that the
// contract names, and [] or {} where there is nothing.
func Write(w io.Writer, run Run) error {
	if err := encode(w, run.filled()); err != nil {
		return fmt.Errorf("writing run %q: %w", run.ID, err)
	}
	return nil
}

// Save writes run to the file at path, whole or not at all: into a new file
// beside it that then takes its name. What is no plain file (/dev/stdout, a
// pipe) is written in place.
func Save(path string, run Run) error {
	return SaveAs(path, func(w io.Writer) error { return Write(w, run) })
}

// SaveAs does for any writer what [Save] does for run files.
func SaveAs(path string, write func(io.Writer) error) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("saving %q: %w", path, err)
		}
	}()
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target // the link stays a link
	}
	mode := os.FileMode(0o644)
	if info, err := os.Stat(path); err == nil {
		if !info.Mode().IsRegular() {
			return inPlace(path, write)
		}
		mode = info.Mode().Perm()
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // after the renaming there is nothing left to remove
	if err := write(f); err != nil {
		f.Close()
		return err
	}
	if err := f.Chmod(mode); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

func inPlace(path string, write func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	if err := write(f); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// encode writes v indented and leaves <, > and & as they are: "docker >=24.0".
func encode(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
