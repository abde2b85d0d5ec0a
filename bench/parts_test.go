package bench

import (
	"bytes"
	"context"
	"io"
	"net"
	"os"
	"sync"
	"testing"

	"github.com/dnslab/dnslab/labs"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner"
	"github.com/dnslab/dnslab/runner/agent"
	"github.com/dnslab/dnslab/runner/agent/serve"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/driver/docker"
	"github.com/dnslab/dnslab/runner/topo"
)

// BenchmarkStream is what the agent's protocol costs by itself: one line there
// and one back, past any engine.
func BenchmarkStream(b *testing.B) {
	ours, theirs := net.Pipe()
	go serve.Run(theirs, theirs)
	c := agent.NewClient(ours)
	defer c.Close()
	for b.Loop() {
		if _, err := c.Do(b.Context(), agent.Request{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkQuestion is one question on the wire: through the stream of a
// container to its agent, from there to the embedded resolver, and back.
func BenchmarkQuestion(b *testing.B) {
	rt := connect(b)
	lan := topo.Network{Name: "lan"}
	client := topo.Node{Name: "client", On: topo.On(lan, "www")}
	topology := topo.Topology{client}
	_, c, down := up(b, rt, topology, client)
	defer down()
	ask := agent.Request{Asks: map[string]agent.Ask{"www": {Wire: &agent.Wire{Name: "www", Type: "A", TimeoutMS: 5000}}}}
	for b.Loop() {
		resp, err := c.Do(b.Context(), ask)
		if err != nil || resp.Observed["www"].Outcome != results.Answered {
			b.Fatalf("%+v, %v", resp, err)
		}
	}
}

// BenchmarkJudge judges every claim of some labs on what a real run saw.
func BenchmarkJudge(b *testing.B) {
	_, judged := someRun(b)
	for b.Loop() {
		for _, j := range judged {
			if err := j.c.Expect.Check(j.evidence); err != nil {
				b.Fatalf("%s: %v", j.claim, err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*len(judged)), "µs/claim")
}

// BenchmarkRunFile writes the run file of a real run.
func BenchmarkRunFile(b *testing.B) {
	run, _ := someRun(b)
	var size bytes.Buffer
	if err := results.Write(&size, run); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := results.Write(io.Discard, run); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(size.Len())/float64(len(run.Results)), "B/claim")
}

// BenchmarkManyContainers runs the lab of 100 containers.
func BenchmarkManyContainers(b *testing.B) {
	if os.Getenv("DNSLAB_BENCH_MANY") != "1" {
		b.Skip("DNSLAB_BENCH_MANY is not 1")
	}
	for b.Loop() {
		runLabs(b, "many-containers")
	}
}

type judging struct {
	claim    string
	c        labs.Case
	evidence results.Evidence
}

var once struct {
	sync.Once
	run    results.Run
	judged []judging
}

// someRun is one real run for all benchmarks of this package that need one.
func someRun(b *testing.B) (results.Run, []judging) {
	b.Helper()
	once.Do(func() { once.run, once.judged = runLabs(b, "names", "forwarding", "other-types") })
	if len(once.judged) == 0 {
		b.Skip("there was no run")
	}
	return once.run, once.judged
}

func runLabs(b *testing.B, names ...string) (results.Run, []judging) {
	b.Helper()
	plan, err := runner.Choose(labs.All(), runner.Filter{Labs: names})
	if err != nil {
		b.Fatal(err)
	}
	var mu sync.Mutex
	var judged []judging
	id := benchID()
	run := runner.Run(b.Context(), plan, []runner.Target{{Name: "docker", Engine: "docker", Runtime: connect(b)}}, runner.Options{
		ID: id, Judged: func(_ labs.Lab, claim labs.Claim, c labs.Case, e results.Evidence) {
			mu.Lock()
			defer mu.Unlock()
			judged = append(judged, judging{claim.ID, c, e})
		},
	})
	for _, r := range run.Results {
		if r.Status != results.Pass {
			b.Fatalf("%s/%s: %s: %s", r.Lab, r.Claim, r.Status, r.Reason)
		}
	}
	return run, judged
}

// connect opens the user's own engine.
func connect(b *testing.B) *docker.Runtime {
	b.Helper()
	rt, err := docker.Connect(b.Context(), "docker", driver.Options{Run: benchID()})
	if err != nil {
		b.Skipf("no engine: %v", err)
	}
	b.Cleanup(func() { rt.Close(context.Background()) })
	return rt
}

// benchID is the value of the label dnslab.run on all that is made here.
func benchID() string {
	if id := os.Getenv("DNSLAB_BENCH_ID"); id != "" {
		return id
	}
	return runner.NewID()
}

// up is a world, the agent of one of its nodes, and what ends both.
func up(b *testing.B, rt driver.Runtime, topology topo.Topology, asker topo.Node) (driver.World, *agent.Client, func()) {
	b.Helper()
	if err := rt.Prepare(b.Context(), topology, nil); err != nil {
		b.Fatal(err)
	}
	world, err := rt.Up(b.Context(), driver.Tag{Lab: "bench", Name: runner.NewID()}, topology)
	if err != nil {
		b.Fatal(err)
	}
	down := func() {
		if err := world.Close(context.Background()); err != nil {
			b.Error(err)
		}
	}
	stream, err := world.Dial(b.Context(), topo.Place{At: topo.Inside, Name: asker.Name})
	if err != nil {
		down()
		b.Fatal(err)
	}
	c := agent.NewClient(stream)
	return world, c, func() {
		c.Close()
		down()
	}
}
