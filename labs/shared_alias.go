package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// SharedAlias puts three containers behind one name.
func SharedAlias() Lab {
	lan := topo.Network{Name: "lan"}
	up := topo.Node{Name: "up", Kind: topo.Upstream, On: topo.On(lan)}
	one := topo.Node{Name: "one", On: topo.On(lan, "pool"), DNS: []string{"up"}}
	two := topo.Node{Name: "two", On: topo.On(lan, "pool")}
	three := topo.Node{Name: "three", On: topo.On(lan, "pool")}
	ask := func(name string) topo.Wire { return topo.Wire{From: one, Name: name} }
	// Three addresses have six orders, so twelve fair shuffles are all alike
	// once in 360 million runs.
	again := topo.Wire{From: one, Name: "pool", Times: 12}

	return Lab{
		Name:     "shared-alias",
		Story:    "Three containers have one alias in common, and one of them asks for it; then another stops.",
		Needs:    []driver.Cap{driver.UserNetworks},
		Topology: topo.Topology{up, one, two, three},
		Steps: []Step{{Ask: map[string]topo.Question{
			"pool":         again,
			"pool.network": ask("pool.{lan}"),
			"one's name":   ask("{one}"),
			"reverse":      topo.Wire{From: one, Name: "{two.ptr}", Type: "PTR"},
		}}, {
			Do: []topo.Act{topo.Stop{Node: two}},
			Ask: map[string]topo.Question{
				"pool of two": ask("pool"),
			},
		}, {
			Do: []topo.Act{topo.Stop{Node: three}},
			Ask: map[string]topo.Question{
				"pool of one": ask("pool"),
			},
		}},
		Claims: []Claim{{
			ID:   "all-addresses",
			Says: "whether the alias brings the addresses of all who have it, the asking one's own among them, with and without the network's name",
			Cases: []Case{{
				When: docker(""),
				Expect: is.All{is.AddressesOf("pool", one, two, three), is.AddressesOf("pool.network", one, two, three),
					is.TTL("pool", 600), is.Flags("pool", "-tc")},
				Because: "moby libnetwork Network.addSvcRecords: a name is a set of addresses; Network.ResolveName returns all of it: the same from 20.10 to 29",
			}, lost("pool", "pool.network"), {
				When:    behind(">=1.4"),
				Expect:  is.All{is.AddressesOf("pool", one, two, three), is.Flags("pool", "-tc"), is.NXDomain("pool.network")},
				Because: "aardvark-dns src/config/mod.rs: a name has a list of addresses; the network's name is no part of any (run on aardvark-dns 1.14.0 and 1.17.1)",
			}},
		}, {
			ID:   "shuffled",
			Says: "whether the addresses come in another order from answer to answer",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.All{is.AddressesOf("pool", one, two, three), is.Shuffled("pool")},
				Because: "moby libnetwork resolver.go handleIPQuery: shuffleAddr up to 28, rand.Shuffle in 29",
			}, lost("pool"), {
				When:    behind(">=1.4"),
				Expect:  is.All{is.AddressesOf("pool", one, two, three), is.SameOrder("pool")},
				Because: "aardvark-dns src/dns/coredns.rs reply_ip: in the order of its table (run on aardvark-dns 1.14.0 and 1.17.1)",
			}},
		}, {
			ID:   "own-names",
			Says: "each is still found alone by its name; by which names it is known under its address",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.All{is.AddressOf(one, "one's name"), is.Data("reverse", "two.lan.")},
				Because: "moby libnetwork Network.updateSvcRecord: every name of an endpoint is a key of its own, the first alone is in the reverse map: the same from 20.10 to 29",
			}, {
				When:    podman("<4.4.3"),
				Expect:  is.All{is.NXDomain("one's name"), is.Data("reverse", "ptr-by-up.lab.test.")},
				Because: "podman libpod/container_internal_common.go generateResolvConf up to 4.4.2: who has a server of its own asks that alone (run on podman 4.3.1, netavark and CNI)",
			}, {
				When:    behind(">=1.5"),
				Expect:  is.All{is.AddressOf(one, "one's name"), is.Data("reverse", "two.", "pool.", "{two.id}.")},
				Because: "aardvark-dns src/dns/coredns.rs reply_ptr: a PTR for each name, aliases and short id among them (run on aardvark-dns 1.14.0 and 1.17.1)",
				Sources: holds("S2-18"),
			}},
		}, {
			ID:   "those-that-run",
			Says: "what the alias brings once some have stopped",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.All{is.AddressesOf("pool", one, two, three), is.AddressesOf("pool of two", one, three), is.AddressOf(one, "pool of one")},
				Because: "moby libnetwork Network.deleteSvcRecords takes one address out of the set when its endpoint leaves: the same from 20.10 to 29",
			}, lost("pool", "pool of two", "pool of one"), {
				When:    behind(">=1.5"),
				Expect:  is.All{is.AddressesOf("pool", one, two, three), is.AddressesOf("pool of two", one, three), is.AddressOf(one, "pool of one")},
				Because: "netavark teardown takes the line of the container out of the network's file and has aardvark-dns read it again (run on podman 5.4.2 and 5.8.6)",
			}},
		}},
	}
}
