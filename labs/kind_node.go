package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// clusterNode is the first node of every cluster that KIND makes.
var clusterNode = topo.Node{Name: "control-plane", Mode: topo.ClusterNode}

// Facts of clusters, by how the engine under their nodes leads port 53 of
// 127.0.0.11 to its resolver; Podman has no such address.
var (
	overIptables = Facts{"node-engine": "docker", "node-engine-firewall": "iptables"}
	overNftables = Facts{"node-engine": "docker", "node-engine-firewall": "nftables"}
	overPodman   = Facts{"node-engine": "podman"}
)

// patchedRules are Docker's rules as KIND's entrypoint leaves them.
func patchedRules(rules, sockets, routes string) is.Assertion {
	return is.GatewayRules(rules, sockets, routes, "DOCKER_",
		"OUTPUT -d {gateway}/32 -j DOCKER_OUTPUT",
		"PREROUTING -d {gateway}/32 -j DOCKER_OUTPUT",
		"POSTROUTING -d {gateway}/32 -j DOCKER_POSTROUTING",
		"DOCKER_OUTPUT -d {gateway}/32 -p tcp -m tcp --dport 53 -j DNAT --to-destination 127.0.0.11:{tcp}",
		"DOCKER_OUTPUT -d {gateway}/32 -p udp -m udp --dport 53 -j DNAT --to-destination 127.0.0.11:{udp}",
		"DOCKER_POSTROUTING -s 127.0.0.11/32 -p tcp -m tcp --sport {tcp} -j SNAT --to-source {gateway}:53",
		"DOCKER_POSTROUTING -s 127.0.0.11/32 -p udp -m udp --sport {udp} -j SNAT --to-source {gateway}:53")
}

// KindNode reads what KIND makes of the DNS of a node.
func KindNode() Lab {
	node := clusterNode
	web := topo.Node{Name: "web", Mode: topo.BesideCluster}
	peer := topo.Node{Name: "peer", Mode: topo.BesideCluster}
	file := func(n topo.Node, path string) topo.Question { return topo.File{Of: n, Path: path} }
	ask := func(from topo.Node, name string) topo.Question { return topo.Wire{From: from, Name: name} }

	const entrypoint = "kind images/base/files/usr/local/bin/entrypoint enable_network_magic; run with KIND 0.33.0"

	return Lab{
		Name:     "kind-node",
		Story:    "127.0.0.11 would be a pod's own, so KIND makes its nodes ask the gateway of their network instead, and bends the engine's NAT rules to that address.",
		Needs:    []driver.Cap{driver.OwnCluster, driver.Outside},
		Topology: topo.Topology{node, web, peer},
		Steps: []Step{{Ask: map[string]topo.Question{
			"file":      file(node, "/etc/resolv.conf"),
			"original":  file(node, "/etc/resolv.conf.original"),
			"routes":    file(node, "/proc/net/route"),
			"rules":     topo.Rules{Of: node},
			"sockets":   topo.Sockets{Of: node},
			"neighbour": ask(node, "{web}."),
			"outside":   ask(node, "node.lab.test."),

			// The kernel may keep quiet about a closed UDP port; see icmp(7), icmp_ratelimit.
			"neighbour, over TCP": topo.Wire{From: node, Name: "{web}.", TCP: true},
			"outside, over TCP":   topo.Wire{From: node, Name: "tcp.node.lab.test.", TCP: true},

			"peer's file":      file(peer, "/etc/resolv.conf"),
			"peer's neighbour": ask(peer, "{web}."),
			"peer's outside":   ask(peer, "peer.lab.test."),
		}}},
		Claims: []Claim{{
			ID:   "original",
			Says: "which server the engine gave the node, kept in /etc/resolv.conf.original",
			Cases: []Case{{
				When:    Facts{"node-engine": "docker"},
				Expect:  is.All{is.Nameservers("original", "127.0.0.11"), is.Nameservers("peer's file", "127.0.0.11")},
				Because: entrypoint + ": a copy, made before anything else",
				Sources: partly("S0-15"), // of the rest, another search list, nothing was run
			}, {
				When:    overPodman,
				Expect:  is.All{is.LacksText("original", "127.0.0.11"), is.SearchList("original", "dns.podman")},
				Because: "podman: aardvark-dns listens on the gateways of each network, and KIND's has an IPv6 one, too; run on 5.4.2",
			}},
		}, {
			ID:   "gateway",
			Says: "the node asks the gateway of its network, not an address of its own",
			Cases: []Case{{
				When:    Facts{"node-engine": "docker"},
				Expect:  is.GatewayServer("file", "routes"),
				Because: entrypoint + ": docker_host_ip is that of host.docker.internal or, where that is no name, of the default route",
				Sources: refutes("S0-12"),
			}, {
				When:    overPodman,
				Expect:  is.SameText("original", "file", true),
				Because: entrypoint + ": there is no 127.0.0.11 in the file to be replaced; Podman names the gateways itself",
				Sources: partly("S0-17"),
			}},
		}, {
			ID:   "rules",
			Says: "what became of the engine's NAT rules",
			Cases: []Case{{
				When:    overIptables,
				Expect:  patchedRules("rules", "sockets", "routes"),
				Because: entrypoint + ": iptables-save, with the address replaced, PREROUTING beside OUTPUT for what comes from pods, the gateway as source, and --dport 53, is restored",
				Sources: holds("S0-13", "S0-14"),
			}, {
				When: overNftables,
				Expect: is.All{
					is.NativeRules("rules", "docker-dns", "sockets", "127.0.0.11",
						"dns-dnat ip daddr 127.0.0.11 udp dport 53 counter dnat to 127.0.0.11:{udp}",
						"dns-dnat ip daddr 127.0.0.11 tcp dport 53 counter dnat to 127.0.0.11:{tcp}",
						"dns-snat ip saddr 127.0.0.11 udp sport {udp} counter snat to :53",
						"dns-snat ip saddr 127.0.0.11 tcp sport {tcp} counter snat to :53"),
					is.NoRuleOf("rules", "nft", "127.0.0.11"),
				},
				Because: entrypoint + ": iptables-save shows nothing of a native nftables table, so there is nothing to replace, and the table goes on to match 127.0.0.11",
				Sources: refutes("S0-13"),
			}, {
				When:    overPodman,
				Expect:  is.All{is.SameText("original", "file", true), is.AddressOf(web, "neighbour")},
				Because: entrypoint + ": without 127.0.0.11 there is nothing to bend, and none is needed",
				Sources: partly("S0-17"),
			}},
		}, {
			ID:   "asks",
			Says: "the node finds containers of its network by name, and names outside",
			Cases: append(each(Case{
				Expect:  is.All{is.AddressOf(web, "neighbour"), is.AnsweredBy("outside", ofHost)},
				Because: entrypoint + ": what is asked of the gateway reaches the engine's DNS",
			}, overIptables, overPodman), Case{
				When:    overNftables,
				Expect:  is.All{is.Outcome("neighbour, over TCP", "refused"), is.Outcome("outside, over TCP", "refused")},
				Because: entrypoint + ": resolv.conf names the gateway all the same, where nobody listens and no rule leads on",
				Sources: refutes("S0-13"),
			}),
		}, {
			ID:   "beside",
			Says: "a plain container of the same network finds both, so it is not the engine",
			Cases: []Case{{
				When:    kubernetes(""),
				Expect:  is.All{is.AddressOf(web, "peer's neighbour"), is.AnsweredBy("peer's outside", ofHost)},
				Because: "the engine's DNS serves every container of a network",
			}},
		}},
	}
}
