package images

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// An engineCache is a folder with a folder of programs for each engine that
// was built, "docker-25.0.3-0123456789ab", and a file for how many seconds
// that took, "docker-25.0.3.seconds". Beside it is its lock.
type engineCache string

// unfinished begins the name of a folder in which something is being built.
const unfinished = ".unfinished-"

func (c engineCache) folder(name, hash string) string {
	return filepath.Join(string(c), name+"-"+hash[:12])
}

func (c engineCache) has(name, hash string) bool { return isDir(c.folder(name, hash)) }

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// once makes the folder dir unless it is there: build fills another one, which
// takes its name when it is complete.
func (c engineCache) once(ctx context.Context, dir string, say func(string), build func(into string) error) error {
	if isDir(dir) {
		return nil
	}
	unlock, err := c.lock(ctx, say)
	if err != nil {
		return err
	}
	defer unlock()
	if isDir(dir) {
		return nil
	}
	if err := c.sweep(); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp(string(c), unfinished)
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	into := filepath.Join(tmp, "programs")
	if err := os.Mkdir(into, 0o755); err != nil {
		return err
	}
	if err := build(into); err != nil {
		return err
	}
	return os.Rename(into, dir)
}

// lock waits until nothing else builds engines on this machine.
func (c engineCache) lock(ctx context.Context, say func(string)) (unlock func(), err error) {
	if err := os.MkdirAll(string(c), 0o755); err != nil {
		return nil, err
	}
	type lock struct {
		unlock func()
		err    error
	}
	locked := make(chan lock, 1)
	go func() {
		unlock, err := lockedfile.MutexAt(string(c) + ".lock").Lock()
		locked <- lock{unlock, err}
	}()
	patience := time.NewTimer(300 * time.Millisecond)
	defer patience.Stop()
	for {
		select {
		case l := <-locked:
			return l.unlock, l.err
		case <-patience.C:
			say("waiting for another engine to be built")
		case <-ctx.Done():
			go func() {
				if l := <-locked; l.err == nil {
					l.unlock()
				}
			}()
			return nil, context.Cause(ctx)
		}
	}
}

// sweep removes what builds left behind that were killed.
func (c engineCache) sweep() error {
	left, err := filepath.Glob(filepath.Join(string(c), unfinished+"*"))
	for _, dir := range left {
		if err == nil {
			err = os.RemoveAll(dir)
		}
	}
	return err
}

func (c engineCache) removeAll(ctx context.Context) ([]string, error) {
	if !isDir(string(c)) {
		return nil, nil
	}
	unlock, err := c.lock(ctx, func(string) {})
	if err != nil {
		return nil, err
	}
	defer unlock()
	entries, err := os.ReadDir(string(c))
	if err != nil {
		return nil, err
	}
	var removed []string
	for _, e := range entries {
		path := filepath.Join(string(c), e.Name())
		if err := os.RemoveAll(path); err != nil {
			return removed, err
		}
		if e.IsDir() {
			removed = append(removed, path)
		}
	}
	return removed, os.Remove(string(c))
}

func (c engineCache) memory(name string) string { return filepath.Join(string(c), name+".seconds") }

// remember keeps how long it took to build an engine.
func (c engineCache) remember(name string, took time.Duration) error {
	return os.WriteFile(c.memory(name), fmt.Appendf(nil, "%d\n", int(took.Round(time.Second).Seconds())), 0o644)
}

// lastTime returns how many seconds it took to build an engine, if it ever was.
func (c engineCache) lastTime(name string) (int, bool) {
	b, err := os.ReadFile(c.memory(name))
	if err != nil {
		return 0, false
	}
	seconds, err := strconv.Atoi(strings.TrimSpace(string(b)))
	return seconds, err == nil
}
