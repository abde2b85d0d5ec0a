package labs

import (
	"time"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// DNSCacheExpiry changes an upstream and takes another away, and asks on.
func DNSCacheExpiry() Lab {
	name := func(what string) string { return what + ".lab.test." }
	answers := func(addr, zone string, ttl uint32) topo.Reply {
		return topo.Reply{Name: name("web." + zone), Type: "A", TTL: ttl, Answers: []string{"A " + addr}}
	}
	const before, after = "192.0.2.1", "192.0.2.2"
	up := topo.Node{Name: "up", Kind: topo.Upstream, Mode: topo.PodNetwork, Serves: []topo.Reply{
		answers(before, "plain", 5), answers(before, "early", 10), answers(before, "tenth", 11), {Name: name("once.plain"), Rcode: "SERVFAIL"},
	}}
	gone := topo.Node{Name: "gone", Kind: topo.Upstream, Mode: topo.PodNetwork, Serves: []topo.Reply{
		answers(before, "left", 1), answers(before, "stale", 1), {Name: name("long.left"), TTL: 300},
	}}
	dns := topo.Node{Name: "dns", Mode: topo.PodNetwork, Pod: topo.Pod{CoreDNS: topo.CoreDNS{Corefile: `plain.lab.test {
    prometheus :9153
    cache
    forward . {up.addr}
}
early.lab.test {
    cache {
        prefetch 2 1m 80%
    }
    forward . {up.addr}
}
tenth.lab.test {
    cache {
        prefetch 2
    }
    forward . {up.addr}
}
left.lab.test {
    cache {
        success 9984 3600 1
    }
    forward . {gone.addr}
}
stale.lab.test {
    cache {
        success 9984 3600 1
        serve_stale
    }
    forward . {gone.addr}
}
`}}}
	client := topo.Node{Name: "client", Mode: topo.PodNetwork, DNS: []string{"dns"}, Pod: topo.Pod{DNSPolicy: "None"}}
	ask := func(what string) topo.Wire { return topo.Wire{From: client, Name: name(what)} }
	until := func(what string) topo.Act {
		return topo.Await{Ask: ask("web." + what), Answers: []string{after}, InARow: 1, Within: 15 * time.Second}
	}
	again := func(what string, least, most time.Duration) is.Assertion {
		return is.AskedAgain("up's log", name(what), "A", least, most)
	}

	return Lab{
		Name:     "dns-cache-expiry",
		Story:    "What CoreDNS remembers runs out while it is asked all the time: when does it ask the upstream again, and what does it say when there is none any more?",
		Needs:    []driver.Cap{driver.OwnCluster, driver.Pods},
		Topology: topo.Topology{up, gone, dns, client},
		Steps: []Step{{Ask: map[string]topo.Question{
			"plain": ask("web.plain"), "early": ask("web.early"), "tenth": ask("web.tenth"),
			"once": topo.Wire{From: client, Name: name("once.plain"), Times: 3},
			"left": ask("web.left"), "stale": ask("web.stale"), "long": ask("long.left"),
		}}, {
			Do: []topo.Act{
				topo.Program{Upstream: up, Says: after + " where it said " + before + ", and no SERVFAIL", Replies: []topo.Reply{
					answers(after, "plain", 5), answers(after, "early", 10), answers(after, "tenth", 11), {Name: name("once.plain"), Answers: []string{"A " + after}},
				}},
				topo.Close{Upstream: gone},
				until("early"), until("plain"),
				topo.Await{Ask: ask("once.plain"), Answers: []string{after}, InARow: 1, Within: 15 * time.Second},
				until("tenth"), // asked all the time in its last seconds, and then once more before the next ones
			},
			Ask: map[string]topo.Question{
				"plain, then": ask("web.plain"), "early, then": ask("web.early"), "tenth, then": ask("web.tenth"), "once, then": ask("once.plain"),
			},
		}, {
			Do: []topo.Act{topo.Await{Ask: ask("web.left"), Rcode: "SERVFAIL", InARow: 1, Within: 15 * time.Second}},
			Ask: map[string]topo.Question{
				"left, then": ask("web.left"), "stale, then": ask("web.stale"), "long, then": ask("long.left"), "never asked": ask("never.left"),
			},
		}, {Ask: map[string]topo.Question{
			"up's log": topo.Saw{Upstream: up},
			"metrics":  topo.MetricsOf(dns),
		}}},
		Claims: []Claim{{
			ID:   "no-prefetch",
			Says: "the upstream is not asked again before the TTL is over, however often CoreDNS is",
			Cases: cacheCase(is.All{
				is.Addresses("plain", before), is.Addresses("plain, then", after), again("web.plain", 5*time.Second, 0),
				is.Metric("metrics", `coredns_cache_hits_total{type="success",zones="plain.lab.test."}`, 2, 1000),
				is.NoMetric("metrics", `coredns_cache_prefetch_total{zones="plain.lab.test."}`, `coredns_cache_prefetch_total{zones="early.lab.test."}`),
			}, "cache.go New: prefetch is 0", partly("S2-55")...),
		}, {
			ID:   "prefetch",
			Says: "with prefetch 2 1m 80% it is asked again when 8 s of 10 are left, by the third question within a minute",
			Cases: cacheCase(is.All{
				is.Addresses("early", before), is.Addresses("early, then", after), again("web.early", 2*time.Second, 9*time.Second),
				is.Metric("metrics", `coredns_cache_prefetch_total{zones="early.lab.test."}`, 1, 10),
			}, "handler.go shouldPrefetch: so many hits, and a TTL at or below that share", partly("S2-55")...),
		}, {
			ID:   "last-tenth",
			Says: "with prefetch 2 and no more that waits for the last tenth of the TTL, rounded up: 2 s of 11",
			Cases: cacheCase(is.All{
				is.Addresses("tenth", before), is.Addresses("tenth, then", after), again("web.tenth", 9*time.Second, 0),
				is.Metric("metrics", `coredns_cache_prefetch_total{zones="tenth.lab.test."}`, 1, 10),
			}, "cache.go New: percentage is 10, which is also the least that setup.go cacheParse takes", partly("S2-55")...),
		}, {
			ID:   "prefetch-over-tcp",
			Says: "that question of CoreDNS's own goes out over TCP, although the client's came over UDP",
			Cases: cacheCase(is.AskedOverEach("up's log", name("web.tenth"), "udp", "tcp"),
				"cache.go newPrefetchResponseWriter: whatever the client's protocol, TCP, so that nothing is cut off; plugin/forward asks as it came"),
		}, {
			ID:   "servfail",
			Says: "SERVFAIL of an upstream is remembered for 5 s",
			Cases: cacheCase(is.All{
				is.ServFail("once"), is.Alike("once"), is.Addresses("once, then", after), again("once.plain", 5*time.Second, 0), is.AskedTimes("up's log", name("once.plain"), "A", 2),
			}, "cache.go New: failttl is minNTTL, 5 s", refutes("S2-45")...),
		}, {
			ID:   "own-servfail",
			Says: "SERVFAIL that CoreDNS says itself, since nobody answers, is not remembered",
			Cases: cacheCase(is.All{
				is.ServFail("never asked"), is.Metric("metrics", `coredns_cache_entries{type="denial",zones="left.lab.test."}`, 0, 0),
				is.ServFail("once"), is.Metric("metrics", `coredns_cache_entries{type="denial",zones="plain.lab.test."}`, 1, 1),
			}, "cache.go WriteMsg; plugin/forward ServeDNS returns the rcode and writes no message"),
		}, {
			ID:   "upstream-gone",
			Says: "without the upstream a name is answered for as long as its TTL lasts, and is SERVFAIL then",
			Cases: cacheCase(is.All{
				is.AnsweredBy("long", 2), is.AnsweredBy("long, then", 2), is.CountedDown("long", "long, then", 1),
				is.Addresses("left", before), is.ServFail("left, then"), is.ServFail("never asked"),
			}, "cache.go New: staleUpTo is 0"),
		}, {
			ID:   "serve-stale",
			Says: "with serve_stale it is answered after that, too, with TTL 0",
			Cases: cacheCase(is.All{
				is.Addresses("stale", before), is.TTL("stale", 1), is.Addresses("stale, then", before), is.TTL("stale, then", 0), is.ServFail("left, then"),
			}, "handler.go ServeDNS: an item is kept for an hour after its end"),
		}},
	}
}
