package labs

import (
	"time"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// StubDomain changes whom a CoreDNS asks while it runs: for one domain, for all
// that is not the cluster's, and as at first.
func StubDomain() Lab {
	upstream := func(name string) topo.Node {
		return topo.Node{Name: name, Kind: topo.Upstream, Mode: topo.PodNetwork}
	}
	up, stub, client, front := upstream("up"), upstream("stub"), aPod("client"), aService("front")
	alias := topo.Node{Name: "alias", Mode: topo.ServiceAddress, Service: topo.Service{External: "foo.lab.test."}}
	forwarding := func(to, more string) string {
		return `.:53 {
    errors
    kubernetes cluster.local in-addr.arpa ip6.arpa {
        fallthrough in-addr.arpa ip6.arpa
    }
    forward . {` + to + `.addr}
    reload 2s 1s
}
` + more
	}
	const stubBlock = `stub.lab.test:53 {
    errors
    forward . {stub.addr}
}
`
	before := forwarding("up", "")
	dns := aCoreDNS(before)
	wire := func(name, qtype string) topo.Wire {
		return topo.Wire{From: client, Name: name, Type: qtype, Server: "dns"}
	}
	ask := func(after string) map[string]topo.Question {
		return map[string]topo.Question{
			"below the domain" + after: wire("a.stub.lab.test.", ""), "the domain" + after: wire("stub.lab.test.", ""),
			"outside" + after: wire("out.lab.test.", ""), "back" + after: wire("123.2.0.192.in-addr.arpa.", "PTR"), "alias" + after: wire(serviceName("{alias}"), ""),
			"service" + after: wire(serviceName("{front}"), ""), "service, back" + after: wire("{front.ptr}", "PTR"),
		}
	}
	change := func(corefile, name, answer string) []topo.Act {
		return []topo.Act{
			topo.Write{Node: dns, Path: topo.CorefilePath, Content: corefile},
			topo.Await{Ask: wire(name, ""), Answers: []string{answer}, Within: time.Minute},
		}
	}
	inside := func(after string) is.All {
		return is.All{is.AddressOf(front, "service"+after), is.Data("service, back"+after, "front.lab.svc.cluster.local.")}
	}
	by := func(number int, after string, what ...string) (all is.All) {
		for _, w := range what {
			all = append(all, is.AnsweredBy(w+after, number))
		}
		return all
	}
	const because = "coredns core/dnsserver/server.go ServeDNS: the block of the longest zone that fits; plugin/reload"

	return Lab{
		Name:     "stub-domain",
		Story:    "While a CoreDNS runs, its Corefile gets a server of its own for one domain, then another one for everything outside, and then neither.",
		Needs:    []driver.Cap{driver.OwnCluster, driver.Pods},
		Topology: topo.Topology{up, stub, client, front, alias, dns},
		Steps: []Step{
			{Do: []topo.Act{
				topo.Await{Ask: wire(serviceName("{front}"), ""), Answers: []string{"{front.addr}"}}, topo.Await{Ask: wire(serviceName("{alias}"), "CNAME")},
			}, Ask: ask("")},
			{Do: change(forwarding("up", stubBlock), "await.stub.lab.test.", "203.0.113.2"), Ask: ask(", with the stub domain")},
			{Do: change(forwarding("stub", stubBlock), "await.lab.test.", "203.0.113.2"), Ask: ask(", with the other server")},
			{Do: change(before, "await.lab.test.", "203.0.113.1"), Ask: ask(", at last")},
		},
		Claims: []Claim{{
			ID:   "before",
			Says: "all that is not the cluster's goes to one server: names, addresses, and what a service is an alias of",
			Cases: onClusters(append(append(by(1, "", "below the domain", "the domain", "outside"), is.Data("back", "ptr-by-up.lab.test."), is.Data("alias", "foo.lab.test.", "203.0.113.1")), inside("")...),
				because),
		}, {
			ID:   "stub-domain",
			Says: "a block for one domain sends that and what is below it to a server of its own, and nothing else",
			Cases: onClusters(append(append(append(by(2, ", with the stub domain", "below the domain", "the domain"), by(1, ", with the stub domain", "outside")...),
				is.Data("back, with the stub domain", "ptr-by-up.lab.test."), is.Data("alias, with the stub domain", "foo.lab.test.", "203.0.113.1")), inside(", with the stub domain")...),
				because, holds("kubernetes:stub-domain")...),
		}, {
			ID:    "forward-ptr",
			Says:  "another server for everything is asked for the names of addresses, but for those of services",
			Cases: onClusters(append(is.All{is.Data("back, with the other server", "ptr-by-stub.lab.test.")}, inside(", with the other server")...), "coredns plugin/kubernetes: fallthrough in-addr.arpa", holds("kubernetes:forward-ptr")...),
		}, {
			ID:    "forward-external-name",
			Says:  "it is asked for what a service is an alias of, too",
			Cases: onClusters(is.All{is.Data("alias, with the other server", "foo.lab.test.", "203.0.113.2"), is.AnsweredBy("outside, with the other server", 2)}, "coredns plugin/pkg/upstream Lookup: by the server's own chain of plugins", holds("kubernetes:forward-external-name")...),
		}, {
			ID:   "restored",
			Says: "with the Corefile of the beginning all is as it was",
			Cases: onClusters(append(append(by(1, ", at last", "below the domain", "the domain", "outside"), is.Data("back, at last", "ptr-by-up.lab.test."), is.Data("alias, at last", "foo.lab.test.", "203.0.113.1")), inside(", at last")...),
				because, holds("kubernetes:stub-domain")...),
		}},
	}
}
