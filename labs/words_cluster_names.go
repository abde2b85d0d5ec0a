package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/topo"
)

// onKubernetes is what closes the proof of a case about CoreDNS's plugin kubernetes.
const onKubernetes = "; run on Kubernetes 1.34.3 with CoreDNS 1.12.1"

// onClusters is the one case of a claim that is true of every cluster.
func onClusters(expect is.Assertion, because string, sources ...results.Source) []Case {
	return []Case{{When: kubernetes(""), Expect: expect, Because: because + onKubernetes, Sources: sources}}
}

// serviceName is that of a service, or of what is below it, in the lab's
// namespace: "{front}" is "{front}.{lab}.svc.{cluster-domain}.".
func serviceName(name string) string { return name + ".{lab}.svc.{cluster-domain}." }

// webAndDNS are the ports of services that have two.
var webAndDNS = []topo.Port{{Name: "http", Protocol: "TCP", Number: 80}, {Name: "dns", Protocol: "UDP", Number: 53}}

// aService is a service of these pods. None is a service without endpoints.
func aService(name string, of ...string) topo.Node {
	return topo.Node{Name: name, Mode: topo.ServiceAddress, Service: topo.Service{Of: of, Ports: webAndDNS}}
}

// headlessOf is a headless service of these pods.
func headlessOf(name string, of ...string) topo.Node {
	n := aService(name, of...)
	n.Service.Headless = true
	return n
}

// aPod is a pod with nothing special.
func aPod(name string) topo.Node { return topo.Node{Name: name, Mode: topo.PodNetwork} }

// aCoreDNS is a pod with a CoreDNS of the lab's own, beside the cluster's.
func aCoreDNS(corefile string) topo.Node {
	return topo.Node{Name: "dns", Mode: topo.PodNetwork, Pod: topo.Pod{CoreDNS: topo.CoreDNS{Corefile: corefile}}}
}
