package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/topo"
)

// podsFile reads the /etc/resolv.conf of a pod, or of a node of its cluster.
func podsFile(n topo.Node) topo.Question { return topo.File{Of: n, Path: "/etc/resolv.conf"} }

// onEach are the cases of a claim about what pods get from their node, which is
// what the engine under it gave the node: those of clusters of ours, where that
// is known, and that of a user's, where it is not.
func onEach(because string, sources []results.Source, ours func(ofNode string) is.Assertion, theirs is.Assertion) []Case {
	return []Case{{
		When: and(kubernetes(""), Facts{"node-engine": "docker"}), Expect: ours("host.test"), Sources: sources,
		Because: because + "; a node that is a container of Docker searches what its host does; run on Kubernetes 1.34.3",
	}, {
		When: and(kubernetes(""), overPodman), Expect: ours("dns.podman"), Sources: sources,
		Because: because + "; a node that is a container of Podman searches the domain of its network",
	}, {
		When: yours, Expect: theirs, Sources: sources,
		Because: because + "; clusterDNS and clusterDomain are those of its kubelet, and what its nodes search is not known here",
	}}
}

// ofCluster are the domains that kubelet puts first into a pod's search list,
// with others behind them.
func ofCluster(others ...string) []string {
	return append([]string{"lab.svc.cluster.local", "svc.cluster.local", "cluster.local"}, others...)
}

// beginsAsCluster is ofCluster on a cluster whose domain only itself knows.
func beginsAsCluster(file string) is.Assertion {
	return is.SearchBegins(file, "lab.svc.{cluster-domain}", "svc.{cluster-domain}", "{cluster-domain}")
}

// events reads what kubelet wrote down of a pod's DNS that it cut.
func events(n topo.Node) topo.Question {
	return topo.Object{
		Path:  "/api/v1/namespaces/{lab}/events?fieldSelector=involvedObject.name={" + n.Name + "},reason=DNSConfigForming",
		Field: "{range .items[*]}{.type} {.message}{end}",
	}
}
