package labs

import (
	"time"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// LargeAnswers has an upstream whose answers are larger than 512 octets, which
// is all that a client takes over UDP unless it says otherwise (RFC 1035,
// 4.2.1). No datagram is larger than any MTU here, so that none is split.
func LargeAnswers() Lab {
	lan := topo.Network{Name: "lan"}
	up := topo.Node{Name: "up", Kind: topo.Upstream, On: topo.On(lan), Serves: []topo.Reply{
		{Name: "big.lab.test.", Size: 1000},
		{Name: "huge.lab.test.", Size: 30000},
		{Name: "tc.lab.test.", Truncated: true},
		{Name: "rude.lab.test.", Size: 1000, Oversized: true},
	}}
	polite := topo.Node{Name: "polite", Kind: topo.Upstream, On: topo.On(lan)}
	client := topo.Node{Name: "client", On: topo.On(lan), DNS: []string{"up"}}
	other := topo.Node{Name: "other", On: topo.On(lan), DNS: []string{"up", "polite"}}

	resolved := func(name string) is.Assertion { return is.SentTo(name, "127.0.0.11") }
	// itself holds where nobody is between the client and its first server.
	itself := func(name, qname string) is.All {
		return is.All{is.NoError(name), is.Nameservers("file", "{up}"), is.AskedFrom("up's log", qname, client)}
	}
	over := is.All{is.NoError("oversized"), is.Size("oversized", 900, 0), is.Nameservers("file", "{up}")}
	another := is.All{is.SentToHost("oversized to another"), is.AnsweredBy("oversized to another", 2), is.AskedFromHost("polite's log", "rude.lab.test.")}
	const forward = "aardvark-dns src/dns/coredns.rs forward_to_servers: "
	const ran = "; run on 1.14.0 and 1.17.1"

	return Lab{
		Name:     "large-answers",
		Story:    "What becomes of an upstream's answer that is larger than 512 octets: over TCP, with EDNS, truncated, or sent over UDP although nobody offered to take it.",
		Needs:    []driver.Cap{driver.UserNetworks},
		Topology: topo.Topology{up, polite, client, other},
		Steps: []Step{{Ask: map[string]topo.Question{
			"file":                 topo.File{Of: client, Path: "/etc/resolv.conf"},
			"other's file":         topo.File{Of: other, Path: "/etc/resolv.conf"},
			"plain":                topo.Wire{From: client, Name: "big.lab.test."},
			"edns":                 topo.Wire{From: client, Name: "big.lab.test.", EDNS: 1232},
			"tcp":                  topo.Wire{From: client, Name: "huge.lab.test.", TCP: true},
			"truncated":            topo.Wire{From: client, Name: "tc.lab.test."},
			"oversized":            topo.Wire{From: client, Name: "rude.lab.test.", Timeout: 6 * time.Second},
			"oversized to another": topo.Wire{From: other, Name: "rude.lab.test."},
			"beyond edns":          topo.Wire{From: client, Name: "rude.lab.test.", EDNS: 600, Timeout: 6 * time.Second},
		}}, {Ask: map[string]topo.Question{
			"up's log":     topo.Saw{Upstream: up},
			"polite's log": topo.Saw{Upstream: polite},
		}}},
		Claims: []Claim{{
			ID:   "tcp",
			Says: "over TCP an answer of 30000 octets comes back whole",
			Cases: cases([]Case{{
				When:    docker(""),
				Expect:  is.All{resolved("tcp"), is.NoError("tcp"), is.Size("tcp", 30000, 0), is.Flags("tcp", "-tc")},
				Because: "moby libnetwork/resolver.go: the server's message is written back, 20.10 to 29",
			}, {
				When:    forwards(">=1.12"),
				Expect:  is.All{is.SentToHost("tcp"), is.NoError("tcp"), is.Size("tcp", 30000, 0), is.Flags("tcp", "-tc"), is.AskedFromHost("up's log", "huge.lab.test.")},
				Because: forward + "asked over TCP, it asks over TCP" + ran,
			}}, servedDirectly(append(itself("tcp", "huge.lab.test."), is.Size("tcp", 30000, 0), is.Flags("tcp", "-tc")))),
		}, {
			ID:   "edns",
			Says: "over UDP an answer larger than 512 octets comes back whole if the client offered to take it",
			Cases: cases([]Case{{
				When:    docker(""),
				Expect:  is.All{resolved("edns"), is.NoError("edns"), is.Size("edns", 1000, 1232), is.Flags("edns", "-tc")},
				Because: "moby libnetwork/resolver.go: the server sees the client's EDNS size, 20.10 to 29",
			}, {
				When:    forwards(""),
				Expect:  is.All{is.SentToHost("edns"), is.NoError("edns"), is.Size("edns", 1000, 1232), is.Flags("edns", "-tc"), is.AskedFromHost("up's log", "big.lab.test.")},
				Because: forward + "the client's own message is sent" + ran,
			}}, servedDirectly(append(itself("edns", "big.lab.test."), is.Size("edns", 1000, 1232), is.Flags("edns", "-tc")))),
		}, {
			ID:   "truncated",
			Says: "a truncated answer goes to the client as it is; the resolver does not ask again over TCP",
			Cases: cases([]Case{{
				When: docker(""),
				Expect: is.All{
					resolved("truncated"), resolved("plain"), is.NoError("truncated"), is.Flags("truncated", "tc"), is.AskedOver("up's log", "tc.lab.test.", "udp"),
					is.NoError("plain"), is.Flags("plain", "tc"), is.Size("plain", 0, 512),
				},
				Because: "moby libnetwork/resolver.go: TC is no reason to go on, 20.10 to 29",
			}, {
				When: forwards(""),
				Expect: is.All{
					is.SentToHost("truncated", "plain"), is.NoError("truncated"), is.Flags("truncated", "tc"), is.AskedOver("up's log", "tc.lab.test.", "udp"),
					is.NoError("plain"), is.Flags("plain", "tc"), is.Size("plain", 0, 512), is.AskedFromHost("up's log", "tc.lab.test."),
				},
				Because: forward + "TC is no reason to ask again" + ran,
			}}, servedDirectly(append(itself("truncated", "tc.lab.test."), is.Flags("truncated", "tc"), is.Flags("plain", "tc"), is.Size("plain", 0, 512)))),
		}, {
			ID:   "oversized",
			Says: "what a server sends over UDP beyond 512 octets, although the client offered to take no more",
			Cases: cases([]Case{{
				When:    docker("<24.0"),
				Expect:  is.All{resolved("oversized"), is.NoData("oversized")},
				Because: "moby libnetwork/resolver.go ServeDNS: what of the message could be read into 512 octets is written back, and of a message that was cut that is no record",
				Sources: refutes("moby:TestOversizedDNSReply"),
			}, {
				When:    docker(">=24.0"),
				Expect:  is.All{resolved("oversized"), is.NoError("oversized"), is.Size("oversized", 900, 0)},
				Because: "moby libnetwork/resolver.go exchange: dns.Client has UDPSize MaxMsgSize since 24.0",
				Sources: holds("moby:TestOversizedDNSReply"),
			}, {
				When:    forwards(">=1.13"),
				Expect:  is.All{is.SentToHost("oversized"), is.TimedOut("oversized"), is.AskedFromHost("up's log", "rude.lab.test.")},
				Because: forward + "what does not fit the client's size cannot be read, and without another server nothing is written back" + ran,
			}}, servedDirectly(over)),
		}, {
			ID:   "oversized-then-another",
			Says: "whose answer it is if there is one more server behind the one that sends too much",
			Cases: cases([]Case{{
				When:    docker("<24.0"),
				Expect:  is.All{resolved("oversized to another"), is.AnsweredBy("oversized to another", 2), is.Asked("polite's log", "rude.lab.test.")},
				Because: "moby libnetwork/resolver.go ServeDNS: a message that cannot be read leads on to the next server",
			}, {
				When:    docker(">=24.0"),
				Expect:  is.All{resolved("oversized to another"), is.NoError("oversized to another"), is.Size("oversized to another", 900, 0)},
				Because: "moby libnetwork/resolver.go exchange: dns.Client has UDPSize MaxMsgSize since 24.0",
			}, {
				When:    forwards(">=1.13 <1.15"),
				Expect:  append(another, is.Took("oversized to another", 2400*time.Millisecond, 0)),
				Because: forward + "a message that cannot be read is none, and the time of the server goes by; run on 1.14.0",
			}, {
				When:    forwards(">=1.15"),
				Expect:  append(another, is.Took("oversized to another", 0, 2*time.Second)),
				Because: forward + "a message that cannot be read is an error, which leads on at once; run on 1.17.1, and on 1.14.0 it is not so: which version between them was the first is not known",
			}}, servedDirectly(is.All{is.NoError("oversized to another"), is.Size("oversized to another", 900, 0), is.Nameservers("other's file", "{up}", "{polite}")})),
		}, {
			ID:   "beyond-edns",
			Says: "what a server sends over UDP beyond what the client offered to take with EDNS",
			Cases: cases([]Case{{
				When:    docker("<24.0"),
				Expect:  is.All{resolved("beyond edns"), is.NoData("beyond edns")},
				Because: "moby libnetwork/resolver.go ServeDNS: the buffer has the size that the client offered",
			}, {
				When:    docker(">=24.0"),
				Expect:  is.All{resolved("beyond edns"), is.ServFail("beyond edns")},
				Because: "github.com/miekg/dns client.go: the size in the question comes before UDPSize; moby libnetwork/resolver.go exchange: a message that cannot be read is none, since 24.0",
			}, {
				When:    forwards(">=1.13"),
				Expect:  is.All{is.SentToHost("beyond edns"), is.TimedOut("beyond edns"), is.AskedFromHost("up's log", "rude.lab.test.")},
				Because: forward + "what does not fit the client's size cannot be read, and without another server nothing is written back" + ran,
			}}, servedDirectly(is.All{is.NoError("beyond edns"), is.Size("beyond edns", 900, 0), is.Nameservers("file", "{up}")})),
		}},
	}
}
