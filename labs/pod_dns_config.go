package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// PodDNSConfig has pods say of DNS what their policy does not.
func PodDNSConfig() Lab {
	up := topo.Node{Name: "up", Kind: topo.Upstream, Mode: topo.PodNetwork}
	says := func(name string, mode topo.Mode, policy string, search, options []string, dns ...string) topo.Node {
		return topo.Node{Name: name, Mode: mode, DNS: dns, Search: search, Options: options, Pod: topo.Pod{DNSPolicy: policy}}
	}
	asks := says("asks", topo.PodNetwork, "None", []string{"my.lab.test"}, []string{"ndots:2"}, "up")
	mine, options := []string{"my.test", "second.test"}, []string{"ndots:3", "debug"} // those of 192.0.2.11 never ask
	none := says("none", topo.PodNetwork, "None", mine, options, "192.0.2.11")
	first := says("first", topo.PodNetwork, "ClusterFirst", mine, options, "192.0.2.11")
	host := says("host", topo.HostNetwork, "ClusterFirstWithHostNet", mine, options, "192.0.2.11")
	byDefault := says("by-default", topo.PodNetwork, "Default", mine, options, "192.0.2.11")
	twice := says("twice", topo.PodNetwork, "ClusterFirst", []string{"my.test", "svc.{cluster-domain}", "my.test", "my.test."}, []string{"ndots:2", "ndots:1", "edns0"}, "{cluster-dns}", "192.0.2.11", "192.0.2.11")
	relaxed := says("relaxed", topo.PodNetwork, "None", []string{".", "under_score.test"}, nil, "192.0.2.11")

	const source = "kubernetes pkg/kubelet/network/dns/dns.go appendDNSConfig, mergeDNSOptions"
	custom := holds("kubelet:TestGetPodDNSCustom")
	added := func(file string) is.Assertion { // where servers and domains of the cluster are not known
		return is.All{beginsAsCluster(file), is.HasText(file, " my.test second.test"), is.HasText(file, "nameserver 192.0.2.11\n"), is.OptionsInAnyOrder(file, "ndots:3", "debug")}
	}
	last := is.All{is.HasText("default's file", "\nnameserver 192.0.2.11\noptions "), is.LacksText("default's file", "second.test\nnameserver 192.0.2.11\n")}
	merged := func(file string) func(string) is.Assertion {
		return func(ofNode string) is.Assertion {
			return is.All{
				is.Nameservers(file, "10.96.0.10", "192.0.2.11"), is.SearchList(file, ofCluster(ofNode, "my.test", "second.test")...),
				is.OptionsInAnyOrder(file, "ndots:3", "debug"), is.Directives(file, "search", "nameserver", "nameserver", "options"),
			}
		}
	}

	return Lab{
		Name:     "pod-dns-config",
		Story:    "A pod's dnsConfig is added to what its policy gives: servers and domains behind those, options over them.",
		Needs:    []driver.Cap{driver.Pods, driver.HostNetns},
		Topology: topo.Topology{up, asks, none, first, host, byDefault, twice, relaxed},
		Steps: []Step{{Ask: map[string]topo.Question{
			"asks' file":     podsFile(asks),
			"none's file":    podsFile(none),
			"first's file":   podsFile(first),
			"host's file":    podsFile(host),
			"default's file": podsFile(byDefault),
			"twice's file":   podsFile(twice),
			"relaxed's file": podsFile(relaxed),
			"answer":         topo.Wire{From: asks, Name: "name", Search: true},
		}}, {Ask: map[string]topo.Question{"up's log": topo.Saw{Upstream: up}}}},
		Claims: []Claim{{
			ID:   "asks-it",
			Says: "a pod asks the server that it says itself, for a name that is completed from the list that it says itself",
			Cases: []Case{{
				When: kubernetes(""),
				Expect: is.All{
					is.Lines("asks' file", "search my.lab.test", "nameserver {up}", "options ndots:2"),
					is.AnsweredBy("answer", 1), is.AskedInOrder("up's log", "", "name.my.lab.test."),
				},
				Because: source + "; run on Kubernetes 1.34.3 with containerd 1.6.20",
				Sources: holds("S2-48", "kubernetes:pod-resolv-conf", "kubernetes:pod-nameservers"),
			}},
		}, {
			ID:   "none",
			Says: "with None there is nothing else, and ndots is what the pod says",
			Cases: []Case{{
				When:    kubernetes(""),
				Expect:  is.All{is.Nameservers("none's file", "192.0.2.11"), is.SearchList("none's file", "my.test", "second.test"), is.OptionsInAnyOrder("none's file", "ndots:3", "debug"), is.Directives("none's file", "search", "nameserver", "options")},
				Because: source + ": the order of options is that of a Go map, another one each time; run on Kubernetes 1.34.3 with containerd 1.6.20",
				Sources: holds("S2-48", "kubelet:TestGetPodDNSCustom", "kubelet:TestMergeDNSOptions"),
			}},
		}, {
			ID:    "cluster-first",
			Says:  "with ClusterFirst its servers and domains come last, those of the node before them, and its ndots takes the place of 5",
			Cases: onEach(source, holds("S2-48", "kubelet:TestGetPodDNSCustom", "kubelet:TestMergeDNSOptions"), merged("first's file"), added("first's file")),
		}, {
			ID:    "with-host-net",
			Says:  "so it is with ClusterFirstWithHostNet on the node's network",
			Cases: onEach(source, custom, merged("host's file"), added("host's file")),
		}, {
			ID:   "default",
			Says: "with Default its servers and domains come behind those of the node",
			Cases: onEach(source, custom, func(ofNode string) is.Assertion {
				return is.All{is.SearchList("default's file", ofNode, "my.test", "second.test"), last, is.OptionsInAnyOrder("default's file", "ndots:3", "debug")}
			}, is.All{is.HasText("default's file", " my.test second.test\n"), last, is.HasOption("default's file", "ndots:3"), is.HasOption("default's file", "debug")}),
		}, {
			ID:   "twice",
			Says: "what is there already is not added; a domain that ends in a dot is another one, and the last of two values of an option counts",
			Cases: onEach("kubernetes pkg/kubelet/network/dns/dns.go omitDuplicates compares text, mergeDNSOptions writes into a map", holds("S2-48", "kubelet:TestMergeDNSOptions"), func(ofNode string) is.Assertion {
				return is.All{is.Nameservers("twice's file", "10.96.0.10", "192.0.2.11"), is.SearchList("twice's file", ofCluster(ofNode, "my.test", "my.test.")...), is.OptionsInAnyOrder("twice's file", "ndots:1", "edns0")}
			}, is.All{beginsAsCluster("twice's file"), is.HasText("twice's file", " my.test my.test.\n"), is.OptionsInAnyOrder("twice's file", "ndots:1", "edns0")}),
		}, {
			ID:   "relaxed",
			Says: "the root and a domain with an underscore are domains to search",
			Cases: []Case{{
				When:    kubernetes(""),
				Expect:  is.Lines("relaxed's file", "search . under_score.test", "nameserver 192.0.2.11"),
				Because: "kubernetes pkg/features/kube_features.go RelaxedDNSSearchValidation: by default since 1.33; run on Kubernetes 1.34.3",
			}},
		}},
	}
}
