package kind

import (
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
)

// A node of a cluster is privileged, and what its systemd and kubelet would
// write to these is in no namespace: it is this machine's.
var shared = []string{"fs", "kernel", "vm"}

// restless are those that the kernel itself changes.
var restless = []string{"kernel/ns_last_pid", "kernel/random/"}

// sysctls returns every one of them that can be written. It is empty where
// containers run on another machine's kernel, as on a Mac.
func sysctls(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, dir := range shared {
		fs.WalkDir(os.DirFS("/proc/sys"), dir, func(p string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || slices.ContainsFunc(restless, func(r string) bool { return strings.HasPrefix(p, r) }) {
				return nil
			}
			if info, err := e.Info(); err != nil || info.Mode()&0o200 == 0 {
				return nil
			}
			if text, err := os.ReadFile(path.Join("/proc/sys", p)); err == nil {
				all[p] = string(text)
			}
			return nil
		})
	}
	return all
}

// sameMachine fails if a sysctl is not what it was.
func sameMachine(t *testing.T, before map[string]string) {
	t.Helper()
	now := sysctls(t)
	for _, name := range slices.Sorted(maps.Keys(before)) {
		if now[name] != before[name] {
			t.Errorf("the cluster changed %s of the machine from %q to %q", name, before[name], now[name])
		}
	}
}
