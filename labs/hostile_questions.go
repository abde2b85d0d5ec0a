package labs

import (
	"bytes"
	"slices"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// HostileQuestions sends what no stub resolver sends. All of it goes out at
// once. The option given keeps the host's ndots out, with which single labels
// would not be forwarded.
func HostileQuestions() Lab {
	lan := topo.Network{Name: "lan"}
	up := topo.Node{Name: "up", Kind: topo.Upstream, On: topo.On(lan), Serves: []topo.Reply{{Answers: []string{"A 192.0.2.7"}}}}
	client := topo.Node{Name: "client", On: topo.On(lan), DNS: []string{"up"}, Options: []string{"attempts:1"}}
	send := func(what string, octets ...[]byte) topo.Raw {
		return topo.Raw{From: client, What: what, Octets: slices.Concat(octets...)}
	}
	tcp := func(r topo.Raw) topo.Raw { r.TCP = true; return r }
	ask := func(name string, tcp bool) topo.Question { return topo.Wire{From: client, Name: name, TCP: tcp} }

	two := send("two questions", dnsHeader(flagRecursion, 2), dnsQuestion("one-of-two"), dnsQuestion("two-of-two"))
	sockets := topo.Sockets{Of: client}
	silence := is.All{
		is.TimedOut("high octets"), is.TimedOut("five octets"), is.TimedOut("nothing"), is.TimedOut("five over TCP"), is.TimedOut("nothing over TCP"),
	}
	const run = "run on 1.14.0 and 1.17.1"

	return Lab{
		Name:     "hostile-questions",
		Story:    "A container sends the engine's resolver what no resolver library would: no question, two of them, answers, other opcodes, rubbish.",
		Needs:    []driver.Cap{driver.UserNetworks},
		Topology: topo.Topology{up, client},
		Steps: []Step{{Ask: map[string]topo.Question{
			"sockets before": sockets,
		}}, {Ask: map[string]topo.Question{
			"none":             send("no question", dnsHeader(flagRecursion, 0)),
			"one promised":     send("a header that promises a question", dnsHeader(flagRecursion, 1)),
			"two":              two,
			"two over TCP":     tcp(two),
			"response":         send("a response", dnsHeader(flagResponse|flagRecursion, 1), dnsQuestion("response")),
			"notify":           send("a NOTIFY", dnsHeader(opcodeNotify, 1), dnsQuestion("notify")),
			"update":           send("an UPDATE", dnsHeader(opcodeUpdate, 1), dnsQuestion("update")),
			"text":             send("a line of text", []byte("InvalidQuery\n")),
			"text over TCP":    tcp(send("a line of text", []byte("InvalidQuery\n"))),
			"five octets":      send("five octets", []byte("short")),
			"nothing":          send("an empty datagram"),
			"high octets":      send("512 octets, all 255", bytes.Repeat([]byte{0xff}, 512)),
			"five over TCP":    tcp(send("five octets", []byte("short"))),
			"nothing over TCP": tcp(send("a message of no octets")),
			"trailing rubbish": send("a question with rubbish behind it", dnsQuery("trailing"), []byte("rubbish")),
		}}, {Ask: map[string]topo.Question{
			"name":            ask("{up}", false),
			"name over TCP":   ask("{up}", true),
			"onward":          ask("onward.lab.test.", false),
			"onward over TCP": ask("tcp.lab.test.", true),
			"sockets after":   sockets,
		}}, {Ask: map[string]topo.Question{
			"log": topo.Saw{Upstream: up},
		}}},
		Claims: []Claim{{
			ID:   "no-question",
			Says: "a message without a question is FORMERR, whoever says so; what one gets that promises one",
			Cases: cases([]Case{{
				When:    docker(""),
				Expect:  is.All{is.Rcode("none", "FORMERR"), is.TimedOut("one promised")},
				Because: "miekg/dns acceptfunc.go wants a count of one, msg.go lets the message end after its header; moby libnetwork/resolver.go returns without a question, 20.10 to 29",
			}, {
				When:    forwards(">=1.13"),
				Expect:  is.All{is.Rcode("none", "FORMERR"), is.Flags("none", "ra"), is.TimedOut("one promised")},
				Because: "aardvark-dns src/dns/coredns.rs: a message without a question is forwarded, and RA set in what the server says; one that ends before its question does not parse and is not answered; " + run,
			}}, servedDirectly(is.All{is.Rcode("none", "FORMERR"), is.Flags("none", "-ra"), is.Rcode("one promised", "FORMERR")})),
		}, {
			ID:   "two-questions",
			Says: "two questions are FORMERR, over UDP and over TCP; whether they are forwarded nevertheless",
			Cases: cases([]Case{{
				When: docker(""),
				Expect: is.All{
					is.Rcode("two", "FORMERR"), is.Rcode("two over TCP", "FORMERR"),
					is.NotAskedBut("log", "one-of-two.", "notify."), is.NotAskedBut("log", "two-of-two.", "notify."),
				},
				Because: "miekg/dns acceptfunc.go: v1.1.27 of moby 20.10 to v1.1.73 of 29",
			}, {
				When: forwards(">=1.13"),
				Expect: is.All{
					is.Rcode("two", "FORMERR"), is.Rcode("two over TCP", "FORMERR"), is.Flags("two", "ra"), is.Flags("two over TCP", "ra"),
					is.AskedFromHost("log", "one-of-two."), is.AskedFromHost("log", "two-of-two."),
				},
				Because: "aardvark-dns src/dns/coredns.rs looks at the first question and forwards the message whole; the server refuses it; " + run,
			}}, servedDirectly(is.All{
				is.Rcode("two", "FORMERR"), is.Rcode("two over TCP", "FORMERR"), is.AskedFrom("log", "one-of-two.", client), is.AskedFrom("log", "two-of-two.", client),
			})),
		}, {
			ID:   "response",
			Says: "a response gets no answer; whether it is forwarded",
			Cases: cases([]Case{{
				When:    docker(""),
				Expect:  is.All{is.TimedOut("response"), is.NotAskedBut("log", "response.", "notify.")},
				Because: "miekg/dns acceptfunc.go: v1.1.27 of moby 20.10 to v1.1.73 of 29",
			}, {
				When:    forwards(">=1.13"),
				Expect:  is.All{is.TimedOut("response"), is.AskedFromHost("log", "response.")},
				Because: "aardvark-dns src/dns/coredns.rs does not look at the QR bit; the server says nothing to a response; " + run,
			}}, servedDirectly(is.All{is.TimedOut("response"), is.AskedFrom("log", "response.", client)})),
		}, {
			ID:   "other-opcodes",
			Says: "an UPDATE is NOTIMP, whoever says so; a NOTIFY is forwarded, and what the server says to it comes back",
			Cases: cases([]Case{{
				When: docker(""),
				Expect: is.All{
					is.Rcode("update", "NOTIMP"), is.NotAskedBut("log", "update.", "notify."),
					is.Rcode("notify", "NOTIMP"), is.Asked("log", "notify."),
				},
				Because: "miekg/dns acceptfunc.go lets NOTIFY pass, and moby libnetwork/resolver.go does not look at the opcode, 20.10 to 29",
			}, {
				When: forwards(">=1.13"),
				Expect: is.All{
					is.Rcode("update", "NOTIMP"), is.AskedFromHost("log", "update."), is.Rcode("notify", "NOTIMP"), is.AskedFromHost("log", "notify."),
				},
				Because: "aardvark-dns src/dns/coredns.rs does not look at the opcode: NOTIMP is the server's; " + run,
			}}, servedDirectly(is.All{
				is.Rcode("update", "NOTIMP"), is.AskedFrom("log", "update.", client), is.Rcode("notify", "NOTIMP"), is.AskedFrom("log", "notify.", client),
			})),
		}, {
			ID:   "trailing-rubbish",
			Says: "octets after the question are dropped",
			Cases: cases([]Case{{
				When:    docker(""),
				Expect:  is.All{is.Addresses("trailing rubbish", "192.0.2.7"), is.Asked("log", "trailing.")},
				Because: "miekg/dns msg.go unpack: v1.1.27 of moby 20.10 to v1.1.73 of 29",
			}, {
				When:    forwards(">=1.13"),
				Expect:  is.All{is.Addresses("trailing rubbish", "192.0.2.7"), is.AskedFromHost("log", "trailing.")},
				Because: "hickory reads as many records as the header counts, and aardvark-dns packs the message anew; " + run,
			}}, servedDirectly(is.All{is.Addresses("trailing rubbish", "192.0.2.7"), is.AskedFrom("log", "trailing.", client)})),
		}, {
			ID:   "rubbish",
			Says: "what text gets that is long enough for a header, and reads as another opcode; what is shorter, or reads as a response, gets no answer",
			Cases: cases([]Case{{
				When: docker(""),
				Expect: is.All{
					is.Rcode("text", "NOTIMP"), is.Rcode("text over TCP", "NOTIMP"), silence,
				},
				Because: "miekg/dns server.go serveDNS, acceptfunc.go: v1.1.27 of moby 20.10 to v1.1.73 of 29",
				Sources: holds("moby:TestEmbeddedDNSInvalidInput"),
			}, {
				When:    forwards(">=1.13"),
				Expect:  append(silence, is.TimedOut("text"), is.TimedOut("text over TCP"), is.AddressOf(up, "name")),
				Because: "aardvark-dns src/dns/coredns.rs parse_dns_msg: what does not parse is logged and not answered; " + run,
			}}, servedDirectly(append(silence, is.Rcode("text", "FORMERR"), is.Rcode("text over TCP", "FORMERR"), is.AskedFrom("log", "trailing.", client)))),
		}, {
			ID:   "lives-on",
			Says: "after all of it the resolver answers and forwards as before",
			Cases: cases([]Case{{
				When: docker(""),
				Expect: is.All{
					is.AddressOf(up, "name"), is.AddressOf(up, "name over TCP"),
					is.Addresses("onward", "192.0.2.7"), is.Addresses("onward over TCP", "192.0.2.7"), is.AskedOver("log", "tcp.lab.test.", "tcp"),
					is.SamePorts("sockets before", "sockets after", "127.0.0.11", true),
				},
				Because: "moby integration-cli/docker_cli_network_unix_test.go TestEmbeddedDNSInvalidInput: a daemon does not fall over, 20.10 to 29; nor does it open other sockets",
				Sources: holds("moby:TestEmbeddedDNSInvalidInput"),
			}, {
				When: forwards(">=1.13"),
				Expect: is.All{
					is.AddressOf(up, "name"), is.AddressOf(up, "name over TCP"),
					is.Addresses("onward", "192.0.2.7"), is.Addresses("onward over TCP", "192.0.2.7"), is.AskedOver("log", "tcp.lab.test.", "tcp"), is.AskedFromHost("log", "tcp.lab.test."),
				},
				Because: "aardvark-dns src/dns/coredns.rs: what does not parse ends no task but its own; " + run,
			}}, servedDirectly(is.All{
				is.Addresses("onward", "192.0.2.7"), is.Addresses("onward over TCP", "192.0.2.7"), is.AskedOver("log", "tcp.lab.test.", "tcp"), is.AskedFrom("log", "tcp.lab.test.", client),
			})),
		}},
	}
}
