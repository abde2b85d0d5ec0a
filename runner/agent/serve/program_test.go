package serve

import (
	"strings"
	"testing"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/agent"
)

func TestProgram(t *testing.T) {
	t.Setenv(agent.AsEngine, "env WHO=engine")
	w := newWorker()
	for _, c := range []struct {
		command        agent.Command
		out, complaint string
		exit           int
	}{
		{agent.Command{Args: []string{"sh", "-c", `echo "$WHO"`}}, "engine\n", "", 0},
		{agent.Command{Args: []string{"sh", "-c", `echo "$WHO"`}, Root: true}, "\n", "", 0},
		{agent.Command{Args: []string{"sh", "-c", "echo no >&2; exit 125"}}, "", "no\n", 125},
	} {
		o, err := w.start(c.command)
		if err != nil || o.Outcome != results.Value || *o.Text != c.out || o.Complaint != c.complaint || *o.Exit != c.exit {
			t.Errorf("%+v: %+v, %v", c.command, o, err)
		}
		if err := w.succeed(c.command); (err == nil) != (c.exit == 0) {
			t.Errorf("%+v must succeed: %v", c.command, err)
		}
	}
	if _, err := w.start(agent.Command{Args: []string{"/no/such/program"}, Root: true}); err == nil || !strings.Contains(err.Error(), "/no/such/program") {
		t.Errorf("a program that is not there: %v", err)
	}
	if _, err := w.start(agent.Command{}); err == nil {
		t.Error("no program at all is no error")
	}
}
