package images

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Programs returns the programs of the engine called name, one of
// [EngineNames], and what configuration they cannot do without, for Linux on
// arch: the path of each in an image ("/usr/local/sbin/dockerd") and the file
// that has it. All are executable.
//
// What the user's cache does not have is built, with the Go command of this
// machine. That takes minutes, and say hears of it in plain words; on one
// machine one engine is built at a time. An interrupted build leaves nothing.
// An error is one line, but a compiler's last lines come with it.
func Programs(ctx context.Context, name, arch string, say func(string)) (map[string]string, error) {
	e, err := engineOf(name)
	if err != nil {
		return nil, err
	}
	dir, err := defaultCache()
	if err != nil {
		return nil, err
	}
	return dir.programs(ctx, e, arch, say)
}

// EngineHash returns 64 hexadecimal digits that stand for what [Programs]
// would return: versions, flags, the Go toolchain. It builds nothing.
func EngineHash(ctx context.Context, name, arch string) (string, error) {
	e, err := engineOf(name)
	if err != nil {
		return "", err
	}
	return e.hashHere(ctx, arch)
}

// Built tells whether [Programs] has nothing to build.
func Built(ctx context.Context, name, arch string) bool {
	e, err := engineOf(name)
	return err == nil && e.built(ctx, arch)
}

func (e engineSource) built(ctx context.Context, arch string) bool {
	h, err := e.hashHere(ctx, arch)
	if err != nil {
		return false
	}
	dir, err := defaultCache()
	return err == nil && dir.has(e.name, h)
}

// Buildable returns nil where [Programs] has what it needs on this machine,
// and otherwise an error that says in one line what would help.
func Buildable(ctx context.Context, name, arch string) error {
	e, err := engineOf(name)
	if err != nil {
		return err
	}
	return e.buildable(ctx, arch)
}

// goCaches is what one engine adds to Go's caches of modules and of builds:
// all nine together took 11 GB.
const goCaches = 1_200_000_000

// Estimate returns about how long it takes to build the engine called name, and
// how many octets of disk: what it took here the last time, when Go's caches
// may have been filled or not; otherwise what it takes two cores with nothing
// in them, and what goes into them besides.
func Estimate(name string) (seconds int, bytes int64) {
	e, err := engineOf(name)
	if err != nil {
		return 0, 0
	}
	return e.estimate()
}

func (e engineSource) estimate() (seconds int, bytes int64) {
	if dir, err := defaultCache(); err == nil {
		if last, ok := dir.lastTime(e.name); ok {
			return last, e.bytes
		}
	}
	return e.seconds, e.bytes + goCaches
}

func (c engineCache) programs(ctx context.Context, e engineSource, arch string, say func(string)) (map[string]string, error) {
	dir, err := c.build(ctx, e, arch, say)
	if err != nil {
		return nil, err
	}
	files := e.files()
	for at, name := range files {
		files[at] = filepath.Join(dir, name)
	}
	return files, nil
}

// build returns the folder of e's programs, which it makes where it is not there.
func (c engineCache) build(ctx context.Context, e engineSource, arch string, say func(string)) (dir string, err error) {
	h, err := e.hashHere(ctx, arch)
	if err != nil {
		return "", err
	}
	dir = c.folder(e.name, h)
	return dir, c.once(ctx, dir, say, func(into string) error {
		if err := e.buildable(ctx, arch); err != nil {
			return err
		}
		last, ok := c.lastTime(e.name)
		say(fmt.Sprintf("building %s from its Go module (%s)", e.name, expectation(e, last, ok)))
		start := time.Now()
		if err := e.build(ctx, arch, into); err != nil {
			return fmt.Errorf("building %s from its Go module: %w", e.name, err)
		}
		return c.remember(e.name, time.Since(start))
	})
}

// expectation says how long a build will take.
func expectation(e engineSource, last int, known bool) string {
	if known {
		return fmt.Sprintf("%d s last time", last)
	}
	return fmt.Sprintf("about %d min", (e.seconds+59)/60)
}

// RemoveEngines removes all that [Programs] has built, and what interrupted
// builds left behind; it waits for one that is going on. It returns the
// folders that it removed. Go's own caches are the user's and stay.
func RemoveEngines(ctx context.Context) ([]string, error) {
	dir, err := defaultCache()
	if err != nil {
		return nil, err
	}
	return dir.removeAll(ctx)
}

func defaultCache() (engineCache, error) {
	dir, err := os.UserCacheDir()
	return engineCache(filepath.Join(dir, "dnslab", "engines")), err
}
