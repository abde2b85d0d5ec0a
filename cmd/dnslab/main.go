// Command dnslab asks one question about DNS inside every container runtime
// there is, and gives a verdict that anyone can check.
//
//	dnslab run                 what is true about DNS in the containers of this machine
//	dnslab list                the labs and what they claim
//	dnslab explain names       the story, the steps and the sources of one lab
//	dnslab doctor              which runtimes can be had here
//
// Exit status: 0 every claim holds; 1 one failed; 2 bad usage or input, or no
// runtime is ready; 3 something could not be built, asked or torn down; 129,
// 130 and 143 hung up, interrupted and terminated, after cleaning up.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/dnslab/dnslab/runner"
)

func main() {
	beAgent(os.Args[1:])
	os.Exit(run(os.Args[1:]))
}

func run(args []string) int {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	// Whoever reads our output may go away, as head does: the write fails then,
	// but the process does not die before it has cleaned up.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	caught := make(chan int, 1)
	go func() {
		s := <-signals
		caught <- 128 + int(s.(syscall.Signal))
		fmt.Fprintln(os.Stderr, "dnslab: cleaning up; a second signal gives up on that (dnslab clean does it later)")
		cancel(runner.ErrInterrupted)
		os.Exit(128 + int((<-signals).(syscall.Signal)))
	}()

	root := rootCommand()
	root.SetArgs(args)
	status := exitStatus(root.ExecuteContext(ctx))
	select {
	case status = <-caught:
	default:
	}
	return status
}

// An exit is an error that knows its exit status. One without text was told before.
type exit struct {
	status int
	err    error
}

func (e exit) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

// badf is for what the user can put right: status 2.
func badf(format string, args ...any) error { return exit{2, fmt.Errorf(format, args...)} }

// bad is err with status 2.
func bad(err error) error {
	if err == nil {
		return nil
	}
	return exit{2, err}
}

// exitStatus prints an error, in one line, and says how to end.
func exitStatus(err error) int {
	if err == nil {
		return 0
	}
	status := 3
	var e exit
	if errors.As(err, &e) {
		status = e.status
	}
	if errors.Is(err, syscall.EPIPE) {
		return status // whoever went away need not be told
	}
	var lines []string
	for line := range strings.Lines(err.Error()) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	if len(lines) > 0 {
		fmt.Fprintln(os.Stderr, "dnslab: "+strings.Join(lines, "; "))
	}
	return status
}
