package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// Changes takes a container's address away from it, twice. Each time another
// container takes its place before it comes back: the engine hands out the
// lowest address that is free, so that it would get the same one again.
func Changes() Lab {
	lan := topo.Network{Name: "lan"}
	up := topo.Node{Name: "up", Kind: topo.Upstream, On: topo.On(lan)}
	client := topo.Node{Name: "client", On: topo.On(lan), DNS: []string{"up"}}
	web := topo.Node{Name: "web", On: topo.On(lan, "www")}
	usurper := topo.Node{Name: "usurper", On: topo.On(lan), Later: true}
	second := topo.Node{Name: "second-usurper", On: topo.On(lan), Later: true}
	ask := func(name string) topo.Question { return topo.Wire{From: client, Name: name} }
	ptr := func(name string) topo.Question { return topo.Wire{From: client, Name: name, Type: "PTR"} }

	return Lab{
		Name:     "changes",
		Story:    "A container leaves its network and comes back with another address, then stops and starts with yet another: what a neighbour finds.",
		Needs:    []driver.Cap{driver.UserNetworks},
		Topology: topo.Topology{up, client, web, usurper, second},
		Steps: []Step{{Ask: map[string]topo.Question{
			"at first":         ask("{web}"),
			"alias at first":   ask("www"),
			"reverse at first": ptr("{web.ptr}"),
		}}, {
			Do: []topo.Act{topo.Disconnect{Node: web, Network: lan}},
			Ask: map[string]topo.Question{
				"while away":       ask("{web}"),
				"alias while away": ask("www"),
			},
		}, {
			Do: []topo.Act{topo.Start{Node: usurper}, topo.Connect{Node: web, Network: lan, Aliases: []string{"shop"}}},
			Ask: map[string]topo.Question{
				"when back":              ask("{web}"),
				"old alias":              ask("www"),
				"new alias":              ask("shop"),
				"reverse when back":      ptr("{web.ptr}"),
				"reverse of the usurper": ptr("{usurper.ptr}"),
			},
		}, {
			Do: []topo.Act{topo.Stop{Node: web}},
			Ask: map[string]topo.Question{
				"stopped":       ask("{web}"),
				"alias stopped": ask("shop"),
			},
		}, {
			Do: []topo.Act{topo.Start{Node: second}, topo.Start{Node: web}},
			Ask: map[string]topo.Question{
				"started":         ask("{web}"),
				"alias started":   ask("shop"),
				"reverse started": ptr("{web.ptr}"),
			},
		}, {
			Do: []topo.Act{topo.Restart{Node: client}},
			Ask: map[string]topo.Question{
				"asker restarted": ask("{web}"),
				"elsewhere":       ask("out.lab.test."),
			},
		}, {Ask: map[string]topo.Question{
			"up's log": topo.Saw{Upstream: up},
		}}},
		Claims: []Claim{{
			ID:   "gone",
			Says: "what is found, by name and by alias, of who has left the network, and before that",
			Cases: []Case{{
				When: docker(""),
				Expect: is.All{is.AddressOf(web, "at first"), is.AddressOf(web, "alias at first"), is.Data("reverse at first", "web.lan."),
					is.NXDomain("while away"), is.NXDomain("alias while away"), is.Asked("up's log", "www.")},
				Because: "moby libnetwork Endpoint.sbLeave deletes the records of an endpoint: the same from 20.10 to 29",
			}, lost("at first", "alias at first", "while away", "alias while away"), {
				When: behind(">=1.13"),
				Expect: is.All{is.AddressOf(web, "at first"), is.AddressOf(web, "alias at first"), is.Data("reverse at first", "web.", "www.", "{web.id}."),
					is.NXDomain("while away"), is.NXDomain("alias while away"), is.AskedFromHost("up's log", "www.")},
				Because: "netavark teardown takes the container's line out of the network's file; aardvark-dns forwards what it does not know (run on podman 5.4.2 and 5.8.6)",
			}},
		}, {
			ID:   "back",
			Says: "whether who comes back with another address is found there at once, and under that address",
			Cases: []Case{{
				When: docker(""),
				Expect: is.All{is.Moved("at first", "when back"), is.AddressOf(web, "at first"), is.AddressOf(web, "when back"),
					is.Data("reverse when back", "web.lan."), is.Data("reverse of the usurper", "usurper.lan.")},
				Because: "moby libnetwork Endpoint.sbJoin adds the records of an endpoint, and no resolver caches: the same from 20.10 to 29",
			}, lost("at first", "when back"), {
				When: behind(">=1.13"),
				Expect: is.All{is.Moved("at first", "when back"), is.AddressOf(web, "at first"), is.AddressOf(web, "when back"),
					is.Data("reverse when back", "web.", "shop.", "{web.id}."), is.Data("reverse of the usurper", "usurper.", "{usurper.id}.")},
				Because: "netavark setup adds a line, and aardvark-dns 1.13 and newer gives out TTL 0 (run on podman 5.4.2 and 5.8.6)",
			}},
		}, {
			ID:   "aliases-of-an-attachment",
			Says: "to how many stays on a network an alias belongs: the next one has another",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.All{is.AddressOf(web, "alias at first"), is.NXDomain("old alias"), is.AddressOf(web, "new alias")},
				Because: "moby daemon ConnectToNetwork: endpoint settings, aliases among them, come with the connection: the same from 20.10 to 29",
			}, lost("alias at first", "old alias", "new alias"), {
				When:    behind(">=1.13"),
				Expect:  is.All{is.AddressOf(web, "alias at first"), is.NXDomain("old alias"), is.AddressOf(web, "new alias")},
				Because: "podman libpod NetworkDisconnect forgets the settings of a network, NetworkConnect brings new ones (run on podman 5.4.2 and 5.8.6)",
			}},
		}, {
			ID:   "stopped",
			Says: "what is found, by name and by alias, of who is stopped",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.All{is.AddressOf(web, "when back"), is.NXDomain("stopped"), is.NXDomain("alias stopped"), is.Asked("up's log", "shop.")},
				Because: "moby daemon releaseNetwork deletes the sandbox of a container that has stopped: the same from 20.10 to 29",
			}, lost("when back", "stopped", "alias stopped"), {
				When:    behind(">=1.13"),
				Expect:  is.All{is.AddressOf(web, "when back"), is.NXDomain("stopped"), is.NXDomain("alias stopped"), is.AskedFromHost("up's log", "shop.")},
				Because: "podman libpod cleanup tears the networks of a container down that has stopped (run on podman 5.4.2 and 5.8.6)",
			}},
		}, {
			ID:   "started",
			Says: "whether who is started again with another address is found there at once, by name, alias and address",
			Cases: []Case{{
				When: docker(""),
				Expect: is.All{is.Moved("when back", "started"), is.AddressOf(web, "when back"), is.AddressOf(web, "started"),
					is.AddressOf(web, "alias started"), is.Data("reverse started", "web.lan.")},
				Because: "moby daemon allocateNetwork: a start joins the networks anew, with the settings of the last stay: the same from 20.10 to 29",
			}, lost("when back", "started", "alias started"), {
				When: behind(">=1.13"),
				Expect: is.All{is.Moved("when back", "started"), is.AddressOf(web, "when back"), is.AddressOf(web, "started"),
					is.AddressOf(web, "alias started"), is.Data("reverse started", "web.", "shop.", "{web.id}.")},
				Because: "podman libpod configureNetNS: a start sets the networks up anew, with the settings of the last stay (run on podman 5.4.2 and 5.8.6)",
			}},
		}, {
			ID:   "asker-restarted",
			Says: "whether whoever asks finds both its neighbours and the rest of the world after a restart of its own",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.All{is.AddressOf(web, "asker restarted"), is.AnsweredBy("elsewhere", 1)},
				Because: "moby libnetwork Sandbox.startResolver: a start makes a resolver anew, with the container's --dns: the same from 20.10 to 29",
			}, {
				When:    podman("<4.4.3"),
				Expect:  is.All{is.NXDomain("asker restarted"), is.AnsweredBy("elsewhere", 1), is.AskedFrom("up's log", "out.lab.test.", client)},
				Because: "podman libpod/container_internal_common.go generateResolvConf up to 4.4.2: who has a server of its own asks that alone (run on podman 4.3.1, netavark and CNI)",
			}, {
				When:    behind(">=1.13"),
				Expect:  is.All{is.AddressOf(web, "asker restarted"), is.AnsweredBy("elsewhere", 1), is.AskedFromHost("up's log", "out.lab.test.")},
				Because: "podman libpod configureNetNS tells aardvark-dns of the container anew, with its --dns (run on podman 5.4.2 and 5.8.6)",
			}},
		}},
	}
}
