package labs

import (
	"time"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// HostInternalNetwork is InternalNetwork with servers that nobody gave the
// containers: one on the host's loopback, a neighbour of the host, and one that
// the daemon is configured with.
func HostInternalNetwork() Lab {
	vault, lan := topo.Network{Name: "vault", Internal: true}, topo.Network{Name: "lan"}
	loopback := topo.Node{Name: "loopback", Kind: topo.Upstream, Mode: topo.HostNetwork, Later: true}
	neighbour := topo.Node{Name: "neighbour", Kind: topo.Upstream, Mode: topo.BesideHost}
	configured := topo.Node{Name: "configured", Kind: topo.Upstream, Mode: topo.BesideHost}
	prisoner := topo.Node{Name: "prisoner", On: topo.On(vault, "treasure"), Later: true}
	walker := topo.Node{Name: "walker", On: []topo.Attach{{Network: lan}, {Network: vault}}, Later: true}
	ask := func(from topo.Node, name string) topo.Question {
		return topo.Wire{From: from, Name: name + ".lab.test.", Timeout: 6 * time.Second} // one server is waited for 4 s
	}
	conf := func(server string) topo.Act {
		return topo.HostWrite{Path: "/etc/resolv.conf", Content: "nameserver " + server + "\n"}
	}

	const (
		dials = "moby libnetwork resolver.go: a server on the host's loopback is dialled from the host's namespace, whatever networks the container is on"
		cut   = "moby libnetwork, v23.0.11, v25.0.5 to v25.0.14 and v26.0.0 to v26.1.2 forward nothing for a sandbox without external access (CVE-2024-29018), from v26.1.3 on they leave out servers that would be dialled from the host"
		lost  = "moby libnetwork resolver.go, up to v23.0.10: sent from the container's namespace, dropped on the way, and without any response nothing is answered"
		kit   = "moby contrib/dockerd-rootless.sh: the engine's server is the forwarder at 10.0.2.3, to which the container has no way"
		ran   = "; run on 20.10.24, 23.0.15, 25.0.3, 25.0.6, 26.0.2, 26.1.5, 27.5.1, 28.1.1, 28.5.2 and 29.8.0"
		kits  = "; run on 26.1.5 and 29.8.0 without root"
	)
	leaks := func(answer, name string) is.All {
		return is.All{is.AnsweredBy(answer, 1), is.AskedFromHost("loopback's log", name+".lab.test.")}
	}
	silent := func(answer, name string) is.All {
		return is.All{is.ServFail(answer), is.NotAskedBut("loopback's log", name+".lab.test.", "heard.lab.test.")}
	}
	// leaking are the cases of a server on the host's loopback: whether it is
	// asked, and what holds beside that.
	leaking := func(answer, name string, walks is.Assertion, forwarder, pasta is.All) []Case {
		var all []Case
		for _, versions := range []string{"<23.0.11", ">=24.0 <25.0.5"} {
			all = append(all, Case{
				When: and(docker(versions), rootless(false)), Expect: append(leaks(answer, name), walks), Because: dials + ran,
				Sources: append(holds("moby#47538"), refutes("moby:TestInternalNetworkDNS")...),
			})
		}
		for _, when := range append([]Facts{and(docker(">=23.0.11 <24.0"), rootless(false)), and(docker(">=25.0.5"), rootless(false))}, detached("")) {
			all = append(all, Case{
				When: when, Expect: append(silent(answer, name), walks), Because: cut + ran,
				Sources: append(refutes("moby#47538"), holds("moby:TestInternalNetworkDNS")...),
			})
		}
		return append(all,
			Case{When: throughSlirp(inRootlessKit("")), Expect: forwarder, Because: kit + ", and which asks a loopback where nobody is: the one of RootlessKit's namespace is another" + kits},
			Case{When: throughPasta(inRootlessKit("")), Expect: pasta, Because: kit + "; pasta stays with the server that it found" + kits})
	}
	// outside are the cases of a server that is on no network of the container.
	outside := func(prisoner, log, name, other string, walks is.Assertion, slirp, pasta is.Assertion, because string) []Case {
		unheard := is.NotAskedBut(log, name+".lab.test.", other+".lab.test.")
		return append(each(Case{Expect: is.All{is.ServFail(prisoner), unheard, walks}, Because: because + ran},
			and(docker(">=23.0.11"), rootless(false)), detached("")),
			Case{When: and(docker("<23.0.11"), rootless(false)), Expect: is.All{is.TimedOut(prisoner), unheard, walks}, Because: lost + ran},
			Case{When: throughSlirp(inRootlessKit("<23.0.11")), Expect: is.All{is.TimedOut(prisoner), slirp}, Because: lost + "; read from the source"},
			Case{When: throughSlirp(inRootlessKit(">=23.0.11")), Expect: is.All{is.ServFail(prisoner), slirp}, Because: because + kits},
			Case{When: throughPasta(inRootlessKit("<23.0.11")), Expect: is.All{is.TimedOut(prisoner), pasta}, Because: lost + "; read from the source"},
			Case{When: throughPasta(inRootlessKit(">=23.0.11")), Expect: is.All{is.ServFail(prisoner), pasta}, Because: because + kits})
	}
	neighbours := is.AnsweredBy("walker, neighbour", 2)
	configureds := is.All{is.AnsweredBy("walker, configured", 3), is.AddressOf(prisoner, "walker: treasure now")}
	unheard := func(log, name, other string) is.Assertion {
		return is.NotAskedBut(log, name+".lab.test.", other+".lab.test.")
	}

	return Lab{
		Name:     "host-internal-network",
		Story:    "A container on an --internal network is left to the host's server, on the host's loopback or beside the host, and to one of the daemon's configuration. Does any question get out?",
		Needs:    []driver.Cap{driver.OwnHost, driver.UserNetworks, driver.HostNetns},
		Topology: topo.Topology{loopback, neighbour, configured, prisoner, walker},
		Steps: []Step{{
			Do: []topo.Act{
				conf("127.0.0.1"), topo.Start{Node: loopback}, topo.Start{Node: prisoner}, topo.Start{Node: walker},
			},
		}, {
			Ask: map[string]topo.Question{
				"prisoner, loopback": ask(prisoner, "leak"),
				"walker, loopback":   ask(walker, "heard"),
				"walker: treasure":   topo.Wire{From: walker, Name: "treasure"},
			},
		}, {
			Do:  []topo.Act{topo.Disconnect{Node: walker, Network: lan}},
			Ask: map[string]topo.Question{"walker, away": ask(walker, "away")},
		}, {
			Do:  []topo.Act{topo.Connect{Node: walker, Network: lan}},
			Ask: map[string]topo.Question{"walker, back": ask(walker, "back"), "loopback's log": topo.Saw{Upstream: loopback}},
		}, {
			Do: []topo.Act{conf("{neighbour.addr}"), topo.Restart{Node: prisoner}, topo.Restart{Node: walker}},
			Ask: map[string]topo.Question{
				"prisoner, neighbour": ask(prisoner, "leak-two"),
				"walker, neighbour":   ask(walker, "heard-two"),
			},
		}, {
			Do: append(daemonJSON(`{"dns": ["{configured.addr}"]}`), topo.RestartEngine{}, topo.Start{Node: prisoner}, topo.Start{Node: walker}),
			Ask: map[string]topo.Question{
				"prisoner, configured": ask(prisoner, "leak-three"),
				"walker, configured":   ask(walker, "heard-three"),
				"walker: treasure now": topo.Wire{From: walker, Name: "treasure"},
			},
		}, {Ask: map[string]topo.Question{
			"neighbour's log":  topo.Saw{Upstream: neighbour},
			"configured's log": topo.Saw{Upstream: configured},
		}}},
		Claims: []Claim{{
			ID:   "loopback",
			Says: "whether a server on the host's loopback is asked for a container on an internal network alone",
			Cases: leaking("prisoner, loopback", "leak", is.All{is.AnsweredBy("walker, loopback", 1), is.AddressOf(prisoner, "walker: treasure")},
				is.All{is.ServFail("prisoner, loopback"), is.ServFail("walker, loopback"), is.AddressOf(prisoner, "walker: treasure")},
				is.All{is.ServFail("prisoner, loopback"), is.AnsweredBy("walker, loopback", ofHost), is.AddressOf(prisoner, "walker: treasure")}),
		}, {
			ID:   "way-lost",
			Says: "whether it is asked for a container that has left its last other network, and when that is back",
			Cases: leaking("walker, away", "away", is.AnsweredBy("walker, back", 1),
				is.All{is.ServFail("walker, away"), is.ServFail("walker, back")},
				is.All{is.ServFail("walker, away"), is.AnsweredBy("walker, back", ofHost)}),
		}, {
			ID:   "neighbour",
			Says: "what becomes of a question where the server of the host's file is beside the host: it gets nowhere",
			Cases: outside("prisoner, neighbour", "neighbour's log", "leak-two", "heard-two", neighbours,
				is.All{neighbours, unheard("neighbour's log", "leak-two", "heard-two")}, is.AnsweredBy("walker, neighbour", ofHost),
				"moby libnetwork resolver.go: from v26.1.3 to v27.5 it is dialled from the container, which has no way there; from v28.0 every server of the host's is dialled from the host, and left out here"),
		}, {
			ID:   "configured",
			Says: "what becomes of it where the daemon is configured with a server: the same, since that is dialled from the container",
			Cases: outside("prisoner, configured", "configured's log", "leak-three", "heard-three", configureds,
				append(configureds, unheard("configured's log", "leak-three", "heard-three")), append(configureds, unheard("configured's log", "leak-three", "heard-three")),
				"moby libnetwork TransformForIntNS: servers of the daemon's configuration are taken for the container's own, HostLoopback is for those of the host's file"),
		}},
	}
}
