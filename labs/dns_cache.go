package labs

import (
	"fmt"
	"slices"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// rootSOA is what a public server says of a name that is not there: its
// minimum is a day.
const rootSOA = "SOA a.root-servers.net. nstld.verisign-grs.com. 2026010100 1800 900 604800 86400"

const becauseCache = "coredns plugin/cache/"

// cacheCase is what CoreDNS's cache does in every cluster of known versions.
func cacheCase(expect is.Assertion, because string, sources ...results.Source) []Case {
	return []Case{{When: kubernetes(""), Expect: expect, Because: becauseCache + because + "; run on CoreDNS 1.12.1", Sources: sources}}
}

// DNSCache asks one CoreDNS that remembers in several ways, by zone, and an
// upstream whose records have a TTL of their own.
func DNSCache() Lab {
	// its SOA and its answers: "a300.thirty.lab.test." has TTL 300
	of := func(zone string) []topo.Reply {
		name := func(what string) string { return what + "." + zone + ".lab.test." }
		return []topo.Reply{
			{Name: name("a1"), TTL: 1},
			{Name: name("a20"), TTL: 20},
			{Name: name("a300"), TTL: 300},
			{Name: name("a7200"), TTL: 7200},
			{Name: name("none"), TTL: 86400, Rcode: "NXDOMAIN", Authority: []string{rootSOA}},
			{Name: name("empty"), Type: "MX", TTL: 86400, Authority: []string{rootSOA}},
			{Name: name("soa20"), TTL: 20, Rcode: "NXDOMAIN", Authority: []string{rootSOA}},
			{Name: name("no-soa"), Rcode: "NXDOMAIN"},
			{Name: name("servfail"), Rcode: "SERVFAIL"},
			{Name: name("notimp"), Rcode: "NOTIMP"},
			{Name: name("refused"), Rcode: "REFUSED"},
		}
	}
	up := topo.Node{Name: "up", Kind: topo.Upstream, Mode: topo.PodNetwork, Serves: slices.Concat(of("default"), of("thirty"), of("sized"), slowly)}
	dns := topo.Node{Name: "dns", Mode: topo.PodNetwork, Pod: topo.Pod{CoreDNS: topo.CoreDNS{Corefile: `default.lab.test {
    prometheus :9153
    cache
    forward . {up.addr}
}
thirty.lab.test {
    cache 30
    forward . {up.addr}
}
sized.lab.test {
    cache {
        success 10000 60
        denial 10000 15
    }
    forward . {up.addr}
}
cluster.local {
    cache {
        success 10000 60
        denial 10000 15
    }
    kubernetes cluster.local {
        ttl 30
    }
}
full.lab.test {
    cache {
        success 1200
    }
    template IN A {
        answer "{{ .Name }} 60 IN A 192.0.2.1"
    }
}
`}}}
	client := topo.Node{Name: "client", Mode: topo.PodNetwork, DNS: []string{"dns"}, Pod: topo.Pod{DNSPolicy: "None"}}
	ask := func(name string) topo.Question { return topo.Wire{From: client, Name: name} }
	times := func(n int, name string) topo.Question {
		return topo.Wire{From: client, Name: name + ".lab.test.", Times: n}
	}
	asked := func(name string, n int) is.Assertion { return is.AskedTimes("up's log", name+".lab.test.", "A", n) }
	var crowd []string // more than twice what a cache of 1200 holds, so that nearly all of its parts are full
	for i := range 2500 {
		crowd = append(crowd, fmt.Sprintf("n%04d.full.lab.test.", i))
	}
	const ttls = "cache.go computeTTL: the record's TTL, from minTTL to maxTTL, which are 5 s and 3600 s for answers, 5 s and 1800 s for denials"
	const types = "cache.go key, plugin/pkg/response/typify.go: "

	return Lab{
		Name:     "dns-cache",
		Story:    "CoreDNS's cache with and without a TTL, and with sizes: what becomes of the TTL of an answer and of a denial, which answers are remembered, and how many.",
		Needs:    []driver.Cap{driver.OwnCluster, driver.Pods},
		Topology: topo.Topology{up, dns, client},
		Steps: []Step{{Ask: map[string]topo.Question{
			"300, by default":    times(2, "a300.default"),
			"7200, by default":   ask("a7200.default.lab.test."),
			"denied, by default": ask("none.default.lab.test."),

			"1, cache 30":             ask("a1.thirty.lab.test."),
			"20, cache 30":            ask("a20.thirty.lab.test."),
			"300, cache 30":           times(2, "a300.thirty"),
			"7200, cache 30":          ask("a7200.thirty.lab.test."),
			"denied, cache 30":        times(2, "none.thirty"),
			"empty, cache 30":         topo.Wire{From: client, Name: "empty.thirty.lab.test.", Type: "MX", Times: 2},
			"denied for 20, cache 30": ask("soa20.thirty.lab.test."),
			"denied without SOA":      times(3, "no-soa.thirty"),
			"servfail":                times(3, "servfail.thirty"),
			"notimp":                  times(3, "notimp.thirty"),
			"refused":                 times(3, "refused.thirty"),
			"20, with sizes":          ask("a20.sized.lab.test."),
			"300, with sizes":         ask("a300.sized.lab.test."),
			"denied, with sizes":      ask("none.sized.lab.test."),
			"of the cluster":          ask("kubernetes.default.svc.cluster.local."),
			"none of the cluster":     ask("missing.default.svc.cluster.local."),
			"crowd":                   topo.Sweep{From: client, Names: crowd},
		}}, {Ask: map[string]topo.Question{
			"metrics": topo.MetricsOf(dns),
		}}, {Ask: map[string]topo.Question{
			"slow": topo.Wire{From: client, Name: "slow.lab.test.", Server: "up"}, // for a second and a half
		}}, {Ask: map[string]topo.Question{
			"7200, later":   ask("a7200.thirty.lab.test."),
			"denied, later": ask("none.thirty.lab.test."),
		}}, {Ask: map[string]topo.Question{
			"up's log": topo.Saw{Upstream: up},
		}}},
		Claims: []Claim{{
			ID:   "default-ttl",
			Says: "a cache that is told no TTL keeps that of the answer, up to an hour, and that of a denial, up to half an hour",
			Cases: cacheCase(is.All{
				is.TTL("300, by default", 300), is.TTL("7200, by default", 3600), is.SOA("denied, by default", ".", 1800), is.Alike("300, by default"), asked("a300.default", 1),
			}, ttls, refutes("S2-45")...),
		}, {
			ID:   "cache-30",
			Says: "with cache 30 nothing has a TTL above 30, nor below 5, and what is between stays",
			Cases: cacheCase(is.All{
				is.TTL("1, cache 30", 5), is.TTL("20, cache 30", 20), is.TTL("300, cache 30", 30), is.TTL("7200, cache 30", 30), is.Alike("300, cache 30"), asked("a300.thirty", 1),
			}, ttls+"; setup.go cacheParse: the number is both maxima", refutes("S2-45")...),
		}, {
			ID:   "denials",
			Says: "with cache 30 a denial has the SOA that the upstream gave, with TTL 30, whatever its minimum, or with a lower one that it had; both of NXDOMAIN and of no data",
			Cases: cacheCase(is.All{
				is.NXDomain("denied, cache 30"), is.SOA("denied, cache 30", ".", 30), is.Alike("denied, cache 30"), asked("none.thirty", 1),
				is.NoData("empty, cache 30"), is.SOA("empty, cache 30", ".", 30), is.Alike("empty, cache 30"), is.AskedTimes("up's log", "empty.thirty.lab.test.", "MX", 1),
				is.NXDomain("denied for 20, cache 30"), is.SOA("denied for 20, cache 30", ".", 20),
			}, "cache.go WriteMsg; plugin/pkg/dnsutil/ttl.go MinimalTTL: of an SOA its TTL counts, and not its minimum as RFC 2308 has it", holds("S3-7")...),
		}, {
			ID:   "counts-down",
			Says: "the TTL of what is remembered counts down, of an answer and of a denial",
			Cases: cacheCase(is.All{
				is.CountedDown("7200, cache 30", "7200, later", 1), asked("a7200.thirty", 1),
				is.CountedDown("denied, cache 30", "denied, later", 1), asked("none.thirty", 1),
			}, "item.go toMsg: without keepttl", holds("S3-7")...),
		}, {
			ID:    "no-soa",
			Says:  "NXDOMAIN without an SOA is not remembered",
			Cases: cacheCase(is.All{is.NXDomain("denied without SOA"), is.Alike("denied without SOA"), asked("no-soa.thirty", 3)}, types+"a name error is one with an SOA, and others are errors, which are not kept"),
		}, {
			ID:   "errors",
			Says: "SERVFAIL and NOTIMP of an upstream are remembered, and REFUSED is not",
			Cases: cacheCase(is.All{
				is.ServFail("servfail"), is.Alike("servfail"), asked("servfail.thirty", 1),
				is.Rcode("notimp", "NOTIMP"), is.Alike("notimp"), asked("notimp.thirty", 1),
				is.Rcode("refused", "REFUSED"), is.Alike("refused"), asked("refused.thirty", 3),
			}, types+"ServerError is SERVFAIL and NOTIMP"),
		}, {
			ID:   "sizes",
			Says: "success 10000 60 and denial 10000 15 are upper bounds: an answer with TTL 300 has 60 then, a denial 15, and one with 20, or of the cluster with 30, stays",
			Cases: cacheCase(is.All{
				is.TTL("20, with sizes", 20), is.TTL("300, with sizes", 60), is.SOA("denied, with sizes", ".", 15),
				is.TTL("of the cluster", 30), is.SOA("none of the cluster", "cluster.local.", 15),
				is.Metric("metrics", `coredns_cache_entries{type="success",zones="sized.lab.test."}`, 2, 2), is.Metric("metrics", `coredns_cache_entries{type="denial",zones="sized.lab.test."}`, 1, 1),
				is.Metric("metrics", `coredns_cache_entries{type="success",zones="cluster.local."}`, 1, 1),
			}, "setup.go cacheParse: success and denial CAPACITY TTL", partly("S2-53")...),
		}, {
			ID:   "capacity",
			Says: "a capacity is rounded down to whole shares of 256 parts: one of 1200 is 1024, and one of 10000 would be 9984",
			Cases: cacheCase(is.All{
				is.EachHas("crowd", crowd, "192.0.2.1"),
				is.Metric("metrics", `coredns_cache_entries{type="success",zones="full.lab.test."}`, 950, 1024),
				is.Metric("metrics", `coredns_cache_evictions_total{type="success",zones="full.lab.test."}`, 2500-1024, 2500-950),
			}, "plugin/pkg/cache/cache.go New: size/256 for each of 256 parts, and a part that is full gives up one of its own at random", partly("S2-53")...),
		}},
	}
}
