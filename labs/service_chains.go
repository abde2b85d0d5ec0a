package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// byIptables is the facts of a cluster whose kube-proxy writes rules of iptables.
var byIptables = Facts{"kubernetes": "", "proxy-mode": "iptables"}

// The chains of kubeadm's service kube-dns, which are called the same in every
// cluster: base32 of the SHA-256 of "NAMESPACE/NAME:PORT" and the protocol, of
// which the first 16 letters.
const (
	chainDNS     = "KUBE-SVC-TCOU7JCQXEZGVUNU" // of "kube-system/kube-dns:dnsudp"
	chainDNSTCP  = "KUBE-SVC-ERIFXISQEP7F7OF4" // of "kube-system/kube-dns:dns-tcptcp"
	chainMetrics = "KUBE-SVC-JD5MR3NA4I4DYORP" // of "kube-system/kube-dns:metricstcp"
)

// serviceOf is a service that leads to port 53 of pods.
func serviceOf(name string, pods ...topo.Node) topo.Node {
	var names []string
	for _, p := range pods {
		names = append(names, p.Name)
	}
	return topo.Node{Name: name, Mode: topo.ServiceAddress, Service: topo.Service{Of: names}}
}

// ready waits until a service answers. That tells of its rules over UDP, and so
// of all others, which kube-proxy writes at once.
func ready(from topo.Node, services ...topo.Node) (all []topo.Act) {
	for _, s := range services {
		all = append(all, topo.Await{Ask: topo.Wire{From: from, Server: s.Name, Name: "ready.lab.test."}})
	}
	return all
}

// ServiceChains reads the rules that make a service of an address.
func ServiceChains() Lab {
	pod := func(name string) topo.Node { return topo.Node{Name: name, Kind: topo.Upstream, Mode: topo.PodNetwork} }
	client := besideNode("client")
	one, two, three := pod("one"), pod("two"), pod("three")
	single, pair, trio := serviceOf("single", one), serviceOf("pair", one, two), serviceOf("trio", one, two, three)
	single.Later, pair.Later, trio.Later = true, true, true // their pods are ready by then, and so all of them are endpoints at once
	const proxier = "kubernetes pkg/proxy/iptables/proxier.go "
	const run = "; run on Kubernetes 1.34.3"
	// marked is the first rule of a service's chain, written as iptables-save does.
	marked := func(addr, transport string) string {
		return "! -s 10.244.0.0/16 -d " + addr + "/32 -p " + transport + " -m " + transport + " --dport 53 -j KUBE-MARK-MASQ"
	}
	endpoint := func(share string) string {
		return "-m statistic --mode random --probability " + share + " -j KUBE-SEP-*"
	}
	leads := func(addr, transport, port, chain string) is.Assertion {
		return is.HasRule("rules", "KUBE-SERVICES", "-d "+addr+"/32 -p "+transport+" -m "+transport+" --dport "+port+" -j "+chain)
	}
	translated := func(p topo.Node) is.Assertion {
		return is.All{
			is.ChainRules("rules", "KUBE-SEP-*", "-s {"+p.Name+"}/32 -j KUBE-MARK-MASQ", "-p udp -m udp -j DNAT --to-destination {"+p.Name+"}:53"),
			is.ChainRules("rules", "KUBE-SEP-*", "-s {"+p.Name+"}/32 -j KUBE-MARK-MASQ", "-p tcp -m tcp -j DNAT --to-destination {"+p.Name+"}:53"),
		}
	}
	always := func(expect is.Assertion, because string) []Case {
		return []Case{{When: byIptables, Expect: expect, Because: proxier + because + run}}
	}

	return Lab{
		Name:     "service-chains",
		Story:    "What kube-proxy makes of a service: a chain that is called by a hash of the service's name, and a chain for each pod behind it.",
		Needs:    []driver.Cap{driver.OwnCluster, driver.Pods, driver.Outside},
		Topology: topo.Topology{clusterNode, client, one, two, three, single, pair, trio},
		Steps: []Step{{
			Do: append([]topo.Act{topo.Start{Node: single}, topo.Start{Node: pair}, topo.Start{Node: trio}}, ready(client, single, pair, trio)...),
			Ask: map[string]topo.Question{
				"rules":  topo.Rules{Of: clusterNode},
				"spread": topo.Wire{From: client, Server: "trio", Name: "spread.lab.test.", Times: 50},
			},
		}},
		Claims: []Claim{{
			ID:   "udp",
			Says: "what goes to UDP port 53 of the cluster's DNS is led to the chain " + chainDNS,
			Cases: []Case{{
				When:    byIptables,
				Expect:  is.All{leads("10.96.0.10", "udp", "53", chainDNS), is.ChainJumps("rules", chainDNS, "KUBE-SEP-*")},
				Because: proxier + "servicePortPolicyClusterChain: a hash of \"kube-system/kube-dns:dns\" and \"udp\"; no address is in it" + run,
				Sources: holds("S1-8"),
			}},
		}, {
			ID:   "tcp",
			Says: "what goes to TCP port 53 of it is led to another chain, " + chainDNSTCP,
			Cases: []Case{{
				When:    byIptables,
				Expect:  is.All{leads("10.96.0.10", "tcp", "53", chainDNSTCP), is.ChainJumps("rules", chainDNSTCP, "KUBE-SEP-*")},
				Because: proxier + "servicePortPolicyClusterChain: a hash of \"kube-system/kube-dns:dns-tcp\" and \"tcp\"" + run,
				Sources: refutes("S1-9"),
			}},
		}, {
			ID:    "metrics",
			Says:  "what goes to TCP port 9153 of it is led to the chain " + chainMetrics,
			Cases: always(is.All{leads("10.96.0.10", "tcp", "9153", chainMetrics), is.ChainJumps("rules", chainMetrics, "KUBE-SEP-*")}, "servicePortPolicyClusterChain: a hash of \"kube-system/kube-dns:metrics\" and \"tcp\""),
		}, {
			ID:   "masquerade",
			Says: "what no pod sent is marked for masquerade by the first rule of the service's own chain, not by one of KUBE-SERVICES",
			Cases: []Case{{
				When: byIptables,
				Expect: is.All{
					is.HasRule("rules", chainDNS, marked("10.96.0.10", "udp")), is.HasRule("rules", chainDNSTCP, marked("10.96.0.10", "tcp")),
					is.ChainRules("rules", "KUBE-SVC-*", marked("{single}", "udp"), "-j KUBE-SEP-*"),
					is.NoJump("rules", "KUBE-SERVICES", "KUBE-MARK-MASQ"),
				},
				Because: proxier + "syncProxyRules: the rule is written to internalTrafficChain, which is the service's" + run,
				Sources: refutes("S1-7"),
			}},
		}, {
			ID:   "portals",
			Says: "all that a node receives and all that it sends itself passes KUBE-SERVICES",
			Cases: []Case{{
				When:    byIptables,
				Expect:  is.All{is.HasRule("rules", "PREROUTING", "-j KUBE-SERVICES"), is.HasRule("rules", "OUTPUT", "-j KUBE-SERVICES")},
				Because: proxier + "iptablesJumpChains: \"kubernetes service portals\"" + run,
				Sources: holds("S1-10"),
			}},
		}, {
			ID:   "one-endpoint",
			Says: "the chain of a service with one pod leads to that pod's chain, which rewrites the address, and throws no dice",
			Cases: []Case{{
				When: byIptables,
				Expect: is.All{
					is.ChainRules("rules", "KUBE-SVC-*", marked("{single}", "udp"), "-j KUBE-SEP-*"),
					is.ChainRules("rules", "KUBE-SVC-*", marked("{single}", "tcp"), "-j KUBE-SEP-*"),
					is.LeadsTo("rules", single, "udp", one), is.LeadsTo("rules", single, "tcp", one), translated(one),
				},
				Because: proxier + "writeServiceToEndpointRules: a probability for all but the last" + run,
				Sources: holds("S1-11"),
			}},
		}, {
			ID:   "two-endpoints",
			Says: "with two pods the first is taken with probability 0.5, and otherwise the second",
			Cases: []Case{{
				When: byIptables,
				Expect: is.All{
					is.ChainRules("rules", "KUBE-SVC-*", marked("{pair}", "udp"), endpoint("0.50000000000"), "-j KUBE-SEP-*"),
					is.LeadsTo("rules", pair, "udp", one, two), is.LeadsTo("rules", pair, "tcp", one, two), translated(two),
				},
				Because: proxier + "computeProbability: 1/(n-i)" + run,
				Sources: holds("S1-11"),
			}},
		}, {
			ID:   "three-endpoints",
			Says: "with three pods the probabilities are 1/3 and, of what is left, 1/2",
			Cases: []Case{{
				When: byIptables,
				Expect: is.All{
					is.ChainRules("rules", "KUBE-SVC-*", marked("{trio}", "udp"), endpoint("0.33333333349"), endpoint("0.50000000000"), "-j KUBE-SEP-*"),
					is.LeadsTo("rules", trio, "udp", one, two, three), is.LeadsTo("rules", trio, "tcp", one, two, three), translated(three),
				},
				Because: proxier + "computeProbability: 1/(n-i); the kernel keeps it as a number of 31 bits" + run,
				Sources: holds("S1-11"),
			}},
		}, {
			ID:    "spread",
			Says:  "of fifty questions to a service with three pods each gets some",
			Cases: always(is.AnsweredByEach("spread", 1, 2, 3), "writeServiceToEndpointRules: each question is a flow of its own; that one pod of three gets none of fifty happens once in 200 million times"),
		}},
	}
}
