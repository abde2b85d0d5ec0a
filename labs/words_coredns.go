package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/topo"
)

// coredns is the facts of a case about CoreDNS versions.
func coredns(versions string) Facts { return Facts{"coredns": versions} }

// ranCoreDNS is on what labs with a CoreDNS of their own were run.
const ranCoreDNS = "; run on CoreDNS 1.12.1"

// anyCoreDNS is the case of a claim that no version is known to differ in.
func anyCoreDNS(expect is.Assertion, because string, sources ...[]results.Source) []Case {
	c := Case{When: coredns(""), Expect: expect, Because: because + ranCoreDNS}
	for _, s := range sources {
		c.Sources = append(c.Sources, s...)
	}
	return []Case{c}
}

// ownCoreDNS is a CoreDNS of the lab's own, which reads nothing of the cluster.
func ownCoreDNS(corefile string) topo.Node {
	return topo.Node{Name: "dns", Mode: topo.PodNetwork, Pod: topo.Pod{CoreDNS: topo.CoreDNS{Corefile: corefile, Blind: true}}}
}

// upstreamPod is an upstream in a pod.
func upstreamPod(name string, serves ...topo.Reply) topo.Node {
	return topo.Node{Name: name, Kind: topo.Upstream, Mode: topo.PodNetwork, Serves: serves}
}
