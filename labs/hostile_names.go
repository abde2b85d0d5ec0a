package labs

import (
	"slices"
	"strings"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// HostileNames asks for names that no stub resolver would send. The option
// given keeps the host's ndots out, with which single labels would not be
// forwarded.
func HostileNames() Lab {
	lan := topo.Network{Name: "lan"}
	up := topo.Node{Name: "up", Kind: topo.Upstream, On: topo.On(lan, "dotted.alias"), Serves: []topo.Reply{{Answers: []string{"A 192.0.2.7"}}}}
	client := topo.Node{Name: "client", On: topo.On(lan), DNS: []string{"up"}, Options: []string{"attempts:1"}}
	send := func(what string, octets ...[]byte) topo.Raw {
		return topo.Raw{From: client, What: what, Octets: slices.Concat(octets...)}
	}
	long := []string{strings.Repeat("a", 63), strings.Repeat("b", 63), strings.Repeat("c", 63), strings.Repeat("d", 61)}
	longest := strings.Join(long, ".") + "."
	tooLong := append(slices.Clone(long[:3]), strings.Repeat("d", 62))
	const run = "run on 1.14.0 and 1.17.1"
	loop := []byte{0xc0, 12, 0, 1, 0, 1} // a pointer to itself

	return Lab{
		Name:     "hostile-names",
		Story:    "A container asks the engine's resolver for names with any octet in them, for the root, and for names that cannot be.",
		Needs:    []driver.Cap{driver.UserNetworks},
		Topology: topo.Topology{up, client},
		Steps: []Step{{Ask: map[string]topo.Question{
			"root":               send("a question for the root", dnsQuery()),
			"longest":            send("a name of 255 octets", dnsQuery(long...)),
			"too long":           send("a name of 256 octets", dnsQuery(tooLong...)),
			"odd octets":         send("a name with NUL, space and high octets", dnsQuery("nul\x00 \xff", "odd")),
			"dot in a label":     send("one label with a dot in it", dnsQuery("dotted.alias")),
			"loop":               send("a name that points to itself", dnsHeader(flagRecursion, 1), loop),
			"cut in the name":    send("a message that ends in a name", dnsHeader(flagRecursion, 1), []byte("\x09cut")),
			"no type":            send("a question that ends after its name", dnsHeader(flagRecursion, 1), dnsName("no-type")),
			"with dots as usual": topo.Wire{From: client, Name: "dotted.alias."},
		}}, {Ask: map[string]topo.Question{
			"log": topo.Saw{Upstream: up},
		}}},
		Claims: []Claim{{
			ID:   "root",
			Says: "a question for the root is forwarded",
			Cases: cases([]Case{{
				When:    docker(""),
				Expect:  is.All{is.Addresses("root", "192.0.2.7"), is.Asked("log", ".")},
				Because: "moby libnetwork/resolver.go: a name that no container has is forwarded if ndots is not set, 20.10 to 29",
			}, {
				When:    forwards(">=1.13"),
				Expect:  is.All{is.Addresses("root", "192.0.2.7"), is.AskedFromHost("log", ".")},
				Because: "aardvark-dns src/dns/coredns.rs process_message: a name that no container has is forwarded; " + run,
			}}, servedDirectly(is.All{is.Addresses("root", "192.0.2.7"), is.AskedFrom("log", ".", client)})),
		}, {
			ID:   "longest-name",
			Says: "a name of 255 octets is forwarded as it is; what one of 256 gets",
			Cases: cases([]Case{{
				When:    docker(""),
				Expect:  is.All{is.Addresses("longest", "192.0.2.7"), is.Asked("log", longest), is.Rcode("too long", "FORMERR")},
				Because: "miekg/dns msg.go UnpackDomainName, maxDomainNameWireOctets: v1.1.27 of moby 20.10 to v1.1.73 of 29; server.go answers what it cannot unpack with FORMERR",
			}, {
				When:    forwards(">=1.13"),
				Expect:  is.All{is.Addresses("longest", "192.0.2.7"), is.AskedFromHost("log", longest), is.TimedOut("too long")},
				Because: "aardvark-dns src/dns/coredns.rs parse_dns_msg: what does not parse is logged and not answered; " + run,
			}}, servedDirectly(is.All{is.Addresses("longest", "192.0.2.7"), is.AskedFrom("log", longest, client), is.Rcode("too long", "FORMERR")})),
		}, {
			ID:   "any-octet",
			Says: "NUL, spaces and high octets in a label reach the server unchanged",
			Cases: cases([]Case{{
				When:    docker(""),
				Expect:  is.All{is.Addresses("odd octets", "192.0.2.7"), is.Asked("log", `nul\000\ \255.odd.`)},
				Because: "miekg/dns msg.go unpacks to escapes and packs them again: v1.1.27 of moby 20.10 to v1.1.73 of 29",
			}, {
				When:    forwards(">=1.13"),
				Expect:  is.All{is.Addresses("odd octets", "192.0.2.7"), is.AskedFromHost("log", `nul\000\ \255.odd.`)},
				Because: "aardvark-dns src/dns/coredns.rs sends on the message as hickory packs it again; " + run,
			}}, servedDirectly(is.All{is.Addresses("odd octets", "192.0.2.7"), is.AskedFrom("log", `nul\000\ \255.odd.`, client)})),
		}, {
			ID:   "dot-in-a-label",
			Says: "a dot inside of a label does not stand for two labels: no container is found by it",
			Cases: cases([]Case{{
				When: docker(""),
				Expect: is.All{
					is.AddressOf(up, "with dots as usual"), is.Addresses("dot in a label", "192.0.2.7"), is.Asked("log", `dotted\.alias.`),
				},
				Because: "miekg/dns msg.go writes it as an escape, which moby libnetwork/sandbox.go ResolveName finds under no name, 20.10 to 29",
			}, {
				When: forwards(">=1.13"),
				Expect: is.All{
					is.AddressOf(up, "with dots as usual"), is.Addresses("dot in a label", "192.0.2.7"), is.AskedFromHost("log", `dotted\.alias.`),
				},
				Because: "hickory writes it as an escape, which aardvark-dns src/backend/mod.rs lookup finds under no name; " + run,
			}}, servedDirectly(is.All{
				is.Addresses("with dots as usual", "192.0.2.7"), is.Addresses("dot in a label", "192.0.2.7"),
				is.AskedFrom("log", "dotted.alias.", client), is.AskedFrom("log", `dotted\.alias.`, client),
			})),
		}, {
			ID:   "broken-names",
			Says: "what a name gets that points to itself, or that the message ends in",
			Cases: cases([]Case{{
				When:    docker(""),
				Expect:  is.All{is.Rcode("loop", "FORMERR"), is.Rcode("cut in the name", "FORMERR")},
				Because: "miekg/dns server.go serveDNS: v1.1.27 of moby 20.10 to v1.1.73 of 29",
			}, {
				When:    forwards(">=1.13"),
				Expect:  is.All{is.TimedOut("loop"), is.TimedOut("cut in the name"), is.Addresses("root", "192.0.2.7")},
				Because: "aardvark-dns src/dns/coredns.rs parse_dns_msg: what does not parse is logged and not answered; " + run,
			}}, servedDirectly(is.All{is.Rcode("loop", "FORMERR"), is.Rcode("cut in the name", "FORMERR"), is.AskedFrom("log", ".", client)})),
		}, {
			ID:   "no-type",
			Says: "whether a question that ends after its name is taken for one of type 0 and forwarded as such",
			Cases: cases([]Case{{
				When:    docker(""),
				Expect:  is.All{is.NoData("no type"), is.AskedTimes("log", "no-type.", "None", 1)},
				Because: "miekg/dns msg.go unpackQuestion: what is missing is zero, v1.1.27 of moby 20.10 to v1.1.73 of 29",
			}, {
				When:    forwards(">=1.13"),
				Expect:  is.All{is.TimedOut("no type"), is.NotAskedBut("log", "no-type.", ".")},
				Because: "aardvark-dns src/dns/coredns.rs parse_dns_msg: what does not parse is logged and not answered; " + run,
			}}, servedDirectly(is.All{is.NoData("no type"), is.AskedFrom("log", "no-type.", client)})),
		}},
	}
}
