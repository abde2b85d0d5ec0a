package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// ServiceReverse asks which names addresses of the cluster have.
func ServiceReverse() Lab {
	up := topo.Node{Name: "up", Kind: topo.Upstream, Mode: topo.PodNetwork}
	web, lone, client := aPod("web"), aPod("lone"), aPod("client")
	front, behind := aService("front", "web"), headlessOf("behind", "web")
	far := aService("far")
	far.Pod.Namespace = "yard"
	dns := aCoreDNS(`.:53 {
    errors
    kubernetes cluster.local in-addr.arpa ip6.arpa {
        fallthrough in-addr.arpa ip6.arpa
    }
    forward . {up.addr}
}
only.lab.test:53 10.96.0.0/16:53 10.244.0.0/16:53 {
    errors
    kubernetes only.lab.test 10.96.0.0/16 10.244.0.0/16 {
        namespaces {lab}
    }
}
`)
	back := func(name string) topo.Question { return topo.Wire{From: client, Name: name, Type: "PTR"} }
	ours := func(name string) topo.Question {
		return topo.Wire{From: client, Name: name, Type: "PTR", Server: "dns"}
	}
	const because = "coredns plugin/kubernetes/reverse.go serviceRecordForIP: "

	return Lab{
		Name:     "service-reverse",
		Story:    "Who asks for the name of an address hears that of a service, or of a pod below each of its services, or what a server outside says.",
		Needs:    []driver.Cap{driver.OwnCluster, driver.Pods},
		Topology: topo.Topology{up, web, lone, front, behind, far, client, dns},
		Steps: []Step{{
			Do: []topo.Act{
				topo.Await{Ask: topo.Wire{From: client, Name: serviceName("{behind}")}, Answers: []string{"{web.addr}"}},
				topo.Await{Ask: topo.Wire{From: client, Name: "{behind}.{lab}.svc.only.lab.test.", Server: "dns"}, Answers: []string{"{web.addr}"}},
			},
			Ask: map[string]topo.Question{
				"service":           back("{front.ptr}"),
				"service, over TCP": topo.Wire{From: client, Name: "{front.ptr}", Type: "PTR", TCP: true},
				"elsewhere":         back("{far.ptr}"),
				"API":               back("1.0.96.10.in-addr.arpa."),
				"pod":               back("{web.ptr}"),

				"ours, outside":      ours("7.2.0.192.in-addr.arpa."),
				"ours, outside IPv6": ours("7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa."),

				"ours, exposed":     ours("{front.ptr}"),
				"ours, pod":         ours("{web.ptr}"),
				"ours, not exposed": ours("{far.ptr}"),
				"ours, nobody":      ours("250.255.96.10.in-addr.arpa."),
				"ours, lone":        ours("{lone.ptr}"),
			},
		}, {Ask: map[string]topo.Question{
			"up's log": topo.Saw{Upstream: up},
		}}},
		Claims: []Claim{{
			ID:   "service",
			Says: "the address of a service leads back to its name, in every namespace",
			Cases: onClusters(is.All{
				is.Data("service", "front.lab.svc.cluster.local."), is.Data("service, over TCP", "front.lab.svc.cluster.local."),
				is.Data("elsewhere", "far.yard.svc.cluster.local."), is.Data("API", "kubernetes.default.svc.cluster.local."),
			}, because+"SvcIndexReverse", append(holds("kubernetes:services"), partly("coredns:TestKubernetesPTR")...)...),
		}, {
			ID:    "pod",
			Says:  "that of a pod leads to as many names as it has services, headless or not",
			Cases: onClusters(is.Data("pod", "{web.dashed}.behind.lab.svc.cluster.local.", "{web.dashed}.front.lab.svc.cluster.local."), because+"EpIndexReverse, of every service that selects it, where the specification has only headless ones (kubernetes/dns docs/specification.md, 2.4.3)", partly("coredns:TestKubernetesPTR")...),
		}, {
			ID:   "own-networks",
			Says: "a server that owns the reverse zones of the cluster's networks has names of the exposed namespaces, and says NXDOMAIN for all else in them",
			Cases: onClusters(is.All{
				is.Data("ours, exposed", "front.lab.svc.only.lab.test."), is.Data("ours, pod", "{web.dashed}.behind.lab.svc.only.lab.test.", "{web.dashed}.front.lab.svc.only.lab.test."),
				is.NXDomain("ours, not exposed"), is.NXDomain("ours, nobody"), is.NXDomain("ours, lone"),
				is.SaysWhoseZone("ours, not exposed", "96.10.in-addr.arpa."), is.SaysWhoseZone("ours, lone", "244.10.in-addr.arpa."),
			}, because+"namespaceExposed; and no fallthrough", holds("coredns:TestKubernetesPTR")...),
		}, {
			ID:   "forwarded",
			Says: "with fallthrough for the reverse zones the server outside is asked for addresses that nobody in the cluster has",
			Cases: onClusters(is.All{
				is.Data("ours, outside", "ptr-by-up.lab.test."), is.Data("ours, outside IPv6", "ptr-by-up.lab.test."), is.Asked("up's log", "7.2.0.192.in-addr.arpa."),
				is.NotAskedBut("up's log", "{front.ptr}", "7.2.0.192.in-addr.arpa."),
			}, "coredns plugin/kubernetes/handler.go: k.Fall.Through", holds("kubernetes:forward-ptr")...),
		}},
	}
}
