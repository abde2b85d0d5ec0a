package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// ExternalName changes a service from an alias to another one, and then to a
// service with an address. A CoreDNS of the lab's own answers, one alone, so that
// what it has heard of it has heard for all.
func ExternalName() Lab {
	up := topo.Node{Name: "up", Kind: topo.Upstream, Mode: topo.PodNetwork, Serves: []topo.Reply{
		{Name: "two.lab.test.", Type: "A", Answers: []string{"A 192.0.2.2"}}, {Name: "lost.lab.test.", Rcode: "NXDOMAIN"},
	}}
	dns := aCoreDNS(`.:53 {
    errors
    kubernetes cluster.local
    forward . {up.addr}
}
`)
	client, front := aPod("client"), aService("front")
	alias := func(name, of string) topo.Node {
		return topo.Node{Name: name, Mode: topo.ServiceAddress, Service: topo.Service{External: of}}
	}
	changing, inside, lost := alias("changing", "one.lab.test."), alias("inside", "{front}.{lab}.svc.cluster.local."), alias("lost", "lost.lab.test.")
	wire := func(name, qtype string) topo.Wire {
		return topo.Wire{From: client, Name: serviceName(name), Type: qtype, Server: "dns"}
	}
	until := func(qtype, answer string) topo.Act {
		return topo.Await{Ask: wire("{changing}", qtype), Answers: []string{answer}}
	}
	ask := func(after string) map[string]topo.Question {
		all := map[string]topo.Question{}
		for _, qtype := range []string{"A", "AAAA", "CNAME", "SRV"} {
			all[qtype+after] = wire("{changing}", qtype)
		}
		return all
	}
	first := ask("")
	first["inside, CNAME"] = wire("{inside}", "CNAME")
	first["inside"], first["lost"], first["below"] = wire("{inside}", "A"), wire("{lost}", "A"), wire("_http._tcp.{changing}", "SRV")
	const because = "coredns plugin/backend_lookup.go A, AAAA, CNAME: what a CNAME leads to is looked up where its zone is another one"

	return Lab{
		Name:     "external-name",
		Story:    "A service that is an alias of a name outside becomes one of another name, and then a service with an address.",
		Needs:    []driver.Cap{driver.OwnCluster, driver.Pods},
		Topology: topo.Topology{up, dns, client, front, changing, inside, lost},
		Steps: []Step{
			{Do: []topo.Act{until("CNAME", "one.lab.test."), topo.Await{Ask: wire("{inside}", "CNAME")}, topo.Await{Ask: wire("{lost}", "CNAME")}, topo.Await{Ask: wire("{front}", "A")}}, Ask: first},
			{Do: []topo.Act{topo.SetService{Node: alias("changing", "two.lab.test.")}, until("CNAME", "two.lab.test.")}, Ask: ask(", then")},
			{Do: []topo.Act{topo.SetService{Node: aService("changing")}, until("A", "{changing.addr}")}, Ask: ask(", at last")},
			{Ask: map[string]topo.Question{"up's log": topo.Saw{Upstream: up}}},
		},
		Claims: []Claim{{
			ID:   "alias",
			Says: "the name of such a service is a CNAME, and CoreDNS brings along what the server outside has for it",
			Cases: onClusters(is.All{
				is.Data("CNAME", "one.lab.test."), is.Data("A", "one.lab.test.", "203.0.113.1"), is.Data("AAAA", "one.lab.test.", "2001:db8::1"),
				is.Asked("up's log", "one.lab.test."), is.AskedFrom("up's log", "one.lab.test.", dns),
			}, because, holds("kubernetes:external-name", "kubernetes:forward-external-name")...),
		}, {
			ID:    "another",
			Says:  "with another name it is a CNAME of that one",
			Cases: onClusters(is.All{is.Data("CNAME, then", "two.lab.test."), is.Data("A, then", "two.lab.test.", "192.0.2.2")}, because, holds("kubernetes:external-name")...),
		}, {
			ID:   "an-address",
			Says: "with an address it is no alias any more",
			Cases: onClusters(is.All{is.AddressOf(changing, "A, at last"), is.NoData("CNAME, at last"), is.NoData("AAAA, at last"), is.Data("SRV, at last", "0 50 80 changing.lab.svc.cluster.local.", "0 50 53 changing.lab.svc.cluster.local.")},
				"coredns plugin/kubernetes/kubernetes.go findServices", holds("kubernetes:external-name")...),
		}, {
			ID:    "inside",
			Says:  "an alias of another service is followed without anybody being asked",
			Cases: onClusters(is.All{is.AddressOf(front, "inside"), is.Data("inside, CNAME", "front.lab.svc.cluster.local."), is.NotAskedBut("up's log", "front.lab.svc.cluster.local.", "one.lab.test.")}, because),
		}, {
			ID:    "lost",
			Says:  "an alias of a name that there is not is NOERROR with the alias alone",
			Cases: onClusters(is.All{is.Data("lost", "lost.lab.test."), is.NoError("lost"), is.Asked("up's log", "lost.lab.test.")}, because+"; whatever rcode came back"),
		}, {
			ID:    "ports",
			Says:  "an alias has no SRV record, and below it there is nothing",
			Cases: onClusters(is.All{is.NoData("SRV"), is.NoData("SRV, then"), is.NXDomain("below")}, "coredns plugin/kubernetes/kubernetes.go Services: SRV for external services is not implemented; findServices"),
		}},
	}
}
