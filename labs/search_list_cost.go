package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// SearchListCost counts what one call of getaddrinfo makes of a CoreDNS. The
// pods have the search list that kubelet writes (see in-a-pod), with a domain of
// the host's at its end. What glibc asks for begins with "g-", what musl asks
// for with "m-".
func SearchListCost() Lab {
	up := topo.Node{Name: "up", Kind: topo.Upstream, Mode: topo.PodNetwork, Serves: []topo.Reply{{Name: "*.host.lab.test.", Rcode: "NXDOMAIN"}}}
	dns := aCoreDNS(`.:53 {
    log
    errors
    kubernetes cluster.local
    forward . {up.addr}
}
`)
	pod := func(name string, image topo.Image) topo.Node {
		return topo.Node{
			Name: name, Image: image, Mode: topo.PodNetwork, Pod: topo.Pod{DNSPolicy: "None"}, DNS: []string{"dns"},
			Search:  []string{"{lab}.svc.cluster.local", "svc.cluster.local", "cluster.local", "host.lab.test"},
			Options: []string{"ndots:5", "timeout:20", "attempts:1"}, // so long that nothing is asked twice on a slow machine
		}
	}
	glibc, musl := pod("glibc", topo.Glibc), pod("musl", topo.Musl)
	gWeb, mWeb := aService("g-web"), aService("m-web")
	look := func(n topo.Node, name string) topo.Question { return topo.Libc{From: n, Name: name} }
	// both is what of both libcs, with the prefixes of their names.
	both := func(one func(libc, prefix string) is.All) is.All {
		return append(one("glibc", "g-"), one("musl", "m-")...)
	}
	twice := func(names ...string) (all is.All) {
		for _, n := range names {
			all = append(all, is.AskedTimes("log", n, "A", 1), is.AskedTimes("log", n, "AAAA", 1))
		}
		return all
	}
	outside := func(prefix string) []string {
		name := prefix + "api.lab.test."
		return []string{name + "lab.svc.cluster.local.", name + "svc.cluster.local.", name + "cluster.local.", name + "host.lab.test.", name}
	}
	const because = "glibc resolv/res_query.c __res_context_search; musl src/network/lookup_name.c name_from_dns_search; as CoreDNS's plugin log has it"

	return Lab{
		Name:     "search-list-cost",
		Story:    "With the search list of a pod and ndots:5, how many questions are there to CoreDNS for one look-up of a service, and of a name outside?",
		Needs:    []driver.Cap{driver.OwnCluster, driver.Pods},
		Topology: topo.Topology{up, dns, glibc, musl, gWeb, mWeb},
		Steps: []Step{{
			Do: []topo.Act{
				topo.Await{Ask: topo.Wire{From: glibc, Name: serviceName("{g-web}"), Type: "TXT"}}, // which is no type that is counted
				topo.Await{Ask: topo.Wire{From: musl, Name: serviceName("{m-web}"), Type: "TXT"}},
			},
			Ask: map[string]topo.Question{
				"glibc, service": look(glibc, "{g-web}"), "musl, service": look(musl, "{m-web}"),
				"glibc, outside": look(glibc, "g-api.lab.test"), "musl, outside": look(musl, "m-api.lab.test"),
				"glibc, final dot": look(glibc, "g-dot.lab.test."), "musl, final dot": look(musl, "m-dot.lab.test."),
			},
		}, {Ask: map[string]topo.Question{
			"barrier": topo.Wire{From: glibc, Name: "barrier.lab.test."}, // what comes after it in the log was asked later
		}}, {
			Do: []topo.Act{topo.AwaitText{In: topo.LogOf(dns), Has: "IN barrier.lab.test."}},
			Ask: map[string]topo.Question{
				"log":      topo.LogOf(dns),
				"up's log": topo.Saw{Upstream: up},
			},
		}},
		Claims: []Claim{{
			ID:   "service",
			Says: "a service by its bare name is two questions, A and AAAA of the first domain of the list, though it has one address",
			Cases: onClusters(both(func(libc, prefix string) is.All {
				node := map[string]topo.Node{"g-": gWeb, "m-": mWeb}[prefix]
				name := prefix + "web.lab.svc.cluster.local."
				return append(is.All{is.LibcFindsNode(node, libc+", service"), is.AskedBeginning("log", prefix+"web.", name)}, twice(name)...)
			}), because, refutes("S4-2")...),
		}, {
			ID:   "outside",
			Says: "a name outside is asked for in each domain of the list before it is as it is, that of the host last, and each time for A and AAAA: eight questions in vain before two that are answered",
			Cases: onClusters(both(func(libc, prefix string) is.All {
				return append(is.All{
					is.LibcFinds(libc+", outside", "203.0.113.1", "2001:db8::1"),
					is.AskedBeginning("log", prefix+"api.", outside(prefix)...),
				}, twice(outside(prefix)...)...)
			}), because, holds("S2-51", "S4-3")...),
		}, {
			ID:   "to-the-upstream",
			Says: "of those the upstream behind CoreDNS sees the ones outside the cluster's domain, the host's domain among them",
			Cases: onClusters(both(func(_, prefix string) is.All {
				return is.All{is.AskedBeginning("up's log", prefix+"api.", outside(prefix)[3:]...)}
			}), "coredns plugin/kubernetes: the cluster's domain is its own", holds("S4-3")...),
		}, {
			ID:   "final-dot",
			Says: "with a final dot a name is two questions and no more",
			Cases: onClusters(both(func(libc, prefix string) is.All {
				name := prefix + "dot.lab.test."
				return append(is.All{
					is.LibcFinds(libc+", final dot", "203.0.113.1", "2001:db8::1"), is.AskedBeginning("log", prefix+"dot.", name),
				}, twice(name)...)
			}), because, holds("S2-51")...),
		}},
	}
}
