package serve

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/agent"
)

// How long a program may run, and how many run at once: a dozen commands of an
// engine stand in each other's way, and a loaded machine takes its time.
const (
	programWait    = 90 * time.Second
	programsAtOnce = 3
)

// start runs a program to its end. One that ends with another status than 0
// has been observed as well; one that cannot be started is an error.
func (w *worker) start(c agent.Command) (results.Observation, error) {
	o := results.Observation{Kind: results.KindCommand}
	w.programs <- struct{}{}
	defer func() { <-w.programs }()
	ctx, cancel := context.WithTimeout(context.Background(), programWait)
	defer cancel()
	args := c.Args
	if !c.Root {
		args = append(strings.Fields(os.Getenv(agent.AsEngine)), args...)
	}
	if len(c.Args) == 0 {
		return o, errors.New("running a program: none is named")
	}
	r := w.child(ctx, args[0], args[1:]...)
	var ended *exec.ExitError
	switch {
	case ctx.Err() != nil:
		o.Outcome, o.Detail = results.TimedOutAsk, fmt.Sprintf("%s did not end within %v", c.Args[0], programWait)
		return o, nil
	case r.err != nil && !errors.As(r.err, &ended) && !errors.Is(r.err, exec.ErrWaitDelay):
		return o, fmt.Errorf("running %q: %w", strings.Join(c.Args, " "), r.err)
	}
	text, status := r.out.String(), r.state.ExitCode()
	o.Outcome, o.Text, o.Complaint, o.Exit = results.Value, &text, r.errs.String(), &status
	return o, nil
}

// succeed runs a program that must end with status 0.
func (w *worker) succeed(c agent.Command) error {
	o, err := w.start(c)
	switch {
	case err != nil:
		return err
	case o.Exit == nil:
		return errors.New(o.Detail)
	case *o.Exit != 0:
		return fmt.Errorf("running %q: it ended with %d: %s", strings.Join(c.Args, " "), *o.Exit, strings.TrimSpace(o.Complaint))
	}
	return nil
}
