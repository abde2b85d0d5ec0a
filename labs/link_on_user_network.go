package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// LinkOnUserNetwork has one container with links and one without. One link is
// called like the other container's alias on the network.
func LinkOnUserNetwork() Lab {
	lan := topo.Network{Name: "lan"}
	up := topo.Node{Name: "up", Kind: topo.Upstream, On: topo.On(lan)}
	web := topo.Node{Name: "web", On: topo.On(lan)}
	// Options of their own, so that none of the host's, such as ndots, counts.
	client := topo.Node{
		Name: "client", On: topo.On(lan), DNS: []string{"up"}, Options: []string{"timeout:5"},
		Links: []topo.Link{{Node: "web", Alias: "db"}, {Node: "web", Alias: "MixedCase"}, {Node: "web", Alias: "taken"}},
	}
	neighbour := topo.Node{Name: "neighbour", On: topo.On(lan, "taken"), DNS: []string{"up"}, Options: []string{"timeout:5"}}
	ask := func(from topo.Node, name string) topo.Question { return topo.Wire{From: from, Name: name} }

	return Lab{
		Name:     "link-on-user-network",
		Story:    "On a user-defined network --link is a name that the embedded resolver knows for one container alone; nothing is written into /etc/hosts.",
		Needs:    []driver.Cap{driver.UserNetworks, driver.Links},
		Topology: topo.Topology{up, web, client, neighbour},
		Steps: []Step{{Ask: map[string]topo.Question{
			"alias":             ask(client, "db"),
			"alias.network":     ask(client, "db.{lan}"),
			"name":              ask(client, "{web}"),
			"mixed":             ask(client, "MixedCase"),
			"mixed, small":      ask(client, "mixedcase"),
			"taken":             ask(client, "taken"),
			"neighbour's alias": ask(neighbour, "db"),
			"neighbour's taken": ask(neighbour, "taken"),
			"neighbour's name":  ask(neighbour, "{web}"),
			"client's hosts":    topo.File{Of: client, Path: "/etc/hosts"},
		}}, {Ask: map[string]topo.Question{
			"up's log": topo.Saw{Upstream: up},
		}}},
		Claims: []Claim{{
			ID:   "alias",
			Says: "the container with the link finds the other under the alias, alone and with the network's name, and under its name",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.All{is.AddressOf(web, "alias"), is.AddressOf(web, "alias.network"), is.AddressOf(web, "name")},
				Because: "moby daemon/network.go buildJoinOptions, libnetwork/sandbox.go resolveName: ep.aliases, 20.10 to 29",
				Sources: holds("S2-4"),
			}},
		}, {
			ID:   "private",
			Says: "its neighbour does not: there the alias is forwarded like any other name",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.All{is.NXDomain("neighbour's alias"), is.AskedFrom("up's log", "db.", neighbour), is.AddressOf(web, "neighbour's name")},
				Because: "moby libnetwork/sandbox.go resolveName: the aliases are those of the asking container's endpoint, 20.10 to 29",
				Sources: holds("S2-4"),
			}},
		}, {
			ID:   "letter-case",
			Says: "unlike other names, an alias of a link counts in its exact letter case only",
			Cases: []Case{{
				When: docker(""),
				Expect: is.All{
					is.AddressOf(web, "mixed"),
					is.NXDomain("mixed, small"), is.AskedFrom("up's log", "mixedcase.", client),
				},
				Because: "moby libnetwork/sandbox.go resolveName looks into ep.aliases as asked; network.go ResolveName alone uses small letters, 20.10 to 29",
			}},
		}, {
			ID:   "before-others",
			Says: "a link goes before an alias that another container has on the network, for the container with the link alone",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.All{is.AddressOf(web, "taken"), is.AddressOf(neighbour, "neighbour's taken")},
				Because: "moby libnetwork/sandbox.go ResolveName: the aliases of links first, 20.10 to 29",
			}},
		}, {
			ID:   "not-in-hosts",
			Says: "none of it is in /etc/hosts",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.All{is.HostsEntries("client's hosts", "db", 0), is.LacksText("client's hosts", "{web}"), is.HasText("client's hosts", "{client}\t")},
				Because: "moby daemon addLegacyLinks (buildSandboxOptions up to 27.5) is for the default network alone, 20.10 to 29",
				Sources: holds("S2-4"),
			}},
		}},
	}
}
