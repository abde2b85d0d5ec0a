package labs

import (
	"slices"
	"strings"

	"github.com/dnslab/dnslab/runner/driver"
)

// Known bounds what the cases were read from or run on, by fact. A version
// beyond it is judged by the nearest open range, and the result says
// "extrapolated".
//
// docker: moby's source from 20.10.0 to 29.7.2, and its main branch as of
// 2026-09, which stands for 29.8.
//
// podman, aardvark-dns: run, from Debian's packages and from Podman's module.
//
// kubernetes: run, from its module.
var Known = Facts{
	"docker":       ">=20.10 <29.9",
	"podman":       ">=3.0 <6.2",
	"aardvark-dns": ">=1.4 <1.18",
	"kubernetes":   ">=1.34 <1.35",
}

// Engines says which engine a fact is about, so that a claim is planned only
// where one of its cases could apply. Facts that any engine has ("firewall")
// are not in it.
var Engines = map[string]string{
	"docker":          "docker",
	"netns":           "docker",
	"podman":          "podman",
	"network-backend": "podman",
	"netavark":        "podman",
	"aardvark-dns":    "podman",
	"dnsname":         "podman",
	"kubernetes":      "kubernetes",
	"coredns":         "kubernetes",
	"kind":            "kubernetes",

	"nodes":                "kubernetes",
	"proxy-mode":           "kubernetes",
	"cluster-dns":          "kubernetes",
	"cluster-domain":       "kubernetes",
	"api-service":          "kubernetes",
	"node-engine":          "kubernetes",
	"node-engine-version":  "kubernetes",
	"node-engine-firewall": "kubernetes",
}

// Tested is what labs were run on, but for what is unrun: the facts of each runtime, which are
// the user's Docker, the lab hosts of runner/host/table.go, the clusters of
// runner/driver/kind/table.go and one of these as a user's own. What a case
// says of other versions was read from their source, and "dnslab explain" marks
// it so.
var Tested = slices.Concat(dockers, podmans, clusters, guests)

// Ran tells whether l was run where the facts were, which are some of Tested.
func (l Lab) Ran(tested Facts) bool {
	return l.canRun(tested) && !slices.ContainsFunc(unrun, func(u since) bool {
		return slices.Contains(u.labs, l.Name) && slices.ContainsFunc(u.on, tested.are)
	})
}

// are tells whether every fact of some is one of f, with the same value.
func (f Facts) are(some Facts) bool {
	for fact, value := range some {
		if f[fact] != value {
			return false
		}
	}
	return true
}

// canRun tells whether a runtime with these facts has what l needs, as far as
// facts and the kernel that was at hand tell.
func (l Lab) canRun(tested Facts) bool {
	for _, need := range l.Needs {
		switch need {
		case driver.OwnCluster:
			if tested["kubernetes"] != "" && tested["cluster-dns"] != "" {
				return false
			}
		case driver.Workers:
			if tested["nodes"] == "1" {
				return false
			}
		case driver.NodeRules:
			if tested["node-engine-firewall"] != "iptables" {
				return false
			}
		case driver.Pasta:
			if tested["rootless"] != "true" {
				return false
			}
		case driver.Slirp4netns:
			if strings.HasPrefix(tested["podman"], "6.") {
				return false
			}
		case driver.Resolved:
			if tested["podman"] == "3.0.1" {
				return false
			}
		case driver.IPvlan, driver.DummyParent:
			return false
		}
	}
	return true
}

// since are labs that came after the last run of some of what is Tested.
type since struct {
	labs []string
	on   []Facts
}

// unrun is what was not run yet: the clusters take half an hour together.
var unrun = []since{{
	labs: []string{
		"pod-policies", "pod-dns-config", "pod-dns-limits", "pod-dns-refused", "node-resolv-conf", "host-network-pods", "service-variables", "host-aliases",
		"service-names", "service-reverse", "pod-hostname", "pod-names", "pod-readiness", "partial-names", "search-list-cost", "record-ttl",
		"external-name", "stub-domain", "coredns-fallthrough",
		"service-chains", "service-endpoints", "service-way", "proxy-nftables", "dns-service-stays", "api-restart",
		"cluster-dns-defaults", "dns-cache", "dns-cache-expiry", "dns-cache-services", "dns-log", "dns-informers",
		"forward-policies", "forward-transports", "forward-failover", "server-blocks", "coredns-hosts", "coredns-reload", "coredns-config-map", "coredns-autopath", "search-wildcard",
	},
	on: []Facts{
		{"kubernetes": "1.34.3", "node-engine-version": "20.10.24"}, {"kubernetes": "1.34.3", "node-engine-version": "28.5.2"},
		{"kubernetes": "1.34.3", "node-engine-version": "29.8.0", "node-engine-firewall": "iptables"},
	},
}}

var dockers = []Facts{
	{"docker": "20.10.24", "firewall": "iptables", "rootless": "false"},
	{"docker": "23.0.15", "firewall": "iptables", "rootless": "false"},
	{"docker": "25.0.3", "firewall": "iptables", "rootless": "false"},
	{"docker": "25.0.6", "firewall": "iptables", "rootless": "false"},
	{"docker": "26.0.2", "firewall": "iptables", "rootless": "false"},
	{"docker": "26.1.5", "firewall": "iptables", "rootless": "false"},
	{"docker": "26.1.5", "firewall": "iptables", "rootless": "true", "netns": "attached", "rootless-network": "slirp4netns"},
	{"docker": "26.1.5", "firewall": "iptables", "rootless": "true", "netns": "attached", "rootless-network": "pasta"},
	{"docker": "27.5.1", "firewall": "iptables", "rootless": "false"},
	{"docker": "28.1.1", "firewall": "iptables", "rootless": "false"},
	{"docker": "28.5.2", "firewall": "iptables", "rootless": "false"},
	{"docker": "28.5.2", "firewall": "iptables", "rootless": "true", "netns": "attached", "rootless-network": "slirp4netns"},
	{"docker": "28.5.2", "firewall": "iptables", "rootless": "true", "netns": "attached", "rootless-network": "pasta"},
	{"docker": "29.0.0", "firewall": "iptables", "rootless": "false"},
	{"docker": "29.8.0", "firewall": "iptables", "rootless": "false"},
	{"docker": "29.8.0", "firewall": "nftables", "rootless": "false"},
	{"docker": "29.8.0", "firewall": "iptables", "rootless": "true", "netns": "attached", "rootless-network": "slirp4netns"},
	{"docker": "29.8.0", "firewall": "iptables", "rootless": "true", "netns": "detached", "rootless-network": "slirp4netns"},
	{"docker": "29.8.0", "firewall": "iptables", "rootless": "true", "netns": "detached", "rootless-network": "pasta"},
}

var podmans = []Facts{
	{"podman": "3.0.1", "network-backend": "cni", "rootless": "false"},
	{"podman": "4.3.1", "network-backend": "cni", "rootless": "false"},
	{"podman": "4.3.1", "network-backend": "netavark", "netavark": "1.4.0", "aardvark-dns": "1.4.0", "rootless": "false"},
	{"podman": "4.9.5", "network-backend": "netavark", "netavark": "1.14.0", "aardvark-dns": "1.14.0", "rootless": "false"},
	{"podman": "5.2.5", "network-backend": "netavark", "netavark": "1.14.0", "aardvark-dns": "1.14.0", "rootless": "false"},
	{"podman": "5.4.2", "network-backend": "netavark", "netavark": "1.14.0", "aardvark-dns": "1.14.0", "rootless": "false"},
	{"podman": "5.4.2", "network-backend": "netavark", "netavark": "1.14.0", "aardvark-dns": "1.14.0", "rootless": "true", "rootless-network": "pasta"},
	{"podman": "5.4.2", "network-backend": "netavark", "netavark": "1.14.0", "aardvark-dns": "1.14.0", "rootless": "true", "rootless-network": "slirp4netns"},
	{"podman": "5.8.6", "network-backend": "netavark", "netavark": "1.17.2", "aardvark-dns": "1.17.1", "rootless": "false"},
	{"podman": "5.8.6", "network-backend": "netavark", "netavark": "1.17.2", "aardvark-dns": "1.17.1", "rootless": "true", "rootless-network": "pasta"},
	{"podman": "5.8.6", "network-backend": "netavark", "netavark": "1.17.2", "aardvark-dns": "1.17.1", "rootless": "true", "rootless-network": "slirp4netns"},
	{"podman": "6.1.1", "network-backend": "netavark", "netavark": "2.0.0", "aardvark-dns": "1.17.1", "rootless": "false"},
	{"podman": "6.1.1", "network-backend": "netavark", "netavark": "2.0.0", "aardvark-dns": "1.17.1", "rootless": "true", "rootless-network": "pasta"},
}

var clusters = []Facts{
	{"kubernetes": "1.34.3", "coredns": "1.12.1", "nodes": "1", "proxy-mode": "iptables", "node-engine": "docker", "node-engine-version": "26.1.5", "node-engine-firewall": "iptables"},
	{"kubernetes": "1.34.3", "coredns": "1.12.1", "nodes": "3", "proxy-mode": "iptables", "node-engine": "docker", "node-engine-version": "26.1.5", "node-engine-firewall": "iptables"},
	{"kubernetes": "1.34.3", "coredns": "1.12.1", "nodes": "1", "proxy-mode": "iptables", "node-engine": "docker", "node-engine-version": "20.10.24", "node-engine-firewall": "iptables"},
	{"kubernetes": "1.34.3", "coredns": "1.12.1", "nodes": "1", "proxy-mode": "iptables", "node-engine": "docker", "node-engine-version": "28.5.2", "node-engine-firewall": "iptables"},
	{"kubernetes": "1.34.3", "coredns": "1.12.1", "nodes": "1", "proxy-mode": "iptables", "node-engine": "docker", "node-engine-version": "29.8.0", "node-engine-firewall": "iptables"},
	{"kubernetes": "1.34.3", "coredns": "1.12.1", "nodes": "1", "proxy-mode": "iptables", "node-engine": "podman", "node-engine-version": "5.4.2"},
	{"kubernetes": "1.34.3", "coredns": "1.12.1", "nodes": "1", "proxy-mode": "iptables", "node-engine": "docker", "node-engine-version": "29.8.0", "node-engine-firewall": "nftables"},
}

// guests are clusters that were visited as a user's own, where only what needs
// no more than pods can run.
var guests = []Facts{
	{"kubernetes": "1.34.3", "coredns": "1.12.1", "nodes": "1", "cluster-dns": "10.96.0.10", "cluster-domain": "cluster.local", "api-service": "10.96.0.1"},
}
