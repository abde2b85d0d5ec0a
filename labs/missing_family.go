package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// MissingFamily asks for the IPv6 address of a container that has none. The
// container that asks has no --dns, so that old versions of Podman leave their
// own server in its file; that one passes on to the host's, which must
// therefore be the lab's.
func MissingFamily() Lab {
	lan := topo.Network{Name: "lan"}
	web := topo.Node{Name: "web", On: topo.On(lan)}
	client := topo.Node{Name: "client", On: topo.On(lan)}
	ask := func(name, qtype string) topo.Question { return topo.Wire{From: client, Name: name, Type: qtype} }
	const host = "2001:db8::250" // what the host's own server says of any name in the zone

	podmans := func(says string, expect is.Assertion, sources []string) []Case {
		return []Case{{
			When:    aardvark(""),
			Expect:  expect,
			Because: "aardvark-dns src/dns/coredns.rs reply_ip, before 1.13 register_port: a name that is known is answered, whatever addresses it has, since 1.2; run on 1.4.0 to 1.17.1",
			Sources: refutes(sources...),
		}, {
			When:    dnsname(),
			Expect:  expect,
			Because: "dnsname's dnsmasq has addn-hosts and local=/dns.podman/: " + says + "; run on Podman 3.0.1 and 4.3.1",
		}}
	}

	return Lab{
		Name:     "missing-family",
		Story:    "A container has an IPv4 address only. Is its IPv6 address something that is not there, or is the container's name?",
		Needs:    []driver.Cap{driver.OwnHost, driver.UserNetworks},
		Topology: topo.Topology{web, client},
		Steps: []Step{{Ask: map[string]topo.Question{
			"file":             topo.File{Of: client, Path: "/etc/resolv.conf"},
			"A":                ask("{web}", "A"),
			"AAAA":             ask("{web}", "AAAA"),
			"AAAA with domain": ask("{web}.dns.podman.", "AAAA"),
			"A with domain":    ask("{web}.dns.podman.", "A"),
			"absent":           ask("absent.dns.podman.", "AAAA"),
			"out":              ask("out.lab.test.", "AAAA"),
		}}},
		Claims: []Claim{{
			ID:   "no-data",
			Says: "an AAAA question for it is answered without records, and not NXDOMAIN, which would say that there is no such name at all",
			Cases: append([]Case{{
				When:    docker(""),
				Expect:  is.All{is.AddressOf(web, "A"), is.NoData("AAAA"), is.SentTo("AAAA", "127.0.0.11"), is.Addresses("out", host)},
				Because: "moby libnetwork/network.go Network.ResolveName: ipv6Miss on a network without IPv6, 20.10 to 27.5; whenever the name exists, since 28.0",
			}}, podmans("a name with an A record has no AAAA", is.All{is.AddressOf(web, "A"), is.NoData("AAAA"), is.SentToHost("AAAA"), is.Addresses("out", host)}, []string{"aardvark-dns#679"})...),
		}, {
			ID:    "no-data-in-domain",
			Says:  "so it is under the name with the domain dns.podman, in which a name that nobody has is NXDOMAIN",
			Cases: podmans("what is in the domain is not passed on", is.All{is.AddressOf(web, "A with domain"), is.NoData("AAAA with domain"), is.NXDomain("absent")}, []string{"aardvark-dns#679"}),
		}},
	}
}
