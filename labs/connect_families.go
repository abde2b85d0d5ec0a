package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// ConnectFamilies connects two containers, one on a network with IPv4 and one
// on a network with IPv6 alone, to a third with IPv6 alone and a fourth with
// IPv4. Servers are told the names of neighbours alone.
func ConnectFamilies() Lab {
	six := func(name string) topo.Network { return topo.Network{Name: name, IPv6: true, NoIPv4: true} }
	alpha, beta, gamma, delta := topo.Network{Name: "alpha"}, six("beta"), six("gamma"), topo.Network{Name: "delta"}
	one := topo.Node{Name: "one", On: topo.On(alpha)}
	other := topo.Node{Name: "other", On: topo.On(gamma)}
	// A network exists because a node is on it.
	host := topo.Node{Name: "host", On: []topo.Attach{{Network: beta}, {Network: delta}}}
	ask := func(from topo.Node, name, kind string) topo.Question {
		return topo.Wire{From: from, Name: name, Type: kind}
	}
	connect := func(n topo.Node, to topo.Network) topo.Act {
		return topo.Connect{Node: n, Network: to, Aliases: []string{n.Name + "-on-" + to.Name}}
	}

	return Lab{
		Name:     "connect-families",
		Story:    "A container on a network with IPv4 and one on a network with IPv6 alone are connected to a third network, with IPv6 alone, and then to a fourth, with IPv4. By which names, and at which addresses, do they find each other?",
		Needs:    []driver.Cap{driver.UserNetworks, driver.IPv6Only, driver.OwnHost},
		Topology: topo.Topology{one, other, host},
		Steps: []Step{{
			Do: []topo.Act{connect(one, beta), connect(other, beta)},
			Ask: map[string]topo.Question{
				"one: other":         ask(one, "{other}", "AAAA"),
				"one: other's alias": ask(one, "other-on-beta", "AAAA"),
				"one: other's A":     ask(one, "{other}", "A"),
				"other: one":         ask(other, "{one}", "AAAA"),
				"other: one's alias": ask(other, "one-on-beta", "AAAA"),
				"other: one's A":     ask(other, "{one}", "A"),
			},
		}, {
			Do: []topo.Act{connect(one, delta), connect(other, delta)},
			Ask: map[string]topo.Question{
				"one: other on delta":         ask(one, "{other}", "A"),
				"one: other's alias on delta": ask(one, "other-on-delta", "A"),
				"other: one's alias on delta": ask(other, "one-on-delta", "A"),
			},
		}},
		Claims: []Claim{{
			ID:   "ipv6",
			Says: "each finds the other by name and by its alias there, at its IPv6 address, and no IPv4 address of another network",
			Cases: []Case{{
				When: aardvark(">=1.4"),
				Expect: is.All{is.AddressOf(other, "one: other", beta), is.AddressOf(other, "one: other's alias", beta), is.NoData("one: other's A"),
					is.AddressOf(one, "other: one", beta), is.AddressOf(one, "other: one's alias", beta), is.NoData("other: one's A")},
				Because: "aardvark-dns src/backend/mod.rs lookup: addresses on the networks that both are on, of the family that is asked for (run on podman 4.3.1, 5.4.2 and 5.8.6)",
				Sources: holds("aardvark-dns:v6-v4-mix"),
			}, {
				When:    and(podman("<4"), dnsname()),
				Expect:  is.All{is.NXDomain("one: other"), is.NXDomain("one: other's alias")},
				Because: "podman libpod/networking_linux.go NetworkConnect up to 3.4: the file stays as it was at the start, so the server of another network is never asked",
			}, {
				When:    and(podman(">=4"), dnsname()),
				Expect:  is.All{is.AddressOf(other, "one: other", beta), is.AddressOf(other, "one: other's alias", beta)},
				Because: "the network's dnsmasq, which dnsname runs, is put first in the file, and asked over IPv6 (run on podman 4.3.1)",
			}},
		}, {
			ID:   "ipv4",
			Says: "each finds the other by the aliases of a network with IPv4 that was joined later",
			Cases: []Case{{
				When: aardvark(">=1.4"),
				Expect: is.All{is.AddressOf(other, "one: other on delta", delta), is.AddressOf(other, "one: other's alias on delta", delta),
					is.AddressOf(one, "other: one's alias on delta", delta)},
				Because: "podman libpod/networking_common.go NetworkConnect: aliases are those of one network (run on podman 4.3.1, 5.4.2 and 5.8.6)",
				Sources: holds("podman:aardvark-test-6"),
			}, {
				When:    and(podman("<4"), dnsname()),
				Expect:  is.All{is.NXDomain("one: other on delta"), is.NXDomain("one: other's alias on delta")},
				Because: "podman libpod/networking_linux.go NetworkConnect up to 3.4: the file stays as it was at the start, so the server of another network is never asked",
			}, {
				When:    and(podman(">=4"), dnsname()),
				Expect:  is.AddressOf(other, "one: other's alias on delta", delta),
				Because: "dnsname runs a dnsmasq for each network, and the one of the network joined last stands first in the file (run on podman 4.3.1)",
			}},
		}},
	}
}
