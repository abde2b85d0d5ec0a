package labs

import (
	"slices"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// PartialNames leaves out the end of names, in programs that call getaddrinfo
// and on the wire. What the search list does not complete is asked of a CoreDNS
// of the lab's own, with an upstream behind it that says who asked.
func PartialNames() Lab {
	up := topo.Node{Name: "up", Kind: topo.Upstream, Mode: topo.PodNetwork}
	dns := aCoreDNS(`.:53 {
    errors
    kubernetes cluster.local
    forward . {up.addr}
}
`)
	glibc := topo.Node{Name: "glibc", Image: topo.Glibc, Mode: topo.PodNetwork}
	musl := topo.Node{Name: "musl", Image: topo.Musl, Mode: topo.PodNetwork}
	front, behind, far := aService("front"), headlessOf("behind", "glibc"), aService("far")
	far.Pod.Namespace = "yard"
	ask := map[string]topo.Question{}
	found := func(what, name string, by func(question string) is.Assertion) (all is.All) {
		for _, libc := range []topo.Node{glibc, musl} {
			q := libc.Name + ", " + what
			ask[q] = topo.Libc{From: libc, Name: name}
			all = append(all, by(q))
		}
		return all
	}
	finds := func(n topo.Node) func(string) is.Assertion {
		return func(q string) is.Assertion { return is.LibcFindsNode(n, q) }
	}
	api := func(q string) is.Assertion { return is.LibcFinds(q, "10.96.0.1") }
	searched := func(what string, q topo.Wire) {
		q.From, q.Search = glibc, true
		ask["search, "+what] = q
	}
	bare := found("bare", "{front}", finds(front))
	partial := slices.Concat(
		found("namespace", "{front}.{lab}", finds(front)), found("svc", "{front}.{lab}.svc", finds(front)),
		found("final dot", "{front}.{lab}.svc.cluster.local.", finds(front)),
		found("headless", "{behind}", finds(glibc)), found("headless, namespace", "{behind}.{lab}", finds(glibc)), found("headless, svc", "{behind}.{lab}.svc", finds(glibc)),
		found("API", "kubernetes.default", api), found("API, svc", "kubernetes.default.svc", api),
	)
	inFull := found("in full", "{front}.{lab}.svc.cluster.local", finds(front))
	elsewhere := found("elsewhere", "{far}.{yard}", finds(far))
	searched("bare", topo.Wire{Name: "{front}"})
	searched("API", topo.Wire{Name: "kubernetes.default"})
	searched("API, over TCP", topo.Wire{Name: "kubernetes.default.svc", TCP: true})
	searched("headless", topo.Wire{Name: "{behind}.{lab}"})
	searched("SRV", topo.Wire{Name: "_http._tcp.{front}.{lab}.svc", Type: "SRV"})
	searched("SRV headless", topo.Wire{Name: "_http._tcp.{behind}.{lab}.svc", Type: "SRV"})
	searched("elsewhere, bare", topo.Wire{Name: "{far}", Server: "dns"})
	ask["on the wire"] = topo.Wire{From: glibc, Name: "{front}", Server: "dns"}
	ask["on the wire, in full"] = topo.Wire{From: glibc, Name: serviceName("{front}"), Server: "dns"}
	ask["on the wire, svc"] = topo.Wire{From: glibc, Name: "{front}.{lab}.svc.", Server: "dns"}
	const because = "kubernetes pkg/kubelet/network/dns/dns.go generateSearchesForDNSClusterFirst: NAMESPACE.svc, svc and the cluster's domain, and ndots:5; glibc resolv/res_query.c __res_context_search; musl src/network/lookup_name.c name_from_dns_search"

	return Lab{
		Name:     "partial-names",
		Story:    "A service by less than its full name: what the search list of a pod completes, for those who use it, and what a server knows of it without.",
		Needs:    []driver.Cap{driver.OwnCluster, driver.Pods},
		Topology: topo.Topology{up, dns, glibc, musl, front, behind, far},
		Steps: []Step{
			{Do: []topo.Act{
				topo.Await{Ask: topo.Wire{From: glibc, Name: serviceName("{behind}")}, Answers: []string{"{glibc.addr}"}},
				topo.Await{Ask: topo.Wire{From: glibc, Name: serviceName("{front}"), Server: "dns"}, Answers: []string{"{front.addr}"}},
			}, Ask: ask},
			{Ask: map[string]topo.Question{"up's log": topo.Saw{Upstream: up}}},
		},
		Claims: []Claim{{
			ID:    "bare",
			Says:  "a service of the same namespace is found by its bare name, by programs and by whoever uses the search list",
			Cases: onClusters(append(bare, is.AddressOf(front, "search, bare"), is.Tried("search, bare", "front.lab.svc.cluster.local.")), because, holds("S3-5")...),
		}, {
			ID:   "bare-on-the-wire",
			Says: "asked on the wire, as dig does by default, the bare name is NXDOMAIN, and an upstream outside was asked for it; so is the name that ends in svc",
			Cases: onClusters(is.All{
				is.NXDomain("on the wire"), is.NXDomain("on the wire, svc"), is.AddressOf(front, "on the wire, in full"),
				is.Asked("up's log", "front."), is.Asked("up's log", "front.lab.svc."), is.NotAskedBut("up's log", "front.lab.svc.cluster.local.", "front."),
			}, "a server knows of no search list: the name is not in its zone, and goes on to what it forwards to", refutes("S3-6")...),
		}, {
			ID:    "partial",
			Says:  "any number of its last labels may be missing from a name, of a service with an address and of a headless one, and a final dot is taken as the end",
			Cases: onClusters(partial, because, holds("kubernetes:partial-names", "S3-5")...),
		}, {
			ID:   "in-full",
			Says: "a name in full, without a dot at its end, is found, after the search list has been tried in vain: its last domain is the host's, of which CoreDNS asks the host's server",
			Cases: append(each(Case{Expect: inFull, Because: because + onKubernetes, Sources: holds("S3-5")}, overIptables, overPodman), Case{
				When:    overNftables,
				Expect:  is.All{is.LibcFindsNode(front, "glibc, in full"), is.LibcFails("musl, in full", "EAI_AGAIN"), is.LibcFindsNode(front, "musl, final dot")},
				Because: because + ": it gives up where a server fails, and there CoreDNS reaches no server (kind-chain)" + onKubernetes,
				Sources: partly("S3-5"),
			}),
		}, {
			ID:   "wire",
			Says: "the same names by the search list on the wire, over UDP and TCP, and those of ports",
			Cases: onClusters(is.All{
				is.Addresses("search, API", "10.96.0.1"), is.Tried("search, API", "kubernetes.default.lab.svc.cluster.local.", "kubernetes.default.svc.cluster.local."),
				is.Addresses("search, API, over TCP", "10.96.0.1"), is.AddressOf(glibc, "search, headless"),
				is.Data("search, SRV", "0 100 80 front.lab.svc.cluster.local."), is.Data("search, SRV headless", "0 100 80 {glibc.dashed}.behind.lab.svc.cluster.local."),
			}, because, holds("kubernetes:partial-names", "kubernetes:services")...),
		}, {
			ID:    "elsewhere",
			Says:  "a service of another namespace is found with that namespace, and not by its bare name",
			Cases: onClusters(append(elsewhere, is.NXDomain("search, elsewhere, bare")), because, holds("kubernetes:partial-names", "S3-5")...),
		}},
	}
}
