package runner

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/dnslab/dnslab/labs"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// A straw host is a runtime that can be had when its turn comes.
type strawHost struct {
	*fake
	err   error
	built bool         // nothing is to be made for it
	hears func(string) // of each opening

	mu             sync.Mutex
	opened, closed int
}

func (h *strawHost) Ahead(context.Context)      {}
func (h *strawHost) Ready(context.Context) bool { return h.built }
func (h *strawHost) Takes() driver.Share        { return driver.Share{Seats: 1} }
func (h *strawHost) Open(context.Context) (driver.Runtime, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.err != nil {
		return nil, h.err
	}
	h.opened++
	if h.hears != nil {
		h.hears(h.name)
	}
	return h, nil
}

func (h *strawHost) Close(context.Context) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed++
	return nil
}

func hostOf(name string) *strawHost {
	f := straw()
	f.name = name
	return &strawHost{fake: f}
}

// Lab hosts are opened when their turn comes, and closed; one that cannot be
// had is a problem, and an error where it is required.
func TestTurns(t *testing.T) {
	good, bad := hostOf("good"), hostOf("bad")
	bad.err = errors.New("no room")
	plan, err := Choose([]labs.Lab{yes("l", "a", "b")}, Filter{})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name     string
		required bool
		want     []string
		planned  int
	}{
		{"wanted", false, []string{"l/a pass", "l/b pass", "l/a pass", "l/b pass"}, 4},
		{"required", true, []string{"l/a pass", "l/b pass", "l/a error", "l/b error", "l/a pass", "l/b pass"}, 6},
	} {
		t.Run(tt.name, func(t *testing.T) {
			good.opened, good.closed = 0, 0
			last := straw()
			run := Run(t.Context(), plan, []Target{
				{Name: "good", Engine: "docker", Opener: good},
				{Name: "bad", Engine: "docker", Opener: bad, Required: tt.required},
				target(last),
			}, Options{Parallel: 2})
			same(t, line(run), tt.want)
			if run.Planned != tt.planned || len(run.Problems) != 1 || run.Problems[0].Stage != "host" || run.Problems[0].Runtime != "bad" {
				t.Errorf("planned %d, problems %v", run.Planned, run.Problems)
			}
			if rt := run.Runtimes[1]; rt.Name != "bad" || rt.Status != results.Absent || rt.Reason != "no room" {
				t.Errorf("the one that cannot be had is %+v", rt)
			}
			if good.opened != 1 || good.closed != 1 {
				t.Errorf("opened %d times and closed %d times, want once each", good.opened, good.closed)
			}
		})
	}
}

// Nobody waits for what is to be built while others are ready; results are in
// the order of targets all the same.
func TestTurnsOfTheReady(t *testing.T) {
	plan, err := Choose([]labs.Lab{yes("l", "a")}, Filter{})
	if err != nil {
		t.Fatal(err)
	}
	var opened []string
	host := func(name string, built bool) Target {
		h := hostOf(name)
		h.built, h.hears = built, func(s string) { opened = append(opened, s) } // one after another
		return Target{Name: name, Engine: "docker", Opener: h}
	}
	run := Run(t.Context(), plan, []Target{host("first", false), host("second", true), host("third", false), host("fourth", true)}, Options{})
	same(t, opened, []string{"second", "fourth", "first", "third"})
	var names []string
	for _, r := range run.Results {
		names = append(names, r.Runtime)
	}
	same(t, names, []string{"first", "second", "third", "fourth"})
}

// What was not begun when the run ended is neither opened nor counted as done.
func TestTurnsInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	all := []*strawHost{hostOf("first"), hostOf("second"), hostOf("third"), hostOf("fourth")}
	all[0].file = func(context.Context, string, int, string) *string {
		cancel(ErrInterrupted)
		return text("yes")
	}
	plan, err := Choose([]labs.Lab{yes("l", "a")}, Filter{})
	if err != nil {
		t.Fatal(err)
	}
	var targets []Target
	for _, h := range all {
		targets = append(targets, Target{Name: h.name, Engine: "docker", Opener: h})
	}
	run := Run(ctx, plan, targets, Options{Parallel: 1})
	if run.Ended != results.Interrupted || len(run.Results) > 1 || len(run.Problems) != 0 {
		t.Errorf("ended %s with %d results, problems %v", run.Ended, len(run.Results), run.Problems)
	}
	for _, h := range all {
		if h.opened != h.closed {
			t.Errorf("%s was opened %d times and closed %d times", h.name, h.opened, h.closed)
		}
	}
	// While the first one runs, the second waits for a worker and the third is opened.
	if last := all[3]; last.opened != 0 || run.Runtimes[3].Status != results.Absent {
		t.Errorf("the last one was opened %d times and is %+v", last.opened, run.Runtimes[3])
	}
}

type swap struct{}

func (swap) Touches() topo.Scope { return topo.Machine }
func (swap) String() string      { return "swap the host" }

// A lab that changes the host gets one of its own; a runtime at hand has none to give.
func TestOwnHost(t *testing.T) {
	l := yes("l", "a")
	l.Steps[0].Do = []topo.Act{swap{}}
	plan, err := Choose([]labs.Lab{l, yes("m", "a")}, Filter{})
	if err != nil {
		t.Fatal(err)
	}
	h, f := hostOf("h"), straw()
	run := Run(t.Context(), plan, []Target{{Name: "h", Engine: "docker", Opener: h}, target(f)}, Options{Parallel: 1})
	same(t, line(run), []string{"l/a pass", "m/a pass", "l/a error", "m/a pass"})
	if h.opened != 2 || h.closed != 2 {
		t.Errorf("opened %d times and closed %d times, want twice each", h.opened, h.closed)
	}
	if !strings.Contains(run.Results[2].Reason, "is not dnslab's") {
		t.Errorf("on the user's engine: %s", run.Results[2].Reason)
	}
}

// Labs disturb each other on some engines, and then run one after another.
func TestOneAfterAnother(t *testing.T) {
	plan, err := Choose([]labs.Lab{yes("a", "c"), yes("b", "c"), yes("c", "c"), yes("d", "c")}, Filter{})
	if err != nil {
		t.Fatal(err)
	}
	f := straw()
	f.alone = "its sockets close"
	run := Run(t.Context(), plan, []Target{target(f)}, Options{Parallel: 4, Repeat: 4})
	if n := run.Count()[results.Pass]; n != 16 || f.most != 1 {
		t.Errorf("%d passed, %d labs side by side", n, f.most)
	}
}
