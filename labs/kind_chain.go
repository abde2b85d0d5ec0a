package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// KindChain follows a pod's question to the upstream of the host.
func KindChain() Lab {
	client := topo.Node{Name: "client", Mode: topo.PodNetwork}
	web := topo.Node{Name: "web", Mode: topo.BesideCluster}
	behind := topo.Node{Name: "behind", Mode: topo.PodNetwork}
	service := topo.Node{Name: "service", Mode: topo.ServiceAddress, Service: topo.Service{Of: []string{"behind"}}}
	headless := topo.Node{Name: "headless", Mode: topo.ServiceAddress, Service: topo.Service{Of: []string{"behind"}, Headless: true}}
	ask := func(name string) topo.Question { return topo.Wire{From: client, Name: name} }
	reaches := []Facts{overIptables, overPodman}

	return Lab{
		Name:     "kind-chain",
		Story:    "A pod asks CoreDNS, which asks what its node's resolv.conf names: the engine's DNS, which asks the host's resolver. The server there sees how often, from where and over what.",
		Needs:    []driver.Cap{driver.OwnCluster, driver.Pods},
		Topology: topo.Topology{client, web, behind, service, headless, clusterNode, topo.HostUpstream},
		Steps: []Step{{Do: []topo.Act{
			// A pod that runs is not at once one that CoreDNS knows.
			topo.Await{Ask: topo.Wire{From: client, Name: "{headless}.{lab}.svc.cluster.local."}, Answers: []string{"{behind.addr}"}},
		}, Ask: map[string]topo.Question{
			"outside":   ask("chain.{client}.lab.test."),
			"container": ask("{web}."),
			"service":   ask("{service}.{lab}.svc.cluster.local."),
			"headless":  ask("{headless}.{lab}.svc.cluster.local."),
			"the node":  ask("{control-plane}."),
			"often":     topo.Wire{From: client, Name: "often.{client}.lab.test.", Times: 4},
			"by node":   topo.Wire{From: clusterNode, Name: "node.{client}.lab.test.", TCP: true, Times: 3}, // of a closed UDP port the kernel may keep quiet
			"over TCP":  topo.Wire{From: client, Name: "tcp.{client}.lab.test.", TCP: true},
		}}, {Ask: map[string]topo.Question{
			"host's log": topo.Saw{Upstream: topo.HostUpstream, Of: "{client}.lab.test."},
		}}},
		Claims: []Claim{{
			ID:   "outside",
			Says: "a pod's question for a name outside reaches the upstream of the host, once",
			Cases: append(each(Case{
				Expect:  is.All{is.AnsweredBy("outside", ofHost), is.AskedTimes("host's log", "chain.client.lab.test.", "A", 1)},
				Because: "kubeadm's Corefile: forward . /etc/resolv.conf, in a pod with dnsPolicy Default, whose file is the node's; run with KIND 0.33.0",
				Sources: holds("S0-10", "S0-17", "S4-8"),
			}, reaches...), Case{
				When:    overNftables,
				Expect:  is.ServFail("outside"),
				Because: "the node's resolv.conf, which CoreDNS forwards to, names a gateway where nobody answers; see kind-node",
				Sources: refutes("S0-17"),
			}),
		}, {
			ID:   "from-the-host",
			Says: "the host's upstream is asked from an address of the host, not of the pod's network or of the node's",
			Cases: append(each(Case{
				Expect:  is.All{is.AskedFromHost("host's log", "chain.client.lab.test."), is.AskedOver("host's log", "chain.client.lab.test.", "udp")},
				Because: "the engine's DNS asks from the host's network namespace, or through its masquerade",
				Sources: holds("S0-17"),
			}, reaches...), Case{
				When:    overNftables,
				Expect:  is.ServFail("outside"),
				Because: "nothing is asked; see kind-node",
			}),
		}, {
			ID:   "cached",
			Says: "an answer is remembered by CoreDNS, in each replica for itself, and not by the engine's DNS",
			Cases: append(each(Case{
				Expect: is.All{
					is.AnsweredBy("often", ofHost), is.AskedUpTo("host's log", "often.client.lab.test.", "A", 2),
					is.AnsweredBy("by node", ofHost), is.AskedTimes("host's log", "node.client.lab.test.", "A", 3),
				},
				Because: "kubeadm's Corefile: cache 30, and two replicas; moby daemon/libnetwork/resolver.go and aardvark-dns have no cache for what they forward",
				Sources: holds("S0-17"),
			}, reaches...), Case{
				When:    overNftables,
				Expect:  is.All{is.ServFail("often"), is.Outcome("by node", "refused")},
				Because: "nothing is asked; see kind-node",
			}),
		}, {
			ID:   "over-tcp",
			Says: "a question over TCP goes on over TCP",
			Cases: append(each(Case{
				Expect:  is.All{is.AnsweredBy("over TCP", ofHost), is.AskedOver("host's log", "tcp.client.lab.test.", "tcp")},
				Because: "coredns plugin/forward: the protocol of the question, unless it is told otherwise; the engine's DNS likewise",
			}, reaches...), Case{
				When:    overNftables,
				Expect:  is.ServFail("over TCP"),
				Because: "the node's resolv.conf, which CoreDNS forwards to, names a gateway where nobody answers; see kind-node",
			}),
		}, {
			ID:   "container",
			Says: "a plain container beside the cluster is found from a pod by its name",
			Cases: append(each(Case{
				Expect:  is.AddressOf(web, "container"),
				Because: "CoreDNS forwards it to the engine's DNS, which knows the containers of the network of the nodes",
				Sources: holds("S0-17"),
			}, reaches...), Case{
				When:    overNftables,
				Expect:  is.ServFail("container"),
				Because: "the engine's DNS is out of reach from the node; see kind-node",
				Sources: refutes("S0-17"),
			}),
		}, {
			ID:   "node",
			Says: "a node is found from a pod by the name of its container",
			Cases: []Case{{
				When:    overIptables,
				Expect:  is.AddressOf(clusterNode, "the node"),
				Because: "CoreDNS forwards it to the engine's DNS, to which a node is a container like any other",
				Sources: holds("S0-17"),
			}, {
				When:    overPodman,
				Expect:  is.AddressesOf("the node", clusterNode, clusterNode),
				Because: "a node's hostname is the name of its container (kind pkg/cluster/internal/providers/podman/provision.go), and aardvark-dns has its address once for each; run on 1.14.0",
				Sources: holds("S0-17"),
			}, {
				When:    overNftables,
				Expect:  is.ServFail("the node"),
				Because: "the engine's DNS is out of reach from the node; see kind-node",
			}},
		}, {
			ID:   "services",
			Says: "a service's name is its own address, a headless one's that of its pod, whatever is the matter outside",
			Cases: []Case{{
				When:    kubernetes(""),
				Expect:  is.All{is.AddressOf(service, "service"), is.AddressOf(behind, "headless")},
				Because: "coredns plugin/kubernetes findServices",
				Sources: holds("S4-8"),
			}},
		}},
	}
}
