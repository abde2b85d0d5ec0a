package serve

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/agent"
)

// exchangeLines gives in to a new agent and reads what it writes.
func exchangeLines(t *testing.T, in string) []agent.Response {
	t.Helper()
	var out strings.Builder
	if err := Run(strings.NewReader(in), &out); err != nil {
		t.Fatal(err)
	}
	var all []agent.Response
	for line := range strings.Lines(out.String()) {
		var r agent.Response
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("reading %q: %v", line, err)
		}
		if r.Version != agent.Version {
			t.Errorf("version %d in %q", r.Version, line)
		}
		all = append(all, r)
	}
	return all
}

func TestRunAnswersEachLine(t *testing.T) {
	all := exchangeLines(t, `{"id":1}

{"id":2,"asks":{"f":{"file":{"path":"/nonexistent/x"}},"g":{"file":{"path":"/nonexistent/y"}}}}
nonsense
{"id":3,"asks":{"e":{}}}
{"id":4,"acts":[{}]}
{"id":5,"acts":[{"serve":"wrong"}]}
{"id":6}`)
	if len(all) != 7 {
		t.Fatalf("%d responses, want one for each line that is not empty", len(all))
	}
	for i, want := range []struct {
		id    int
		error string
	}{{1, ""}, {2, ""}, {0, "reading \"nonsense\""}, {3, `asking "e": the question is empty`}, {4, "the act is empty"}, {5, "reading"}, {6, ""}} {
		if got := all[i]; got.ID != want.id || !strings.Contains(got.Error, want.error) || (got.Error == "") != (want.error == "") {
			t.Errorf("response %d: %+v, want id %d and error %q", i, got, want.id, want.error)
		}
	}
	for _, name := range []string{"f", "g"} {
		if o := all[1].Observed[name]; o.Outcome != results.NotFound || o.DurationMS <= 0 {
			t.Errorf("%s: %+v, want not-found and how long it took", name, o)
		}
	}
}

// Acts come before questions and in order; after one that fails, nothing.
func TestRunDoesActsInOrder(t *testing.T) {
	path := t.TempDir() + "/x"
	request := func(acts ...agent.Act) string {
		line, err := json.Marshal(agent.Request{ID: 1, Acts: acts, Asks: map[string]agent.Ask{"x": {File: &agent.File{Path: path}}}})
		if err != nil {
			t.Fatal(err)
		}
		return string(line) + "\n"
	}
	one := agent.Act{Write: &agent.Write{Path: path, Content: "1"}}
	two := agent.Act{Write: &agent.Write{Path: path, Content: "2", Append: true}}
	bad := agent.Act{Write: &agent.Write{Path: path + "/y"}}
	all := exchangeLines(t, request(one, two)+request(one, bad, two)+request())
	if got := *all[0].Observed["x"].Text; got != "12" {
		t.Errorf("after both acts: %q, want 12", got)
	}
	if all[1].Error == "" || all[1].Observed != nil {
		t.Errorf("after an act that failed: %+v, want an error and no observation", all[1])
	}
	if got := *all[2].Observed["x"].Text; got != "1" {
		t.Errorf("then %q: an act after the failed one was done", got)
	}
}

// Two questions at once must be open at the same time: each waits here for the other.
func TestRunAsksAllAtOnce(t *testing.T) {
	met := make(chan struct{})
	meet := func(q []byte) [][]byte {
		select {
		case met <- struct{}{}:
		case <-met:
		}
		return [][]byte{q}
	}
	w := newWorker()
	observed, err := w.askAll(map[string]agent.Ask{
		"a": {Wire: &agent.Wire{Name: "a.", Server: datagrams(t, meet), TimeoutMS: long}},
		"b": {Wire: &agent.Wire{Name: "b.", Server: datagrams(t, meet), TimeoutMS: long}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, o := range observed {
		if o.Outcome != results.Answered {
			t.Errorf("%s: %q (%s), want an answer", name, o.Outcome, o.Detail)
		}
	}
}

// What cannot be asked does not take what can be with it.
func TestRunKeepsWhatWasSeen(t *testing.T) {
	all := exchangeLines(t, `{"id":1,"asks":{"bad":{"wire":{"name":"a..b","server":"127.0.0.1"}},"good":{"file":{"path":"/nonexistent"}}}}`)
	if _, ok := all[0].Observed["good"]; !ok || !strings.Contains(all[0].Error, `asking "bad"`) || len(all[0].Observed) != 1 {
		t.Errorf("%+v, want the file, and an error about the other", all[0])
	}
}

// The client of package agent and this side understand each other, however
// long a line is.
func TestRunWithClient(t *testing.T) {
	here, there := net.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- Run(there, there) }()
	c := agent.NewClient(here)
	content := strings.Repeat("x", 1<<20)
	path := t.TempDir() + "/long"
	for range 2 {
		resp, err := c.Do(context.Background(), agent.Request{
			Acts: []agent.Act{{Write: &agent.Write{Path: path, Content: content}}},
			Asks: map[string]agent.Ask{"x": {File: &agent.File{Path: path}}},
		})
		if err != nil {
			t.Fatal(err)
		}
		if *resp.Observed["x"].Text != content {
			t.Error("the file came back different")
		}
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Errorf("the agent ended with %v", err)
	}
}

func TestRunReportsABrokenStream(t *testing.T) {
	broken := errors.New("broken")
	if err := Run(io.MultiReader(strings.NewReader("{}\n"), failing{broken}), io.Discard); !errors.Is(err, broken) {
		t.Errorf("reading: %v, want %v", err, broken)
	}
	if err := Run(bufio.NewReader(strings.NewReader("{}\n")), failing{broken}); !errors.Is(err, broken) {
		t.Errorf("writing: %v, want %v", err, broken)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error)  { return 0, f.err }
func (f failing) Write([]byte) (int, error) { return 0, f.err }
