package labs

import (
	"fmt"
	"strings"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// onNode is kubectl on a node of the cluster, with the rights of kubeadm's
// administrator.
func onNode(args ...string) []string {
	return append([]string{"kubectl", "--kubeconfig", "/etc/kubernetes/admin.conf"}, args...)
}

// PodDNSRefused asks the API server for pods that it does not want. None is
// made, whatever it says.
func PodDNSRefused() Lab {
	try := func(spec string) topo.Question {
		return topo.NodeCommand{Of: clusterNode, Args: onNode("run", "tried", "--namespace", "{lab}", "--image", "none", "--dry-run=server", "--output", "jsonpath={ .spec.dnsPolicy }", "--overrides", `{"spec": {`+spec+`}}`)}
	}
	list := func(items []string) string { return `["` + strings.Join(items, `", "`) + `"]` }
	config := func(policy, config string) topo.Question {
		return try(fmt.Sprintf(`"dnsPolicy": %q, "dnsConfig": { %s }`, policy, config))
	}
	servers := []string{"192.0.2.51", "192.0.2.52", "192.0.2.53", "192.0.2.54"}
	long := append(domains(15, 127), domains(16, 129)[15])
	const source = "kubernetes pkg/apis/core/validation/validation.go validatePodDNSConfig; run on Kubernetes 1.34.3"
	refused := func(name, because string, others ...is.Assertion) is.Assertion {
		return append(is.All{is.Complained(name, 1, because), is.Printed("three servers", "ClusterFirst")}, others...)
	}

	return Lab{
		Name:     "pod-dns-refused",
		Story:    "What a pod says of DNS itself may not be more than a resolv.conf holds: the API server refuses it, where kubelet would cut it.",
		Needs:    []driver.Cap{driver.OwnCluster},
		Topology: topo.Topology{clusterNode},
		Steps: []Step{{Ask: map[string]topo.Question{
			"three servers":    config("ClusterFirst", `"nameservers": `+list(servers[:3])),
			"four servers":     config("ClusterFirst", `"nameservers": `+list(servers)),
			"33 domains":       config("ClusterFirst", `"searches": `+list(domains(33, 3))),
			"2049 characters":  config("ClusterFirst", `"searches": `+list(long)),
			"254 characters":   config("ClusterFirst", `"searches": `+list(domains(1, 254))),
			"none at all":      try(`"dnsPolicy": "None"`),
			"none of a server": config("None", `"searches": ["my.test"]`),
			"no policy":        try(`"dnsPolicy": "ClusterLast"`),
		}}},
		Claims: []Claim{{
			ID:    "servers",
			Says:  "a pod may name three servers, and not four",
			Cases: []Case{{When: kubernetes(""), Expect: refused("four servers", "must not have more than 3 nameservers"), Because: source, Sources: holds("S1-12", "S2-48")}},
		}, {
			ID:   "domains",
			Says: "nor 33 domains to search, 2049 characters of them, or one of 254",
			Cases: []Case{{When: kubernetes(""), Expect: refused("33 domains", "must not have more than 32 search paths",
				is.Complained("2049 characters", 1, "must not have more than 2048 characters (including spaces) in the search list"),
				is.Complained("254 characters", 1, "must be no more than 253 characters")), Because: source, Sources: holds("S1-12")}},
		}, {
			ID:   "none",
			Says: "with None a pod has to name a server",
			Cases: []Case{{When: kubernetes(""), Expect: refused("none at all", "must provide `dnsConfig` when `dnsPolicy` is None",
				is.Complained("none of a server", 1, "must provide at least one DNS nameserver when `dnsPolicy` is None")), Because: source, Sources: holds("S2-48")}},
		}, {
			ID:    "policies",
			Says:  "there are four policies, and no other",
			Cases: []Case{{When: kubernetes(""), Expect: refused("no policy", `supported values: "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"`), Because: "kubernetes pkg/apis/core/validation/validation.go validateDNSPolicy; run on Kubernetes 1.34.3", Sources: holds("S2-47")}},
		}},
	}
}
