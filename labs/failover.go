package labs

import (
	"time"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// Failover has a server that fails each name in a way of its own, and a second
// one that knows them all.
func Failover() Lab {
	lan := topo.Network{Name: "lan"}
	first := topo.Node{Name: "first", Kind: topo.Upstream, On: topo.On(lan), Serves: []topo.Reply{
		{Name: "servfail.lab.test.", Rcode: "SERVFAIL"},
		{Name: "refused.lab.test.", Rcode: "REFUSED"},
		{Name: "notimp.lab.test.", Rcode: "NOTIMP"},
		{Name: "nodata.lab.test.", Answers: []string{"TXT nothing-else"}},
		{Name: "nx-aa.lab.test.", Rcode: "NXDOMAIN"},
		{Name: "nx.lab.test.", Rcode: "NXDOMAIN", NotAuthoritative: true},
		{Name: "slow.lab.test.", Delay: 2 * time.Second},
		{Name: "silent.lab.test.", Silent: true},
		{Name: "wrong-id.lab.test.", WrongID: true},
	}}
	second := topo.Node{Name: "second", Kind: topo.Upstream, On: topo.On(lan)}
	closed := topo.Node{Name: "closed", On: topo.On(lan)} // serves nothing, so port 53 is closed
	client := topo.Node{Name: "client", On: topo.On(lan), DNS: []string{"first", "second"}}
	other := topo.Node{Name: "other", On: topo.On(lan), DNS: []string{"closed", "second"}}
	ask := func(name string) topo.Question { return topo.Wire{From: client, Name: name + ".lab.test."} }

	// The claims ask who answered, and whether both were asked.
	next := func(name string) is.All {
		return is.All{is.AnsweredBy(name, 2), is.Asked("first's log", name+".lab.test.")}
	}
	final := func(name string, first is.Assertion) is.All {
		return is.All{first, is.Asked("first's log", name+".lab.test."), is.NotAskedBut("second's log", name+".lab.test.", "servfail.lab.test.")}
	}

	// On Podman the second server is never asked what the first one answered.
	const forward = "aardvark-dns src/dns/coredns.rs forward_to_servers: "
	const told = forward + "the first message is the answer, whatever its rcode; run on 1.14.0 and 1.17.1"
	answered := func(name string, first is.Assertion) []Case {
		return append([]Case{{
			When: forwards(""),
			Expect: is.All{
				first, is.AskedFromHost("first's log", name+".lab.test."), forwardedOnce("first's log", name+".lab.test.", "A"),
				is.NotAskedBut("second's log", name+".lab.test.", "silent.lab.test."),
			},
			Because: told,
		}}, servedDirectly(is.All{first, is.Nameservers("file", "{first}", "{second}"), is.AskedFrom("first's log", name+".lab.test.", client)})...)
	}

	return Lab{
		Name:     "failover",
		Story:    "The first of two servers fails. Which failures lead on to the second one, and which are taken for the answer?",
		Needs:    []driver.Cap{driver.UserNetworks},
		Topology: topo.Topology{first, second, closed, client, other},
		Steps: []Step{{Ask: map[string]topo.Question{
			"file":            topo.File{Of: client, Path: "/etc/resolv.conf"},
			"other's file":    topo.File{Of: other, Path: "/etc/resolv.conf"},
			"servfail":        ask("servfail"),
			"refused":         ask("refused"),
			"notimp":          ask("notimp"),
			"nodata":          ask("nodata"),
			"nx-aa":           ask("nx-aa"),
			"nx":              ask("nx"),
			"slow":            ask("slow"),
			"silent":          ask("silent"),
			"wrong-id":        topo.Wire{From: client, Name: "wrong-id.lab.test.", Timeout: 6 * time.Second},
			"closed":          topo.Wire{From: other, Name: "closed.lab.test."},
			"closed over TCP": topo.Wire{From: other, Name: "closed-tcp.lab.test.", TCP: true},
		}}, {Ask: map[string]topo.Question{
			"first's log":  topo.Saw{Upstream: first},
			"second's log": topo.Saw{Upstream: second},
		}}},
		Claims: []Claim{{
			ID:   "silence",
			Says: "when the second server answers what the first one is silent about",
			Cases: cases([]Case{{
				When:    docker(""),
				Expect:  append(next("silent"), is.Took("silent", 4*time.Second, 0)),
				Because: "moby libnetwork/resolver.go extIOTimeout is 4 s for each server, 20.10 to 29",
			}, {
				When:    forwards(">=1.13"),
				Expect:  append(next("silent"), is.AskedFromHost("second's log", "silent.lab.test."), is.Took("silent", 2400*time.Millisecond, 4*time.Second)),
				Because: forward + "each of two servers has half of 5 s, since 1.13; run on 1.14.0 and 1.17.1",
				Sources: holds("aardvark-dns:bad-then-good"),
			}}, servedDirectly(is.All{is.TimedOut("silent"), is.Nameservers("file", "{first}", "{second}"), is.AskedFrom("first's log", "silent.lab.test.", client)})),
		}, {
			ID:   "closed",
			Says: "who answers if the port of the first server is closed, over UDP and over TCP",
			Cases: cases([]Case{{
				When: docker(""),
				Expect: is.All{
					is.AnsweredBy("closed", 2), is.AskedFrom("second's log", "closed.lab.test.", other),
					is.AnsweredBy("closed over TCP", 2), is.AskedOver("second's log", "closed-tcp.lab.test.", "tcp"),
				},
				Because: "moby libnetwork/resolver.go: an error of the socket leads on to the next server, 20.10 to 29",
			}, {
				When: forwards(">=1.13"),
				Expect: is.All{
					is.AnsweredBy("closed", 2), is.AskedFromHost("second's log", "closed.lab.test."), is.Took("closed", 2400*time.Millisecond, 4*time.Second),
					is.AnsweredBy("closed over TCP", 2), is.AskedOver("second's log", "closed-tcp.lab.test.", "tcp"), is.Took("closed over TCP", 0, 2*time.Second),
				},
				Because: forward + "over TCP an error leads on at once; over UDP a socket that is not connected hears of none, and the time goes by; run on 1.14.0 and 1.17.1",
			}}, servedDirectly(is.All{
				is.Outcome("closed", results.Refused), is.Outcome("closed over TCP", results.Refused), is.Nameservers("other's file", "{closed}", "{second}"),
			})),
		}, {
			ID:   "servfail",
			Says: "who answers what the first server says SERVFAIL to",
			Cases: cases([]Case{{
				When:    docker(""),
				Expect:  next("servfail"),
				Because: "moby libnetwork/resolver.go: RcodeServerFailure leads on, 20.10 to 29",
				Sources: holds("moby:TestDNSProxyServFail"),
			}}, answered("servfail", is.ServFail("servfail"))),
		}, {
			ID:   "refused",
			Says: "who answers what the first server says REFUSED to",
			Cases: cases([]Case{{
				When:    docker(""),
				Expect:  next("refused"),
				Because: "moby libnetwork/resolver.go: RcodeRefused leads on, 20.10 to 29",
			}}, answered("refused", is.Rcode("refused", "REFUSED"))),
		}, {
			ID:   "other-rcode",
			Says: "who answers what the first server says NOTIMP to",
			Cases: cases([]Case{{
				When:    docker("<24.0.1"),
				Expect:  next("notimp"),
				Because: "moby libnetwork/resolver.go ServeDNS, in 24.0.0 forwardExtDNS: every rcode but NOERROR and NXDOMAIN leads on",
			}, {
				When:    docker(">=24.0.1"),
				Expect:  final("notimp", is.Rcode("notimp", "NOTIMP")),
				Because: "moby libnetwork/resolver.go forwardExtDNS: only SERVFAIL and REFUSED lead on since 24.0.1",
			}}, answered("notimp", is.Rcode("notimp", "NOTIMP"))),
		}, {
			ID:   "nxdomain",
			Says: "an authoritative NXDOMAIN of the first server is the answer",
			Cases: cases([]Case{{
				When:    docker(""),
				Expect:  final("nx-aa", is.NXDomain("nx-aa")),
				Because: "moby libnetwork/resolver.go: RcodeNameError with AA leads nowhere, 20.10 to 29",
			}}, answered("nx-aa", is.NXDomain("nx-aa"))),
		}, {
			ID:   "nxdomain-without-aa",
			Says: "who answers what the first server, without authority, says NXDOMAIN to",
			Cases: cases([]Case{{
				When:    docker("<24.0.1"),
				Expect:  next("nx"),
				Because: "moby libnetwork/resolver.go ServeDNS, in 24.0.0 forwardExtDNS: RcodeNameError without AA leads on",
				Sources: refutes("moby:TestProxyNXDOMAIN"),
			}, {
				When:    docker(">=24.0.1"),
				Expect:  final("nx", is.NXDomain("nx")),
				Because: "moby libnetwork/resolver.go forwardExtDNS: NXDOMAIN is an answer like any other since 24.0.1",
				Sources: holds("moby:TestProxyNXDOMAIN"),
			}}, answered("nx", is.NXDomain("nx"))),
		}, {
			ID:   "nodata",
			Says: "an answer without records is the answer",
			Cases: cases([]Case{{
				When:    docker(""),
				Expect:  final("nodata", is.NoData("nodata")),
				Because: "moby libnetwork/resolver.go: a NOERROR leads nowhere, 20.10 to 29",
			}}, answered("nodata", is.NoData("nodata"))),
		}, {
			ID:   "slow",
			Says: "a server that takes 2 s is waited for",
			Cases: cases([]Case{{
				When:    docker(""),
				Expect:  final("slow", is.AnsweredBy("slow", 1)),
				Because: "moby libnetwork/resolver.go extIOTimeout is 4 s for each server, 20.10 to 29",
			}, {
				When:    forwards(">=1.13"),
				Expect:  is.All{is.AnsweredBy("slow", 1), is.AskedFromHost("first's log", "slow.lab.test."), is.NotAskedBut("second's log", "slow.lab.test.", "silent.lab.test.")},
				Because: forward + "each of two servers has half of 5 s, since 1.13; run on 1.14.0 and 1.17.1",
			}}, servedDirectly(is.All{is.AnsweredBy("slow", 1), is.AskedFrom("first's log", "slow.lab.test.", client)})),
		}, {
			ID:   "wrong-id",
			Says: "what comes of an answer with another id than the question",
			Cases: cases([]Case{{
				When:    docker("<24.0"),
				Expect:  is.All{is.TimedOut("wrong-id"), is.Asked("first's log", "wrong-id.lab.test."), is.NotAskedBut("second's log", "wrong-id.lab.test.", "servfail.lab.test.")},
				Because: "moby libnetwork/resolver.go ServeDNS: the id is not looked at, and the client is given an answer to another question",
			}, {
				When:    docker(">=24.0"),
				Expect:  next("wrong-id"),
				Because: "github.com/miekg/dns client.go: an answer with another id is no answer; moby libnetwork/resolver.go exchange uses it since 24.0",
			}, {
				When:    forwards(">=1.13"),
				Expect:  append(next("wrong-id"), is.AskedFromHost("second's log", "wrong-id.lab.test.")),
				Because: "hickory-proto udp_client_stream.rs: an answer with another id is no answer; run on aardvark-dns 1.14.0 and 1.17.1",
			}}, servedDirectly(is.All{is.TimedOut("wrong-id"), is.Nameservers("file", "{first}", "{second}"), is.AskedFrom("first's log", "wrong-id.lab.test.", client)})),
		}},
	}
}
