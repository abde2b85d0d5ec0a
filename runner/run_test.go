package runner

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dnslab/dnslab/labs"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/results/progress"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

func same(t *testing.T, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// A lab is built again as a whole where a claim of it does not hold; the last
// attempt counts, and the others are kept.
func TestRetries(t *testing.T) {
	for _, tt := range []struct {
		name     string
		until    int // the world from which on "a" reads yes
		retries  int
		want     []string
		attempts int
		flaky    int
	}{
		{"no retry", 2, 0, []string{"l/a fail", "l/b pass"}, 1, 0},
		{"held at last", 3, 2, []string{"l/a pass", "l/b pass"}, 3, 1},
		{"held at once", 1, 2, []string{"l/a pass", "l/b pass"}, 1, 0},
		{"never held", 9, 2, []string{"l/a fail", "l/b pass"}, 3, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := straw()
			f.file = func(_ context.Context, _ string, nth int, name string) *string {
				if name == "a" && nth < tt.until {
					return text(fmt.Sprint("no ", nth))
				}
				return text("yes")
			}
			run := runAll(t.Context(), t, f, Options{Retries: tt.retries}, yes("l", "a", "b"))
			same(t, line(run), tt.want)
			a, b := run.Results[0], run.Results[1]
			if a.Attempts != tt.attempts || len(a.Earlier) != tt.attempts-1 || b.Attempts != tt.attempts {
				t.Errorf("attempts of a and b: %d and %d, want %d; %d are kept", a.Attempts, b.Attempts, tt.attempts, len(a.Earlier))
			}
			for i, e := range a.Earlier {
				if want := fmt.Sprint("no ", i+1); e.Status != results.Fail || !strings.HasSuffix(e.Reason, want) || *e.Observed["a"].Text != want {
					t.Errorf("attempt %d is %+v, want a fail because of %q", i+1, e, want)
				}
			}
			if got := results.Sum(run.Results...).Flaky; got != tt.flaky || b.Flaky() {
				t.Errorf("%d flaky, want %d; b is flaky: %v, and must not be", got, tt.flaky, b.Flaky())
			}
		})
	}
}

// What went wrong with an attempt that is tried again is no problem of the
// run, unless it may have left something behind.
func TestProblemsOfRetries(t *testing.T) {
	f, tries := straw(), 0
	f.prepare = func() error {
		if tries++; tries == 1 {
			return errors.New("no room")
		}
		return nil
	}
	run := runAll(t.Context(), t, f, Options{Retries: 1}, yes("l", "a"))
	same(t, line(run), []string{"l/a pass"})
	if !run.Results[0].Flaky() || len(run.Problems) != 0 {
		t.Errorf("flaky: %v, problems %v", run.Results[0].Flaky(), run.Problems)
	}
	f = straw()
	f.downErr = errors.New("it will not go")
	run = runAll(t.Context(), t, f, Options{}, yes("l", "a"))
	same(t, line(run), []string{"l/a pass"})
	if len(run.Problems) != 1 || run.Problems[0].Stage != "down" || run.Problems[0].Lab != "l" {
		t.Errorf("problems: %v", run.Problems)
	}
}

// Labs that would wait for a runtime that has died are errors at once.
func TestDead(t *testing.T) {
	f := straw()
	f.upErr, f.dead = errors.New("no way"), errors.New("refused")
	run := runAll(t.Context(), t, f, Options{Repeat: 2}, yes("l", "a"), yes("m", "a"))
	same(t, line(run), []string{"l/a error", "m/a error", "l/a error", "m/a error"})
	for i, r := range run.Results {
		want, round := "straw is broken: it died: refused", i/2+1
		if i == 0 {
			want = "no way"
		}
		if r.Reason != want || r.Round != round || r.Says == "" {
			t.Errorf("result %d is %+v, want reason %q in round %d", i, r, want, round)
		}
	}
}

// A lab that broke yields a result for each of its claims, with the reason;
// what it had seen before is still judged.
func TestBroken(t *testing.T) {
	two := yes("l", "a", "b")
	n := two.Topology[0]
	two.Steps = []labs.Step{
		{Ask: map[string]topo.Question{"a": topo.File{Of: n, Path: "/a"}}},
		{Do: []topo.Act{topo.Stop{Node: n}}, Ask: map[string]topo.Question{"b": topo.File{Of: n, Path: "/b"}}},
	}
	silent := func(_ context.Context, _ string, _ int, name string) *string {
		if name == "b" {
			return text(silence)
		}
		return text("yes")
	}
	for _, tt := range []struct {
		name   string
		lab    labs.Lab
		break_ func(*fake)
		want   []string
		reason string // of b
		stage  string // of the problem, if any
		status string // of the runtime
	}{
		{"it is not there", two, func(f *fake) { f.aboutErr = errors.New("gone away") }, []string{"l/a error", "l/b error"}, "straw is broken: gone away", "", results.Broken},
		{"image", two, func(f *fake) { f.prepare = func() error { return errors.New("no room") } }, []string{"l/a error", "l/b error"}, "no room", "image", results.Ran},
		{"up", two, func(f *fake) { f.upErr = errors.New("no way\nup") }, []string{"l/a error", "l/b error"}, "no way; up", "up", results.Ran},
		{"up, and it died", two, func(f *fake) { f.upErr, f.dead = errors.New("no way"), errors.New("refused") }, []string{"l/a error", "l/b error"}, "no way", "up", results.Broken},
		{"not even down", two, func(f *fake) { f.upErr = fmt.Errorf("no way (and %w)", driver.ErrLeft) }, []string{"l/a error", "l/b error"}, "no way", "down", results.Ran},
		{"act", two, func(f *fake) { f.act = func(topo.Act) error { return errors.New("it will not stop") } },
			[]string{"l/a pass", "l/b error"}, `doing "stop n" in step 2: it will not stop`, "act", results.Ran},
		{"act panics", two, func(f *fake) { f.act = func(topo.Act) error { panic("help") } }, []string{"l/a pass", "l/b error"}, "panicked: help", "act", results.Ran},
		{"no answer", two, func(f *fake) { f.file = silent }, []string{"l/a pass", "l/b error"}, `asking "b": the agent did not answer this question`, "", results.Ran},
		{"hung up", yes("l", "a", "b"), func(f *fake) { f.file = func(context.Context, string, int, string) *string { return nil } },
			[]string{"l/a error", "l/b error"}, `asking "b": asking the agent: `, "", results.Ran},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := straw()
			tt.break_(f)
			run := runAll(t.Context(), t, f, Options{}, tt.lab)
			same(t, line(run), tt.want)
			if b := run.Results[1]; !strings.Contains(b.Reason, tt.reason) || strings.Contains(b.Reason, "\n") {
				t.Errorf("b is an error because %q, want %q on one line", b.Reason, tt.reason)
			}
			var stages string
			for _, p := range run.Problems {
				stages += p.Stage
			}
			if stages != tt.stage {
				t.Errorf("problems: %v, want one of stage %q", run.Problems, tt.stage)
			}
			if rt := run.Runtimes[0]; rt.Status != tt.status || (rt.Reason == "") != (tt.status == results.Ran) {
				t.Errorf("the runtime is %s (%q), want %s", rt.Status, rt.Reason, tt.status)
			}
			if run.Ended != results.Complete {
				t.Errorf("ended %q", run.Ended)
			}
		})
	}
}

// A judge that panics harms its own claim alone.
func TestJudgePanics(t *testing.T) {
	l := yes("l", "a", "b")
	l.Claims[0].Cases[0].Expect = panics{reads{"a", "yes"}}
	run := runAll(t.Context(), t, straw(), Options{}, l, yes("m", "c"))
	same(t, line(run), []string{"l/a error", "l/b pass", "m/c pass"})
	if r := run.Results[0]; !strings.Contains(r.Reason, "panicked: oh no") || len(r.Sources) != 1 || r.Sources[0].Verdict != "" {
		t.Errorf("reason %q, sources %v", r.Reason, r.Sources)
	}
}

type panics struct{ reads }

func (panics) Check(results.Evidence) error { panic("oh no") }

// A verdict on a source is there on pass only.
func TestVerdicts(t *testing.T) {
	f := straw()
	f.file = func(_ context.Context, _ string, _ int, name string) *string {
		return text(map[string]string{"a": "yes"}[name])
	}
	run := runAll(t.Context(), t, f, Options{}, yes("l", "a", "b"))
	same(t, line(run), []string{"l/a pass", "l/b fail"})
	if v := run.Results[0].Sources[0].Verdict; v != results.Holds {
		t.Errorf("on pass the verdict is %q", v)
	}
	if v := run.Results[1].Sources[0].Verdict; v != "" {
		t.Errorf("on fail there is a verdict: %q", v)
	}
}

func TestSkip(t *testing.T) {
	l, m := yes("l", "a", "b"), yes("m", "c")
	l.Claims[1].Needs = []driver.Cap{driver.IPv6, driver.Links}
	m.Needs = []driver.Cap{driver.OwnHost}
	f := straw()
	f.caps = driver.Caps{driver.Links: "trial"}
	run := runAll(t.Context(), t, f, Options{Repeat: 2}, l, m)
	same(t, line(run), []string{"l/a pass", "l/b skip", "m/c skip", "l/a pass", "l/b skip", "m/c skip"})
	same(t, run.Results[1].Needs, []string{"ipv6"})
	same(t, run.Results[2].Needs, []string{"host"})
	if f.built["m"] != 0 || f.built["l"] != 2 {
		t.Errorf("built %v, want l twice and nothing else", f.built)
	}
	if r := run.Results[2].Reason; r != "straw lacks [host]" {
		t.Errorf("reason %q", r)
	}
}

// Who is absent matters only where he is required.
func TestAbsent(t *testing.T) {
	plan, err := Choose([]labs.Lab{yes("l", "a"), yes("m", "b")}, Filter{})
	if err != nil {
		t.Fatal(err)
	}
	there := target(straw())
	for _, required := range []bool{false, true} {
		gone := Target{Name: "gone", Engine: "docker", Reason: "nobody is at home", Required: required}
		run := Run(t.Context(), plan, []Target{gone, there}, Options{})
		want, planned := []string{"l/a pass", "m/b pass"}, 2
		if required {
			want, planned = append([]string{"l/a error", "m/b error"}, want...), 4
		}
		same(t, line(run), want)
		if run.Planned != planned {
			t.Errorf("planned %d, want %d", run.Planned, planned)
		}
		if rt := run.Runtimes[0]; rt.Status != results.Absent || rt.Reason != "nobody is at home" || rt.Engine != "docker" {
			t.Errorf("the runtime is %+v", rt)
		}
		if required && run.Results[0].Reason != "gone is absent: nobody is at home" {
			t.Errorf("reason %q", run.Results[0].Reason)
		}
	}
}

func TestFailFast(t *testing.T) {
	f := straw()
	f.file = func(_ context.Context, lab string, _ int, _ string) *string {
		return text(map[string]string{"l": "yes", "n": "yes"}[lab])
	}
	run := runAll(t.Context(), t, f, Options{FailFast: true}, yes("l", "a"), yes("m", "b"), yes("n", "c"))
	same(t, line(run), []string{"l/a pass", "m/b fail"})
	if run.Ended != results.FailFast || run.Planned != 3 || len(run.Problems) != 0 {
		t.Errorf("ended %q with %d planned and %v", run.Ended, run.Planned, run.Problems)
	}
}

// What ends a run before its time leaves what was found, nothing of what was
// under way, and no world.
func TestCutShort(t *testing.T) {
	for _, tt := range []struct {
		name, ended string
		timeout     time.Duration
		labs        []labs.Lab
		want        []string
	}{
		{"interrupt", results.Interrupted, 0, []labs.Lab{yes("l", "a"), yes("m", "b", "c"), yes("n", "d")}, []string{"l/a pass"}},
		{"time-out", results.TimedOut, 50 * time.Millisecond, []labs.Lab{yes("m", "b", "c"), yes("n", "d")}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			f := straw()
			f.file = func(world context.Context, lab string, _ int, _ string) *string {
				if lab != "m" {
					return text("yes")
				}
				if tt.timeout == 0 {
					cancel(ErrInterrupted)
				}
				<-world.Done() // the answer that never comes
				return nil
			}
			run := runAll(ctx, t, f, Options{Timeout: tt.timeout}, tt.labs...)
			same(t, line(run), tt.want)
			if run.Ended != tt.ended || run.Planned != len(tt.want)+3 || len(run.Problems) != 0 {
				t.Errorf("ended %q with %d planned and problems %v", run.Ended, run.Planned, run.Problems)
			}
			if f.built["n"] != 0 {
				t.Error("one more lab was built")
			}
		})
	}
}

// An interrupt lets questions under way be answered before their world is
// taken down, and takes no notice of the answers.
func TestCutShortMidway(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	f := straw()
	f.file = func(world context.Context, _ string, _ int, _ string) *string {
		cancel(ErrInterrupted)
		select {
		case <-world.Done():
			t.Error("the world was taken down in the middle of a question")
		case <-time.After(linger / 10):
		}
		return text("yes")
	}
	if run := runAll(ctx, t, f, Options{}, yes("l", "a")); len(run.Results) != 0 {
		t.Errorf("%d results", len(run.Results))
	}
}

// An interrupt that comes before anything was learnt leaves no result at all,
// but the plan.
func TestCutShortAtOnce(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(ErrInterrupted)
	f := straw()
	f.aboutErr = context.Canceled
	run := runAll(ctx, t, f, Options{Repeat: 2}, yes("l", "a"))
	if len(run.Results) != 0 || run.Ended != results.Interrupted || run.Planned != 2 {
		t.Errorf("%d results, ended %q, planned %d", len(run.Results), run.Ended, run.Planned)
	}
}

// A world that could not be taken down is a problem even of a run that was
// cut short.
func TestCutShortAndLeft(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	f := straw()
	f.downErr = errors.New("it will not go")
	f.act = func(topo.Act) error { cancel(ErrInterrupted); return context.Canceled }
	l := yes("l", "a")
	l.Steps = append([]labs.Step{{Do: []topo.Act{topo.Stop{Node: l.Topology[0]}}}}, l.Steps...)
	run := runAll(ctx, t, f, Options{}, l)
	if len(run.Problems) != 1 || run.Problems[0].Stage != "down" {
		t.Errorf("problems %v, want that of taking down alone", run.Problems)
	}
}

// Results are in the order of runtimes, rounds, labs and claims, whoever was
// first.
func TestOrder(t *testing.T) {
	var all []labs.Lab
	for _, l := range []string{"z", "k", "a"} {
		all = append(all, yes(l, "y", "b"))
	}
	plan, err := Choose(all, Filter{})
	if err != nil {
		t.Fatal(err)
	}
	// Labs wait for each other, so that those planned last are done first.
	done := map[string]chan struct{}{"z1": make(chan struct{}), "k1": make(chan struct{}), "a1": make(chan struct{})}
	after := map[string]string{"z1": "k1", "k1": "a1"}
	file := func(_ context.Context, lab string, nth int, name string) *string {
		key := fmt.Sprint(lab, nth)
		if first, ok := after[key]; ok {
			<-done[first]
		}
		if c, ok := done[key]; ok && name == "y" {
			close(c)
		}
		return text("yes")
	}
	one, two := straw(), straw()
	one.name, one.file, two.name = "zoe", file, "abe"
	run := Run(t.Context(), plan, []Target{target(one), target(two)}, Options{Parallel: 3, Repeat: 2})
	var got, want []string
	for _, r := range run.Results {
		got = append(got, fmt.Sprintf("%s %d %s/%s", r.Runtime, r.Round, r.Lab, r.Claim))
	}
	for _, rt := range []string{"zoe", "abe"} {
		for round := 1; round <= 2; round++ {
			for _, l := range []string{"z", "k", "a"} {
				want = append(want, fmt.Sprintf("%s %d %s/y", rt, round, l), fmt.Sprintf("%s %d %s/b", rt, round, l))
			}
		}
	}
	same(t, got, want)
	if run.Planned != 24 {
		t.Errorf("planned %d", run.Planned)
	}
}

// Every lab that is started is done, and the plan is told before.
func TestWatch(t *testing.T) {
	h := &heard{}
	m := yes("m", "b")
	m.Needs = []driver.Cap{driver.OwnHost}
	runAll(t.Context(), t, straw(), Options{Watch: h, Repeat: 2}, yes("l", "a"), m)
	slices.Sort(h.all[3:]) // labs run side by side
	same(t, h.all, []string{
		"planned 4", "skipped m 1: 1", "skipped m 2: 1",
		"done l 1: 1", "done l 2: 1", "started l 1", "started l 2",
	})
}

type heard struct {
	mu  sync.Mutex
	all []string
}

func (h *heard) Close() error { return nil }
func (h *heard) Report(e progress.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch e := e.(type) {
	case progress.Planned:
		h.all = append(h.all, fmt.Sprint("planned ", e.Results))
	case progress.LabStarted:
		h.all = append(h.all, fmt.Sprintf("started %s %d", e.Lab, e.Round))
	case progress.LabDone:
		what := "done"
		if e.Tally.Skip > 0 {
			what = "skipped"
		}
		h.all = append(h.all, fmt.Sprintf("%s %s %d: %d", what, e.Lab, e.Round, e.Tally.Total()))
	}
}

// A lab that changes the cluster, or says so, has it alone, after those that share it.
func TestAlone(t *testing.T) {
	f := straw()
	changing := func(name string) labs.Lab {
		l := yes(name, "holds")
		l.Steps[0].Do = []topo.Act{topo.Scale{}}
		return l
	}
	quiet := yes("changing-nothing", "holds")
	quiet.Alone = true
	var began []string
	f.file = func(_ context.Context, lab string, _ int, _ string) *string {
		f.mu.Lock()
		defer f.mu.Unlock()
		began = append(began, lab)
		if f.open > 1 && strings.HasPrefix(lab, "changing") {
			t.Errorf("%s shares the cluster with %d others", lab, f.open-1)
		}
		return text("yes")
	}
	run := runAll(t.Context(), t, f, Options{Parallel: 4}, changing("changing-one"), yes("one", "holds"), quiet, changing("changing-two"), yes("two", "holds"))
	if len(began) != 5 || !slices.Equal(began[2:], []string{"changing-one", "changing-nothing", "changing-two"}) {
		t.Errorf("they came as %q, want those that have it alone last, in their order", began)
	}
	if got := line(run); !slices.Equal(got, []string{"changing-one/holds pass", "one/holds pass", "changing-nothing/holds pass", "changing-two/holds pass", "two/holds pass"}) {
		t.Errorf("results are %q", got)
	}
}
