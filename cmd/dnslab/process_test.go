//go:build unix

package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/dnslab/dnslab/results"
)

// A process is dnslab at work on an engine.
type process struct {
	t      *testing.T
	cmd    *exec.Cmd
	file   string // what it writes with --json
	stdout said
	stderr said
	done   chan struct{}
}

// said is what a process has said so far.
type said struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (s *said) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all.Write(b)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all.String()
}

// start starts dnslab. A run writes its file to process.file, unless it has a
// --json of its own.
func start(t *testing.T, host string, args ...string) *process {
	t.Helper()
	p := &process{t: t, done: make(chan struct{})}
	if args[0] == "run" && !strings.Contains(strings.Join(args, " "), "--json") {
		p.file = filepath.Join(t.TempDir(), "run.json")
		args = append(args, "--json", p.file)
	}
	p.cmd = command(t, host, args...)
	p.cmd.Stdout, p.cmd.Stderr = &p.stdout, &p.stderr
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.cmd.Wait()
		close(p.done)
	}()
	t.Cleanup(func() {
		p.signal(syscall.SIGKILL)
		<-p.done
	})
	return p
}

// command is dnslab, in a group of its own: its children can be told from ours.
// A run that names no runtime runs on docker, whatever lab hosts are built.
func command(t *testing.T, host string, args ...string) *exec.Cmd {
	if args[0] == "run" && !slices.Contains(args, "-r") {
		args = append(args, "-r", "docker")
	}
	cmd := exec.Command(program.path(t), args...)
	cmd.Env = append(os.Environ(), "DOCKER_HOST="+host)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd
}

func (p *process) pid() string { return strconv.Itoa(p.cmd.Process.Pid) }

func (p *process) signal(s os.Signal) { p.cmd.Process.Signal(s) }

// wait returns the exit status, of a process that a signal ended 128 and more.
// No process of its own may be left.
func (p *process) wait() int {
	p.t.Helper()
	select {
	case <-p.done:
	case <-time.After(patience()):
		p.signal(syscall.SIGQUIT) // says where it hangs
		<-p.done
		p.t.Fatalf("dnslab hangs: %s", p.stderr.String())
	}
	if err := syscall.Kill(-p.cmd.Process.Pid, 0); !errors.Is(err, syscall.ESRCH) {
		p.t.Errorf("a process of dnslab's is left in group %s: %v", p.pid(), err)
	}
	status := p.cmd.ProcessState.Sys().(syscall.WaitStatus)
	if status.Signaled() {
		return 128 + int(status.Signal())
	}
	return status.ExitStatus()
}

// exits waits for an exit status.
func (p *process) exits(want int) {
	p.t.Helper()
	if got := p.wait(); got != want {
		p.t.Fatalf("%q ended with status %d, want %d\nstdout: %s\nstderr: %s", p.cmd.Args, got, want, p.stdout.String(), p.stderr.String())
	}
}

// run reads the file that the process wrote, and holds it against its promises.
func (p *process) run() results.Run {
	p.t.Helper()
	data, err := os.ReadFile(p.file)
	if err != nil {
		p.t.Fatalf("%v\nstdout: %s\nstderr: %s", err, p.stdout.String(), p.stderr.String())
	}
	return kept(p.t, data)
}

// kept reads a run file whose promises are kept.
func kept(t *testing.T, data []byte) results.Run {
	t.Helper()
	for _, broken := range promises(data) {
		t.Error(broken)
	}
	run, err := results.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// cleaned runs dnslab clean on what belongs to one run alone, and wants nothing
// left of it. Other runs on the same engine are none of our business.
func cleaned(t *testing.T, id string, args ...string) (stdout string) {
	t.Helper()
	narrowed := newProxy(t, func(p *proxy) { p.only = "dnslab.run=" + id })
	p := start(t, narrowed.host, append([]string{"clean"}, args...)...)
	p.exits(0)
	return p.stdout.String()
}

// until polls a condition.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(patience()); !ok(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatalf("waiting in vain for %s", what)
		}
	}
}
