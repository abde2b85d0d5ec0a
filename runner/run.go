package runner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/dnslab/dnslab/labs"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/results/progress"
	"github.com/dnslab/dnslab/runner/driver"
)

// ErrInterrupted is the cause of a context that a signal ended.
var ErrInterrupted = errors.New("interrupted")

var errFailFast = errors.New("stopped at the first that does not hold")

// Options say how to run a plan. The zero value is one round, side by side as
// the machine allows.
type Options struct {
	ID       string        // of the run; empty is a new one
	Parallel int           // labs at once; 0 is DefaultParallel
	Timeout  time.Duration // of the whole run; 0 is none
	Repeat   int           // rounds; 0 is one
	Retries  int           // of a lab that does not hold
	FailFast bool
	Keep     bool // leave worlds up
	Watch    progress.Reporter
	Args     []string
	Build    results.Build

	// Judged hears what each claim was judged by, in the words of the lab; it
	// is for tests of the labs themselves.
	Judged func(labs.Lab, labs.Claim, labs.Case, results.Evidence)
}

// DefaultParallel is how many labs run at once unless told otherwise: most of
// a lab is waiting, for the engine or for an answer that does not come. More
// than twelve could use up the 30 networks that Docker has addresses for.
func DefaultParallel() int { return min(12, max(4, 4*runtime.NumCPU())) }

// Run runs plan on the targets, and returns what came out. It never panics for
// a lab's sake and always takes down what it built; what went wrong with that
// is among the problems.
func Run(ctx context.Context, plan Plan, targets []Target, o Options) results.Run {
	if o.Watch == nil {
		o.Watch = progress.Discard
	}
	if o.ID == "" {
		o.ID = NewID()
	}
	if o.Judged == nil {
		o.Judged = func(labs.Lab, labs.Claim, labs.Case, results.Evidence) {}
	}
	o.Parallel, o.Repeat = orDefault(o.Parallel, DefaultParallel()), orDefault(o.Repeat, 1)
	r := &running{Options: o, plan: plan, out: results.Run{
		Schema: results.Schema, ID: o.ID, Started: time.Now().UTC(), Args: o.Args, Build: o.Build, Machine: machine(), Ended: results.Complete,
	}}
	if o.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, o.Timeout)
		defer cancel()
	}
	r.all(ctx, targets)
	r.out.Finished = time.Now().UTC()
	return r.out
}

func orDefault(n, otherwise int) int {
	if n <= 0 {
		return otherwise
	}
	return n
}

// running is a run as it goes on.
type running struct {
	Options
	plan Plan
	stop context.CancelCauseFunc

	mu   sync.Mutex
	out  results.Run
	tags int
}

// A job is one lab in one round on one runtime.
type job struct {
	*turn
	lab   labs.Lab // with the claims that can be judged
	round int
}

func (r *running) all(ctx context.Context, targets []Target) {
	ctx, r.stop = context.WithCancelCause(ctx)
	defer r.stop(nil)
	r.out.Runtimes = make([]results.Runtime, len(targets))
	for _, t := range targets {
		r.out.Planned += r.claims(t)
	}
	r.Watch.Report(progress.Planned{Results: r.out.Planned})
	next := make(chan job)
	var workers, alone, others sync.WaitGroup
	for range r.Parallel {
		workers.Go(func() {
			for j := range next {
				r.add(r.do(ctx, j))
				j.going.Done()
			}
		})
	}
	for t := range r.turns(ctx, targets) {
		others.Go(func() { prepareAhead(ctx, t.jobs[min(r.Parallel, len(t.jobs)):]) })
		shared, last := t.split()
		for _, j := range shared {
			t.going.Add(1)
			select {
			case next <- j:
				continue
			case <-ctx.Done():
				t.going.Done()
			}
			break
		}
		alone.Go(func() { r.oneByOne(ctx, t, last) })
		others.Go(func() { r.finish(ctx, t) })
	}
	close(next)
	workers.Wait()
	alone.Wait()
	how := ended(ctx)
	others.Wait()
	r.out.Ended = how
	slices.SortStableFunc(r.out.Results, r.order(targets))
}

// oneByOne runs the jobs that have the runtime alone, when the others are done.
func (r *running) oneByOne(ctx context.Context, t *turn, jobs []job) {
	defer close(t.quiet)
	t.going.Wait()
	for _, j := range jobs {
		r.add(r.do(ctx, j))
	}
}

// openAhead makes what targets need while those before them run.
func openAhead(ctx context.Context, targets []Target, order []int) {
	for _, n := range order {
		if targets[n].Opener != nil && ctx.Err() == nil {
			targets[n].Opener.Ahead(ctx)
		}
	}
}

func (r *running) add(all []results.Result) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.out.Results = append(r.out.Results, all...)
}

// prepareAhead makes what later labs need while the first ones run. What goes
// wrong is said where a lab cannot be built.
func prepareAhead(ctx context.Context, jobs []job) {
	for _, j := range jobs {
		j.Runtime.Prepare(ctx, j.lab.Topology, places(j.lab.Steps))
	}
}

// answerTimeout bounds asking an engine whether it is still there. A machine
// that has much else to do can take some seconds.
const answerTimeout = 30 * time.Second

// bury finds out whether a runtime died on the way, once something went wrong.
func (r *running) bury(ctx context.Context, t *turn) {
	p, ok := t.Runtime.(driver.Pinger)
	if !ok || ctx.Err() != nil || r.dead(t) {
		return
	}
	asking, cancel := context.WithTimeoutCause(ctx, answerTimeout, fmt.Errorf("it says nothing for %v", answerTimeout))
	defer cancel()
	err := cause(asking, p.Ping(asking))
	if err == nil || ctx.Err() != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	rt := &r.out.Runtimes[t.n]
	rt.Status, rt.Reason = results.Broken, "it died: "+oneLine(err)
}

// dead tells whether a runtime has died since it was opened.
func (r *running) dead(t *turn) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.out.Runtimes[t.n].Status == results.Broken
}

// order puts results in the order of targets, rounds, labs and claims.
func (r *running) order(targets []Target) func(a, b results.Result) int {
	place := map[string]int{}
	for _, t := range targets {
		place[t.Name] = len(place)
	}
	for _, l := range r.plan.labs {
		place["/"+l.Name] = len(place)
		for _, c := range l.Claims {
			place[l.Name+"/"+c.ID] = len(place)
		}
	}
	return func(a, b results.Result) int {
		return cmp.Or(
			cmp.Compare(place[a.Runtime], place[b.Runtime]),
			cmp.Compare(a.Round, b.Round),
			cmp.Compare(place["/"+a.Lab], place["/"+b.Lab]),
			cmp.Compare(place[a.Lab+"/"+a.Claim], place[b.Lab+"/"+b.Claim]),
		)
	}
}

func ended(ctx context.Context) string {
	switch cause := context.Cause(ctx); {
	case cause == nil:
		return results.Complete
	case errors.Is(cause, errFailFast):
		return results.FailFast
	case errors.Is(cause, context.DeadlineExceeded):
		return results.TimedOut
	}
	return results.Interrupted
}

func (r *running) describe(t *turn, status string, err error) {
	d := results.Runtime{
		Name: t.Name, Status: status, Engine: t.Engine, Version: t.about.Version, Rootless: t.about.Rootless,
		Versions: t.about.Versions, Facts: t.about.Facts, Caps: map[string]string{},
	}
	for c, evidence := range t.about.Caps {
		d.Caps[string(c)] = evidence
	}
	if err != nil {
		d.Reason = oneLine(err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.out.Runtimes[t.n] = d
}

// skip settles the claims that the runtime lacks something for, and returns l
// with the others.
func (r *running) skip(runtime string, l labs.Lab, round int, caps driver.Caps) labs.Lab {
	var can []labs.Claim
	for _, c := range l.Claims {
		lacks := caps.Lacks(append(slices.Clone(l.Needs), c.Needs...))
		if len(lacks) == 0 {
			can = append(can, c)
			continue
		}
		one := l
		one.Claims = []labs.Claim{c}
		r.settle(runtime, one, round, results.Skip, lacks, fmt.Sprintf("%s lacks %v", runtime, lacks))
	}
	if len(can) == 0 {
		r.Watch.Report(progress.LabDone{Runtime: runtime, Lab: l.Name, Round: r.shown(round), Tally: results.Tally{Skip: len(l.Claims)}})
	}
	l.Claims = can
	return l
}

// settle gives all claims of l the same result, without building it.
func (r *running) settle(runtime string, l labs.Lab, round int, s results.Status, lacks []driver.Cap, reason string) {
	for _, c := range l.Claims {
		res := results.Result{Runtime: runtime, Lab: l.Name, Claim: c.ID, Says: c.Says, Round: round, Status: s, Reason: reason, Attempts: 1}
		for _, n := range lacks {
			res.Needs = append(res.Needs, string(n))
		}
		r.add([]results.Result{res})
	}
}

// do runs one lab, again where it does not hold and may be retried.
func (r *running) do(ctx context.Context, j job) []results.Result {
	if ctx.Err() != nil {
		return nil
	}
	if r.dead(j.turn) { // each lab would wait for it until its time is up
		all := r.without(j)
		r.done(j, all, 0)
		return all
	}
	began := time.Now()
	r.Watch.Report(progress.LabStarted{Runtime: j.Name, Lab: j.lab.Name, Round: r.shown(j.round)})
	var latest []results.Result
	for n, last := 0, false; !last; n++ {
		a := &attempt{runtime: j.Runtime, opener: j.Opener, about: j.about, lab: j.lab, run: r.ID, tag: r.tag(), keep: r.Keep, judged: r.Judged}
		now := a.do(ctx)
		if now != nil {
			now = merge(latest, now)
		}
		latest = now
		if last = n == r.Retries || holds(latest); last {
			r.done(j, latest, time.Since(began))
		}
		a.down(ctx)
		r.note(a.problems, now == nil || !last)
		if len(a.problems) > 0 || results.Sum(now...).Error > 0 {
			r.bury(ctx, j.turn)
		}
	}
	return latest
}

// without is what becomes of a lab whose runtime has died.
func (r *running) without(j job) []results.Result {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []results.Result
	for _, c := range j.lab.Claims {
		all = append(all, results.Result{
			Runtime: j.Name, Lab: j.lab.Name, Claim: c.ID, Says: c.Says, Round: j.round, Attempts: 1,
			Status: results.Error, Reason: fmt.Sprintf("%s is broken: %s", j.Name, r.out.Runtimes[j.n].Reason),
		})
	}
	return all
}

// done tells what became of a lab; nil is one that was interrupted.
func (r *running) done(j job, latest []results.Result, took time.Duration) {
	for i := range latest {
		latest[i].Round = j.round
	}
	tally := results.Sum(latest...)
	r.Watch.Report(progress.LabDone{Runtime: j.Name, Lab: j.lab.Name, Round: r.shown(j.round), Tally: tally, Duration: took, Reason: reason(latest)})
	if r.FailFast && !holds(latest) {
		r.stop(errFailFast)
	}
}

// note keeps problems; those of an attempt that was cut off or is tried again
// only if something may have been left behind.
func (r *running) note(problems []results.Problem, again bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, p := range problems {
		if !again || p.Stage == "down" {
			r.out.Problems = append(r.out.Problems, p)
		}
	}
}

// tag is unique on any engine: no two runs have the same id.
func (r *running) tag() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tags++
	return fmt.Sprintf("%sx%d", r.ID, r.tags)
}

func (r *running) shown(round int) int {
	if r.Repeat == 1 {
		return 0
	}
	return round
}

// merge puts the attempts before the latest one into it.
func merge(before, now []results.Result) []results.Result {
	for i := range before {
		b := before[i]
		now[i].Attempts = b.Attempts + 1
		now[i].Earlier = append(b.Earlier, results.Attempt{Status: b.Status, Reason: b.Reason, Observed: b.Observed})
	}
	return now
}

func holds(all []results.Result) bool {
	t := results.Sum(all...)
	return t.Fail == 0 && t.Error == 0
}

func reason(all []results.Result) string {
	for _, r := range all {
		if r.Status == results.Fail || r.Status == results.Error {
			return r.Claim + ": " + r.Reason
		}
	}
	return ""
}
