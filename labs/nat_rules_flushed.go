package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// NATRulesFlushed does what a firewall script in a container does: it empties
// the nat table. Nothing listens on port 53, so a question is refused at once.
func NATRulesFlushed() Lab {
	lan, other := topo.Network{Name: "lan"}, topo.Network{Name: "other"}
	up := topo.Node{Name: "up", Kind: topo.Upstream, On: append(topo.On(lan), topo.On(other)...)}
	web := topo.Node{Name: "web", On: topo.On(lan), DNS: []string{"up"}}
	client := topo.Node{Name: "client", On: topo.On(lan), DNS: []string{"up"}}
	ask := func(name string) topo.Question { return topo.Wire{From: client, Name: name} }
	tcp := func(name string) topo.Question { return topo.Wire{From: client, Name: name, TCP: true} }

	return Lab{
		Name:     "nat-rules-flushed",
		Story:    "When the NAT rules of a container are gone, its DNS is dead until it is started anew, though the resolver still listens.",
		Needs:    []driver.Cap{driver.UserNetworks, driver.Outside},
		Topology: topo.Topology{up, web, client},
		Steps: []Step{{Ask: map[string]topo.Question{
			"before":         ask("{web}"),
			"sockets before": topo.Sockets{Of: client},
			"rules before":   topo.Rules{Of: client},
		}}, {
			Do: []topo.Act{topo.FlushRules{Of: client}},
			Ask: map[string]topo.Question{
				"name":          ask("{web}"),
				"name over TCP": tcp("{web}"),
				"outside":       ask("out.lab.test."),
				"straight":      topo.Wire{From: client, Name: "straight.lab.test.", Server: "up"},
				"from web":      topo.Wire{From: web, Name: "{client}"},
				"sockets":       topo.Sockets{Of: client},
				"rules":         topo.Rules{Of: client},
			},
		}, {
			Do:  []topo.Act{topo.Connect{Node: client, Network: other}},
			Ask: map[string]topo.Question{"after joining": ask("{web}"), "up's log": topo.Saw{Upstream: up}},
		}, {
			Do:  []topo.Act{topo.Restart{Node: client}},
			Ask: map[string]topo.Question{"after restart": ask("{web}"), "TCP after restart": tcp("{web}")},
		}},
		Claims: []Claim{{
			ID:   "refused",
			Says: "without the rules every question to 127.0.0.11 is refused, over UDP and TCP, about containers and others",
			Cases: []Case{{
				When: docker(""),
				Expect: is.All{
					is.AddressOf(web, "before"), is.NoRuleFor("rules", "127.0.0.11", "rules before"),
					is.Outcome("name", results.Refused), is.Outcome("name over TCP", results.Refused), is.Outcome("outside", results.Refused),
					is.NotAskedBut("up's log", "out.lab.test.", "straight.lab.test."),
				},
				Because: "moby libnetwork/resolver_unix.go: nothing but these rules leads to the resolver's ports, 20.10 to 29",
				Sources: []results.Source{{ID: "S0-7", Verdict: results.Holds}, {ID: "moby#40428", Verdict: results.Partly}},
			}},
		}, {
			ID:   "still-listening",
			Says: "the resolver itself goes on: it has the sockets it had",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.All{is.ResolverSockets("sockets", "127.0.0.11", ""), is.SamePorts("sockets before", "sockets", "127.0.0.11", true)},
				Because: "moby libnetwork/resolver.go: it does not watch the rules, 20.10 to 29",
			}},
		}, {
			ID:   "alone",
			Says: "other servers can still be asked, and other containers notice nothing",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.All{is.AnsweredBy("straight", 1), is.AddressOf(client, "from web"), is.Outcome("name", results.Refused)},
				Because: "moby libnetwork/resolver_unix.go: the rules are in the container's own network namespace, 20.10 to 29",
				Sources: refutes("S2-1"),
			}},
		}, {
			ID:   "joining",
			Says: "joining another network does not bring the rules back",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.All{is.AddressOf(web, "before"), is.Outcome("after joining", results.Refused)},
				Because: "moby libnetwork/sandbox_dns_unix.go startResolver: once for a sandbox (resolverOnce), 20.10 to 29",
				Sources: partly("moby#40428"),
			}},
		}, {
			ID:   "restart",
			Says: "restarting the container does",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.All{is.Outcome("after joining", results.Refused), is.AddressOf(web, "after restart"), is.AddressOf(web, "TCP after restart")},
				Because: "moby libnetwork/sandbox_dns_unix.go startResolver: a new sandbox has a resolver and rules of its own, 20.10 to 29",
				Sources: partly("moby#40428"),
			}},
		}},
	}
}
