package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// PodPolicies starts a pod with each dnsPolicy, on the cluster's network and on
// its node's.
func PodPolicies() Lab {
	pod := func(name string, mode topo.Mode, policy string) topo.Node {
		return topo.Node{Name: name, Mode: mode, Pod: topo.Pod{DNSPolicy: policy}}
	}
	unsaid := pod("unsaid", topo.PodNetwork, "")
	first := pod("first", topo.PodNetwork, "ClusterFirst")
	byDefault := pod("by-default", topo.PodNetwork, "Default")
	none := pod("none", topo.PodNetwork, "None")
	none.DNS, none.Search, none.Options = []string{"192.0.2.53"}, []string{"my.test", "second.test"}, []string{"ndots:2"} // never asks
	apart := pod("apart", topo.PodNetwork, "ClusterFirstWithHostNet")
	host := pod("host", topo.HostNetwork, "ClusterFirst")
	withHostNet := pod("with-host-net", topo.HostNetwork, "ClusterFirstWithHostNet")

	const source = "kubernetes pkg/kubelet/network/dns/dns.go "
	clusterFirst := func(files ...string) (ours func(string) is.Assertion, theirs is.Assertion) {
		var all is.All
		for _, f := range files {
			all = append(all, is.NameserversOf(f, "cluster-dns"), beginsAsCluster(f), is.ResolvOptions(f, "ndots:5"))
		}
		return func(ofNode string) is.Assertion {
			var all is.All
			for _, f := range files {
				all = append(all, is.Nameservers(f, "10.96.0.10"), is.SearchList(f, ofCluster(ofNode)...), is.ResolvOptions(f, "ndots:5"))
			}
			return all
		}, all
	}
	both := func(expect is.Assertion, others ...is.Assertion) is.Assertion {
		return append(is.All{expect}, others...)
	}
	ofFirst, ofTheirFirst := clusterFirst("first's file")
	ofUnsaid, ofTheirUnsaid := clusterFirst("unsaid's file")
	ofHostNet, ofTheirHostNet := clusterFirst("with-host-net's file", "apart's file")
	policy := is.Lines("unsaid's policy", "ClusterFirst")

	return Lab{
		Name:     "pod-policies",
		Story:    "What a pod's dnsPolicy makes of its resolv.conf: the cluster's DNS, its node's, or what the pod says itself, and nothing in between.",
		Needs:    []driver.Cap{driver.Pods, driver.HostNetns},
		Topology: topo.Topology{unsaid, first, byDefault, none, apart, host, withHostNet},
		Steps: []Step{{Ask: map[string]topo.Question{
			"unsaid's policy":      topo.Object{Path: "/api/v1/namespaces/{lab}/pods/{unsaid}", Field: "{.spec.dnsPolicy}"},
			"unsaid's file":        podsFile(unsaid),
			"first's file":         podsFile(first),
			"default's file":       podsFile(byDefault),
			"none's file":          podsFile(none),
			"apart's file":         podsFile(apart),
			"host's file":          podsFile(host),
			"with-host-net's file": podsFile(withHostNet),
		}}},
		Claims: []Claim{{
			ID:   "cluster-first",
			Says: "by ClusterFirst a pod gets the address of the cluster's DNS, the domains of the namespace, of services and of the cluster before those of the node, and ndots:5",
			Cases: onEach(source+"GetPodDNS, generateSearchesForDNSClusterFirst, defaultDNSOptions; containerd pkg/cri/server/sandbox_run_linux.go parseDNSOptions writes it",
				holds("S1-4", "S1-12", "S2-43"), ofFirst, ofTheirFirst),
		}, {
			ID:   "unsaid",
			Says: "a pod that says nothing has ClusterFirst, which is not the policy called Default",
			Cases: onEach("kubernetes pkg/apis/core/v1/defaults.go SetDefaults_PodSpec", holds("S2-47"),
				func(ofNode string) is.Assertion { return both(ofUnsaid(ofNode), policy) }, both(ofTheirUnsaid, policy)),
		}, {
			ID:   "default",
			Says: "by Default it gets the servers, the search list and the options of the node, and nothing of the cluster's",
			Cases: onEach(source+"GetPodDNS, podDNSHost", holds("S2-47"), func(ofNode string) is.Assertion {
				return is.All{is.SameResolver("default's file", "host's file"), is.SearchList("default's file", ofNode), is.LacksText("default's file", "10.96.0.10"), is.LacksText("default's file", "ndots:5")}
			}, is.All{is.HasText("default's file", "nameserver "), is.LacksText("default's file", "lab.svc.")}),
		}, {
			ID:   "on-host-network",
			Says: "with hostNetwork ClusterFirst is Default",
			Cases: onEach(source+"getPodDNSType falls through to Default", holds("S2-47"), func(ofNode string) is.Assertion {
				return is.All{is.SameResolver("host's file", "default's file"), is.SearchList("host's file", ofNode), is.LacksText("host's file", "10.96.0.10"), is.LacksText("host's file", "ndots:5")}
			}, is.All{is.HasText("host's file", "nameserver "), is.LacksText("host's file", "lab.svc.")}),
		}, {
			ID:    "with-host-net",
			Says:  "by ClusterFirstWithHostNet it gets what ClusterFirst gives elsewhere, with hostNetwork and without",
			Cases: onEach(source+"getPodDNSType", holds("S2-47"), ofHostNet, ofTheirHostNet),
		}, {
			ID:   "none",
			Says: "by None it gets what the pod says, and nothing else",
			Cases: []Case{{
				When:    kubernetes(""),
				Expect:  is.Lines("none's file", "search my.test second.test", "nameserver 192.0.2.53", "options ndots:2"),
				Because: source + "GetPodDNS, podDNSNone; run on Kubernetes 1.34.3 with containerd 1.6.20",
				Sources: holds("S2-47", "S2-48", "kubernetes:pod-nameservers"),
			}},
		}},
	}
}
