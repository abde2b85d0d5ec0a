package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// KindSearch makes nodes with KIND's networking.dnsSearch in its three states.
func KindSearch() Lab {
	unset := topo.Node{Name: "unset", Mode: topo.BareNode}
	empty := topo.Node{Name: "empty", Mode: topo.BareNode, Search: []string{}}
	set := topo.Node{Name: "set", Mode: topo.BareNode, Search: []string{"one.test", "two.test"}}
	client := topo.Node{Name: "client", Mode: topo.PodNetwork, Pod: topo.Pod{DNSPolicy: "Default"}}
	ask := map[string]topo.Question{"pod's file": topo.File{Of: client, Path: "/etc/resolv.conf"}}
	for _, n := range []topo.Node{unset, empty, set} {
		ask[n.Name] = topo.File{Of: n, Path: "/etc/resolv.conf"}
		ask[n.Name+", original"] = topo.File{Of: n, Path: "/etc/resolv.conf.original"}
	}
	const entrypoint = "kind pkg/cluster/internal/providers: KIND_DNS_SEARCH is set where the configuration has dnsSearch; images/base/files/usr/local/bin/entrypoint enable_network_magic: "
	const ran = "; run with KIND 0.33.0"
	kept := func(name string, ofHost ...string) is.Assertion { return is.SearchList(name+", original", ofHost...) }
	cases := func(because string, expect func(ofHost ...string) is.Assertion) []Case {
		return []Case{{
			When: Facts{"node-engine": "docker"}, Expect: expect("host.test"), Because: entrypoint + because + ran, Sources: holds("S0-15"),
		}, {
			When: overPodman, Expect: expect("dns.podman"), Because: entrypoint + because + "; a network of Podman's has a domain of its own, and none of the host's; run on 5.4.2" + ran, Sources: holds("S0-15"),
		}}
	}

	return Lab{
		Name:     "kind-search",
		Story:    "A node of KIND searches what the engine gives it, nothing at all, or what the cluster's configuration says.",
		Needs:    []driver.Cap{driver.OwnCluster, driver.Pods},
		Topology: topo.Topology{unset, empty, set, client},
		Steps:    []Step{{Ask: ask}},
		Claims: []Claim{{
			ID:   "unset",
			Says: "without dnsSearch a node has the search list that the engine gave it: Docker the host's, Podman that of the network",
			Cases: cases("not set, the line is left", func(ofHost ...string) is.Assertion {
				return is.All{is.SearchList("unset", ofHost...), kept("unset", ofHost...)}
			}),
		}, {
			ID:   "empty",
			Says: "with an empty dnsSearch a node has none",
			Cases: cases("empty, the line is removed", func(ofHost ...string) is.Assertion {
				return is.All{is.SearchList("empty"), kept("empty", ofHost...)}
			}),
		}, {
			ID:   "set",
			Says: "with a dnsSearch a node has that list and no other",
			Cases: cases("with a value, the line is replaced", func(ofHost ...string) is.Assertion {
				return is.All{is.SearchList("set", "one.test", "two.test"), kept("set", ofHost...)}
			}),
		}, {
			ID:   "pod",
			Says: "a pod with dnsPolicy Default has the search list of its node",
			Cases: cases("a cluster without dnsSearch; kubernetes pkg/kubelet/network/dns/dns.go getHostDNSConfig", func(ofHost ...string) is.Assertion {
				return is.SearchList("pod's file", ofHost...)
			}),
		}},
	}
}
