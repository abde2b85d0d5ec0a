package labs

import (
	"time"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// KindHops breaks the hop from the node to the engine's DNS.
func KindHops() Lab {
	client := topo.Node{Name: "client", Mode: topo.PodNetwork}
	web := topo.Node{Name: "web", Mode: topo.BesideCluster}
	ask := func(after string) map[string]topo.Question {
		wire := func(name string) topo.Question { return topo.Wire{From: client, Name: name, Timeout: 20 * time.Second} }
		return map[string]topo.Question{
			"inside" + after:    wire("kubernetes.default.svc.cluster.local."),
			"container" + after: wire("{web}."),
			"outside" + after:   wire("hops" + after + ".lab.test."),
		}
	}
	const because = "moby daemon/libnetwork/resolver_unix.go: without DOCKER_OUTPUT what a node asks of the gateway goes to the host's port 53, where nobody listens; run with KIND 0.33.0 and CoreDNS 1.12.1"

	return Lab{
		Name:     "kind-hops",
		Story:    "The rules that lead a node's questions to the engine's DNS are flushed: names of the cluster stay, all others are SERVFAIL.",
		Needs:    []driver.Cap{driver.OwnCluster, driver.Pods, driver.NodeRules, driver.Outside},
		Topology: topo.Topology{clusterNode, client, web},
		Steps: []Step{
			{Ask: ask("")},
			{Do: []topo.Act{topo.FlushRules{Of: clusterNode, Chain: "DOCKER_OUTPUT"}, topo.RestartCoreDNS{}}, Ask: ask("-flushed")},
		},
		Claims: []Claim{{
			ID:    "before",
			Says:  "a pod finds a name of the cluster, a container beside it and a name outside",
			Cases: []Case{{When: overIptables, Expect: is.All{is.NoError("inside"), is.AddressOf(web, "container"), is.AnsweredBy("outside", ofHost)}, Because: because}},
		}, {
			ID:   "flushed",
			Says: "without Docker's rules in the node's network namespace a pod gets SERVFAIL for what is outside the cluster, and answers for what is in it",
			Cases: []Case{{
				When:    overIptables,
				Expect:  is.All{is.NoError("inside-flushed"), is.ServFail("container-flushed"), is.ServFail("outside-flushed"), is.Took("outside-flushed", 0, 9*time.Second)},
				Because: because,
				Sources: refutes("S2-49"),
			}},
		}},
	}
}
