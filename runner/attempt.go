package runner

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/labs"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// How long an engine may take for its part of a lab. A busy one took 40 s for
// a world of eight containers; one that has locked itself up takes for ever.
const (
	upTimeout   = 3 * time.Minute
	actTimeout  = 90 * time.Second
	downTimeout = 90 * time.Second // goes on after an interrupt
)

// within is ctx with a bound on what the engine does.
func within(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, d, fmt.Errorf("the engine did not do it within %v", d))
}

// An attempt is one world of one lab on one runtime, from up to down.
type attempt struct {
	runtime driver.Runtime
	opener  Opener // of a runtime of the lab's own, where it changes the host
	about   driver.About
	lab     labs.Lab // with the claims that are wanted and can be judged
	run     string   // id of the run
	tag     string
	keep    bool
	judged  func(labs.Lab, labs.Claim, labs.Case, results.Evidence)

	owned    bool                           // runtime is the lab's own
	session  *session                       // nil until the world is up
	seen     map[string]results.Observation // as they came
	evidence results.Evidence               // in the words of the lab
	failed   map[string]error               // observations that could not be made
	took     map[string]time.Duration       // of the step that made an observation
	problems []results.Problem
}

// do builds the world, goes through the steps and judges. The world stays up,
// for down to take down, so that nobody waits for that to hear the verdict.
func (a *attempt) do(ctx context.Context) []results.Result {
	a.seen, a.failed, a.took = map[string]results.Observation{}, map[string]error{}, map[string]time.Duration{}
	a.evidence = results.Evidence{Seen: map[string]results.Observation{}, Addrs: map[string]results.Addresses{}, Facts: a.about.Facts}
	broken := a.observe(ctx)
	if ctx.Err() != nil {
		return nil // interrupted: what is not finished says nothing
	}
	var all []results.Result
	for _, c := range a.lab.Claims {
		all = append(all, a.judge(c, broken))
	}
	return all
}

// observe returns what broke the lab as a whole, if anything did. A panic is
// such a thing too.
func (a *attempt) observe(ctx context.Context) (broken error) {
	defer func() {
		if p := recover(); p != nil {
			broken = a.problem("act", fmt.Errorf("the lab panicked: %v", p))
		}
	}()
	lab := localize(a.lab.Topology, a.run)
	steps := localize(a.steps(), a.run)
	if a.lab.Scope() == topo.Machine {
		if err := a.ownHost(ctx); err != nil {
			return a.problem("host", err)
		}
	}
	if err := a.runtime.Prepare(ctx, lab, places(steps)); err != nil {
		return a.problem("image", err)
	}
	upCtx, cancel := within(ctx, upTimeout)
	defer cancel()
	world, err := a.runtime.Up(upCtx, driver.Tag{Lab: a.lab.Name, Name: a.tag}, lab)
	err = cause(upCtx, err)
	switch {
	case errors.Is(err, driver.ErrLeft):
		return a.problem("down", err)
	case err != nil:
		return a.problem("up", err)
	}
	s := newSession(world, lab, a.run+"."+topo.Zone+".")
	a.session = s
	if err := s.serveAll(ctx); err != nil {
		return a.problem("up", err)
	}
	for i, step := range steps {
		began := time.Now()
		for j, act := range step.Do {
			if err := a.act(ctx, s, act); err != nil {
				return a.problem("act", fmt.Errorf("doing %q in step %d: %w", a.lab.Steps[i].Do[j], i+1, err))
			}
		}
		a.note(ctx, s, step.Ask, began)
	}
	return nil
}

// ownHost gives the lab a host that nobody else uses and that is thrown away.
func (a *attempt) ownHost(ctx context.Context) error {
	if a.opener == nil {
		return fmt.Errorf("the lab changes the host under the engine, and that of %s is not dnslab's", a.runtime.Name())
	}
	rt, err := a.opener.Open(ctx)
	if err != nil {
		return err
	}
	a.runtime, a.owned = rt, true
	return nil
}

func (a *attempt) act(ctx context.Context, s *session, act topo.Act) error {
	ctx, cancel := within(ctx, actTimeout)
	defer cancel()
	return cause(ctx, s.do(ctx, act))
}

// cause says what ended ctx, where that is why err happened.
func cause(ctx context.Context, err error) error {
	if why := context.Cause(ctx); err != nil && why != nil {
		return fmt.Errorf("%w (%w)", why, err)
	}
	return err
}

// note asks the questions of a step and keeps what came back.
func (a *attempt) note(ctx context.Context, s *session, questions map[string]topo.Question, began time.Time) {
	seen, failed := s.ask(ctx, questions)
	known := s.world.Known()
	took := time.Since(began)
	for name, o := range seen {
		c, err := canonical(o, known, a.tag, a.run)
		if err != nil {
			failed[name] = err
			continue
		}
		a.seen[name], a.evidence.Seen[name], a.took[name] = o, c, took
		a.evidence.Addrs[name] = known.Addrs
	}
	for name, err := range failed {
		a.failed[name] = err
	}
}

// down takes the world down, if it is up, and with it a host of the lab's own,
// even where ctx has ended.
func (a *attempt) down(ctx context.Context) {
	if a.session != nil {
		a.session.close()
	}
	if a.keep {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), downTimeout)
	defer cancel()
	if a.owned {
		if err := a.runtime.Close(ctx); err != nil {
			a.problem("down", err)
		}
		return // and what was on it is gone
	}
	if a.session != nil {
		if err := a.session.world.Close(ctx); err != nil {
			a.problem("down", err)
		}
	}
}

func (a *attempt) problem(stage string, err error) error {
	a.problems = append(a.problems, results.Problem{Runtime: a.runtime.Name(), Lab: a.lab.Name, Stage: stage, Reason: oneLine(err)})
	return err
}

// judge says what became of one claim.
func (a *attempt) judge(c labs.Claim, broken error) (r results.Result) {
	defer func() {
		if p := recover(); p != nil {
			r.Status, r.Reason = results.Error, oneLine(fmt.Errorf("the claim's judge panicked: %v", p))
		}
	}()
	r = results.Result{Runtime: a.runtime.Name(), Lab: a.lab.Name, Claim: c.ID, Says: c.Says, Attempts: 1, Observed: map[string]results.Observation{}}
	cs, basis, err := fit(c, a.about.Facts)
	if err != nil {
		r.Status, r.Reason = results.Error, oneLine(err)
		return r
	}
	r.Case, r.Basis, r.Because, r.Expected = cs.When.String(), basis, cs.Because, cs.Expect.String()
	for _, s := range cs.Sources {
		r.Sources = append(r.Sources, results.Source{ID: s.ID})
	}
	var seen []string
	var counted []time.Duration
	var spent time.Duration
	for _, name := range cs.Expect.Uses() {
		o, ok := a.seen[name]
		if !ok {
			r.Status, r.Reason = results.Error, oneLine(a.missing(name, broken))
			continue
		}
		r.Observed[name] = o
		seen = append(seen, name+": "+is.Describe(a.evidence, name, a.evidence.Seen[name]))
		if took := a.took[name]; !slices.Contains(counted, took) {
			counted = append(counted, took)
			spent += took
		}
	}
	r.Seen, r.DurationMS = strings.Join(seen, "; "), float64(spent.Microseconds())/1000
	if r.Status == results.Error {
		return r
	}
	a.judged(a.lab, c, cs, a.evidence)
	if err := cs.Expect.Check(a.evidence); err != nil {
		r.Status, r.Reason = results.Fail, err.Error()
		return r
	}
	r.Status, r.Sources = results.Pass, cs.Sources
	return r
}

func (a *attempt) missing(name string, broken error) error {
	if err, ok := a.failed[name]; ok {
		return fmt.Errorf("asking %q: %w", name, err)
	}
	if broken != nil {
		return broken
	}
	return fmt.Errorf("no step of the lab asks %q", name)
}

// steps returns those up to the last question that a wanted claim needs. All
// their questions are asked, whoever uses them: one that nobody judges may
// still be what an upstream saw.
func (a *attempt) steps() []labs.Step {
	used := map[string]bool{}
	for _, c := range a.lab.Claims {
		if cs, _, err := fit(c, a.about.Facts); err == nil {
			for _, name := range cs.Expect.Uses() {
				used[name] = true
			}
		}
	}
	last := 0
	for i, s := range a.lab.Steps {
		for name := range s.Ask {
			if used[name] {
				last = i + 1
			}
		}
	}
	return a.lab.Steps[:last]
}

func places(steps []labs.Step) []topo.Place {
	var all []topo.Place
	for _, s := range steps {
		for _, act := range s.Do {
			if a, ok := act.(topo.AgentAct); ok {
				all = append(all, a.Place())
			}
		}
		for _, q := range s.Ask {
			all = append(all, q.Place())
		}
	}
	return all
}

// oneLine is an error fit for a reason: errors that were joined are on lines
// of their own.
func oneLine(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return "it took too long: " + strings.ReplaceAll(err.Error(), "\n", "; ")
	}
	return strings.ReplaceAll(err.Error(), "\n", "; ")
}
