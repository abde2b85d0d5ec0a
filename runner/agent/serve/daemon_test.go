package serve

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/agent"
)

func TestDaemon(t *testing.T) {
	_, addr := serving(t)
	w := newWorker()
	sleeps := agent.Start{Name: "sleeper", Args: []string{"sleep", "600"}, Answers: addr}
	state := func() results.Observation {
		t.Helper()
		o, err := w.daemonState(agent.Runs{Name: "sleeper"})
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	refused := func(err error, want string) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %v, want %q in it", err, want)
		}
	}

	refused(w.stopDaemon(agent.Stop{Name: "sleeper"}), "it was never started")
	if err := w.startDaemon(sleeps); err != nil {
		t.Fatal(err)
	}
	if o := state(); len(o.Processes) != 1 {
		t.Errorf("it runs, but: %+v", o)
	}
	refused(w.startDaemon(sleeps), "it runs already")
	if err := w.stopDaemon(agent.Stop{Name: "sleeper"}); err != nil {
		t.Error(err)
	}
	refused(w.stopDaemon(agent.Stop{Name: "sleeper"}), "it has ended: signal: terminated")

	if err := w.startDaemon(sleeps); err != nil {
		t.Fatal(err)
	}
	d := w.daemons["sleeper"]
	syscall.Kill(d.cmd.Process.Pid, syscall.SIGKILL)
	select {
	case <-d.ended:
	case <-time.After(10 * time.Second):
		t.Fatal("its death is not noticed")
	}
	if o := state(); o.Outcome != results.NotFound || o.Detail != "it has ended: signal: killed" {
		t.Errorf("it was killed, but: %+v", o)
	}
}

// A program that ends at once has not been started, whoever else answers.
func TestDaemonThatEnds(t *testing.T) {
	silent := datagrams(t, func([]byte) [][]byte { return nil })
	err := newWorker().startDaemon(agent.Start{Name: "d", Args: []string{"sh", "-c", "echo no such option; exit 3"}, Answers: silent})
	if err == nil || !strings.Contains(err.Error(), "exit status 3; the last that it said: no such option") {
		t.Errorf("%v", err)
	}
}
