package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// IPv6Only has a network without IPv4. The upstream would have an IPv4 address
// for the container, if it were asked.
func IPv6Only() Lab {
	six := topo.Network{Name: "six", IPv6: true, NoIPv4: true}
	up := topo.Node{Name: "up", Kind: topo.Upstream, On: topo.On(six), Serves: []topo.Reply{
		{Name: "{web}.", Answers: []string{"A 192.0.2.66", "AAAA 2001:db8::66"}},
	}}
	web := topo.Node{Name: "web", On: topo.On(six)}
	client := topo.Node{Name: "client", On: topo.On(six), DNS: []string{"{up.addr6}"}}

	return Lab{
		Name:     "ipv6-only",
		Story:    "On a network without IPv4 Docker's resolver is still at 127.0.0.11, and Podman's at the gateway. What does it find, and whom can it ask?",
		Needs:    []driver.Cap{driver.UserNetworks, driver.IPv6Only},
		Topology: topo.Topology{up, web, client},
		Steps: []Step{{Ask: map[string]topo.Question{
			"file":     topo.File{Of: client, Path: "/etc/resolv.conf"},
			"web A":    topo.Wire{From: client, Name: "{web}"},
			"web AAAA": topo.Wire{From: client, Name: "{web}", Type: "AAAA"},
			"out":      topo.Wire{From: client, Name: "out.lab.test."},
		}}, {Ask: map[string]topo.Question{
			"up's log": topo.Saw{Upstream: up},
		}}},
		Claims: []Claim{{
			ID:   "neighbour",
			Says: "whether a neighbour is found by its IPv6 address",
			Cases: cases([]Case{{
				When:    docker(">=28.0"),
				Expect:  is.All{is.Nameservers("file", "127.0.0.11"), is.AddressOf(web, "web AAAA")},
				Because: "moby libnetwork/network.go Network.ResolveName: svcIPv6Map, since 28.0, where networks can do without IPv4",
				Sources: holds("S0-1", "S0-2"),
			}, {
				When:    forwards(""),
				Expect:  is.All{is.HostServers("file", 1), is.AddressOf(web, "web AAAA"), is.SentToHost("web AAAA")},
				Because: "aardvark-dns src/dns/coredns.rs reply_ip: AAAA of the addresses of a name; run on 1.14.0 and 1.17.1",
				Sources: holds("aardvark-dns:v6-container"),
			}}, servedDirectly(is.All{is.Nameservers("file", "{up}"), is.Addresses("web AAAA", "2001:db8::66"), is.AskedFrom("up's log", "web.", client)})),
		}, {
			ID:   "no-ipv4",
			Says: "what an A question for it is answered, and whether it is passed on",
			Cases: cases([]Case{{
				When:    docker(">=28.0"),
				Expect:  is.All{is.NoData("web A"), is.NotAskedBut("up's log", "web.", "out.lab.test.")},
				Because: "moby libnetwork/network.go Network.ResolveName: a name that exists is answered, whatever families it has, since 28.0",
			}, {
				When:    forwards(""),
				Expect:  is.All{is.NoData("web A"), is.SentToHost("web A"), is.NotAskedBut("up's log", "web.", "out.lab.test.")},
				Because: "aardvark-dns src/dns/coredns.rs reply_ip: a name that is known is answered, whatever addresses it has, since 1.2; run on 1.14.0 and 1.17.1",
			}}, servedDirectly(is.All{is.Addresses("web A", "192.0.2.66"), is.AskedFrom("up's log", "web.", client)})),
		}, {
			ID:   "outside",
			Says: "who asks a server over IPv6, and from where",
			Cases: cases([]Case{{
				When:    docker(">=28.0"),
				Expect:  is.All{is.AnsweredBy("out", 1), is.AskedFrom("up's log", "out.lab.test.", client)},
				Because: "moby libnetwork/resolver.go dialExtDNS: a server of --dns is dialled in the container's namespace, since 26.0 whatever its family",
				Sources: partly("moby:TestExtDNSInIPv6OnlyNw"),
			}, {
				When:    forwards(""),
				Expect:  is.All{is.SentToHost("out"), is.AnsweredBy("out", 1), is.AskedFromHost("up's log", "out.lab.test.")},
				Because: "aardvark-dns src/dns/coredns.rs forward_to_servers: from the gateway, over IPv6; run on 1.14.0 and 1.17.1",
			}}, servedDirectly(is.All{is.AnsweredBy("out", 1), is.AskedFrom("up's log", "out.lab.test.", client)})),
		}},
	}
}
