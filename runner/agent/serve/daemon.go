package serve

import (
	"errors"
	"fmt"
	"net/netip"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/agent"
)

const (
	daemonWait = 20 * time.Second // until a program that was started answers
	stopWait   = 5 * time.Second  // for one that was told to end, before it is killed
)

// A daemon is a program that the agent has started and not waited for. It
// outlives the agent. Only an agent that is not the first process of its PID
// namespace may have one, since reap would take its exit status away.
type daemon struct {
	cmd   *exec.Cmd
	said  tail
	ended chan struct{} // closed when the program has ended
}

// startDaemon returns when the program answers DNS where a says.
func (w *worker) startDaemon(a agent.Start) error {
	if len(a.Args) == 0 {
		return fmt.Errorf("starting %q: no program is named", a.Name)
	}
	if d := w.daemons[a.Name]; d != nil && d.runs() {
		return fmt.Errorf("starting %q: it runs already", a.Name)
	}
	d := &daemon{cmd: exec.Command(a.Args[0], a.Args[1:]...), ended: make(chan struct{})}
	d.cmd.Stdout, d.cmd.Stderr = &d.said, &d.said
	d.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := d.cmd.Start(); err != nil {
		return fmt.Errorf("starting %q: %w", a.Name, err)
	}
	go func() {
		d.cmd.Wait() // how it went is in ProcessState
		close(d.ended)
	}()
	w.daemons[a.Name] = d
	if err := d.answers(a.Answers); err != nil {
		return fmt.Errorf("starting %q: %w", a.Name, errors.Join(err, d.stop()))
	}
	return nil
}

// answers waits until something answers DNS at addr, which is asked what no
// resolver asks others: its version. Whatever it answers will do.
func (d *daemon) answers(addr string) error {
	if addr == "" {
		return nil
	}
	server, err := netip.ParseAddrPort(addr)
	if err != nil {
		return err
	}
	for start := time.Now(); time.Since(start) < daemonWait; time.Sleep(50 * time.Millisecond) {
		query, err := build(agent.Wire{Type: "TXT", Class: "CH"}, "version.bind.")
		if err != nil {
			return err
		}
		o := exchange(server, false, query, time.Second, sameID(query))
		if !d.runs() { // what answers is not it
			return errors.New(d.end())
		}
		if o.Outcome == results.Answered {
			return nil
		}
	}
	return fmt.Errorf("%s does not answer within %v", addr, daemonWait)
}

func (d *daemon) runs() bool {
	select {
	case <-d.ended:
		return false
	default:
		return true
	}
}

// stopDaemon ends a program that must still run.
func (w *worker) stopDaemon(a agent.Stop) error {
	d := w.daemons[a.Name]
	switch {
	case d == nil:
		return fmt.Errorf("stopping %q: it was never started", a.Name)
	case !d.runs():
		return fmt.Errorf("stopping %q: %s", a.Name, d.end())
	}
	if err := d.stop(); err != nil {
		return fmt.Errorf("stopping %q: %w", a.Name, err)
	}
	return nil
}

func (d *daemon) stop() error {
	if !d.runs() {
		return nil
	}
	d.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-d.ended:
		return nil
	case <-time.After(stopWait):
	}
	d.cmd.Process.Kill()
	select {
	case <-d.ended:
		return nil
	case <-time.After(stopWait):
		return fmt.Errorf("it cannot be killed within %v", stopWait)
	}
}

// end says how a program ended that has ended: "it has ended: signal: killed".
func (d *daemon) end() string {
	s := "it has ended: " + d.cmd.ProcessState.String()
	if said := strings.TrimSpace(d.said.String()); said != "" {
		s += "; the last that it said: " + said
	}
	return s
}

// daemonState has the program among its processes while it runs, and says in
// its detail how it ended otherwise.
func (w *worker) daemonState(q agent.Runs) (results.Observation, error) {
	o := results.Observation{Kind: results.KindCommand, Outcome: results.Value}
	d := w.daemons[q.Name]
	switch {
	case d == nil:
		return o, fmt.Errorf("%q was never started", q.Name)
	case d.runs():
		o.Processes = []results.Process{{PID: d.cmd.Process.Pid, Name: q.Name}}
	default:
		o.Outcome, o.Detail = results.NotFound, d.end()
	}
	return o, nil
}

// tail keeps the last octets written to it.
type tail struct {
	mu   sync.Mutex
	text []byte
}

const tailSize = 2000 // octets

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, b...)
	t.text = t.text[max(0, len(t.text)-tailSize):]
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.text)
}
