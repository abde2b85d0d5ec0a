package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// Swarm makes the engine the first node of a swarm while containers are on a
// bridge, and starts others after it. The names are those of
// TestDNSNamesForNonSwarmScopedNetworks, and some more.
func Swarm() Lab {
	lan := topo.Network{Name: "lan"}
	up := topo.Node{Name: "up", Kind: topo.Upstream, On: topo.On(lan)}
	client := topo.Node{Name: "client", On: topo.On(lan), DNS: []string{"up"}}
	web := topo.Node{Name: "web", On: topo.On(lan, "www", "api.v1")}
	lateClient := topo.Node{Name: "late-client", On: topo.On(lan), DNS: []string{"up"}, Later: true}
	lateWeb := topo.Node{Name: "late-web", On: topo.On(lan, "late-www", "late-api.v1"), Later: true}
	ask := func(from topo.Node, name string) topo.Question { return topo.Wire{From: from, Name: name} }
	// found are all names of a node in the answers that begin with a word.
	found := func(n topo.Node, prefix string) is.All {
		var all is.All
		for _, name := range []string{"name", "capitals", "alias", "dotted alias", "with the network", "short id"} {
			all = append(all, is.AddressOf(n, prefix+name))
		}
		return all
	}
	// lost are they where nobody but the server of --dns is asked.
	lost := func(prefix, alias string) is.All {
		var all is.All
		for _, name := range []string{"name", "capitals", "alias", "dotted alias", "with the network", "short id"} {
			all = append(all, is.NXDomain(prefix+name))
		}
		return append(all, is.Asked("up's log", alias+"."))
	}
	names := func(into map[string]topo.Question, from, of topo.Node, prefix string) {
		aliases := of.On[0].Aliases
		into[prefix+"name"] = ask(from, "{"+of.Name+"}.")
		into[prefix+"capitals"] = ask(from, "{"+of.Name+".upper}.")
		into[prefix+"alias"] = ask(from, aliases[0])
		into[prefix+"dotted alias"] = ask(from, aliases[1])
		into[prefix+"with the network"] = ask(from, "{"+of.Name+"}.{lan}.")
		into[prefix+"short id"] = ask(from, "{"+of.Name+".id}.")
	}
	before, after := map[string]topo.Question{}, map[string]topo.Question{}
	names(before, client, web, "before: ")
	names(after, client, web, "there, of one there: ")
	names(after, client, lateWeb, "there, of a late one: ")
	names(after, lateClient, web, "late, of one there: ")
	names(after, lateClient, lateWeb, "late, of a late one: ")
	after["late, of itself"] = ask(lateClient, "{late-client}.")
	after["reverse, of a late one"] = topo.Wire{From: client, Name: "{late-web.ptr}", Type: "PTR"}
	after["reverse, of one there"] = topo.Wire{From: client, Name: "{web.ptr}", Type: "PTR"}
	after["out"] = ask(lateClient, "out.lab.test.")

	const source = "moby libnetwork/network.go createEndpoint, up to 28, and daemon/libnetwork/sandbox.go populateNetworkResources: a name is noted unless the network is one of the swarm's; run on 20.10.24, 23.0.15, 25.0.6, 26.0.2, 26.1.5, 27.5.1, 28.1.1, 28.5.2 and 29.8.0, and on 26.1.5, 28.5.2 and 29.8.0 without root"
	const missing = "moby daemon/libnetwork/sandbox.go populateNetworkResources, v29.0.0: no name is noted once the node is in a swarm (moby#51491, mended by moby#51515 in 29.0.1); run on 29.0.0"
	holding := func(expect is.Assertion, ids ...string) []Case {
		var all []Case
		for _, versions := range []string{"<29.0.0", ">=29.0.1"} {
			all = append(all, Case{When: docker(versions), Expect: expect, Because: source, Sources: holds(ids...)})
		}
		return all
	}

	return Lab{
		Name:     "swarm",
		Story:    "Containers are on a bridge of their own, then the engine becomes the first node of a swarm, then others join them. Do their names still hold?",
		Needs:    []driver.Cap{driver.UserNetworks, driver.OwnHost, driver.Swarm},
		Topology: topo.Topology{up, web, client, lateWeb, lateClient},
		Steps: []Step{{Ask: before}, {
			Do:  []topo.Act{topo.SwarmInit{}, topo.Start{Node: lateWeb}, topo.Start{Node: lateClient}},
			Ask: after,
		}, {Ask: map[string]topo.Question{
			"swarm":    topo.HostCommand{Args: []string{"docker", "info"}},
			"up's log": topo.Saw{Upstream: up},
		}}},
		Claims: []Claim{{
			ID:   "there-before",
			Says: "the names of a container on a bridge that was there before the swarm stay what they were",
			Cases: []Case{{
				When:    docker(""),
				Expect:  append(append(found(web, "before: "), found(web, "there, of one there: ")...), append(found(web, "late, of one there: "), is.Data("reverse, of one there", "web.lan."))...),
				Because: source,
			}},
		}, {
			ID:   "after",
			Says: "whether a container on a bridge has its names that starts on a node of a swarm",
			Cases: append(holding(append(append(found(lateWeb, "there, of a late one: "), found(lateWeb, "late, of a late one: ")...), is.Data("reverse, of a late one", "late-web.lan.")),
				"moby:TestDNSNamesForNonSwarmScopedNetworks"), Case{
				When:    docker("=29.0.0"),
				Expect:  append(lost("there, of a late one: ", "late-www"), lost("late, of a late one: ", "late-api.v1")...),
				Because: missing,
				Sources: append(holds("moby#51491"), refutes("moby:TestDNSNamesForNonSwarmScopedNetworks")...),
			}),
		}, {
			ID:   "own-name",
			Says: "whether such a container finds itself",
			Cases: append(holding(is.AddressOf(lateClient, "late, of itself"), "moby:TestDNSNamesForNonSwarmScopedNetworks"), Case{
				When:    docker("=29.0.0"),
				Expect:  is.NXDomain("late, of itself"),
				Because: missing,
				Sources: append(holds("moby#51491"), refutes("moby:TestDNSNamesForNonSwarmScopedNetworks")...),
			}),
		}, {
			ID:   "the-rest",
			Says: "other names are still forwarded to the server of --dns",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.All{is.AnsweredBy("out", 1), is.AskedFrom("up's log", "out.lab.test.", lateClient), is.PrintedText("swarm", "Swarm: active")},
				Because: "moby libnetwork/resolver.go knows of no swarm; run on 20.10.24 to 29.8.0",
			}},
		}},
	}
}
