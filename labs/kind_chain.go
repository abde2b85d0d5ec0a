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
	service := topo.Node{Name: "service", Mode: topo.ServiceAddress, Service: topo.Service{Of: "behind"}}
	headless := topo.Node{Name: "headless", Mode: topo.ServiceAddress, Service: topo.Service{Of: "behind", Headless: true}}
	ask := func(name string) topo.Question { return topo.Wire{From: client, Name: name} }
	reaches := []Facts{overIptables, overPodman}

	return Lab{
		Name:     "kind-chain",
		Story:    "A pod asks CoreDNS, which asks what its node's resolv.conf names: the engine's DNS, which asks the host's resolver. The server there sees how often, from where and over what.",
		Needs:    []driver.Cap{driver.OwnCluster, driver.Pods},
		Topology: topo.Topology{client, web, behind, service, headless, topo.HostUpstream},
		Steps: []Step{{Ask: map[string]topo.Question{
			"outside":   ask("chain.lab.test."),
			"container": ask("{web}."),
			"service":   ask("{service}.{lab}.svc.cluster.local."),
			"headless":  ask("{headless}.{lab}.svc.cluster.local."),
			"over TCP":  topo.Wire{From: client, Name: "tcp.chain.lab.test.", TCP: true},
		}}, {Ask: map[string]topo.Question{
			"host's log": topo.Saw{Upstream: topo.HostUpstream, Of: "chain.lab.test."},
		}}},
		Claims: []Claim{{
			ID:   "outside",
			Says: "a pod's question for a name outside reaches the upstream of the host, once",
			Cases: append(each(Case{
				Expect:  is.All{is.AnsweredBy("outside", ofHost), is.AskedTimes("host's log", "chain.lab.test.", "A", 1)},
				Because: "kubeadm's Corefile: forward . /etc/resolv.conf, in a pod with dnsPolicy Default, whose file is the node's; run with KIND 0.33.0",
				Sources: holds("S0-10", "S0-17", "S4-8"),
			}, reaches...), Case{
				When:    overNftables,
				Expect:  is.ServFail("outside"),
				Because: "the node's resolv.conf, which CoreDNS forwards to, names a gateway where nobody answers; see kind-node",
				Sources: refutes("S0-17"),
			}),
		}, {
			ID:   "over-tcp",
			Says: "a question over TCP goes on over TCP",
			Cases: append(each(Case{
				Expect:  is.All{is.AnsweredBy("over TCP", ofHost), is.AskedOver("host's log", "tcp.chain.lab.test.", "tcp")},
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
