package runner

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/results/progress"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// A Target is a runtime that was asked for: one at hand, or one that can be
// had when its turn comes. With neither it is absent.
type Target struct {
	Name     string
	Engine   string         // "docker"
	Runtime  driver.Runtime // at hand; whoever opened it closes it
	Opener   Opener         // of a lab host; what it opens the run closes
	Reason   string         // why it is absent
	Required bool           // its absence is an error of each of its claims
}

// An Opener makes a runtime that the run then owns.
type Opener interface {
	// Open starts it. A lab that changes the host under the engine gets one of
	// its own, so it may be called more than once.
	Open(context.Context) (driver.Runtime, error)

	// Ahead makes what Open will need, such as images. What goes wrong is said
	// by Open.
	Ahead(context.Context)

	// Ready tells whether Open needs nothing that is still to be made.
	Ready(context.Context) bool

	// Takes is what it keeps busy while it is open, about.
	Takes() driver.Share
}

// A turn is a target whose time has come.
type turn struct {
	Target
	n     int // among the targets
	began time.Time
	about driver.About
	jobs  []job
	going sync.WaitGroup // jobs that were handed out, and share the runtime
	quiet chan struct{}  // closed when no job goes on
	done  func()         // told when the last of them has come to its end
	gone  func()         // told when it was let go
}

// split tells jobs that share the runtime from those that have it alone: labs
// that say so, what changes a cluster, and everything where labs disturb each
// other. One that changes the host gets another runtime.
func (t *turn) split() (shared, alone []job) {
	for _, j := range t.jobs {
		scope := j.lab.Scope()
		if j.lab.Alone || scope == topo.Cluster || t.about.Alone != "" && scope != topo.Machine {
			alone = append(alone, j)
		} else {
			shared = append(shared, j)
		}
	}
	return shared, alone
}

// part is the run as it would be with t alone.
func (r *running) part(t *turn) results.Run {
	r.mu.Lock()
	defer r.mu.Unlock()
	run := r.out
	run.Started, run.Finished = t.began, time.Now().UTC()
	run.Runtimes = []results.Runtime{r.out.Runtimes[t.n]}
	run.Results, run.Problems = nil, nil
	for _, res := range r.out.Results {
		if res.Runtime == t.Name {
			run.Results = append(run.Results, res)
		}
	}
	for _, p := range r.out.Problems {
		if p.Runtime == t.Name {
			run.Problems = append(run.Problems, p)
		}
	}
	run.Planned = len(run.Results)
	slices.SortStableFunc(run.Results, r.order([]Target{t.Target}))
	return run
}

// closeTimeout bounds letting go of a lab host, also after an interrupt.
const closeTimeout = 60 * time.Second

// turns opens targets: those at hand, which come to their end before anything
// is built, so that the first verdicts come soon; then those that are ready,
// while what the others need is made; then those. Each is opened while the labs
// of the one before it run.
func (r *running) turns(ctx context.Context, targets []Target) <-chan *turn {
	ready := make(chan *turn)
	go func() {
		defer close(ready)
		var atHand, ahead sync.WaitGroup
		room := newRoom(r.out.Machine.MemoryBytes)
		defer ahead.Wait()
		building := false
		order := sequence(ctx, targets)
		for i, n := range order {
			t := targets[n]
			one := &turn{Target: t, n: n, quiet: make(chan struct{}), done: func() {}, gone: func() {}}
			if t.Opener == nil {
				atHand.Add(1)
				one.done = atHand.Done
			} else if !building {
				building = true
				atHand.Wait()
				ahead.Go(func() { openAhead(ctx, targets, order[i:]) })
			}
			if t.Opener != nil {
				one.gone = room.take(t.Opener.Takes()) // what is open comes to its end, even after an interrupt
			}
			r.open(ctx, one)
			ready <- one
		}
	}()
	return ready
}

// sequence returns the places of targets in the order of their turns.
func sequence(ctx context.Context, targets []Target) []int {
	var atHand, ready, others []int
	for n, t := range targets {
		switch {
		case t.Opener == nil:
			atHand = append(atHand, n)
		case t.Opener.Ready(ctx):
			ready = append(ready, n)
		default:
			others = append(others, n)
		}
	}
	return slices.Concat(atHand, ready, others)
}

// open finds out what a target is, notes what can be said without building
// anything, and what is left to do.
func (r *running) open(ctx context.Context, t *turn) {
	t.began = time.Now().UTC()
	status, err := results.Ran, error(nil)
	switch {
	case ctx.Err() != nil && t.Runtime == nil:
		status, err = results.Absent, errors.New("the run ended before it was started")
	case t.Runtime == nil && t.Opener != nil:
		if t.Runtime, err = t.Opener.Open(ctx); err != nil {
			status = results.Absent
			if ctx.Err() == nil {
				r.note([]results.Problem{{Runtime: t.Name, Stage: "host", Reason: oneLine(err)}}, false)
			}
		}
	case t.Runtime == nil:
		status, err = results.Absent, errors.New(t.Reason)
	}
	if status == results.Ran {
		if t.about, err = t.Runtime.About(ctx); err != nil {
			status = results.Broken
		}
	}
	r.describe(t, status, err)
	if status == results.Absent && !t.Required {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.out.Planned -= r.claims(t.Target)
		return
	}
	if ctx.Err() != nil { // what it was about to tell was not reached
		return
	}
	for round := 1; round <= r.Repeat; round++ {
		for _, l := range r.plan.For(t.Name, t.Engine) {
			if err != nil {
				r.settle(t.Name, l, round, results.Error, nil, fmt.Sprintf("%s is %s: %s", t.Name, status, oneLine(err)))
				continue
			}
			if l = r.skip(t.Name, l, round, t.about.Caps); len(l.Claims) > 0 {
				t.jobs = append(t.jobs, job{turn: t, lab: l, round: round})
			}
		}
	}
}

// claims is how many results a target will have.
func (r *running) claims(t Target) int {
	n := 0
	for _, l := range r.plan.For(t.Name, t.Engine) {
		n += len(l.Claims)
	}
	return n * r.Repeat
}

// finish waits for the jobs of a turn, and lets go of its runtime.
func (r *running) finish(ctx context.Context, t *turn) {
	defer t.gone()
	<-t.quiet
	t.done()
	if t.Runtime == nil {
		return
	}
	if ctx.Err() == nil {
		r.Watch.Report(progress.RuntimeDone{Run: r.part(t)})
	}
	if t.Opener == nil || r.Keep {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
	defer cancel()
	if err := t.Runtime.Close(ctx); err != nil {
		r.note([]results.Problem{{Runtime: t.Name, Stage: "down", Reason: oneLine(err)}}, false)
	}
}
