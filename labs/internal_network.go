package labs

import (
	"time"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// InternalNetwork has one server on an --internal network and one outside of
// it, and containers that are told to use either. Servers of the host are left
// out: what goes to them would leave the machine. Podman asks them for a
// container on two networks whatever it was told, so what walker asks comes
// last, and is needed only where the host is dnslab's own.
//
// It has the engine alone: up to 24.0 rules of isolation are what keeps a
// container in, and whenever any network is made libnetwork/iptables
// EnsureJumpRule takes the jump to them away and puts it back with a second
// command. What is sent between the two comes out, and is answered, where the
// policy of FORWARD is ACCEPT (seen on 20.10.24).
func InternalNetwork() Lab {
	vault, lan := topo.Network{Name: "vault", Internal: true}, topo.Network{Name: "lan"}
	inside := topo.Node{Name: "inside", Kind: topo.Upstream, On: topo.On(vault)}
	outside := topo.Node{Name: "outside", Kind: topo.Upstream, On: topo.On(lan)}
	insider := topo.Node{Name: "insider", On: topo.On(vault, "treasure"), DNS: []string{"inside"}}
	prisoner := topo.Node{Name: "prisoner", On: topo.On(vault), DNS: []string{"outside"}}
	walker := topo.Node{Name: "walker", On: []topo.Attach{{Network: lan}, {Network: vault}}, DNS: []string{"outside"}}
	ask := func(from topo.Node, name, server string) topo.Question {
		return topo.Wire{From: from, Name: name, Server: server, Timeout: 6 * time.Second} // one server is waited for 4 s
	}

	// answered and cut are what may become of a question to a server inside.
	answered := func(versions, because string) Case {
		return Case{
			When:    docker(versions),
			Expect:  is.All{is.AnsweredBy("insider: out", 1), is.AskedFrom("inside's log", "out.lab.test.", insider)},
			Because: because,
			Sources: append(holds("moby:TestInternalNetworkLocalDNS"), refutes("moby#47822")...),
		}
	}
	cut := func(versions, because string) Case {
		return Case{
			When:    docker(versions),
			Expect:  is.All{is.ServFail("insider: out"), is.NotAskedBut("inside's log", "out.lab.test.", "direct.lab.test.")},
			Because: because,
			Sources: append(refutes("moby:TestInternalNetworkLocalDNS"), holds("moby#47822")...),
		}
	}
	// cutOff makes the cases of a Podman that is not between a container and
	// the servers of --dns, by how it shows that there is no way to one.
	cutOff := func(expect func(noWay results.Outcome) is.Assertion) []Case {
		return []Case{{
			When:    and(podman("<4.4"), aardvark("")),
			Expect:  expect(results.Unreachable),
			Because: "podman 4.3.1 libpod/container_internal_common.go generateResolvConf: servers of --dns replace all others; run on 4.3.1",
		}, {
			When:    and(podman(">=4.0"), dnsname()),
			Expect:  expect(results.Unreachable),
			Because: "podman 4.3.1 libpod/container_internal_common.go generateResolvConf: servers of --dns replace all others; run on 4.3.1",
		}, {
			When:    and(podman("<4.0"), dnsname()),
			Expect:  expect(results.TimedOutAsk),
			Because: "run on podman 3.0.1: servers of --dns replace all others, and what is sent to another network is lost on the way",
		}}
	}
	unheard := is.NotAskedBut("outside's log so far", "prisoner.lab.test.", "direct.lab.test.")
	left := is.All{is.AnsweredBy("walker: before", 2), is.NotAskedBut("outside's log", "away.lab.test.", "before.lab.test.")}

	return Lab{
		Name:     "internal-network",
		Story:    "Containers on an --internal network ask for neighbours and for other names, with a server that is on that network and with one that is not.",
		Needs:    []driver.Cap{driver.UserNetworks},
		Alone:    true,
		Topology: topo.Topology{inside, outside, insider, prisoner, walker},
		Steps: []Step{{Ask: map[string]topo.Question{
			"insider: prisoner":  ask(insider, "{prisoner}", ""),
			"insider: out":       ask(insider, "out.lab.test.", ""),
			"insider: direct":    ask(insider, "direct.lab.test.", "inside"),
			"prisoner: treasure": ask(prisoner, "treasure", ""),
			"prisoner: direct":   ask(prisoner, "direct.lab.test.", "outside"),
			"prisoner: out":      ask(prisoner, "prisoner.lab.test.", ""),
			"walker: direct":     ask(walker, "direct.lab.test.", "outside"),
		}}, {Ask: map[string]topo.Question{
			"inside's log":         topo.Saw{Upstream: inside},
			"outside's log so far": topo.Saw{Upstream: outside},
		}}, {Ask: map[string]topo.Question{
			"walker: before": ask(walker, "before.lab.test.", ""),
		}}, {
			Do: []topo.Act{topo.Disconnect{Node: walker, Network: lan}},
			Ask: map[string]topo.Question{
				"walker: away":     ask(walker, "away.lab.test.", ""),
				"walker: treasure": ask(walker, "treasure", ""),
			},
		}, {
			Do: []topo.Act{topo.Connect{Node: walker, Network: lan}},
			Ask: map[string]topo.Question{
				"walker: back": ask(walker, "back.lab.test.", ""),
			},
		}, {Ask: map[string]topo.Question{
			"outside's log": topo.Saw{Upstream: outside},
		}}},
		Claims: []Claim{{
			ID:   "neighbours",
			Says: "whether neighbours on an internal network find each other by name and alias, whatever their servers",
			Cases: cases([]Case{{
				When: docker(""),
				Expect: is.All{is.AddressOf(prisoner, "insider: prisoner"), is.AddressOf(insider, "prisoner: treasure"),
					is.AddressOf(insider, "walker: treasure")},
				Because: "moby libnetwork Sandbox.ResolveName makes no difference between networks: the same from 20.10 to 29",
			}, {
				When:    forwards(""),
				Expect:  is.All{is.AddressOf(prisoner, "insider: prisoner"), is.AddressOf(insider, "prisoner: treasure")},
				Because: "aardvark-dns answers on internal networks as on others, on their gateway's address; run on podman 5.4.2 and 5.8.6",
				Sources: partly("aardvark-dns:internal-network-has-no-dns"), // names of neighbours are answered
			}}, cutOff(func(noWay results.Outcome) is.Assertion {
				return is.All{is.NXDomain("insider: prisoner"), is.AskedFrom("inside's log", "prisoner.", insider), is.Outcome("prisoner: treasure", noWay)}
			})),
		}, {
			ID:   "no-way-out",
			Says: "a container on an internal network alone cannot send a question to a server on another",
			Cases: []Case{{
				When:    docker("<25.0"),
				Expect:  is.All{is.TimedOut("prisoner: direct"), is.AnsweredBy("walker: direct", 2)},
				Because: "moby libnetwork drivers/bridge Join, up to v24.0.9: the container has a route like any other, and rules of isolation drop what it sends",
			}, {
				When:    docker(">=25.0"),
				Expect:  is.All{is.Outcome("prisoner: direct", results.Unreachable), is.AnsweredBy("walker: direct", 2)},
				Because: "moby libnetwork drivers/bridge Join, from v25.0.0: no gateway on an internal network, so the container has no route",
			}, {
				When:    podman("<4.0"),
				Expect:  is.All{is.TimedOut("prisoner: direct"), is.AnsweredBy("walker: direct", 2)},
				Because: "run on podman 3.0.1: what is sent to the other network is lost on the way",
			}, {
				When:    podman(">=4.0"),
				Expect:  is.All{is.Outcome("prisoner: direct", results.Unreachable), is.AnsweredBy("walker: direct", 2)},
				Because: "netavark src/network/bridge.rs, and containers/common libnetwork/cni: no default route on an internal network; run on 4.3.1, 5.4.2 and 5.8.6",
			}},
		}, {
			ID:   "server-inside",
			Says: "what becomes of other names where the server given with --dns is on the internal network",
			Cases: cases([]Case{
				answered("<23.0.11", "moby libnetwork startResolver, v20.10 to v23.0.10: every sandbox forwards; --dns servers are dialled from the container's namespace"),
				cut(">=23.0.11 <24.0", "moby libnetwork startResolver, v23.0.11: a sandbox without external connectivity forwards nothing"),
				answered(">=24.0 <25.0.5", "moby libnetwork startResolver, v24.0.9 and v25.0.0: every sandbox forwards; --dns servers are dialled from the container's namespace"),
				cut(">=25.0.5 <26.1.3", "moby libnetwork resolver.go serveDNS, v25.0.5 to v25.0.14 and v26.0.0 to v26.1.2: without external access nothing is forwarded"),
				answered(">=26.1.3", "moby libnetwork resolver.go forwardExtDNS, from v26.1.3: only servers that would be dialled from the host are left out"),
				{
					When:    forwards(">=1.11"),
					Expect:  is.All{is.NXDomain("insider: out"), is.NotAskedBut("inside's log", "out.lab.test.", "direct.lab.test.")},
					Because: "aardvark-dns src/dns/coredns.rs, src/backend/mod.rs ctr_is_internal: nothing is forwarded for a container that is on internal networks alone, wherever its server is; run on podman 5.4.2 and 5.8.6",
					Sources: holds("aardvark-dns:internal-network-has-no-dns"),
				},
			}, servedDirectly(is.All{is.AnsweredBy("insider: out", 1), is.AskedFrom("inside's log", "out.lab.test.", insider)})),
		}, {
			ID:   "server-outside",
			Says: "what becomes of other names where the server given with --dns is not on the internal network",
			Cases: cases([]Case{{
				When:    docker("<23.0.11"),
				Expect:  is.All{is.TimedOut("prisoner: out"), unheard},
				Because: "moby libnetwork resolver.go ServeDNS, v20.10 to v23.0.10: the question is sent from the container's namespace, dropped on the way (but while networks are made), and without any response nothing is answered",
			}, {
				When:    docker(">=23.0.11"),
				Expect:  is.All{is.ServFail("prisoner: out"), unheard},
				Because: "moby libnetwork resolver.go, v23.0.11 and from v25.0.5 to v26.1.2: nothing is forwarded; otherwise the question is sent from the container's namespace and gets nowhere, dropped up to v24.0, without a route from v25.0, and SERVFAIL is what is left",
			}, {
				When:    forwards(">=1.11"),
				Expect:  is.All{is.NXDomain("prisoner: out"), unheard},
				Because: "aardvark-dns src/backend/mod.rs ctr_is_internal: NXDOMAIN, and nothing is forwarded; run on podman 5.4.2 and 5.8.6",
				Sources: holds("aardvark-dns:internal-network-has-no-dns"),
			}}, cutOff(func(noWay results.Outcome) is.Assertion { return is.All{is.Outcome("prisoner: out", noWay), unheard} })),
		}, {
			ID:   "way-lost",
			Says: "what becomes of other names once a container has left its last network that is not internal",
			Cases: []Case{{
				When:    docker("<23.0.11"),
				Expect:  is.All{left, is.TimedOut("walker: away")},
				Because: "moby libnetwork resolver.go ServeDNS, v20.10 to v23.0.10: as for server-outside",
				Sources: partly("moby:TestInternalNetworkDNS"), // its server is the host's, and it wants SERVFAIL
			}, {
				When:    docker(">=23.0.11"),
				Expect:  is.All{left, is.ServFail("walker: away")},
				Because: "moby libnetwork Endpoint.sbLeave, v23.0.11 and from v25.0.5: SetForwardingPolicy; in v24.0 and v25.0.0 to v25.0.4 the question gets nowhere, and SERVFAIL is what is left",
				Sources: partly("moby:TestInternalNetworkDNS"), // its server is the host's
			}},
		}, {
			ID:   "way-regained",
			Says: "connected again, it is answered again",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.All{left, is.AnsweredBy("walker: back", 2), is.AskedFrom("outside's log", "back.lab.test.", walker)},
				Because: "moby libnetwork Endpoint.sbJoin opens a way again, and SetForwardingPolicy where that was lost: the same from 20.10 to 29",
				Sources: partly("moby:TestInternalNetworkDNS"), // its server is the host's
			}},
		}, {
			ID:    "way-lost-podman",
			Says:  "what becomes of other names once a container has left its last network that is not internal, with Podman",
			Needs: []driver.Cap{driver.OwnHost},
			Cases: cases([]Case{{
				When:    forwards(">=1.11"),
				Expect:  is.All{is.NXDomain("walker: away"), is.AddressOf(insider, "walker: treasure"), is.NotAskedBut("outside's log", "away.lab.test.", "direct.lab.test.")},
				Because: "aardvark-dns src/backend/mod.rs ctr_is_internal, told anew of the container's networks; run on podman 5.4.2 and 5.8.6",
			}}, servedDirectly(is.All{is.Outcome("walker: away", results.Unreachable), is.AnsweredBy("walker: before", 2), is.NotAskedBut("outside's log", "away.lab.test.", "before.lab.test.")})),
		}, {
			ID:    "way-regained-podman",
			Says:  "connected again, whose server a container of Podman's asks: that of --dns, or the host's",
			Needs: []driver.Cap{driver.OwnHost},
			Cases: []Case{{
				When:    podman("<4.0"),
				Expect:  is.All{is.AnsweredBy("walker: back", 2), is.AskedFrom("outside's log", "back.lab.test.", walker)},
				Because: "run on podman 3.0.1: to connect a network changes nothing in resolv.conf",
			}, {
				When:    podman(">=4.0"),
				Expect:  is.All{is.AnsweredBy("walker: back", ofHost), is.Flags("walker: back", "ra"), is.NotAskedBut("outside's log", "back.lab.test.", "direct.lab.test.")},
				Because: "podman libpod/networking_common.go NetworkConnect does not tell the network of --dns, and puts the network's server before others in resolv.conf; run on 4.3.1, netavark and CNI, 5.4.2 and 5.8.6",
			}},
		}},
	}
}
