package serve

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// command runs a program and returns its standard output, also if it failed.
// The error holds the command and what it wrote to standard error.
func (w *worker) command(ctx context.Context, name string, args ...string) ([]byte, error) {
	r := w.child(ctx, name, args...)
	if r.err != nil {
		line := strings.Join(append([]string{name}, args...), " ")
		if said := strings.TrimSpace(r.errs.String()); said != "" {
			return r.out.Bytes(), fmt.Errorf("running %q: %w: %s", line, r.err, said)
		}
		return r.out.Bytes(), fmt.Errorf("running %q: %w", line, r.err)
	}
	return r.out.Bytes(), nil
}

// A ran is what became of a program that was run to its end.
type ran struct {
	out, errs bytes.Buffer
	state     *os.ProcessState // nil where it could not be started
	err       error
}

// child runs a program to its end, and leaves its exit status to itself.
func (w *worker) child(ctx context.Context, name string, args ...string) *ran {
	defer w.reap()
	w.children.RLock()
	defer w.children.RUnlock()
	r := &ran{}
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdout, cmd.Stderr = &r.out, &r.errs
	cmd.WaitDelay = time.Second // for what its own children hold open
	r.err = cmd.Run()
	r.state = cmd.ProcessState
	return r
}

// reapOrphans takes leave of processes whose parent died before them, which a
// PID namespace hands to its first process.
func (w *worker) reapOrphans() {
	died := make(chan os.Signal, 1)
	signal.Notify(died, syscall.SIGCHLD)
	for range died {
		w.reap()
	}
}

// reap does so unless a program of the agent's own runs: its exit status is
// for command to read, which then reaps the others.
func (w *worker) reap() {
	if os.Getpid() != 1 || !w.children.TryLock() {
		return
	}
	defer w.children.Unlock()
	for {
		if pid, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil); pid <= 0 && err != syscall.EINTR {
			return
		}
	}
}
