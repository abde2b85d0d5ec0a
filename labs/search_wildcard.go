package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// SearchWildcard gives pods a search list that ends, as one does whose node
// searches a domain, with a domain in which every name exists. Names are in
// lab.test, which the run makes one label longer, so that they have three dots.
func SearchWildcard() Lab {
	up := upstreamPod("up",
		topo.Reply{Name: "*.search.lab.test.", Answers: []string{"A 192.0.2.66"}},
		topo.Reply{Name: "empty.lab.test.search.lab.test.", Answers: []string{"TXT nothing"}}, topo.Reply{Name: "m-empty.lab.test.search.lab.test.", Answers: []string{"TXT nothing"}},
	)
	dns := ownCoreDNS(`. {
    forward . {up.addr}
}
`)
	pod := func(name string, image topo.Image, options ...string) topo.Node {
		return topo.Node{
			Name: name, Image: image, Mode: topo.PodNetwork, Pod: topo.Pod{DNSPolicy: "None"},
			DNS: []string{"dns"}, Search: []string{"default.svc.cluster.local", "svc.cluster.local", "cluster.local", "search.lab.test"}, Options: options,
		}
	}
	client, musl, spared := pod("client", topo.Glibc, "ndots:5"), pod("musl", topo.Musl, "ndots:5"), pod("spared", topo.Glibc, "ndots:2")
	look := func(from topo.Node, name string) topo.Question {
		return topo.Libc{From: from, Name: name + ".lab.test", Family: "v4"}
	}
	const because = "glibc resolv/res_query.c and musl src/network/lookup_name.c: a name with fewer dots than ndots is completed first, and what is found there is the answer; CoreDNS has no part in it"

	return Lab{
		Name:     "search-wildcard",
		Story:    "The domain that a node searches, and with it every pod, has a wildcard: it answers for all names outside.",
		Needs:    []driver.Cap{driver.OwnCluster, driver.Pods},
		Topology: topo.Topology{up, dns, client, musl, spared},
		Steps: []Step{{Ask: map[string]topo.Question{
			"through glibc":       look(client, "glibc"),
			"through musl":        look(musl, "musl"),
			"on the wire":         topo.Wire{From: client, Name: "wire.lab.test", Search: true},
			"no address, glibc":   look(client, "empty"),
			"no address, musl":    look(musl, "m-empty"),
			"with a final dot":    topo.Libc{From: client, Name: "dot.lab.test.", Family: "v4"},
			"with ndots:2, glibc": look(spared, "few"),
		}}, {Ask: map[string]topo.Question{
			"log": topo.Saw{Upstream: up},
		}}},
		Claims: []Claim{{
			ID:   "wildcard-answers",
			Says: "a name outside is given the wildcard's address, and is never asked for itself",
			Cases: anyCoreDNS(is.All{
				is.LibcFinds("through glibc", "192.0.2.66"), is.NotAskedBut("log", "glibc.lab.test.", "glibc.lab.test.search.lab.test."),
				is.LibcFinds("through musl", "192.0.2.66"), is.NotAskedBut("log", "musl.lab.test.", "musl.lab.test.search.lab.test."),
				is.Addresses("on the wire", "192.0.2.66"),
			}, because, holds("coredns#4923")),
		}, {
			ID:   "cluster-first",
			Says: "the cluster's domains are asked before it",
			Cases: anyCoreDNS(is.Tried("on the wire",
				"wire.lab.test.default.svc.cluster.local.", "wire.lab.test.svc.cluster.local.", "wire.lab.test.cluster.local.", "wire.lab.test.search.lab.test.",
			), "resolv.conf(5): in the order of the list"),
		}, {
			ID:   "no-address-there",
			Says: "where the wildcard has no address, glibc goes on to the name itself",
			Cases: anyCoreDNS(is.All{
				is.LibcFinds("no address, glibc", "203.0.113.1"), is.Asked("log", "empty.lab.test.search.lab.test."), is.Asked("log", "empty.lab.test."),
			}, "glibc resolv/res_query.c __res_context_search: NO_DATA is remembered, and the next domain tried", partly("coredns#4923")),
		}, {
			ID:   "no-address-musl",
			Says: "musl does not: the name outside has no address then",
			Cases: anyCoreDNS(is.All{
				is.LibcFails("no address, musl", "EAI_NONAME", "EAI_NODATA"), is.NotAskedBut("log", "m-empty.lab.test.", "m-empty.lab.test.search.lab.test."),
			}, "musl src/network/lookup_name.c name_from_dns_search: only NXDOMAIN leads on", holds("coredns#4923")),
		}, {
			ID:   "spared",
			Says: "a final dot, or ndots no more than the name has dots, spares a name that",
			Cases: anyCoreDNS(is.All{
				is.LibcFinds("with a final dot", "203.0.113.1"), is.LibcFinds("with ndots:2, glibc", "203.0.113.1"),
				is.NotAskedBut("log", "few.lab.test.search.lab.test.", "few.lab.test."), is.NotAskedBut("log", "dot.lab.test.search.lab.test.", "dot.lab.test."),
			}, because),
		}},
	}
}
