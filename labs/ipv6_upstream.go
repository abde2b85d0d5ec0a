package labs

import (
	"time"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// IPv6Upstream gives --dns an IPv6 address. What resolv.conf names is asked
// apart from what the embedded resolver does with it.
func IPv6Upstream() Lab {
	dual := topo.Network{Name: "dual", IPv6: true}
	first := topo.Node{Name: "first", Kind: topo.Upstream, On: topo.On(dual)}
	second := topo.Node{Name: "second", Kind: topo.Upstream, On: topo.On(dual)}
	six := topo.Node{Name: "six", On: topo.On(dual), DNS: []string{"{first.addr6}"}}
	mixed := topo.Node{Name: "mixed", On: topo.On(dual), DNS: []string{"{first.addr6}", "second"}}
	file := func(n topo.Node) topo.Question { return topo.File{Of: n, Path: "/etc/resolv.conf"} }

	const beside = "moby libnetwork/sandbox_dns_unix.go rebuildDNS lists IPv6 servers in the file, setExternalResolvers takes IPv4 servers only, 20.10 to 25.0"
	const behind = "moby libnetwork/internal/resolvconf TransformForIntNS: servers of both families are behind the resolver, since 26.0"

	resolved := func(name string) is.Assertion { return is.SentTo(name, "127.0.0.11") }
	const aardvarks = "podman libpod/container_internal_common.go addResolvConf: the gateways of both families, where aardvark-dns is, which is told of servers of both; run on 1.14.0 and 1.17.1"

	return Lab{
		Name:     "ipv6-upstream",
		Story:    "A server is given with --dns by its IPv6 address, alone or before one with an IPv4 address.",
		Needs:    []driver.Cap{driver.UserNetworks, driver.IPv6},
		Topology: topo.Topology{first, second, six, mixed},
		Steps: []Step{{Ask: map[string]topo.Question{
			"six's file":   file(six),
			"mixed's file": file(mixed),
			"alone":        topo.Wire{From: six, Name: "alone.lab.test.", Timeout: 3 * time.Second},
			"straight":     topo.Wire{From: six, Name: "straight.lab.test.", Server: "{first.addr6}"},
			"mixed":        topo.Wire{From: mixed, Name: "mixed.lab.test."},
		}}, {Ask: map[string]topo.Question{
			"first's log": topo.Saw{Upstream: first}, "second's log": topo.Saw{Upstream: second},
		}}},
		Claims: []Claim{{
			ID:   "file",
			Says: "where resolv.conf has a server with an IPv6 address",
			Cases: cases([]Case{{
				When:    docker("<26.0"),
				Expect:  is.All{is.Nameservers("six's file", "127.0.0.11", "{first}"), is.Nameservers("mixed's file", "127.0.0.11", "{first}")},
				Because: beside,
				Sources: append(refutes("S0-9"), partly("S2-2")...),
			}, {
				When:    docker(">=26.0"),
				Expect:  is.All{is.Nameservers("six's file", "127.0.0.11"), is.Nameservers("mixed's file", "127.0.0.11")},
				Because: behind,
				Sources: partly("S2-2"),
			}, {
				When:    forwards(""),
				Expect:  is.All{is.HostServers("six's file", 2), is.HostServers("mixed's file", 2)},
				Because: aardvarks,
			}}, servedDirectly(is.All{is.Nameservers("six's file", "{first}"), is.Nameservers("mixed's file", "{first}", "{second}")})),
		}, {
			ID:   "alone",
			Says: "what the engine's resolver does with a server whose address is IPv6",
			Cases: cases([]Case{{
				When:    docker("<24.0"),
				Expect:  is.All{resolved("alone"), is.TimedOut("alone"), is.NotAskedBut("first's log", "alone.lab.test.", "straight.lab.test.")},
				Because: beside + "; without a server nothing is written back",
				Sources: holds("moby#46329"),
			}, {
				When:    docker(">=24.0 <26.0"),
				Expect:  is.All{resolved("alone"), is.ServFail("alone"), is.NotAskedBut("first's log", "alone.lab.test.", "straight.lab.test.")},
				Because: beside,
				Sources: holds("moby#46329"),
			}, {
				When:    docker(">=26.0"),
				Expect:  is.All{resolved("alone"), is.AnsweredBy("alone", 1), is.AskedFrom("first's log", "alone.lab.test.", six)},
				Because: behind,
				Sources: refutes("moby#46329"),
			}, {
				When:    forwards(""),
				Expect:  is.All{is.SentToHost("alone"), is.AnsweredBy("alone", 1), is.AskedFromHost("first's log", "alone.lab.test.")},
				Because: aardvarks,
			}}, servedDirectly(is.All{is.AnsweredBy("alone", 1), is.AskedFrom("first's log", "alone.lab.test.", six)})),
		}, {
			ID:   "straight",
			Says: "a client can ask that server itself",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.All{is.AnsweredBy("straight", 1), is.AskedFrom("first's log", "straight.lab.test.", six)},
				Because: "neighbours on a network with IPv6 reach each other",
			}, {
				When:    podman(""),
				Expect:  is.All{is.AnsweredBy("straight", 1), is.AskedFrom("first's log", "straight.lab.test.", six)},
				Because: "neighbours on a network with IPv6 reach each other",
			}},
		}, {
			ID:   "mixed",
			Says: "which of two servers is asked first, if the first has an IPv6 address",
			Cases: cases([]Case{{
				When:    docker("<26.0"),
				Expect:  is.All{resolved("mixed"), is.AnsweredBy("mixed", 2), is.NotAskedBut("first's log", "mixed.lab.test.", "straight.lab.test.")},
				Because: beside,
			}, {
				When:    docker(">=26.0"),
				Expect:  is.All{resolved("mixed"), is.AnsweredBy("mixed", 1), is.AskedFrom("first's log", "mixed.lab.test.", mixed)},
				Because: behind,
			}, {
				When:    forwards(""),
				Expect:  is.All{is.SentToHost("mixed"), is.AnsweredBy("mixed", 1), is.AskedFromHost("first's log", "mixed.lab.test.")},
				Because: aardvarks,
			}}, servedDirectly(is.All{is.AnsweredBy("mixed", 1), is.AskedFrom("first's log", "mixed.lab.test.", mixed)})),
		}},
	}
}
