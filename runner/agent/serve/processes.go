package serve

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"github.com/prometheus/procfs"

	"github.com/dnslab/dnslab/results"
)

// firstPID is that of the process a container is started for.
const firstPID = 1

// processes lists what /proc shows. The agent leaves itself out, unless it is
// what the container was started for.
func (w *worker) processes() (results.Observation, error) {
	o := results.Observation{Kind: results.KindCommand, Outcome: results.Value, Processes: []results.Process{}}
	all, err := w.allProcesses()
	if err != nil {
		return o, err
	}
	for _, p := range all {
		if p.PID == os.Getpid() && p.PID != firstPID {
			continue
		}
		name, err := p.Comm()
		if gone(err) {
			continue
		}
		if err != nil {
			return o, fmt.Errorf("reading the name of process %d: %w", p.PID, err)
		}
		o.Processes = append(o.Processes, results.Process{PID: p.PID, Name: name})
	}
	return o, nil
}

func (w *worker) allProcesses() (procfs.Procs, error) {
	proc, err := procfs.NewFS(w.proc)
	if err != nil {
		return nil, fmt.Errorf("opening %q: %w", w.proc, err)
	}
	all, err := proc.AllProcs()
	if err != nil {
		return nil, fmt.Errorf("listing %q: %w", w.proc, err)
	}
	return all, nil
}

// gone tells whether a process ended while it was being looked at.
func gone(err error) bool { return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH) }
