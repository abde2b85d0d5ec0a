package labs_test

import (
	"github.com/dnslab/dnslab/labs"
	"github.com/dnslab/dnslab/runner/topo"
)

// coreDNSSabotages break what a CoreDNS of a lab's own asks.
var coreDNSSabotages = []sabotage{{
	name: "first server of two is closed", lab: "forward-policies",
	do: func(l labs.Lab) []topo.Act { return []topo.Act{topo.Close{Upstream: node(l, "first")}} },
	fails: map[string]string{
		"random": "was asked 0 times", "round-robin": "was asked 0 times", "sequential": "should have the answer of upstream 1",
		"no-block": "so the silence of first's log says nothing",
	},
}, {
	name: "no TCP behind CoreDNS", lab: "forward-transports", soak: true,
	do: func(l labs.Lab) []topo.Act { return []topo.Act{topo.Close{Upstream: node(l, "up"), Transport: "tcp"}} },
	fails: map[string]string{
		"as-it-came": "tcp.plain.lab.test.", "prefer-udp-cut": "over udp, then tcp, but was asked over udp", "force-tcp": "but was: SERVFAIL",
		"force-tcp-big": "udp-big.force.lab.test.", "connections": "tcp.again.lab.test.",
	},
}, {
	name: "no server fails", lab: "forward-failover", soak: true,
	do:    program("first", "it answers everything", topo.Reply{}),
	fails: map[string]string{"rcodes": "but was: NOERROR", "max-concurrent": "should be REFUSED, but "},
}, {
	name: "server of a stub domain is closed", lab: "server-blocks", soak: true,
	do:    func(l labs.Lab) []topo.Act { return []topo.Act{topo.Close{Upstream: node(l, "corp")}} },
	fails: fail("but was: SERVFAIL", "longest", "two-forwards", "view"),
}, {
	name: "nothing is outside", lab: "coredns-autopath", soak: true,
	do:    program("up", "NXDOMAIN to what is outside", topo.Reply{Name: "out.lab.test.", Rcode: "NXDOMAIN"}),
	fails: map[string]string{"outside": "out.lab.test.lab.svc.cluster.local., out.lab.test.svc.cluster.local."},
}, {
	name: "no wildcard", lab: "search-wildcard", soak: true,
	do: program("up", "NXDOMAIN below search.lab.test", topo.Reply{Name: "*.search.lab.test.", Rcode: "NXDOMAIN"}),
	fails: map[string]string{
		"wildcard-answers": "should find 192.0.2.66, but was: 203.0.113.1", "no-address-musl": "but was: 203.0.113.1", "cluster-first": "wire.lab.test.search.lab.test., wire.lab.test.",
	},
}}
