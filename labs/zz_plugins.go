package labs

import (
	"slices"
	"strings"

	"github.com/dnslab/dnslab/runner/topo"
)

// zzPlugin is a lab whose CoreDNS has another Corefile.
func zzPlugin(l Lab, node string, pairs ...string) Lab {
	l.Name = "zz-broken-" + l.Name
	l.Topology = slices.Clone(l.Topology)
	for i, n := range l.Topology {
		if n.Name == node {
			was := n.Pod.CoreDNS.Corefile
			n.Pod.CoreDNS.Corefile = strings.NewReplacer(pairs...).Replace(was)
			if was == n.Pod.CoreDNS.Corefile {
				panic("nothing is broken")
			}
			l.Topology[i] = n
		}
	}
	return l
}

func zzPlugins() []Lab {
	wild := SearchWildcard()
	wild.Name = "zz-broken-search-wildcard"
	wild.Topology = slices.Clone(wild.Topology)
	wild.Topology[0] = upstreamPod("up", topo.Reply{Name: "*.search.lab.test.", Rcode: "NXDOMAIN"})
	noVerified := zzPlugin(CoreDNSAutopath(), "verified", "pods verified", "pods insecure")
	return []Lab{
		zzPlugin(ForwardPolicies(), "dns", "sequential.lab.test {", "robin.lab.test {", "robin.lab.test {", "random.lab.test {", "random.lab.test {", "sequential.lab.test {"),
		zzPlugin(ForwardTransports(), "dns", "prefer_udp", "force_tcp", "force_tcp", "prefer_udp", "again.lab.test", "anew.lab.test", "anew.lab.test", "again.lab.test"),
		zzPlugin(ForwardFailover(), "dns", "max_fails 0", "max_fails 1", "max_concurrent 2", "max_concurrent 20", "        failfast_all_unhealthy_upstreams\n", "", "127.0.0.1:9 ", "", "policy sequential", "policy round_robin"),
		zzPlugin(ServerBlocks(), "dns", "deep.stub.lab.test {", "other.stub.lab.test {", "view inside", "view inside", "'{client.addr}/32'", "'192.0.2.1/32'", "except sub.", "except sup.", "        fallthrough\n", "", "rewrite name old", "rewrite name elder"),
		zzPlugin(CoreDNSHosts(), "dns", "        fallthrough\n", "", "192.0.2.80 ", "192.0.2.8 ", "192.0.2.81 fixed.alone", "192.0.2.81 fixed.other"),
		noVerified, wild,
	}
}
