package labs_test

import (
	"context"
	"flag"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/dnslab/dnslab/labs"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/results/progress"
	"github.com/dnslab/dnslab/runner"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/driver/all"
	"github.com/dnslab/dnslab/runner/driver/owner"
)

// runFile is where the latest go test of this package leaves its evidence. It
// is read back when the test ends, so that the go command sees an input that
// has just changed and never serves the result from its cache.
const runFile = "../results/runs/go-test.json"

// downReserve is how long before the test binary's own deadline a run ends, so
// that everything can be taken down. It is less where all tests have little.
var (
	downReserve = 90 * time.Second
	reserve     sync.Once
)

// TestLabs runs the labs on DNSLAB_RUNTIME (default docker; "ready" is every
// lab host whose image is there), DNSLAB_REPEAT times (default once). Its subtests are runtime/lab/claim. A runtime that is
// absent is a skip, unless DNSLAB_REQUIRE names it.
func TestLabs(t *testing.T) {
	run := whole(t)
	for _, rt := range run.Runtimes {
		t.Run(results.InPath(rt.Name), func(t *testing.T) {
			mine := of(run.Results, func(r results.Result) bool { return r.Runtime == rt.Name })
			if len(mine) == 0 {
				t.Skipf("%s is %s: %s", rt.Name, rt.Status, rt.Reason)
			}
			for _, lab := range names(mine, func(r results.Result) string { return r.Lab }) {
				t.Run(lab, func(t *testing.T) {
					its := of(mine, func(r results.Result) bool { return r.Lab == lab })
					for _, claim := range names(its, func(r results.Result) string { return r.Claim }) {
						t.Run(claim, func(t *testing.T) {
							for _, r := range of(its, func(r results.Result) bool { return r.Claim == claim }) {
								report(t, r)
							}
						})
					}
				})
			}
		})
	}
	for _, p := range run.Problems {
		t.Errorf("%s of %s/%s: %s", p.Stage, p.Runtime, p.Lab, p.Reason)
	}
	if run.Ended != results.Complete {
		t.Errorf("the run did not complete: %s", run.Ended)
	}
}

func report(t *testing.T, r results.Result) {
	t.Helper()
	switch r.Status {
	case results.Fail:
		t.Errorf("round %d: %s\nexpected: %s\nseen:     %s\nreason:   %s\nrepeat:   %s", r.Round, r.Says, r.Expected, r.Seen, r.Reason, r.Rerun())
	case results.Error:
		t.Errorf("round %d: %s\ncould not be told: %s", r.Round, r.Says, r.Reason)
	case results.Skip:
		t.Skip(r.Reason)
	}
}

// whole is the run that the tests of this package share.
func whole(t *testing.T) results.Run {
	t.Helper()
	theRun.Do(func() { shared = start(t) })
	return shared
}

var (
	theRun sync.Once
	shared results.Run
)

func start(t *testing.T) results.Run {
	plan, err := runner.Choose(labs.All(), runner.Filter{Run: wanted()})
	if err != nil {
		t.Fatal(err)
	}
	ctx := inTime(t)
	repeat, _ := strconv.Atoi(os.Getenv("DNSLAB_REPEAT"))
	id := runner.NewID()
	watch := progress.Plain(os.Stderr)
	defer watch.Close()
	captured.begin(id)
	defer captured.finish()
	run := runner.Run(ctx, plan, targets(ctx, t, id, watch), runner.Options{ID: id, Repeat: repeat, Watch: watch, Args: os.Args[1:], Judged: keep})
	if err := save(run); err != nil {
		t.Logf("the run file could not be kept: %v", err)
	}
	return run
}

// inTime returns a context that ends with an interrupt, after which no other
// test of this package begins anything, and while there still is time to take
// down what was built and to report.
func inTime(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := context.AfterFunc(interrupted(), func() { cancel(runner.ErrInterrupted) })
	t.Cleanup(func() { stop(); cancel(nil) })
	if deadline, ok := t.Deadline(); ok {
		reserve.Do(func() { downReserve = min(downReserve, time.Until(deadline)/4) })
		end := deadline.Add(-downReserve)
		if time.Now().After(end) {
			t.Fatalf("not begun: the time of the tests ends in %s", time.Until(deadline).Round(time.Second))
		}
		var done context.CancelFunc
		ctx, done = context.WithDeadline(ctx, end)
		t.Cleanup(done)
	}
	return ctx
}

var interrupted = sync.OnceValue(func() context.Context {
	ctx, _ := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	return ctx
})

func targets(ctx context.Context, t *testing.T, id string, watch progress.Reporter) []runner.Target {
	named, required := split(os.Getenv("DNSLAB_RUNTIME")), split(os.Getenv("DNSLAB_REQUIRE"))
	if len(named) == 0 {
		named = []string{"docker"}
	}
	must, err := all.Choose(all.Candidates(), required)
	if err != nil {
		t.Fatalf("DNSLAB_REQUIRE: %v", err)
	}
	ready := slices.Equal(named, []string{"ready"})
	if ready {
		named = []string{"all"}
	}
	chosen, err := all.Choose(all.Candidates(), slices.Concat(named, required))
	if err != nil {
		t.Fatalf("DNSLAB_RUNTIME: %v", err)
	}
	o := all.Open(ctx, driver.Options{Run: id, Owner: owner.Text(), Say: func(s string) { watch.Report(progress.Say{Text: s}) }})
	t.Cleanup(func() { o.Close(context.Background()) })
	var targets []runner.Target
	for _, c := range chosen {
		target := runner.Target{Name: c.Name, Engine: c.Engine, Required: slices.ContainsFunc(must, func(m all.Candidate) bool { return m.Name == c.Name })}
		if c.Made() {
			later := o.Later(c)
			if ready && !target.Required && !later.Ready(ctx) {
				continue
			}
			target.Opener = later
		} else if ready {
			continue
		} else if rt, err := o.Runtime(ctx, c); err != nil {
			target.Reason = err.Error()
		} else {
			target.Runtime = rt
			t.Cleanup(func() { rt.Close(context.Background()) })
		}
		targets = append(targets, target)
	}
	return targets
}

// wanted turns what -run says about the subtests of TestLabs into a pattern of
// the runner, so that a lab nobody wants is not built.
func wanted() string {
	f := flag.Lookup("test.run")
	parts := strings.Split(f.Value.String(), "/")
	if len(parts) < 2 || !strings.Contains(parts[0], "TestLabs") {
		return ""
	}
	return strings.Join(parts[1:], "/")
}

func save(run results.Run) error {
	if err := os.MkdirAll(filepath.Dir(runFile), 0o755); err != nil {
		return err
	}
	if err := results.Save(runFile, run); err != nil {
		return err
	}
	_, err := results.Read(runFile)
	return err
}

func split(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' })
}

func of(all []results.Result, want func(results.Result) bool) []results.Result {
	var some []results.Result
	for _, r := range all {
		if want(r) {
			some = append(some, r)
		}
	}
	return some
}

func names(all []results.Result, name func(results.Result) string) []string {
	var list []string
	for _, r := range all {
		if n := name(r); !slices.Contains(list, n) {
			list = append(list, n)
		}
	}
	return list
}
