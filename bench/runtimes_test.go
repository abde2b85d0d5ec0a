package bench

import (
	"context"
	"testing"

	"github.com/dnslab/dnslab/labs"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/driver/all"
)

// BenchmarkClaim is one lab, of containers or of pods, from its first network to its last verdict, on
// every runtime that is ready: what is there already when it begins is the
// engine, or the lab host.
func BenchmarkClaim(b *testing.B) {
	plan, err := runner.Choose(labs.All(), runner.Filter{Labs: []string{"names", "in-a-pod"}})
	if err != nil {
		b.Fatal(err)
	}
	id := benchID()
	o := all.Open(b.Context(), driver.Options{Run: id})
	defer o.Close(context.Background())
	for _, c := range all.Candidates() {
		if c.Made() && !o.Later(c).Ready(b.Context()) {
			continue
		}
		b.Run(c.Name, func(b *testing.B) {
			rt, err := o.Runtime(b.Context(), c)
			if err != nil {
				b.Skip(err)
			}
			defer rt.Close(context.Background())
			claims := 0
			once := func() {
				run := runner.Run(b.Context(), plan, []runner.Target{{Name: c.Name, Engine: c.Engine, Runtime: rt}}, runner.Options{ID: id})
				for _, r := range run.Results {
					if r.Status != results.Pass {
						b.Fatalf("%s: %s: %s", r.Path(), r.Status, r.Reason)
					}
				}
				claims += len(run.Results)
			}
			once() // an image that is not there yet is loaded
			claims = 0
			for b.Loop() {
				once()
			}
			b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(max(1, claims)), "ms/claim")
		})
	}
}
