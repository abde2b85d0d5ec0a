package bench

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/agent"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/driver/all"
	"github.com/dnslab/dnslab/runner/topo"
)

// BenchmarkChanges is a container that comes and goes while another asks for a
// neighbour's name without pause, eight questions at a time: what that costs
// those who ask (aardvark-dns#389). A question is lost if nothing has come
// after a second, and wrong if what came is not the neighbour. The time is that
// of one coming and one going.
//
// It runs on what is ready, or on what DNSLAB_BENCH_RUNTIMES names, with commas.
func BenchmarkChanges(b *testing.B) {
	onRuntimes(b, func(all.Candidate) bool { return true }, changes)
}

// onRuntimes runs a benchmark on what DNSLAB_BENCH_RUNTIMES names, with commas,
// or else on what fits and is ready.
func onRuntimes(b *testing.B, fits func(all.Candidate) bool, do func(*testing.B, driver.Runtime)) {
	o := all.Open(b.Context(), driver.Options{Run: benchID()})
	defer o.Close(context.Background())
	wanted := strings.FieldsFunc(os.Getenv("DNSLAB_BENCH_RUNTIMES"), func(r rune) bool { return r == ',' })
	for _, c := range all.Candidates() {
		if len(wanted) > 0 && !slices.Contains(wanted, c.Name) || len(wanted) == 0 && (!fits(c) || c.Made() && !o.Later(c).Ready(b.Context())) {
			continue
		}
		b.Run(c.Name, func(b *testing.B) {
			rt, err := o.Runtime(b.Context(), c)
			if err != nil {
				b.Skip(err)
			}
			defer rt.Close(context.Background())
			do(b, rt)
		})
	}
}

func changes(b *testing.B, rt driver.Runtime) {
	about, err := rt.About(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	if len(about.Caps.Lacks([]driver.Cap{driver.UserNetworks})) > 0 {
		b.Skip("there are no user-defined networks")
	}
	lan := topo.Network{Name: "lan"}
	web := topo.Node{Name: "web", On: topo.On(lan, "www")}
	client := topo.Node{Name: "client", On: topo.On(lan)}
	guest := topo.Node{Name: "guest", On: topo.On(lan), Later: true}
	topology := topo.Topology{web, client, guest}
	world, c, down := up(b, rt, topology, client)
	defer down()
	var t tally
	before := t
	t.ask(b, c) // nothing changes yet: all is answered
	if t.lost+t.wrong > 0 {
		b.Fatalf("before any change: %+v of questions went wrong", t)
	}
	t = before
	for b.Loop() {
		done := make(chan error)
		go func() {
			err := world.Do(b.Context(), topo.Start{Node: guest})
			if err == nil {
				err = world.Do(b.Context(), topo.Stop{Node: guest})
			}
			done <- err
		}()
		for changing := true; changing; {
			select {
			case err := <-done:
				if err != nil {
					b.Fatal(err)
				}
				changing = false
			default:
				t.ask(b, c)
			}
		}
	}
	b.ReportMetric(float64(t.asked)/float64(b.N), "questions")
	b.ReportMetric(float64(t.lost)/float64(b.N), "lost")
	b.ReportMetric(float64(t.wrong)/float64(b.N), "wrong")
	b.ReportMetric(t.slowest, "ms-slowest")
}

// A tally counts questions, those without an answer, and those with another.
type tally struct {
	asked, lost, wrong int
	slowest            float64 // ms, of those that were answered
}

func (t *tally) ask(b *testing.B, c *agent.Client) {
	asks := map[string]agent.Ask{}
	for i := range 8 {
		asks[fmt.Sprint(i)] = agent.Ask{Wire: &agent.Wire{Name: "www.", Type: "A", TimeoutMS: 1000, Times: 20}}
	}
	resp, err := c.Do(b.Context(), agent.Request{Asks: asks})
	if err != nil {
		b.Fatal(err)
	}
	for _, first := range resp.Observed {
		for _, o := range append([]results.Observation{first}, first.More...) {
			t.asked++
			switch {
			case o.DNS == nil:
				t.lost++
			case len(o.DNS.Addrs) != 1:
				t.wrong++
			default:
				t.slowest = max(t.slowest, o.DurationMS)
			}
		}
	}
}
