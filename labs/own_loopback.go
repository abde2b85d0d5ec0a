package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// OwnLoopback starts a DNS server inside a container whose only server is
// 127.0.0.1. Its answers have number 1, as there is no upstream.
func OwnLoopback() Lab {
	lan := topo.Network{Name: "lan"}
	own := topo.Node{Name: "own", On: topo.On(lan), DNS: []string{"127.0.0.1"}}
	bridged := topo.Node{Name: "bridged", Mode: topo.DefaultBridge, DNS: []string{"127.0.0.1"}}

	return Lab{
		Name:     "own-loopback",
		Story:    "A container with --dns 127.0.0.1 runs a DNS server of its own: whose loopback is meant?",
		Needs:    []driver.Cap{driver.UserNetworks, driver.DefaultBridge},
		Topology: topo.Topology{own, bridged},
		Steps: []Step{{
			Do: []topo.Act{topo.Serve{Node: own}, topo.Serve{Node: bridged, Replies: []topo.Reply{{Answers: []string{"A 192.0.2.66"}}}}},
			Ask: map[string]topo.Question{
				"file":              topo.File{Of: own, Path: "/etc/resolv.conf"},
				"out":               topo.Wire{From: own, Name: "out.lab.test."},
				"over TCP":          topo.Wire{From: own, Name: "tcp.lab.test.", TCP: true},
				"neighbour":         topo.Wire{From: own, Name: "{own}"},
				"file on bridge":    topo.File{Of: bridged, Path: "/etc/resolv.conf"},
				"out on the bridge": topo.Wire{From: bridged, Name: "out.lab.test."},
			},
		}, {Ask: map[string]topo.Question{
			"own log": topo.Saw{Upstream: own},
		}}},
		Claims: []Claim{{
			ID:   "behind-the-resolver",
			Says: "on a user-defined network the embedded resolver asks the server in the container itself",
			Cases: []Case{{
				When: docker(""),
				Expect: is.All{
					is.Nameservers("file", "127.0.0.11"), is.AddressOf(own, "neighbour"), is.AnsweredBy("out", 1), is.AskedOver("own log", "out.lab.test.", "udp"),
					is.AnsweredBy("over TCP", 1), is.AskedOver("own log", "tcp.lab.test.", "tcp"),
				},
				Because: "moby libnetwork/sandbox_dns_unix.go setExternalResolvers, from 26.0 internal/resolvconf TransformForIntNS: a server of --dns is dialled in the container's namespace, loopback or not, 20.10 to 29",
				Sources: holds("S2-9"),
			}},
		}, {
			ID:   "names-first",
			Says: "but not for the names of containers",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.All{is.AddressOf(own, "neighbour"), is.NotAskedBut("own log", "own.", "out.lab.test.")},
				Because: "moby libnetwork/resolver.go serveDNS: what it knows itself comes first, 20.10 to 29",
				Sources: holds("S0-1"),
			}},
		}, {
			ID:   "on-the-bridge",
			Says: "on the default bridge the file names 127.0.0.1, and the container asks its own server",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.All{is.Nameservers("file on bridge", "127.0.0.1"), is.Addresses("out on the bridge", "192.0.2.66")},
				Because: "moby libnetwork/sandbox_dns_unix.go setupDNS, from 26.0 internal/resolvconf TransformForLegacyNw: 20.10 to 29",
				Sources: holds("S2-9"),
			}},
		}},
	}
}
