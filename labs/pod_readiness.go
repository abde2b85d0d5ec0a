package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// PodReadiness lets a pod become ready, and be ready no more. A CoreDNS of the
// lab's own answers, one alone, so that what it has heard of it has heard for all.
func PodReadiness() Lab {
	ready, client := aPod("ready"), aPod("client")
	late := topo.Node{Name: "late", Mode: topo.PodNetwork, Pod: topo.Pod{Gated: true}}
	both, alone, front := headlessOf("both", "ready", "late"), headlessOf("alone", "late"), aService("front", "late")
	open := headlessOf("open", "ready", "late")
	open.Service.NotReady = true
	dns := aCoreDNS(`.:53 {
    errors
    kubernetes cluster.local 10.244.0.0/16
}
`)
	wire := func(name, qtype string) topo.Wire {
		return topo.Wire{From: client, Name: name, Type: qtype, Server: "dns"}
	}
	until := func(name string, answers ...string) topo.Act {
		return topo.Await{Ask: wire(serviceName(name), ""), Answers: answers}
	}
	ask := func(after string) map[string]topo.Question {
		return map[string]topo.Question{
			"both" + after: wire(serviceName("{both}"), ""), "alone" + after: wire(serviceName("{alone}"), ""), "open" + after: wire(serviceName("{open}"), ""), "front" + after: wire(serviceName("{front}"), ""),
			"dashed" + after: wire(serviceName("{late.dashed}.{both}"), ""), "dashed, open" + after: wire(serviceName("{late.dashed}.{open}"), ""),
			"SRV" + after: wire(serviceName("_http._tcp.{both}"), "SRV"), "back" + after: wire("{late.ptr}", "PTR"),
		}
	}
	gone := topo.Await{Ask: wire(serviceName("{alone}"), ""), Rcode: "NXDOMAIN"}
	// without is what there is while late is not ready.
	without := func(after string) is.All {
		return is.All{
			is.AddressOf(ready, "both"+after), is.NXDomain("alone" + after), is.NXDomain("dashed" + after),
			is.Data("SRV"+after, "0 100 80 {ready.dashed}.both.lab.svc.cluster.local."),
		}
	}
	published := func(after string) is.All {
		return is.All{is.AddressesOf("open"+after, ready, late), is.AddressOf(late, "dashed, open"+after)}
	}
	const because = "coredns plugin/kubernetes/object/endpoint.go EndpointSliceToEndpoints: only endpoints that are ready; "

	return Lab{
		Name:     "pod-readiness",
		Story:    "A pod that runs and is not ready has a place in no answer, unless its service says otherwise. It becomes ready, and then is so no more.",
		Needs:    []driver.Cap{driver.OwnCluster, driver.Pods},
		Topology: topo.Topology{ready, late, both, alone, open, front, client, dns},
		Steps: []Step{
			{Do: []topo.Act{until("{open}", "{ready.addr}", "{late.addr}"), until("{both}", "{ready.addr}"), until("{front}", "{front.addr}")}, Ask: ask("")},
			{Do: []topo.Act{topo.Ready{Node: late, Is: true}, until("{both}", "{ready.addr}", "{late.addr}"), until("{alone}", "{late.addr}")}, Ask: ask(", ready")},
			{Do: []topo.Act{topo.Ready{Node: late}, until("{both}", "{ready.addr}"), gone}, Ask: ask(", no more")},
		},
		Claims: []Claim{{
			ID:   "not-ready",
			Says: "a headless service has no record of a pod that is not ready, in any type; with that pod alone it does not exist",
			Cases: onClusters(append(without(""), is.Data("back", "{late.dashed}.open.lab.svc.cluster.local.")),
				because+"kubernetes staging/src/k8s.io/endpointslice/utils.go podToEndpoint"),
		}, {
			ID:    "published",
			Says:  "with publishNotReadyAddresses it has a record of each pod all the time",
			Cases: onClusters(append(append(published(""), published(", ready")...), published(", no more")...), because+"kubernetes staging/src/k8s.io/endpointslice/utils.go podToEndpoint: ready is what the service says"),
		}, {
			ID:    "address",
			Says:  "a service with an address has its record all the time, though nobody is behind it",
			Cases: onClusters(is.All{is.AddressOf(front, "front"), is.AddressOf(front, "front, ready"), is.AddressOf(front, "front, no more")}, "coredns plugin/kubernetes/kubernetes.go findServices: spec.clusterIPs, unless the option ignore empty_service is set"),
		}, {
			ID:   "ready",
			Says: "a pod that becomes ready is in the answers",
			Cases: onClusters(is.All{
				is.AddressesOf("both, ready", ready, late), is.AddressOf(late, "alone, ready"), is.AddressOf(late, "dashed, ready"),
				is.Data("SRV, ready", "0 50 80 {ready.dashed}.both.lab.svc.cluster.local.", "0 50 80 {late.dashed}.both.lab.svc.cluster.local."),
			}, because+"it watches EndpointSlices"),
		}, {
			ID:    "no-more",
			Says:  "one that is ready no more is not",
			Cases: onClusters(append(without(", no more"), is.AddressOf(late, "dashed, open, no more")), because+"it watches EndpointSlices"),
		}},
	}
}
