package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// ForwardPolicies asks a CoreDNS whose server blocks choose between the same
// two servers in different ways. It has no cache, so each question goes on.
func ForwardPolicies() Lab {
	first, second := upstreamPod("first"), upstreamPod("second")
	client := topo.Node{Name: "client", Mode: topo.PodNetwork}
	dns := ownCoreDNS(`random.lab.test {
    forward . {first.addr} {second.addr}
}
sequential.lab.test {
    forward . {first.addr} {second.addr} {
        policy sequential
    }
}
robin.lab.test {
    forward . {first.addr} {second.addr} {
        policy round_robin
    }
}
`)
	const random, sequential, robin = "random.lab.test.", "sequential.lab.test.", "robin.lab.test."
	ask := func(name string, times int) topo.Question {
		return topo.Wire{From: client, Server: "dns", Name: name, Times: times}
	}

	return Lab{
		Name:     "forward-policies",
		Story:    "A CoreDNS forwards to two servers: which of them is asked, by default and as told.",
		Needs:    []driver.Cap{driver.OwnCluster, driver.Pods},
		Topology: topo.Topology{first, second, dns, client},
		Steps: []Step{{Ask: map[string]topo.Question{
			"random":     ask(random, 32), // all to one of two: once in two thousand million runs
			"sequential": ask(sequential, 16),
			"robin":      ask(robin, 16),
			"elsewhere":  ask("elsewhere.lab.test.", 0),
		}}, {Ask: map[string]topo.Question{
			"first's log":  topo.Saw{Upstream: first},
			"second's log": topo.Saw{Upstream: second},
		}}},
		Claims: []Claim{{
			ID:   "random",
			Says: "where nothing is said both servers are asked, each time one of them",
			Cases: anyCoreDNS(is.All{
				is.NoError("random"), is.AskedUpTo("first's log", random, "A", 31), is.AskedUpTo("second's log", random, "A", 31),
			}, "coredns plugin/forward/forward.go New: the policy is random", refutes("S2-56")),
		}, {
			ID:   "sequential",
			Says: "with policy sequential the second server is not asked while the first answers",
			Cases: anyCoreDNS(is.All{
				is.AnsweredBy("sequential", 1), is.AskedTimes("first's log", sequential, "A", 16), is.NotAskedBut("second's log", sequential, random),
			}, "coredns plugin/forward/policy.go sequential: the list as it is", refutes("S2-56")),
		}, {
			ID:   "round-robin",
			Says: "with policy round_robin each server is asked every other time",
			Cases: anyCoreDNS(is.All{
				is.AskedTimes("first's log", robin, "A", 8), is.AskedTimes("second's log", robin, "A", 8),
			}, "coredns plugin/forward/policy.go roundRobin: a counter for all questions"),
		}, {
			ID:   "no-block",
			Says: "a name that no server block has is REFUSED, and no server is asked",
			Cases: anyCoreDNS(is.All{
				is.Rcode("elsewhere", "REFUSED"), is.NotAskedBut("first's log", "elsewhere.lab.test.", robin), is.NotAskedBut("second's log", "elsewhere.lab.test.", robin),
			}, "coredns core/dnsserver/server.go ServeDNS: no zone fits"),
		}},
	}
}
