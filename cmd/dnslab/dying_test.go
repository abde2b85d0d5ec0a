//go:build unix

package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dnslab/dnslab/results"
)

// requests is how many requests a run of some labs makes of an engine that
// stays alive, so that others can be cut off early, midway and late.
func requests(t *testing.T, args []string) int {
	t.Helper()
	p := newProxy(t)
	run := start(t, p.host, args...)
	run.exits(0)
	nothingOf(t, run.run().ID)
	return int(p.seen.Load())
}

// An engine that dies half way, before it does what it was asked or after,
// makes errors of all that was not seen, never a pass or a hang. What the run
// could not take down, clean does once the engine is back.
func TestDyingEngine(t *testing.T) {
	needEngine(t)
	t.Parallel()
	args := append([]string{"run", "-r", "docker"}, some()...)
	all := requests(t, args)
	for _, tt := range []struct {
		percent int
		after   bool // the last request is still carried out
	}{{5, false}, {20, true}, {40, false}, {60, true}, {80, false}, {95, true}} {
		t.Run(fmt.Sprintf("after %d of 100 requests", tt.percent), func(t *testing.T) {
			last := max(3, all*tt.percent/100) // the first two find out whether there is an engine
			p := newProxy(t, func(p *proxy) {
				die := func(n int) {
					if n >= last {
						p.die()
					}
				}
				if tt.after {
					p.after = die
				} else {
					p.before = die
				}
			})
			d := start(t, p.host, args...)
			d.exits(3)
			p.settle(t)
			run := d.run()
			defer nothingOf(t, run.ID)
			defer cleaned(t, run.ID)
			if run.Ended != results.Complete || len(run.Results) != run.Planned {
				t.Errorf("ended %q with %d of %d results", run.Ended, len(run.Results), run.Planned)
			}
			if rt := run.Runtimes[0]; rt.Status != results.Broken || rt.Reason == "" {
				t.Errorf("the runtime is %s: %q", rt.Status, rt.Reason)
			}
			n := run.Count()
			if n[results.Fail] > 0 || n[results.Error]+len(run.Problems) == 0 {
				t.Errorf("results %v, problems %v: an engine that died proves nothing of itself", n, run.Problems)
			}
			for _, r := range run.Results {
				if r.Status == results.Error && !clear(r.Reason) {
					t.Errorf("%s is an error because of %q", r.Path(), r.Reason)
				}
			}
			for _, problem := range run.Problems {
				if !clear(problem.Reason) || problem.Runtime != "docker" {
					t.Errorf("a problem of stage %s on %q: %q", problem.Stage, problem.Runtime, problem.Reason)
				}
			}
			if !strings.Contains(d.stdout.String(), "error") {
				t.Errorf("it says nothing of errors: %s", d.stdout.String())
			}
		})
	}
}

// With --fail-fast the first lab that an engine's death breaks is the last.
func TestDyingEngineFailFast(t *testing.T) {
	needEngine(t)
	t.Parallel()
	once := requests(t, []string{"run", "-r", "docker", "names"})
	p := newProxy(t, func(p *proxy) { when(once+3, p.die)(p) })
	d := start(t, p.host, "run", "-r", "docker", "names", "--repeat", "50", "-p", "1", "--fail-fast")
	d.exits(3)
	p.settle(t)
	run := d.run()
	defer nothingOf(t, run.ID)
	defer cleaned(t, run.ID)
	if run.Ended != results.FailFast || len(run.Results) == 0 || len(run.Results) >= run.Planned {
		t.Errorf("ended %q with %d of %d results", run.Ended, len(run.Results), run.Planned)
	}
}

// An engine that dies while it is being asked for is one that is not there.
func TestDyingAtOnce(t *testing.T) {
	needEngine(t)
	t.Parallel()
	p := newProxy(t, func(p *proxy) { when(2, p.die)(p) })
	d := start(t, p.host, "run", "names", "--json", "-")
	d.exits(2)
	if d.stdout.String() != "" || strings.Count(d.stderr.String(), "\n") != 1 {
		t.Errorf("stdout %q, stderr %q", d.stdout.String(), d.stderr.String())
	}
}

// clear tells whether a reason is one line that says something.
func clear(reason string) bool {
	return reason != "" && !strings.Contains(reason, "\n") && len(reason) < 1000
}
