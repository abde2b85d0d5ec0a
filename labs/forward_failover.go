package labs

import (
	"time"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// ForwardFailover has servers behind a CoreDNS fail, each way in a server block
// of its own, since each has its own count of failures.
func ForwardFailover() Lab {
	first := upstreamPod("first",
		topo.Reply{Name: "servfail.rcodes.lab.test.", Rcode: "SERVFAIL"}, topo.Reply{Name: "refused.rcodes.lab.test.", Rcode: "REFUSED"},
		topo.Reply{Name: "nx.rcodes.lab.test.", Rcode: "NXDOMAIN"}, topo.Reply{Name: "*.few.lab.test.", Silent: true},
	)
	second, dead := upstreamPod("second"), upstreamPod("dead", topo.Reply{Silent: true})
	client := topo.Node{Name: "client", Mode: topo.PodNetwork}
	dns := ownCoreDNS(`rcodes.lab.test {
    forward . {first.addr} {second.addr} {
        policy sequential
    }
}
silent.lab.test {
    forward . {dead.addr} {second.addr} {
        policy sequential
    }
}
patient.lab.test {
    forward . {dead.addr} {second.addr} {
        policy sequential
        max_fails 0
    }
}
closed.lab.test {
    forward . 127.0.0.1:9 {second.addr} {
        policy sequential
    }
}
down.lab.test {
    errors
    forward . {dead.addr}
}
failfast.lab.test {
    errors
    forward . {dead.addr} {
        failfast_all_unhealthy_upstreams
    }
}
few.lab.test {
    errors
    forward . {first.addr} {
        max_concurrent 2
    }
}
`)
	wire := func(name string) topo.Wire {
		return topo.Wire{From: client, Server: "dns", Name: name + ".lab.test.", Timeout: 20 * time.Second}
	}
	patient := wire("often.patient")
	patient.Times = 4
	few := []string{"few-1", "few-2", "few-3", "few-4", "few-5", "few-6"}
	fail := map[string]topo.Question{
		"servfail": wire("servfail.rcodes"), "refused": wire("refused.rcodes"), "nx": wire("nx.rcodes"),
		"silent": wire("one.silent"), "patient": patient, "closed": wire("one.closed"),
		"all silent": wire("one.down"), "failfast": wire("one.failfast"),
	}
	for _, name := range few {
		fail[name] = wire(name + ".few")
	}
	until := func(name, rcode string, answers ...string) topo.Act {
		return topo.Await{Ask: wire(name), Rcode: rcode, Answers: answers}
	}
	toFirst := func(name string) is.Assertion {
		qname := name + ".rcodes.lab.test."
		return is.All{is.Asked("first's log", qname), is.NotAskedBut("second's log", qname, "one.silent.lab.test.")}
	}
	const servedns = "coredns plugin/forward/forward.go ServeDNS: "

	return Lab{
		Name:     "forward-failover",
		Story:    "Servers behind a CoreDNS fail in every way: who is asked then, what the client hears and after how long.",
		Needs:    []driver.Cap{driver.OwnCluster, driver.Pods},
		Topology: topo.Topology{first, second, dead, dns, client},
		Steps: []Step{
			{Ask: fail},
			{
				Do: []topo.Act{until("wait.silent", "", "203.0.113.2"), until("wait.failfast", "SERVFAIL")},
				Ask: map[string]topo.Question{
					"silent, later": wire("later.silent"), "failfast, later": wire("later.failfast"), "all silent, later": wire("later.down"),
				},
			},
			{Ask: map[string]topo.Question{"log": topo.LogOf(dns)}},
			{
				Do: []topo.Act{
					topo.Program{Upstream: dead, Replies: []topo.Reply{{}}, Says: "it answers everything"},
					until("back.silent", "", "203.0.113.3"), until("back.failfast", "", "203.0.113.3"),
				},
				Ask: map[string]topo.Question{"silent, back": wire("healed.silent"), "failfast, back": wire("healed.failfast")},
			},
			{Ask: map[string]topo.Question{
				"first's log": topo.Saw{Upstream: first}, "second's log": topo.Saw{Upstream: second}, "dead's log": topo.Saw{Upstream: dead},
			}},
		},
		Claims: []Claim{{
			ID:   "rcodes",
			Says: "SERVFAIL, REFUSED and NXDOMAIN of the first server are the answer, and the second is not asked",
			Cases: anyCoreDNS(is.All{
				is.ServFail("servfail"), toFirst("servfail"), is.Rcode("refused", "REFUSED"), toFirst("refused"), is.NXDomain("nx"), toFirst("nx"),
			}, servedns+"any answer is written back; only next, to another forward, looks at the rcode", refutes("S2-49")),
		}, {
			ID:    "silent",
			Says:  "what a silent server does not answer within 2 s the next one is asked",
			Cases: anyCoreDNS(is.All{is.AnsweredBy("silent", 2), is.Took("silent", 1900*time.Millisecond, 0), is.Asked("dead's log", "one.silent.lab.test.")}, "coredns plugin/pkg/proxy/proxy.go NewProxy: readTimeout 2 s"),
		}, {
			ID:    "closed",
			Says:  "where nobody listens the next one is asked at once",
			Cases: anyCoreDNS(is.All{is.AnsweredBy("closed", 2), is.Took("closed", 0, 1900*time.Millisecond)}, servedns+"an error of reading is as good as silence"),
		}, {
			ID:   "left-out",
			Says: "a server that failed is probed, and after three probes in vain it is asked no more",
			Cases: anyCoreDNS(is.All{
				is.Asked("dead's log", "."), is.NotAskedBut("second's log", ".", "one.silent.lab.test."),
				is.AnsweredBy("silent, later", 2), is.Took("silent, later", 0, 1900*time.Millisecond), is.NotAskedBut("dead's log", "later.silent.lab.test.", "one.silent.lab.test."),
			}, "coredns plugin/pkg/proxy/proxy.go Down: more failures than max_fails, which is 2; health.go Check: a question for . NS, every 0.5 s from the first failure on"),
		}, {
			ID:    "back",
			Says:  "when it answers probes again it is asked again",
			Cases: anyCoreDNS(is.All{is.AnsweredBy("silent, back", 3), is.AnsweredBy("failfast, back", 3)}, "coredns plugin/pkg/proxy/health.go Check: an answer takes failures back"),
		}, {
			ID:    "max-fails-0",
			Says:  "with max_fails 0 it is asked first each time, however often it failed",
			Cases: anyCoreDNS(is.All{is.AnsweredBy("patient", 2), is.AskedTimes("dead's log", "often.patient.lab.test.", "A", 4), is.AskedTimes("second's log", "often.patient.lab.test.", "A", 4)}, "coredns plugin/pkg/proxy/proxy.go Down: never with 0"),
		}, {
			ID:   "all-down",
			Says: "where all servers are silent the answer is SERVFAIL after some seconds, and they are asked even when they count as down",
			Cases: anyCoreDNS(is.All{
				is.ServFail("all silent"), is.Took("all silent", 4*time.Second, 0),
				is.ServFail("all silent, later"), is.Took("all silent, later", 1900*time.Millisecond, 0), is.Asked("dead's log", "later.down.lab.test."),
				is.HasText("log", "2 later.down.lab.test. A: "), is.LacksText("log", "later.down.lab.test. A: no healthy proxies"),
			}, servedns+"for 5 s one after the other; health checks may be what is broken", holds("coredns:TestAllUpstreamsDown"), refutes("S2-49")),
		}, {
			ID:   "failfast",
			Says: "with failfast_all_unhealthy_upstreams the answer is SERVFAIL at once then, and nobody is asked",
			Cases: []Case{{
				When: coredns(">=1.12.1"),
				Expect: is.All{
					is.ServFail("failfast"), is.ServFail("failfast, later"), is.Took("failfast, later", 0, 1900*time.Millisecond),
					is.NotAskedBut("dead's log", "later.failfast.lab.test.", "later.down.lab.test."), is.HasText("log", "2 later.failfast.lab.test. A: no healthy proxies"),
				},
				Because: servedns + "failfastUnhealthyUpstreams, since 1.12.1 (notes/coredns-1.12.1.md); before there is no such option" + ranCoreDNS,
				Sources: holds("coredns:TestAllUpstreamsDown"),
			}},
		}, {
			ID:   "max-concurrent",
			Says: "of six questions at once that nobody answers, with max_concurrent 2 four are REFUSED and two SERVFAIL",
			Cases: anyCoreDNS(is.All{
				is.Rcodes("REFUSED", 4, few...), is.Rcodes("SERVFAIL", 2, few...), is.HasText("log", "concurrent queries exceeded maximum 2"),
			}, servedns+"RcodeRefused beyond maxConcurrent", refutes("S2-49")),
		}},
	}
}
