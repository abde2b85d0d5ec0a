package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// Forwarding gives a container four servers. Two names are failed by the first
// ones, so that the order and the number of servers that are tried shows.
func Forwarding() Lab {
	lan := topo.Network{Name: "lan"}
	upstream := func(name string, fails ...string) topo.Node {
		n := topo.Node{Name: name, Kind: topo.Upstream, On: topo.On(lan)}
		for _, f := range fails {
			n.Serves = append(n.Serves, topo.Reply{Name: f, Rcode: "SERVFAIL"})
		}
		return n
	}
	first := upstream("first", "third.lab.test.", "fourth.lab.test.")
	second := upstream("second", "third.lab.test.", "fourth.lab.test.")
	third := upstream("third", "fourth.lab.test.")
	fourth := upstream("fourth")
	client := topo.Node{Name: "client", On: topo.On(lan), DNS: []string{"first", "second", "third", "fourth"}}

	sameTransport := is.All{
		is.AnsweredBy("udp", 1), is.AskedOver("first's log", "udp.lab.test.", "udp"),
		is.AnsweredBy("tcp", 1), is.AskedOver("first's log", "tcp.lab.test.", "tcp"),
	}
	sameEDNS := is.All{
		is.AskedEDNS("first's log", "edns.lab.test.", 1400), is.HasEDNS("edns", true),
		is.AskedEDNS("first's log", "udp.lab.test.", 0), is.HasEDNS("udp", false),
	}

	return Lab{
		Name:     "forwarding",
		Story:    "What the engine's resolver does not know it asks the servers given with --dns: which of them, in which order, from where and how.",
		Needs:    []driver.Cap{driver.UserNetworks},
		Topology: topo.Topology{first, second, third, fourth, client},
		Steps: []Step{{Ask: map[string]topo.Question{
			"file":   topo.File{Of: client, Path: "/etc/resolv.conf"},
			"routes": topo.File{Of: client, Path: "/proc/net/route"},
			"udp":    topo.Wire{From: client, Name: "udp.lab.test."},
			"tcp":    topo.Wire{From: client, Name: "tcp.lab.test.", TCP: true},
			"edns":   topo.Wire{From: client, Name: "edns.lab.test.", EDNS: 1400},
			"third":  topo.Wire{From: client, Name: "third.lab.test."},
			"fourth": topo.Wire{From: client, Name: "fourth.lab.test."},
			"heard":  topo.Wire{From: client, Name: "heard.lab.test.", Server: "fourth"},

			"heard by the second": topo.Wire{From: client, Name: "heard.lab.test.", Server: "second"},
		}}, {Ask: map[string]topo.Question{
			"first's log":  topo.Saw{Upstream: first},
			"second's log": topo.Saw{Upstream: second},
			"third's log":  topo.Saw{Upstream: third},
			"fourth's log": topo.Saw{Upstream: fourth},
		}}},
		Claims: []Claim{{
			ID:   "behind-the-resolver",
			Says: "whom resolv.conf names, and who asks the server of --dns",
			Cases: cases([]Case{{
				When:    docker(""),
				Expect:  is.All{is.Nameservers("file", "127.0.0.11"), is.AnsweredBy("udp", 1), is.Asked("first's log", "udp.lab.test.")},
				Because: "moby libnetwork/sandbox_dns_unix.go rebuildDNS, setExternalResolvers: 20.10 to 29",
				Sources: holds("S2-9", "S0-2"),
			}, {
				When:    forwards(""),
				Expect:  is.All{is.GatewayServer("file", "routes"), is.AnsweredBy("udp", 1), is.AskedFromHost("first's log", "udp.lab.test.")},
				Because: "podman libpod/container_internal_common.go addResolvConf: the gateway, where aardvark-dns is, which is told of --dns, since 4.4; run on 4.9.5 to 6.1.1",
				Sources: holds("podman:dns-with-network"),
			}}, servedDirectly(is.All{
				is.Nameservers("file", "{first}", "{second}", "{third}", "{fourth}"),
				is.AnsweredBy("udp", 1), is.AskedFrom("first's log", "udp.lab.test.", client),
			})),
		}, {
			ID:   "from-the-container",
			Says: "from whose address servers of --dns are asked",
			Cases: cases([]Case{{
				When:    docker(""),
				Expect:  is.All{is.AskedFrom("first's log", "udp.lab.test.", client), is.AskedFrom("first's log", "tcp.lab.test.", client)},
				Because: "moby libnetwork/resolver.go: an extDNSEntry without HostLoopback is dialled in ExecFunc, 20.10 to 29",
				Sources: holds("S2-9"),
			}, {
				When:    forwards(">=1.12"),
				Expect:  is.All{is.AskedFromHost("first's log", "udp.lab.test."), is.AskedFromHost("first's log", "tcp.lab.test.")},
				Because: "aardvark-dns is on the host's side of the network, or with a rootless Podman on that of its own namespace; over TCP since 1.12; run on 1.14.0 and 1.17.1",
			}}, servedDirectly(is.All{is.AskedFrom("first's log", "udp.lab.test.", client), is.AskedFrom("first's log", "tcp.lab.test.", client)})),
		}, {
			ID:   "same-transport",
			Says: "a question over UDP goes on over UDP, one over TCP over TCP",
			Cases: cases([]Case{{
				When:    docker(""),
				Expect:  sameTransport,
				Because: "moby libnetwork/resolver.go: the server is dialled with the network of the client, 20.10 to 29",
			}, {
				When:    forwards(">=1.12"),
				Expect:  append(sameTransport, is.AskedFromHost("first's log", "tcp.lab.test.")),
				Because: "aardvark-dns src/dns/coredns.rs forward_dns_req: the protocol is that of the client, since 1.12, which first had TCP; run on 1.14.0 and 1.17.1",
			}}, servedDirectly(append(sameTransport, is.AskedFrom("first's log", "tcp.lab.test.", client)))),
		}, {
			ID:   "edns",
			Says: "EDNS is passed on as it came, and added to no other question",
			Cases: cases([]Case{{
				When:    docker(""),
				Expect:  sameEDNS,
				Because: "moby libnetwork/resolver.go: the client's own message is sent, 20.10 to 29",
			}, {
				When:    forwards(""),
				Expect:  append(sameEDNS, is.AskedFromHost("first's log", "edns.lab.test.")),
				Because: "aardvark-dns src/dns/coredns.rs forward_dns_req: the client's own message is sent; run on 1.14.0 and 1.17.1",
			}}, servedDirectly(append(sameEDNS, is.AskedFrom("first's log", "edns.lab.test.", client)))),
		}, {
			ID:   "as-it-was",
			Says: "what of an answer is the server's own: its TTL, its AA, and whether the resolver sets RA",
			Cases: cases([]Case{{
				When:    docker(""),
				Expect:  is.All{is.TTL("udp", 60), is.Flags("udp", "aa", "-ra")},
				Because: "moby libnetwork/resolver.go: the server's message is written back, compressed again, 20.10 to 29",
			}, {
				When:    forwards(""),
				Expect:  is.All{is.TTL("udp", 60), is.Flags("udp", "aa", "ra"), is.AskedFromHost("first's log", "udp.lab.test.")},
				Because: "aardvark-dns src/dns/coredns.rs: RA is set in what the server said; run on 1.14.0 and 1.17.1",
			}}, servedDirectly(is.All{is.TTL("udp", 60), is.Flags("udp", "aa", "-ra"), is.AskedFrom("first's log", "udp.lab.test.", client)})),
		}, {
			ID:   "in-order",
			Says: "whose answer it is if the first two servers say SERVFAIL",
			Cases: cases([]Case{{
				When: docker(""),
				Expect: is.All{
					is.AnsweredBy("third", 3),
					is.AskedBefore("first's log", "second's log", "third.lab.test."), is.AskedBefore("second's log", "third's log", "third.lab.test."),
					is.NotAskedBut("second's log", "udp.lab.test.", "third.lab.test."),
				},
				Because: "moby libnetwork/resolver.go: one loop over extDNSList, 20.10 to 29",
				Sources: holds("S0-3"),
			}, {
				When: forwards(""),
				Expect: is.All{
					is.ServFail("third"), is.AskedFromHost("first's log", "third.lab.test."),
					is.NotAskedBut("second's log", "third.lab.test.", "heard.lab.test."),
				},
				Because: "aardvark-dns src/dns/coredns.rs forward_to_servers: the first message is the answer, whatever its rcode; run on 1.14.0 and 1.17.1",
			}}, servedDirectly(is.All{
				is.Nameservers("file", "{first}", "{second}", "{third}", "{fourth}"),
				is.ServFail("third"), is.AskedFrom("first's log", "third.lab.test.", client),
			})),
		}, {
			ID:   "three-at-most",
			Says: "of four servers the fourth is never asked, even if the three before it fail",
			Cases: []Case{{
				When: docker(""),
				Expect: is.All{
					is.ServFail("fourth"), is.Asked("third's log", "fourth.lab.test."),
					is.NotAskedBut("fourth's log", "fourth.lab.test.", "heard.lab.test."),
				},
				Because: "moby libnetwork/resolver.go maxExtDNS is 3, 20.10 to 29",
				Sources: holds("S0-3"),
			}},
		}},
	}
}
