package labs

import (
	"time"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// WhoseLoopback gives a container with a DNS server of its own the server
// 127.0.0.1. Where that is the host's loopback, whatever is there would be
// asked, so the host must be the lab's.
func WhoseLoopback() Lab {
	lan := topo.Network{Name: "lan"}
	own := topo.Node{Name: "own", On: topo.On(lan), DNS: []string{"127.0.0.1"}}
	ask := func(name, server string) topo.Question {
		return topo.Wire{From: own, Name: name, Server: server, Timeout: 6 * time.Second}
	}

	return Lab{
		Name:     "whose-loopback",
		Story:    "A container on a user-defined network runs a DNS server, and is given 127.0.0.1 with --dns. Is that its own loopback, or the host's?",
		Needs:    []driver.Cap{driver.OwnHost, driver.UserNetworks},
		Topology: topo.Topology{own},
		Steps: []Step{{
			Do: []topo.Act{topo.Serve{Node: own}},
			Ask: map[string]topo.Question{
				"file":      topo.File{Of: own, Path: "/etc/resolv.conf"},
				"out":       ask("out.lab.test.", ""),
				"neighbour": ask("{own}", ""),
				"straight":  ask("straight.lab.test.", "127.0.0.1"),
			},
		}, {Ask: map[string]topo.Question{
			"own log": topo.Saw{Upstream: own},
		}}},
		Claims: []Claim{{
			ID:   "asked",
			Says: "whether the server in the container is asked what the engine does not know",
			Cases: cases([]Case{{
				When:    docker(""),
				Expect:  is.All{is.Nameservers("file", "127.0.0.11"), is.AnsweredBy("out", 1), is.Asked("own log", "out.lab.test.")},
				Because: "moby libnetwork/sandbox_dns_unix.go setExternalResolvers, from 26.0 internal/resolvconf TransformForIntNS: a server of --dns is dialled in the container's namespace, 20.10 to 29",
				Sources: holds("S2-9"),
			}, {
				When: forwards(">=1.13"),
				Expect: is.All{
					is.HostServers("file", 1), is.TimedOut("out"),
					is.AnsweredBy("straight", 1), is.NotAskedBut("own log", "out.lab.test.", "straight.lab.test."),
				},
				Because: "aardvark-dns asks from where it is, the host or with a rootless Podman the namespace of its networks: there 127.0.0.1 is another loopback, where nobody listens; run on 1.14.0 and 1.17.1",
			}}, servedDirectly(is.All{is.Nameservers("file", "127.0.0.1"), is.AnsweredBy("out", 1), is.Asked("own log", "out.lab.test.")})),
		}, {
			ID:   "names",
			Says: "whether the names of containers are found nevertheless",
			Cases: cases([]Case{{
				When:    docker(""),
				Expect:  is.All{is.AddressOf(own, "neighbour"), is.NotAskedBut("own log", "own.", "out.lab.test.")},
				Because: "moby libnetwork/resolver.go serveDNS: what it knows itself comes first, 20.10 to 29",
				Sources: holds("S0-1"),
			}, {
				When:    forwards(""),
				Expect:  is.All{is.AddressOf(own, "neighbour"), is.NotAskedBut("own log", "own.", "straight.lab.test.")},
				Because: "aardvark-dns src/dns/coredns.rs process_message: the names of containers come first; run on 1.14.0 and 1.17.1",
			}}, servedDirectly(is.All{is.NXDomain("neighbour"), is.Asked("own log", "own.")})),
		}},
	}
}
