package labs

import (
	"time"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// KindBroken takes away what answers a pod, one hop after the other.
func KindBroken() Lab {
	client := topo.Node{Name: "client", Mode: topo.PodNetwork}
	const inside, outside = "kubernetes.default.svc.cluster.local.", "broken.lab.test."
	ask := func(after string) map[string]topo.Question {
		return map[string]topo.Question{
			"inside" + after:  topo.Wire{From: client, Name: inside},
			"outside" + after: topo.Wire{From: client, Name: outside},
		}
	}
	forwarding := func(to, says string) topo.Act {
		return topo.SetCorefile{Says: says, Corefile: `.:53 {
    errors
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
        pods insecure
        fallthrough in-addr.arpa ip6.arpa
    }
    forward . ` + to + `
}
`}
	}
	any := func(expect is.Assertion, because string, sources ...string) []Case {
		return []Case{{When: kubernetes(""), Expect: expect, Because: because + "; run on Kubernetes 1.34.3 with CoreDNS 1.12.1", Sources: refutes(sources...)}}
	}

	return Lab{
		Name:     "kind-broken",
		Story:    "SERVFAIL, a refused port and silence are different things to see in a pod: the server behind CoreDNS is gone, or CoreDNS itself.",
		Needs:    []driver.Cap{driver.OwnCluster, driver.Pods},
		Topology: topo.Topology{client},
		Steps: []Step{
			{Do: []topo.Act{forwarding("192.0.2.1", "it forwards to a server that says nothing")}, Ask: ask(", silent")},
			{Do: []topo.Act{forwarding("127.0.0.1:9", "it forwards to a port where nobody listens")}, Ask: ask(", closed")},
			{Do: []topo.Act{topo.Scale{Replicas: 0}}, Ask: ask(", none")},
			{Do: []topo.Act{topo.Scale{Replicas: 1}}, Ask: map[string]topo.Question{"inside, again": topo.Wire{From: client, Name: inside}}},
		},
		Claims: []Claim{{
			ID:    "silent-upstream",
			Says:  "where the server behind CoreDNS is silent, a name outside is SERVFAIL after some seconds, and a name of the cluster is answered at once",
			Cases: any(is.All{is.ServFail("outside, silent"), is.Took("outside, silent", time.Second, 9*time.Second), is.NoError("inside, silent")}, "coredns plugin/forward ServeDNS: SERVFAIL when all servers failed, within 5 s", "S2-49"),
		}, {
			ID:    "closed-upstream",
			Says:  "where nobody listens behind CoreDNS, a name outside is SERVFAIL sooner than that, and a name of the cluster is answered",
			Cases: any(is.All{is.ServFail("outside, closed"), is.Took("outside, closed", 0, 5*time.Second), is.NoError("inside, closed")}, "coredns plugin/forward ServeDNS", "S2-49"),
		}, {
			ID:    "no-coredns",
			Says:  "without CoreDNS there is no rcode at all: kube-proxy rejects what goes to a service that nothing is behind",
			Cases: any(is.All{is.Outcome("inside, none", "refused"), is.Outcome("outside, none", "refused"), is.NoError("inside, again")}, "kubernetes pkg/proxy/iptables: a service without endpoints is rejected with icmp-port-unreachable", "S2-49"),
		}},
	}
}
