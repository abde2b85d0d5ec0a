package labs

import (
	"time"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// AllServersFail leaves the resolver without an answer. It gives each server
// 4 s, so the questions that may get none are given up after 6 s: by then one
// silent server has had its turn.
func AllServersFail() Lab {
	lan := topo.Network{Name: "lan"}
	upstream := func(name string, silent ...string) topo.Node {
		n := topo.Node{Name: name, Kind: topo.Upstream, On: topo.On(lan), Serves: []topo.Reply{
			{Rcode: "SERVFAIL"}, {Name: "nx.lab.test.", Rcode: "NXDOMAIN", NotAuthoritative: true},
		}}
		for _, s := range silent {
			n.Serves = append(n.Serves, topo.Reply{Name: s, Silent: true})
		}
		return n
	}
	first := upstream("first", "silent.lab.test.", "silent-first.lab.test.")
	second := upstream("second", "silent-last.lab.test.")
	closed := topo.Node{Name: "closed", On: topo.On(lan)} // serves nothing, so port 53 is closed
	client := topo.Node{Name: "client", On: topo.On(lan), DNS: []string{"first", "second"}}
	deaf := topo.Node{Name: "deaf", On: topo.On(lan), DNS: []string{"first"}}
	lonely := topo.Node{Name: "lonely", On: topo.On(lan), DNS: []string{"closed"}}
	ask := func(n topo.Node, name string, tcp bool) topo.Question {
		return topo.Wire{From: n, Name: name + ".lab.test.", TCP: tcp, Timeout: 6 * time.Second}
	}
	docked := func(uses string, e is.All) []Case {
		return []Case{{
			When:    docker("<24.0"),
			Expect:  append(e[:len(e):len(e)], is.TimedOut(uses)),
			Because: "moby libnetwork/resolver.go ServeDNS: if the last attempt brought no message, nothing is written back",
			Sources: refutes("moby:TestReplySERVFAIL"),
		}, {
			When:    docker(">=24.0"),
			Expect:  append(e[:len(e):len(e)], is.ServFail(uses)),
			Because: "moby libnetwork/resolver.go serveDNS: without an answer SERVFAIL is written back since 24.0",
			Sources: holds("moby:TestReplySERVFAIL"),
		}}
	}

	const forward = "aardvark-dns src/dns/coredns.rs forward_to_servers: "
	const nothing = forward + "without a message from a server nothing is written back; run on 1.14.0 and 1.17.1"
	const closes = forward + "without a message from a server nothing is written back, and the connection is closed after 3 s, since 1.16, which waits so long for another question; run on 1.17.1"
	const firstSaid = forward + "the first message is the answer, whatever its rcode; run on 1.14.0 and 1.17.1"
	told := func(uses, qname string, e is.Assertion) []Case {
		return append([]Case{{
			When:    forwards(""),
			Expect:  is.All{e, is.AskedFromHost("first's log", qname), is.NotAskedBut("second's log", qname, "silent-first.lab.test.")},
			Because: firstSaid,
		}}, servedDirectly(is.All{e, is.Nameservers("file", "{first}", "{second}"), is.AskedFrom("first's log", qname, client)})...)
	}

	return Lab{
		Name:     "all-servers-fail",
		Story:    "No server has an answer. What is the client told, or is it told nothing at all?",
		Needs:    []driver.Cap{driver.UserNetworks},
		Topology: topo.Topology{first, second, closed, client, deaf, lonely},
		Steps: []Step{{Ask: map[string]topo.Question{
			"file":            topo.File{Of: client, Path: "/etc/resolv.conf"},
			"lonely's file":   topo.File{Of: lonely, Path: "/etc/resolv.conf"},
			"silent":          ask(deaf, "silent", false),
			"closed":          ask(lonely, "closed", false),
			"neighbour":       topo.Wire{From: lonely, Name: "{deaf}"},
			"closed over TCP": ask(lonely, "closed", true),
			"servfail":        ask(client, "servfail", false),
			"nx":              ask(client, "nx", false),
			"silent first":    topo.Wire{From: client, Name: "silent-first.lab.test."},
			"silent last":     ask(client, "silent-last", false),
		}}, {Ask: map[string]topo.Question{
			"first's log":  topo.Saw{Upstream: first},
			"second's log": topo.Saw{Upstream: second},
		}}},
		Claims: []Claim{{
			ID:   "silent",
			Says: "what the client is told if the only server is silent",
			Cases: cases(docked("silent", is.All{is.AskedFrom("first's log", "silent.lab.test.", deaf)}), []Case{{
				When:    forwards(">=1.13"),
				Expect:  is.All{is.TimedOut("silent"), is.AskedFromHost("first's log", "silent.lab.test.")},
				Because: nothing,
			}}, servedDirectly(is.All{is.TimedOut("silent"), is.AskedFrom("first's log", "silent.lab.test.", deaf)})),
		}, {
			ID:   "closed",
			Says: "what the client is told if the port of the only server is closed",
			Cases: cases(docked("closed", nil), []Case{{
				When:    forwards(">=1.13"),
				Expect:  is.All{is.TimedOut("closed"), is.SentToHost("closed"), is.AddressOf(deaf, "neighbour")},
				Because: nothing,
				Sources: holds("aardvark-dns:bad-server"),
			}}, servedDirectly(is.All{is.Outcome("closed", results.Refused), is.Nameservers("lonely's file", "{closed}")})),
		}, {
			ID:   "closed-tcp",
			Says: "what the client is told over TCP if the port of the only server is closed",
			Cases: cases(docked("closed over TCP", nil), []Case{{
				When:    forwards(">=1.13 <1.16"),
				Expect:  is.All{is.TimedOut("closed over TCP"), is.SentToHost("closed over TCP")},
				Because: forward + "without a message from a server nothing is written back; run on 1.14.0",
			}, {
				When:    forwards(">=1.16"),
				Expect:  is.All{is.Outcome("closed over TCP", results.Malformed), is.SentToHost("closed over TCP")},
				Because: closes,
			}}, servedDirectly(is.All{is.Outcome("closed over TCP", results.Refused), is.Nameservers("lonely's file", "{closed}")})),
		}, {
			ID:   "silent-last",
			Says: "what the client is told if one server says SERVFAIL and then another is silent",
			Cases: cases(docked("silent last", is.All{is.AskedBefore("first's log", "second's log", "silent-last.lab.test.")}),
				told("silent last", "silent-last.lab.test.", is.ServFail("silent last"))),
		}, {
			ID:   "servfail-last",
			Says: "what the client is told if a server is silent and then another says SERVFAIL",
			Cases: cases([]Case{{
				When:    docker(""),
				Expect:  is.All{is.ServFail("silent first"), is.AskedBefore("first's log", "second's log", "silent-first.lab.test.")},
				Because: "moby libnetwork/resolver.go: the last message, or the resolver's own, 20.10 to 29",
			}, {
				When: forwards(">=1.13"),
				Expect: is.All{
					is.ServFail("silent first"), is.AskedBefore("first's log", "second's log", "silent-first.lab.test."),
					is.AskedFromHost("second's log", "silent-first.lab.test."),
				},
				Because: firstSaid,
			}}, servedDirectly(is.All{
				is.TimedOut("silent first"), is.Nameservers("file", "{first}", "{second}"), is.AskedFrom("first's log", "silent-first.lab.test.", client),
			})),
		}, {
			ID:   "servfail",
			Says: "if all servers say SERVFAIL the client is told so",
			Cases: cases([]Case{{
				When:    docker(""),
				Expect:  is.All{is.ServFail("servfail"), is.AskedBefore("first's log", "second's log", "servfail.lab.test.")},
				Because: "moby libnetwork/resolver.go: the last message, or the resolver's own, 20.10 to 29",
			}}, told("servfail", "servfail.lab.test.", is.ServFail("servfail"))),
		}, {
			ID:   "nxdomain",
			Says: "what the client is told if all servers, without authority, say NXDOMAIN",
			Cases: cases([]Case{{
				When:    docker("<24.0"),
				Expect:  is.All{is.NXDomain("nx"), is.AskedBefore("first's log", "second's log", "nx.lab.test.")},
				Because: "moby libnetwork/resolver.go ServeDNS: the last message is written back",
			}, {
				When:    docker(">=24.0 <24.0.1"),
				Expect:  is.All{is.ServFail("nx"), is.AskedBefore("first's log", "second's log", "nx.lab.test.")},
				Because: "moby libnetwork/resolver.go forwardExtDNS: each of them leads on, and none is kept, 24.0.0 only",
				Sources: refutes("moby:TestProxyNXDOMAIN"),
			}, {
				When:    docker(">=24.0.1"),
				Expect:  is.All{is.NXDomain("nx"), is.Flags("nx", "-aa"), is.NotAskedBut("second's log", "nx.lab.test.", "servfail.lab.test.")},
				Because: "moby libnetwork/resolver.go forwardExtDNS: NXDOMAIN is an answer like any other since 24.0.1",
				Sources: holds("moby:TestProxyNXDOMAIN"),
			}}, told("nx", "nx.lab.test.", is.NXDomain("nx"))),
		}},
	}
}
