package runner

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"path"
	"sync"
	"testing"

	"github.com/dnslab/dnslab/labs"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/agent"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// A fake is an engine of straw: its worlds hold files, which a function makes
// up. It tests what the harness makes of an engine, not what an engine does.
type fake struct {
	name     string
	facts    map[string]string
	caps     driver.Caps
	alone    string
	aboutErr error
	upErr    error
	downErr  error
	dead     error                                                                 // what Ping says
	prepare  func() error                                                          // nil succeeds
	act      func(topo.Act) error                                                  // nil succeeds
	file     func(world context.Context, lab string, nth int, name string) *string // nil hangs up

	mu    sync.Mutex
	built map[string]int // lab to how many of its worlds were built
	open  int            // worlds that are not closed
	most  int            // worlds that were open at once
}

func (f *fake) Name() string                { return f.name }
func (f *fake) Close(context.Context) error { return nil }
func (f *fake) Ping(context.Context) error  { return f.dead }
func (f *fake) About(context.Context) (driver.About, error) {
	return driver.About{Engine: "docker", Version: f.facts["docker"], Facts: f.facts, Caps: f.caps, Alone: f.alone}, f.aboutErr
}

func (f *fake) Prepare(context.Context, topo.Topology, []topo.Place) error {
	if f.prepare == nil {
		return nil
	}
	return f.prepare()
}

func (f *fake) Up(ctx context.Context, tag driver.Tag, t topo.Topology) (driver.World, error) {
	if f.upErr != nil {
		return nil, f.upErr
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.built == nil {
		f.built = map[string]int{}
	}
	f.built[tag.Lab]++
	f.open++
	f.most = max(f.most, f.open)
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx)) // ends when the world is closed
	return &fakeWorld{f: f, lab: tag.Lab, nth: f.built[tag.Lab], ctx: ctx, cancel: cancel}, nil
}

type fakeWorld struct {
	f      *fake
	lab    string
	nth    int // of the lab's worlds, from 1
	ctx    context.Context
	cancel context.CancelFunc
}

func (w *fakeWorld) Known() driver.Known { return driver.Known{} }

func (w *fakeWorld) Do(_ context.Context, a topo.Act) error {
	if w.f.act == nil {
		return nil
	}
	return w.f.act(a)
}

func (w *fakeWorld) Close(context.Context) error {
	w.cancel()
	w.f.mu.Lock()
	defer w.f.mu.Unlock()
	w.f.open--
	return w.f.downErr
}

func (w *fakeWorld) Dial(context.Context, topo.Place) (io.ReadWriteCloser, error) {
	ours, theirs := net.Pipe()
	go w.serve(ours)
	return theirs, nil
}

// serve is an agent that knows of nothing but files.
func (w *fakeWorld) serve(conn net.Conn) {
	defer conn.Close()
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		if len(lines.Bytes()) == 0 {
			continue
		}
		var req agent.Request
		if err := json.Unmarshal(lines.Bytes(), &req); err != nil {
			return
		}
		resp := agent.Response{ID: req.ID, Version: agent.Version, Observed: map[string]results.Observation{}}
		for name, ask := range req.Asks {
			text := w.f.file(w.ctx, w.lab, w.nth, path.Base(ask.File.Path))
			if text == nil {
				return
			}
			if *text != silence {
				resp.Observed[name] = results.Observation{Kind: results.KindFile, Outcome: results.Value, Text: text}
			}
		}
		line, err := json.Marshal(resp)
		if err != nil {
			return
		}
		if _, err := conn.Write(append(line, '\n')); err != nil {
			return
		}
	}
}

const silence = "silence" // the agent leaves this question out of its response

func text(s string) *string { return &s }

// always answers every question with s.
func always(s string) func(context.Context, string, int, string) *string {
	return func(context.Context, string, int, string) *string { return text(s) }
}

// reads judges a file by its content.
type reads struct{ name, want string }

func (r reads) String() string { return r.name + " reads " + r.want }
func (r reads) Uses() []string { return []string{r.name} }
func (r reads) Check(e results.Evidence) error {
	if got := *e.Seen[r.name].Text; got != r.want {
		return fmt.Errorf("%s reads %s", r.name, got)
	}
	return nil
}

// yes is a lab that claims of each name that the file of that name reads "yes".
func yes(lab string, claims ...string) labs.Lab {
	n := topo.Node{Name: "n"}
	l := labs.Lab{Name: lab, Topology: topo.Topology{n}}
	ask := map[string]topo.Question{}
	for _, c := range claims {
		ask[c] = topo.File{Of: n, Path: "/" + c}
		l.Claims = append(l.Claims, labs.Claim{ID: c, Says: c + " reads yes", Cases: []labs.Case{{
			When: labs.Facts{"docker": ""}, Expect: reads{c, "yes"}, Sources: []results.Source{{ID: "S0-1", Verdict: results.Holds}},
		}}})
	}
	l.Steps = []labs.Step{{Ask: ask}}
	return l
}

func straw() *fake {
	return &fake{name: "straw", facts: map[string]string{"docker": "20.10.24+dfsg1"}, file: always("yes")}
}

func target(f *fake) Target { return Target{Name: f.name, Engine: "docker", Runtime: f} }

// runAll runs all on f, one after another, and wants nothing left.
func runAll(ctx context.Context, t *testing.T, f *fake, o Options, all ...labs.Lab) results.Run {
	t.Helper()
	if o.Parallel == 0 {
		o.Parallel = 1
	}
	plan, err := Choose(all, Filter{})
	if err != nil {
		t.Fatal(err)
	}
	run := Run(ctx, plan, []Target{target(f)}, o)
	if f.open != 0 {
		t.Errorf("%d worlds are still open", f.open)
	}
	if run.Ended == results.Complete && len(run.Results) != run.Planned {
		t.Errorf("%d results of %d planned", len(run.Results), run.Planned)
	}
	return run
}

// line writes results as "lab/claim status", with what tells them apart.
func line(run results.Run) (all []string) {
	for _, r := range run.Results {
		all = append(all, fmt.Sprintf("%s/%s %s", r.Lab, r.Claim, r.Status))
	}
	return all
}
