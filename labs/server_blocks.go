package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// ServerBlocks has a CoreDNS ask other servers for other domains, and for other
// clients.
func ServerBlocks() Lab {
	rest, corp, deep := upstreamPod("rest"), upstreamPod("corp"), upstreamPod("deep")
	client := topo.Node{Name: "client", Mode: topo.PodNetwork}
	dns := ownCoreDNS(`. {
    hosts {
        192.0.2.90 fixed.lab.test
        fallthrough
    }
    forward . {rest.addr}
}
stub.lab.test {
    forward . {corp.addr}
}
deep.stub.lab.test {
    forward . {deep.addr}
}
narrow.lab.test {
    forward sub.narrow.lab.test {corp.addr}
    forward . {rest.addr}
}
wide.lab.test {
    forward . {rest.addr}
    forward sub.wide.lab.test {corp.addr}
}
except.lab.test {
    forward . {rest.addr} {
        except sub.except.lab.test
    }
}
horizon.lab.test {
    view inside {
        expr incidr(client_ip(), '{client.addr}/32')
    }
    forward . {corp.addr}
}
horizon.lab.test {
    forward . {rest.addr}
}
rename.lab.test {
    rewrite name old.rename.lab.test new.rename.lab.test
    forward . {rest.addr}
}
`)
	ask := func(name string) topo.Question {
		return topo.Wire{From: client, Server: "dns", Name: name + ".lab.test."}
	}
	const longest = "coredns core/dnsserver/server.go ServeDNS: the zone that fits with most labels"

	return Lab{
		Name:     "server-blocks",
		Story:    "A CoreDNS with a server for each of several domains: which block answers, and what is between two that would.",
		Needs:    []driver.Cap{driver.OwnCluster, driver.Pods},
		Topology: topo.Topology{rest, corp, deep, client, dns},
		Steps: []Step{{Ask: map[string]topo.Question{
			"out": ask("out"), "fixed": ask("fixed"), "stub": ask("x.stub"), "deep": ask("x.deep.stub"), "deep itself": ask("deep.stub"), "like it": ask("x.notstub"),
			"narrow first": ask("x.sub.narrow"), "wide first": ask("x.sub.wide"), "wide first, others": ask("x.wide"),
			"excepted": ask("x.sub.except"), "not excepted": ask("x.except"), "renamed": ask("old.rename"),
			"inside": ask("x.horizon"), "outside": topo.Wire{From: deep, Server: "dns", Name: "x.horizon.lab.test."},
		}}, {Ask: map[string]topo.Question{
			"rest's log": topo.Saw{Upstream: rest}, "corp's log": topo.Saw{Upstream: corp}, "deep's log": topo.Saw{Upstream: deep},
		}}},
		Claims: []Claim{{
			ID:   "longest",
			Says: "the longest domain decides who is asked, label by label, wherever it is written",
			Cases: anyCoreDNS(is.All{
				is.AnsweredBy("out", 1), is.AnsweredBy("stub", 2), is.AnsweredBy("deep", 3), is.AnsweredBy("deep itself", 3), is.AnsweredBy("like it", 1),
				is.NotAskedBut("rest's log", "x.stub.lab.test.", "out.lab.test."), is.NotAskedBut("corp's log", "x.deep.stub.lab.test.", "x.stub.lab.test."),
			}, longest, holds("S2-64")),
		}, {
			ID:    "hosts",
			Says:  "hosts with fallthrough answers what it has, and leaves others to forward",
			Cases: anyCoreDNS(is.All{is.Addresses("fixed", "192.0.2.90"), is.AnsweredBy("out", 1), is.NotAskedBut("rest's log", "fixed.lab.test.", "out.lab.test.")}, "coredns plugin.cfg: hosts before forward", holds("S2-64", "S3-11")),
		}, {
			ID:   "two-forwards",
			Says: "between two forwards of one block the first that fits decides, not the longer one",
			Cases: anyCoreDNS(is.All{
				is.AnsweredBy("narrow first", 2), is.AnsweredBy("wide first", 1), is.AnsweredBy("wide first, others", 1),
			}, "coredns plugin/forward/setup.go setup: one after the other, as they are written: here the order of the Corefile counts", partly("S3-10")),
		}, {
			ID:    "except",
			Says:  "a name that except takes out is SERVFAIL where no plugin comes after, and nobody is asked",
			Cases: anyCoreDNS(is.All{is.ServFail("excepted"), is.AnsweredBy("not excepted", 1), is.NotAskedBut("rest's log", "x.sub.except.lab.test.", "x.except.lab.test.")}, "coredns plugin/plugin.go NextOrFailure: no next plugin found"),
		}, {
			ID:    "view",
			Says:  "two blocks of one domain answer different clients, by a view of one of them",
			Cases: anyCoreDNS(is.All{is.AnsweredBy("inside", 2), is.AnsweredBy("outside", 1)}, "coredns plugin/view; core/dnsserver/server.go passAllFilterFuncs: the first block whose expression holds"),
		}, {
			ID:    "rewrite",
			Says:  "a name that is rewritten is asked for as the new one, and answered as the old one",
			Cases: anyCoreDNS(is.All{is.AnsweredBy("renamed", 1), is.Owners("renamed", "old.rename.lab.test."), is.Asked("rest's log", "new.rename.lab.test."), is.NotAskedBut("rest's log", "old.rename.lab.test.", "new.rename.lab.test.")}, "coredns plugin/rewrite/name.go: an exact rule rewrites the answer's names back"),
		}},
	}
}
