package bench

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/dnslab/dnslab/runner/agent"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/driver/all"
	"github.com/dnslab/dnslab/runner/topo"
)

// glibcWaits is how long glibc waits for an answer before it asks again, unless
// resolv.conf says otherwise (resolv.conf(5), RES_TIMEOUT).
const glibcWaits = 5 * time.Second

// BenchmarkPairs is glibc's getaddrinfo in a pod, which asks for A and AAAA at
// once from one socket, through the address of the cluster's DNS. Where both
// are new to the kernel's table of connections at the same time, one may be
// dropped (kubernetes#56903): the call then takes the five seconds after which
// glibc asks again. A pair is lost if it took that long, and failed if it found
// nothing. The time is that of one pair; many are under way at a time.
//
// It runs on clusters that are ready, or on what DNSLAB_BENCH_RUNTIMES names,
// with commas. DNSLAB_BENCH_PAIRS says how many pairs at least, 2000 if not set.
func BenchmarkPairs(b *testing.B) {
	onRuntimes(b, func(c all.Candidate) bool { return c.Engine == "kubernetes" && c.Made() }, pairs)
}

func pairs(b *testing.B, rt driver.Runtime) {
	about, err := rt.About(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	if len(about.Caps.Lacks([]driver.Cap{driver.Pods})) > 0 {
		b.Skip("there are no pods")
	}
	client := topo.Node{Name: "client", Image: topo.Glibc, Mode: topo.PodNetwork}
	_, c, down := up(b, rt, topo.Topology{client}, client)
	defer down()
	least := 2000
	if n := os.Getenv("DNSLAB_BENCH_PAIRS"); n != "" {
		if _, err := fmt.Sscan(n, &least); err != nil {
			b.Fatal(err)
		}
	}
	// A final dot leaves it at one pair a call.
	name := "kubernetes.default.svc." + about.Facts[topo.ClusterDomain] + "."
	asked, lost, failed, slowest := 0, 0, 0, 0.0
	for b.Loop() {
		for done := 0; done < least; done += atOnce {
			asks := map[string]agent.Ask{}
			for i := range atOnce {
				asks[fmt.Sprint(i)] = agent.Ask{Libc: &agent.Libc{Name: name}}
			}
			resp, err := c.Do(b.Context(), agent.Request{Asks: asks})
			if err != nil {
				b.Fatal(err)
			}
			for _, o := range resp.Observed {
				asked++
				if o.Libc == nil || o.Libc.Code != "0" {
					failed++
				}
				if o.DurationMS >= float64(glibcWaits.Milliseconds()) {
					lost++
				} else {
					slowest = max(slowest, o.DurationMS)
				}
			}
		}
	}
	b.ReportMetric(float64(asked)/float64(b.N), "pairs")
	b.ReportMetric(float64(lost)/float64(b.N), "lost")
	b.ReportMetric(float64(failed)/float64(b.N), "failed")
	b.ReportMetric(slowest, "ms-slowest-of-others")
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(max(1, asked)), "ms/pair")
}

// atOnce is how many calls are under way at a time.
const atOnce = 50
