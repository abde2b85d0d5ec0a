package runner

import (
	"crypto/rand"
	"os"
	"runtime"
	"strings"

	"github.com/prometheus/procfs"

	"github.com/dnslab/dnslab/results"
)

// NewID returns an id for a run: ten letters and digits, the first a letter,
// since it begins labels of names.
func NewID() string { return "r" + strings.ToLower(rand.Text()[:9]) }

// machine describes where dnslab runs. What /proc does not tell stays empty.
func machine() results.Machine {
	m := results.Machine{OS: runtime.GOOS, Arch: runtime.GOARCH, CPUs: runtime.NumCPU()}
	if b, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		m.Kernel = strings.TrimSpace(string(b))
	}
	if fs, err := procfs.NewDefaultFS(); err == nil {
		if mem, err := fs.Meminfo(); err == nil && mem.MemTotalBytes != nil {
			m.MemoryBytes = *mem.MemTotalBytes
		}
	}
	return m
}
