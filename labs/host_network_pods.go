package labs

import (
	"time"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// HostNetworkPods has pods on their node's network ask the cluster's DNS, and
// takes away the rule that leads them there.
func HostNetworkPods() Lab {
	node := clusterNode
	pod := func(name string, mode topo.Mode, policy string) topo.Node {
		return topo.Node{Name: name, Mode: mode, Pod: topo.Pod{DNSPolicy: policy, On: node.Name}}
	}
	host := pod("host", topo.HostNetwork, "ClusterFirst")
	withHostNet := pod("with-host-net", topo.HostNetwork, "ClusterFirstWithHostNet")
	client := pod("client", topo.PodNetwork, "ClusterFirst")
	ask := func(from topo.Node) topo.Wire {
		return topo.Wire{From: from, Name: "kubernetes.default.svc.cluster.local.", Server: "{cluster-dns}", Timeout: 3 * time.Second}
	}
	short := func(from topo.Node) topo.Wire {
		return topo.Wire{From: from, Name: "kubernetes.default.svc", Server: "{cluster-dns}", Search: true, Timeout: 20 * time.Second}
	}
	jump := func(how ...string) topo.Act {
		args := append([]string{"iptables", "--wait", "--table", "nat"}, how...)
		return topo.NodeRun{Node: node, Args: append(args, "--match", "comment", "--comment", "kubernetes service portals", "--jump", "KUBE-SERVICES")}
	}
	const ran = "; run on Kubernetes 1.34.3"
	api := func(name string) is.Assertion { return is.Addresses(name, "10.96.0.1") }
	any := func(expect is.Assertion, because string, sources ...string) []Case {
		return []Case{{When: kubernetes(""), Expect: expect, Because: because + ran, Sources: holds(sources...)}}
	}

	return Lab{
		Name:     "host-network-pods",
		Story:    "A pod on its node's network reaches the cluster's DNS by the rule of the chain OUTPUT, as whatever runs on a node does; which names it asks there for is another matter.",
		Needs:    []driver.Cap{driver.OwnCluster, driver.Pods, driver.HostNetns, driver.Outside},
		Topology: topo.Topology{node, host, withHostNet, client},
		Steps: []Step{{Ask: map[string]topo.Question{
			"host's file": podsFile(host), "with-host-net's file": podsFile(withHostNet),
			"rules":               topo.Rules{Of: node},
			"host asks":           ask(host),
			"node asks":           ask(node),
			"client asks":         ask(client),
			"host asks, short":    short(host),
			"with-host-net's own": topo.Wire{From: withHostNet, Name: "kubernetes.default", Search: true},
		}}, {
			Do: []topo.Act{jump("--delete", "OUTPUT")},
			Ask: map[string]topo.Question{
				"rules, without": topo.Rules{Of: node}, "host asks, without": ask(host), "node asks, without": ask(node), "with-host-net asks, without": ask(withHostNet), "client asks, without": ask(client),
			},
		}, {
			Do:  []topo.Act{jump("--insert", "OUTPUT", "1")},
			Ask: map[string]topo.Question{"rules, again": topo.Rules{Of: node}, "host asks, again": ask(host)},
		}},
		Claims: []Claim{{
			ID:    "reaches-it",
			Says:  "a pod on its node's network, and the node itself, are answered at the address of the service",
			Cases: any(is.All{api("host asks"), api("node asks"), api("client asks"), is.ChainJumps("rules", "OUTPUT", "KUBE-SERVICES")}, "kubernetes pkg/proxy/iptables/proxier.go iptablesJumpChains: nat OUTPUT leads to KUBE-SERVICES", "S2-52"),
		}, {
			ID:   "by-output",
			Says: "without the rule in OUTPUT neither hears anything, whatever the pod's policy, while a pod on the cluster's network is answered",
			Cases: any(is.All{
				is.TimedOut("host asks, without"), is.TimedOut("node asks, without"), is.TimedOut("with-host-net asks, without"), api("client asks, without"),
				is.ChainJumps("rules, without", "PREROUTING", "KUBE-SERVICES"),
			}, "netfilter: what a node sends itself passes OUTPUT, what pods send PREROUTING", "S2-52"),
		}, {
			ID:    "again",
			Says:  "with the rule it is answered again",
			Cases: any(is.All{is.ChainJumps("rules, again", "OUTPUT", "KUBE-SERVICES"), api("host asks, again")}, "kubernetes pkg/proxy/iptables/proxier.go iptablesJumpChains"),
		}, {
			ID:   "no-domains",
			Says: "the rule adds no domains to search: a short name is not found by a pod that has the domains of its node",
			Cases: onOwn("kubernetes pkg/kubelet/network/dns/dns.go getPodDNSType; a rule changes addresses, no names", partly("S2-52"), func(ofNode string, outside is.Assertion) is.Assertion {
				return is.All{is.SearchList("host's file", ofNode), outside, api("host asks")}
			}, "host asks, short"),
		}, {
			ID:    "with-host-net",
			Says:  "with ClusterFirstWithHostNet it is found",
			Cases: any(is.All{api("with-host-net's own"), is.Nameservers("with-host-net's file", "10.96.0.10")}, "kubernetes pkg/kubelet/network/dns/dns.go getPodDNSType", "S2-47", "kubernetes:hostnetwork-clusterfirstwithhostnet"),
		}},
	}
}

// onOwn are the cases of a claim about a name that is not the cluster's, asked
// of its CoreDNS: what becomes of it outside depends on the engine under the
// nodes.
func onOwn(because string, sources []results.Source, expect func(ofNode string, outside is.Assertion) is.Assertion, outside string) []Case {
	return []Case{
		{When: and(kubernetes(""), overIptables), Expect: expect("host.test", is.NXDomain(outside)), Because: because + "; run on Kubernetes 1.34.3", Sources: sources},
		{When: and(kubernetes(""), overNftables), Expect: expect("host.test", is.ServFail(outside)), Because: because + "; nothing outside is found there, see kind-node", Sources: sources},
		{When: and(kubernetes(""), overPodman), Expect: expect("dns.podman", is.NXDomain(outside)), Because: because, Sources: sources},
	}
}
