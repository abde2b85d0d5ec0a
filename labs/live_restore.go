package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// LiveRestore restarts the engine under containers that come back with it, and
// then under containers that it leaves running. An engine that restores these
// does not give them their input back, so a guest in the client's network, who
// comes after that, asks for it.
func LiveRestore() Lab {
	lan := topo.Network{Name: "lan"}
	first := topo.Node{Name: "first", Kind: topo.Upstream, Mode: topo.BesideHost}
	second := topo.Node{Name: "second", Kind: topo.Upstream, Mode: topo.BesideHost}
	web := topo.Node{Name: "web", On: topo.On(lan, "www"), Later: true}
	client := topo.Node{Name: "client", On: topo.On(lan), Later: true}
	late := topo.Node{Name: "late", On: topo.On(lan), Later: true}
	guest := topo.Node{Name: "guest", Mode: topo.SharedNetwork, ShareWith: "client", Later: true}
	conf := func(server topo.Node) topo.Act {
		return topo.HostWrite{Path: "/etc/resolv.conf", Content: "nameserver {" + server.Name + ".addr}\n"}
	}
	started := topo.HostCommand{Args: []string{"sh", "-c", "docker inspect {client} | grep StartedAt"}}

	return Lab{
		Name:     "live-restore",
		Story:    "The engine is restarted while containers run: once they come back with it, once it leaves them running. Is their DNS there again, and whom does it ask?",
		Needs:    []driver.Cap{driver.OwnHost, driver.UserNetworks, driver.Outside},
		Topology: topo.Topology{first, second, web, client, late, guest},
		Steps: []Step{{
			Do: []topo.Act{conf(first), topo.Start{Node: web}, topo.Start{Node: client},
				topo.HostRun{Args: []string{"docker", "update", "--restart=always", "{web}", "{client}"}, Changes: topo.World}},
			Ask: map[string]topo.Question{"out": topo.Wire{From: client, Name: "one.lab.test."}, "started": started},
		}, {
			Do: []topo.Act{conf(second), topo.RestartEngine{}, topo.Start{Node: web}, topo.Start{Node: client}},
			Ask: map[string]topo.Question{
				"came back: name": topo.Wire{From: client, Name: "{web}"},
				"came back: out":  topo.Wire{From: client, Name: "two.lab.test."},
				"started again":   started,
			},
		}, {
			Do: append(daemonJSON(`{"live-restore": true}`), topo.RestartEngine{}, topo.Start{Node: web}, topo.Start{Node: client}),
			Ask: map[string]topo.Question{
				"before: name":    topo.Wire{From: client, Name: "{web}"},
				"before: out":     topo.Wire{From: client, Name: "three.lab.test."},
				"before: sockets": topo.Sockets{Of: client},
				"before: started": started,
			},
		}, {
			Do: []topo.Act{conf(first), topo.RestartEngine{}, topo.Start{Node: late}, topo.Start{Node: guest}},
			Ask: map[string]topo.Question{
				"after: name":    topo.Wire{From: guest, Name: "{web}"},
				"after: alias":   topo.Wire{From: guest, Name: "www", TCP: true},
				"after: reverse": topo.Wire{From: guest, Name: "{web.ptr}", Type: "PTR"},
				"after: late":    topo.Wire{From: guest, Name: "{late}"},
				"late: client":   topo.Wire{From: late, Name: "{client}"},
				"late: out":      topo.Wire{From: late, Name: "four.lab.test."},
				"after: out":     topo.Wire{From: guest, Name: "five.lab.test."},
				"after: file":    topo.File{Of: guest, Path: "/etc/resolv.conf"},
				"after: sockets": topo.Sockets{Of: client, Owners: true},
				"after: rules":   topo.Rules{Of: client},
				"after: started": started,
			},
		}},
		Claims: []Claim{{
			ID: "a", Says: "x", Cases: []Case{{When: docker(""), Because: "x", Expect: is.All{is.AnsweredBy("out", 1), is.AnsweredBy("came back: out", 2), is.AddressOf(web, "came back: name"), is.SameText("started", "started again", false)}}},
		}, {
			ID: "b", Says: "x", Cases: []Case{{When: docker(""), Because: "x", Expect: is.All{is.AnsweredBy("before: out", 2), is.AddressOf(web, "before: name"), is.SameText("started again", "before: started", false), is.SameText("after: started", "before: started", true)}}},
		}, {
			ID: "c", Says: "x", Cases: []Case{{When: docker(""), Because: "x", Expect: is.All{is.AddressOf(web, "after: name"), is.AddressOf(web, "after: alias"), is.Data("after: reverse", "web.lan."), is.AddressOf(late, "after: late"), is.AddressOf(client, "late: client")}}},
		}, {
			ID: "d", Says: "x", Cases: []Case{{When: docker(""), Because: "x", Expect: is.All{is.AnsweredBy("after: out", 2), is.AnsweredBy("late: out", 1), is.Nameservers("after: file", "127.0.0.11")}}},
		}, {
			ID: "e", Says: "x", Cases: []Case{{When: docker(""), Because: "x", Expect: is.All{is.ResolverSockets("before: sockets", "127.0.0.11", ""), is.ResolverSockets("after: sockets", "127.0.0.11", "dockerd"),
				is.NATRules("after: rules", "after: sockets", "127.0.0.11",
					"OUTPUT -d 127.0.0.11/32 -j DOCKER_OUTPUT",
					"POSTROUTING -d 127.0.0.11/32 -j DOCKER_POSTROUTING",
					"DOCKER_OUTPUT -d 127.0.0.11/32 -p tcp -m tcp --dport 53 -j DNAT --to-destination 127.0.0.11:{tcp}",
					"DOCKER_OUTPUT -d 127.0.0.11/32 -p udp -m udp --dport 53 -j DNAT --to-destination 127.0.0.11:{udp}",
					"DOCKER_POSTROUTING -s 127.0.0.11/32 -p tcp -m tcp --sport {tcp} -j SNAT --to-source :53",
					"DOCKER_POSTROUTING -s 127.0.0.11/32 -p udp -m udp --sport {udp} -j SNAT --to-source :53")}}},
		}},
	}
}
