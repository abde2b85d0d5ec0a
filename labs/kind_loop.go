package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// KindLoop takes back what KIND did to the file of a node.
func KindLoop() Lab {
	client := topo.Node{Name: "client", Mode: topo.PodNetwork}
	ask := func(after string) map[string]topo.Question {
		return map[string]topo.Question{
			"log" + after:     topo.File{Of: clusterNode, Path: "/var/log/pods/kube-system_coredns-*/coredns/*.log"},
			"inside" + after:  topo.Wire{From: client, Name: "kubernetes.default.svc.cluster.local.", TCP: true},
			"outside" + after: topo.Wire{From: client, Name: "loop.lab.test.", TCP: true},
		}
	}
	const started, loop = "CoreDNS-", "plugin/loop: Loop (127.0.0.1:"
	const because = "coredns plugin/loop: a question of its own that comes back to it, at times before it has said its version; kubernetes pkg/kubelet/network/dns/dns.go getHostDNSConfig: CoreDNS's file is the node's; run with KIND 0.33.0 and CoreDNS 1.12.1"
	const podman = "podman: the original names gateways, no loopback address, and KIND leaves it; run on 5.4.2 with KIND 0.33.0"

	return Lab{
		Name:     "kind-loop",
		Story:    "What KIND spares CoreDNS: with the resolv.conf that Docker gave the node, 127.0.0.11 is CoreDNS itself.",
		Needs:    []driver.Cap{driver.OwnCluster, driver.Pods},
		Topology: topo.Topology{clusterNode, client},
		Steps: []Step{
			{Ask: ask("")},
			{Do: []topo.Act{
				topo.Write{Node: clusterNode, Path: "/etc/resolv.conf", From: "/etc/resolv.conf.original"},
				topo.RestartCoreDNS{},
			}, Ask: ask(" then")},
		},
		Claims: []Claim{{
			ID:   "none-before",
			Says: "with KIND's file CoreDNS runs, and sees no loop",
			Cases: []Case{{
				When:    kubernetes(""),
				Expect:  is.All{is.HasText("log", started), is.LacksText("log", loop), is.NoError("inside")},
				Because: because,
			}},
		}, {
			ID:   "loop",
			Says: "what CoreDNS says when the file of its node is the engine's",
			Cases: []Case{{
				When:    Facts{"node-engine": "docker"},
				Expect:  is.All{is.HasText("log then", loop), is.HasText("log then", `detected for zone "."`)},
				Because: because,
				Sources: holds("S0-11", "coredns:TestLoopDetected", "coredns#2087"),
			}, {
				When:    overPodman,
				Expect:  is.All{is.HasText("log then", started), is.LacksText("log then", loop)},
				Because: podman,
				Sources: partly("S0-11"),
			}},
		}, {
			ID:   "no-names",
			Says: "what pods get from it then, even for names of the cluster",
			Cases: []Case{{
				When:    Facts{"node-engine": "docker"},
				Expect:  is.All{is.Outcome("inside then", "refused"), is.Outcome("outside then", "refused")},
				Because: because + "; a replica that has ended is none that a service leads to",
				Sources: holds("S0-11"),
			}, {
				When:    overPodman,
				Expect:  is.All{is.NoError("inside then"), is.AnsweredBy("outside then", ofHost)},
				Because: podman,
				Sources: partly("S0-11"),
			}},
		}},
	}
}
