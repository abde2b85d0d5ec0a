package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// TwoNetworks has names that exist on two networks, and a container on both.
// It joins them in the order opposite to that of their names, so that it shows
// which of the two counts.
func TwoNetworks() Lab {
	alpha, beta := topo.Network{Name: "alpha"}, topo.Network{Name: "beta"}
	up := topo.Node{Name: "up", Kind: topo.Upstream, On: []topo.Attach{{Network: alpha}, {Network: beta}}}
	onAlpha := topo.Node{Name: "on-alpha", On: topo.On(alpha, "service"), DNS: []string{"up"}}
	onBeta := topo.Node{Name: "on-beta", On: topo.On(beta, "service"), DNS: []string{"up"}}
	both := topo.Node{Name: "both", DNS: []string{"up"}, On: []topo.Attach{
		{Network: beta, Aliases: []string{"both-on-beta"}},
		{Network: alpha, Aliases: []string{"both-on-alpha"}},
	}}
	ask := func(from topo.Node, name string) topo.Question { return topo.Wire{From: from, Name: name} }

	return Lab{
		Name:     "two-networks",
		Story:    "Two networks have an alias in common and one container; it and its neighbours on either side ask for each other.",
		Needs:    []driver.Cap{driver.UserNetworks},
		Topology: topo.Topology{up, onAlpha, onBeta, both},
		Steps: []Step{{Ask: map[string]topo.Question{
			"both: service":       topo.Wire{From: both, Name: "service", Times: 8},
			"both: service.alpha": ask(both, "service.{alpha}"),
			"both: service.beta":  ask(both, "service.{beta}"),
			"both: on-alpha":      ask(both, "{on-alpha}"),
			"both: on-beta":       ask(both, "{on-beta}"),
			"both: both":          ask(both, "{both}"),

			"alpha: service":       ask(onAlpha, "service"),
			"alpha: service.beta":  ask(onAlpha, "service.{beta}"),
			"alpha: on-beta":       ask(onAlpha, "{on-beta}"),
			"alpha: both":          ask(onAlpha, "{both}"),
			"alpha: both-on-alpha": ask(onAlpha, "both-on-alpha"),
			"alpha: both-on-beta":  ask(onAlpha, "both-on-beta"),

			"beta: service":      ask(onBeta, "service"),
			"beta: both":         ask(onBeta, "{both}"),
			"beta: both-on-beta": ask(onBeta, "both-on-beta"),
		}}, {Ask: map[string]topo.Question{
			"up's log": topo.Saw{Upstream: up},
		}}},
		Claims: []Claim{{
			ID:   "both-see-both",
			Says: "whether a container on two networks finds the neighbours on each",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.All{is.AddressOf(onAlpha, "both: on-alpha"), is.AddressOf(onBeta, "both: on-beta")},
				Because: "moby libnetwork Sandbox.resolveName goes through all endpoints of the asking sandbox: the same from 20.10 to 29",
			}, lost("both: on-alpha", "both: on-beta"), {
				When:    behind(">=1.4"),
				Expect:  is.All{is.AddressOf(onAlpha, "both: on-alpha"), is.AddressOf(onBeta, "both: on-beta")},
				Because: "aardvark-dns src/backend/mod.rs lookup goes through all networks that the asking address is known on (run on aardvark-dns 1.14.0 and 1.17.1)",
				Sources: holds("aardvark-dns:three-networks-with-connect", "podman:aardvark-test-5"),
			}},
		}, {
			ID:   "one-does-not-see-the-other",
			Says: "a container on one network does not find those on the other, not even by the network's name",
			Cases: []Case{{
				When: docker(""),
				Expect: is.All{is.NXDomain("alpha: on-beta"), is.NXDomain("alpha: service.beta"), is.AddressOf(onBeta, "both: on-beta"),
					is.AskedFrom("up's log", "on-beta.", onAlpha), is.AskedFrom("up's log", "service.beta.", onAlpha)},
				Because: "moby libnetwork Sandbox.resolveName knows no other networks than those of the asking sandbox: the same from 20.10 to 29",
			}, lost("alpha: on-beta", "alpha: service.beta"), {
				When: behind("<1.13"),
				Expect: is.All{is.NXDomain("alpha: on-beta"), is.NXDomain("alpha: service.beta"), is.AddressOf(onBeta, "both: on-beta"),
					is.NotAskedBut("up's log", "on-beta.", "service.beta.")},
				Because: "aardvark-dns src/dns/coredns.rs up to 1.12: a name without dots that is not on the asker's networks is NXDOMAIN",
				Sources: holds("aardvark-dns:different-networks", "podman:aardvark-test-4"),
			}, {
				When: behind(">=1.13"),
				Expect: is.All{is.NXDomain("alpha: on-beta"), is.NXDomain("alpha: service.beta"), is.AddressOf(onBeta, "both: on-beta"),
					is.AskedFromHost("up's log", "on-beta."), is.AskedFromHost("up's log", "service.beta.")},
				Because: "aardvark-dns src/backend/mod.rs lookup knows no other networks than those of the asking address (run on aardvark-dns 1.14.0 and 1.17.1)",
				Sources: holds("aardvark-dns:different-networks", "podman:aardvark-test-4"),
			}},
		}, {
			ID:   "name-on-both",
			Says: "which addresses are found of a name that is on both networks, and whether each time the same",
			Cases: []Case{{
				When: docker(""),
				Expect: is.All{is.AddressOf(onAlpha, "both: service"), is.Steady("both: service"),
					is.AddressOf(both, "both: both", alpha)},
				Because: "moby libnetwork Sandbox.resolveName returns what the first endpoint finds; Endpoint.Less orders equal ones by the name of their network: the same from 20.10 to 29",
			}, lost("both: service", "both: both"), {
				When:    behind(">=1.4"),
				Expect:  is.All{is.AddressesOf("both: service", onAlpha, onBeta), is.Steady("both: service"), is.AddressOf(both, "both: both")},
				Because: "aardvark-dns src/backend/mod.rs lookup: those of all networks that the asking address is known on (run on aardvark-dns 1.14.0 and 1.17.1)",
			}},
		}, {
			ID:   "name-with-network",
			Says: "whether the name of the network behind such a name chooses",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.All{is.AddressOf(onAlpha, "both: service.alpha"), is.AddressOf(onBeta, "both: service.beta")},
				Because: "moby libnetwork Sandbox.ResolveName tries NAME in NETWORK for each dot: the same from 20.10 to 29",
			}, lost("both: service.alpha", "both: service.beta"), {
				When: behind(">=1.4"),
				Expect: is.All{is.NXDomain("both: service.alpha"), is.NXDomain("both: service.beta"),
					is.AskedFromHost("up's log", "service.alpha."), is.AskedFromHost("up's log", "service.beta.")},
				Because: "aardvark-dns knows one domain for all networks, dns.podman: names with others behind them are forwarded (run on aardvark-dns 1.14.0 and 1.17.1)",
			}},
		}, {
			ID:   "side-by-side",
			Says: "whether the same name is another container on each network, and a container on both has there its address there",
			Cases: []Case{{
				When: docker(""),
				Expect: is.All{is.AddressOf(onAlpha, "alpha: service"), is.AddressOf(onBeta, "beta: service"),
					is.AddressOf(both, "alpha: both", alpha), is.AddressOf(both, "beta: both", beta)},
				Because: "moby libnetwork Network.addSvcRecords: each network has a table of its own: the same from 20.10 to 29",
			}, lost("alpha: service", "beta: service", "alpha: both", "beta: both"), {
				When: behind(">=1.4"),
				Expect: is.All{is.AddressOf(onAlpha, "alpha: service"), is.AddressOf(onBeta, "beta: service"),
					is.AddressOf(both, "alpha: both", alpha), is.AddressOf(both, "beta: both", beta)},
				Because: "aardvark-dns src/backend/mod.rs lookup: each network has a table of its own (run on aardvark-dns 1.14.0 and 1.17.1)",
				Sources: holds("aardvark-dns:isolated-and-shared", "podman:aardvark-test-5"),
			}},
		}, {
			ID:   "alias-per-network",
			Says: "on which network an alias is known that was given on one",
			Cases: []Case{{
				When: docker(""),
				Expect: is.All{is.AddressOf(both, "alpha: both-on-alpha", alpha), is.NXDomain("alpha: both-on-beta"),
					is.AddressOf(both, "beta: both-on-beta", beta)},
				Because: "moby libnetwork: aliases are of an endpoint, which is a container on one network: the same from 20.10 to 29",
			}, lost("alpha: both-on-alpha", "alpha: both-on-beta", "beta: both-on-beta"), {
				When: behind(">=1.4"),
				Expect: is.All{is.AddressOf(both, "alpha: both-on-alpha", alpha), is.NXDomain("alpha: both-on-beta"),
					is.AddressOf(both, "beta: both-on-beta", beta)},
				Because: "podman libpod/networking_common.go getNetworkOptions: aliases are those of one network (run on podman 5.4.2 and 5.8.6)",
				Sources: holds("aardvark-dns:aliases"),
			}},
		}},
	}
}
