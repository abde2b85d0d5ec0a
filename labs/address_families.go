package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// AddressFamilies has one container with an IPv4 address only and one with
// both, and an upstream that would have both for any name it is asked for.
func AddressFamilies() Lab {
	lan, dual := topo.Network{Name: "lan"}, topo.Network{Name: "dual", IPv6: true}
	up := topo.Node{Name: "up", Kind: topo.Upstream, On: topo.On(dual), Serves: []topo.Reply{
		{Name: "{four}.", Answers: []string{"A 192.0.2.66", "AAAA 2001:db8::66"}},
		{Name: "{both}.", Answers: []string{"A 192.0.2.66", "AAAA 2001:db8::66"}},
	}}
	four := topo.Node{Name: "four", On: topo.On(lan)}
	both := topo.Node{Name: "both", On: topo.On(dual)}
	client := topo.Node{Name: "client", On: append(topo.On(dual), topo.On(lan)...), DNS: []string{"up"}}
	ask := func(name, qtype string) topo.Question {
		return topo.Wire{From: client, Name: name, Type: qtype}
	}

	resolved := func(names ...string) (all is.All) {
		for _, n := range names {
			all = append(all, is.SentTo(n, "127.0.0.11"))
		}
		return all
	}
	const lookup = "aardvark-dns src/dns/coredns.rs reply_ip: "

	return Lab{
		Name:     "address-families",
		Story:    "The addresses of both families of a container with both, and of one that has IPv4 only.",
		Needs:    []driver.Cap{driver.UserNetworks, driver.IPv6},
		Topology: topo.Topology{up, four, both, client},
		Steps: []Step{{Ask: map[string]topo.Question{
			"four A": ask("{four}", "A"), "four AAAA": ask("{four}", "AAAA"), "four AAAA by network": ask("{four}.{lan}", "AAAA"),
			"both A": ask("{both}", "A"), "both AAAA": ask("{both}", "AAAA"),
			"out A": ask("out.lab.test.", "A"), "out AAAA": ask("out.lab.test.", "AAAA"),
		}}, {Ask: map[string]topo.Question{
			"up's log": topo.Saw{Upstream: up},
		}}},
		Claims: []Claim{{
			ID:   "both",
			Says: "whether a container with both has its IPv4 address as A and its IPv6 address as AAAA",
			Cases: cases([]Case{{
				When: docker(""),
				Expect: is.All{
					resolved("both A", "both AAAA"),
					is.AddressOf(both, "both A"), is.AddressOf(both, "both AAAA"), is.TTL("both AAAA", 600),
					is.NotAskedBut("up's log", "both.", "out.lab.test."),
				},
				Because: "moby libnetwork/network.go Network.ResolveName: svcMap and svcIPv6Map, 20.10 to 29",
				Sources: holds("S0-1"),
			}, {
				When: forwards(">=1.13"),
				Expect: is.All{
					is.AddressOf(both, "both A"), is.AddressOf(both, "both AAAA"), is.TTL("both AAAA", 0), is.SentToHost("both A", "both AAAA"),
					is.NotAskedBut("up's log", "both.", "out.lab.test."),
				},
				Because: lookup + "addresses of the family asked for, TTL 0 since 1.13; run on 1.14.0 and 1.17.1",
				Sources: holds("aardvark-dns:v6-container"),
			}}, servedDirectly(is.All{is.Addresses("both A", "192.0.2.66"), is.Addresses("both AAAA", "2001:db8::66"), is.AskedFrom("up's log", "both.", client)})),
		}, {
			ID:   "ipv4-only",
			Says: "what an AAAA question for a container with IPv4 only is answered, and whether it is passed on",
			Cases: cases([]Case{{
				When: docker(""),
				Expect: is.All{
					resolved("four A", "four AAAA", "four AAAA by network"),
					is.AddressOf(four, "four A"), is.NoData("four AAAA"), is.Flags("four AAAA", "ra", "-aa"), is.NoData("four AAAA by network"),
					is.NotAskedBut("up's log", "four.", "out.lab.test."), is.NotAskedBut("up's log", "four.lan.", "out.lab.test."),
				},
				Because: "moby libnetwork/network.go Network.ResolveName: ipv6Miss on a network without IPv6, 20.10 to 27.5; whenever the name exists, since 28.0",
			}, {
				When: forwards(""),
				Expect: is.All{
					is.AddressOf(four, "four A"), is.NoData("four AAAA"), is.Flags("four AAAA", "ra", "-aa"), is.SentToHost("four A", "four AAAA"),
					is.NotAskedBut("up's log", "four.", "out.lab.test."),
					is.NXDomain("four AAAA by network"), is.AskedFromHost("up's log", "four.lan."), // with Podman no name at all
				},
				Because: lookup + "a name that is known is answered, whatever addresses it has, since 1.2; run on 1.14.0 and 1.17.1",
				Sources: refutes("aardvark-dns#679"),
			}}, servedDirectly(is.All{is.Addresses("four AAAA", "2001:db8::66"), is.AskedFrom("up's log", "four.", client)})),
		}, {
			ID:   "outside",
			Says: "both families of a name outside are passed on, each as it is asked for",
			Cases: cases([]Case{{
				When: docker(""),
				Expect: is.All{
					resolved("out A", "out AAAA"),
					is.AnsweredBy("out A", 1), is.AskedTimes("up's log", "out.lab.test.", "A", 1),
					is.AnsweredBy("out AAAA", 1), is.AskedTimes("up's log", "out.lab.test.", "AAAA", 1),
				},
				Because: "moby libnetwork/resolver.go: the client's own message is sent, 20.10 to 29",
			}, {
				When: forwards(""),
				Expect: is.All{
					is.AnsweredBy("out A", 1), forwardedOnce("up's log", "out.lab.test.", "A"),
					is.AnsweredBy("out AAAA", 1), forwardedOnce("up's log", "out.lab.test.", "AAAA"), is.AskedFromHost("up's log", "out.lab.test."),
				},
				Because: "aardvark-dns src/dns/coredns.rs forward_to_servers: the client's own message is sent; run on 1.14.0 and 1.17.1",
			}}, servedDirectly(is.All{is.AnsweredBy("out A", 1), is.AnsweredBy("out AAAA", 1), is.AskedFrom("up's log", "out.lab.test.", client)})),
		}},
	}
}
