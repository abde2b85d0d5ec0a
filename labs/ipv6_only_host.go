package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// IPv6OnlyHost is moby's TestExtDNSInIPv6OnlyNw: the container has no address
// from which the host's server, at an IPv4 address, could be asked.
func IPv6OnlyHost() Lab {
	six := topo.Network{Name: "six", IPv6: true, NoIPv4: true}
	web := topo.Node{Name: "web", On: topo.On(six)}
	client := topo.Node{Name: "client", On: topo.On(six)}

	answered := is.All{is.AddressOf(web, "web"), is.AnsweredBy("out", ofHost), is.AnsweredBy("out, AAAA", ofHost), is.AnsweredBy("out, over TCP", ofHost)}
	from := func(transport, name string) is.All {
		name += ".client.lab.test."
		return is.All{is.AskedFromOneOf("trace", name, "host's addresses"), is.AskedOver("trace", name, transport)}
	}
	const (
		dials   = "moby libnetwork/internal/resolvconf TransformForIntNS, from 28.0: all servers of the host are dialled from the engine's own namespace; run on 28.5.2 and 29.8.0, with root and without"
		gateway = "aardvark-dns src/dns/coredns.rs forward_to_servers: it asks from where it listens, on the host's side of the network"
		dnsmasq = "dnsname's dnsmasq is on the host's side of the network; run on Podman 4.3.1"
	)

	return Lab{
		Name:     "ipv6-only-host",
		Story:    "A container on a network without IPv4 is left to the host's server, which has an IPv4 address alone. Who asks it?",
		Needs:    []driver.Cap{driver.OwnHost, driver.UserNetworks, driver.IPv6Only},
		Topology: topo.Topology{topo.HostUpstream, web, client},
		Steps: []Step{{Ask: map[string]topo.Question{
			"file":             topo.File{Of: client, Path: "/etc/resolv.conf"},
			"host's addresses": topo.HostFile{Path: "/proc/net/fib_trie"},
			"web":              topo.Wire{From: client, Name: "{web}", Type: "AAAA"},
			"out":              topo.Wire{From: client, Name: "out.{client}.lab.test."},
			"out, AAAA":        topo.Wire{From: client, Name: "six.{client}.lab.test.", Type: "AAAA"},
			"out, over TCP":    topo.Wire{From: client, Name: "tcp.{client}.lab.test.", TCP: true},
		}}, {Ask: map[string]topo.Question{
			"trace": topo.Saw{Upstream: topo.HostUpstream, Of: "{client}.lab.test."},
		}}},
		Claims: []Claim{{
			ID:   "asked",
			Says: "whether the host's server is asked for it, over UDP and TCP",
			Cases: []Case{{
				When:    docker(">=28.0"),
				Expect:  append(is.All{is.Nameservers("file", "127.0.0.11")}, answered...),
				Because: dials,
				Sources: holds("moby:TestExtDNSInIPv6OnlyNw"),
			}, {
				When:    dnsname(),
				Expect:  append(is.All{is.SentToHost("out", "out, over TCP")}, answered...),
				Because: dnsmasq,
			}, {
				When:    aardvark("<1.12"),
				Expect:  is.All{is.SentToHost("out"), is.AddressOf(web, "web"), is.AnsweredBy("out", ofHost), is.AnsweredBy("out, AAAA", ofHost), is.Outcome("out, over TCP", results.Refused)},
				Because: gateway + "; UDP alone before 1.12; run on 1.4.0",
			}, {
				When:    aardvark(">=1.12"),
				Expect:  append(is.All{is.SentToHost("out", "out, over TCP")}, answered...),
				Because: gateway + "; run on 1.14.0, and without root on that and 1.17.1",
			}},
		}, {
			ID:   "source",
			Says: "it is asked from an address of the host",
			Cases: []Case{{
				When:    docker(">=28.0"),
				Expect:  append(from("udp", "out"), from("tcp", "tcp")...),
				Because: dials,
				Sources: holds("moby:TestExtDNSInIPv6OnlyNw"),
			}, {
				When:    dnsname(),
				Expect:  append(from("udp", "out"), from("tcp", "tcp")...),
				Because: dnsmasq,
			}, {
				When:    aardvark("<1.12"),
				Expect:  from("udp", "out"),
				Because: gateway + "; run on 1.4.0",
			}, {
				When:    aardvark(">=1.12"),
				Expect:  append(from("udp", "out"), from("tcp", "tcp")...),
				Because: gateway + "; run on 1.14.0, and without root on that and 1.17.1",
			}},
		}},
	}
}
