package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// IPv6OnlyHost is moby's TestExtDNSInIPv6OnlyNw: the container has no address
// from which the host's server, at an IPv4 address, could be asked.
func IPv6OnlyHost() Lab {
	six := topo.Network{Name: "six", IPv6: true, NoIPv4: true}
	web := topo.Node{Name: "web", On: topo.On(six)}
	client := topo.Node{Name: "client", On: topo.On(six)}

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
			Says: "whether the host's server is asked for it",
			Cases: []Case{{
				When: docker(">=28.0"),
				Expect: is.All{is.Nameservers("file", "127.0.0.11"), is.AddressOf(web, "web"),
					is.AnsweredBy("out", ofHost), is.AnsweredBy("out, AAAA", ofHost), is.AnsweredBy("out, over TCP", ofHost)},
				Because: "moby libnetwork/internal/resolvconf TransformForIntNS, from 28.0: all servers of the host are dialled from the engine's own namespace; run on 28.5.2 and 29.8.0, with root and without",
				Sources: holds("moby:TestExtDNSInIPv6OnlyNw"),
			}},
		}, {
			ID:   "source",
			Says: "from where",
			Cases: []Case{{
				When: docker(">=28.0"),
				Expect: is.All{is.AskedFromOneOf("trace", "out.client.lab.test.", "host's addresses"), is.AskedOver("trace", "out.client.lab.test.", "udp"),
					is.AskedFromOneOf("trace", "tcp.client.lab.test.", "host's addresses"), is.AskedOver("trace", "tcp.client.lab.test.", "tcp")},
				Because: "moby libnetwork/resolver.go dialExtDNS: from the engine's own namespace, or through what carries that to the host; run on 28.5.2 and 29.8.0, with root and without",
				Sources: holds("moby:TestExtDNSInIPv6OnlyNw"),
			}},
		}},
	}
}
