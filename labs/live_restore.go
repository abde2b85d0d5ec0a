package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/results"
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
	running := topo.HostCommand{Args: []string{"docker", "inspect", "--format", "{{ .State.Running }}", "{web}", "{client}"}}

	const ran = "; run on 20.10.24, 25.0.3, 26.1.5, 28.5.2 and 29.8.0"
	const restored = "moby daemon.restore, libnetwork controller sandboxRestore: startResolver with what was stored of the sandbox, without a look at the host's file" +
		ran + "; moby#45646 is about 24.0.0 to 24.0.2 with the iptables of one version" // 1.8.7, which prints what it finds
	const ends = "moby contrib/dockerd-rootless.sh: the engine is restarted with RootlessKit, and with that containers end, whatever live-restore says; they come back for their restart policy; run on 26.1.5 and 29.8.0 without root"
	back := is.All{is.Printed("by themselves", "true\ntrue"), is.AddressOf(web, "came back: name"), is.AnsweredBy("came back: out", 2), is.SameText("started", "started again", false)}
	const anew = "moby daemon.restore: without live-restore containers are stopped with the engine and started anew, with sandboxes of their own, before it answers (read in v23.0.15 and v28.1.1; seen before anything else starts them on 26.1.5, and on 28.5.2 without root)"
	// lives are the cases of containers that are left running, and of those that are not.
	lives := func(running, gone is.Assertion, sources ...results.Source) []Case {
		return []Case{
			{When: and(docker(""), rootless(false)), Expect: running, Because: restored, Sources: sources},
			{When: and(docker(""), rootless(true)), Expect: gone, Because: ends},
		}
	}
	found := is.All{is.AddressOf(web, "after: name"), is.AddressOf(web, "after: alias"), is.Data("after: reverse", "web.lan."),
		is.AddressOf(late, "after: late"), is.AddressOf(client, "late: client")}
	sockets := is.All{is.ResolverSockets("before: sockets", "127.0.0.11", ""), is.ResolverSockets("after: sockets", "127.0.0.11", "dockerd")}
	rules := []Case{{
		When: Facts{"docker": "", "firewall": "iptables"},
		Expect: append(sockets, is.NATRules("after: rules", "after: sockets", "127.0.0.11",
			"OUTPUT -d 127.0.0.11/32 -j DOCKER_OUTPUT",
			"POSTROUTING -d 127.0.0.11/32 -j DOCKER_POSTROUTING",
			"DOCKER_OUTPUT -d 127.0.0.11/32 -p tcp -m tcp --dport 53 -j DNAT --to-destination 127.0.0.11:{tcp}",
			"DOCKER_OUTPUT -d 127.0.0.11/32 -p udp -m udp --dport 53 -j DNAT --to-destination 127.0.0.11:{udp}",
			"DOCKER_POSTROUTING -s 127.0.0.11/32 -p tcp -m tcp --sport {tcp} -j SNAT --to-source :53",
			"DOCKER_POSTROUTING -s 127.0.0.11/32 -p udp -m udp --sport {udp} -j SNAT --to-source :53")),
		Because: "moby libnetwork/resolver_unix.go setupIPTable flushes chains that are there before it fills them" + ran,
		Sources: refutes("moby#45646"),
	}, {
		When: Facts{"docker": ">=29.0", "firewall": "nftables"},
		Expect: append(sockets, is.NativeRules("after: rules", "docker-dns", "after: sockets", "127.0.0.11",
			"dns-dnat ip daddr 127.0.0.11 udp dport 53 counter dnat to 127.0.0.11:{udp}",
			"dns-dnat ip daddr 127.0.0.11 tcp dport 53 counter dnat to 127.0.0.11:{tcp}",
			"dns-snat ip saddr 127.0.0.11 udp sport {udp} counter snat to :53",
			"dns-snat ip saddr 127.0.0.11 tcp sport {tcp} counter snat to :53")),
		Because: "moby daemon/libnetwork/resolver_unix.go setupNftablesNAT makes its table anew; run on 29.8.0",
		Sources: refutes("moby#45646"),
	}}

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
			Do:  []topo.Act{conf(second), topo.RestartEngine{}},
			Ask: map[string]topo.Question{"by themselves": running},
		}, {
			Do: []topo.Act{topo.Start{Node: web}, topo.Start{Node: client}}, // for dnslab to know of them again
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
			Do: []topo.Act{conf(first), topo.RestartEngine{}, topo.Start{Node: web}, topo.Start{Node: client}, topo.Start{Node: late}, topo.Start{Node: guest}},
		}, {
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
			ID:   "come-back",
			Says: "containers with a restart policy come back with an engine that was restarted, with their names, and ask the server that the host has now",
			Cases: append(each(Case{Expect: append(back, is.AnsweredBy("out", 1)), Because: anew + ran, Sources: partly("S2-10")},
				append(onHost(""), throughSlirp(inRootlessKit("")))...),
				Case{When: throughPasta(inRootlessKit("")), Expect: append(back, is.AnsweredBy("out", ofHost)), Because: anew + "; " + becausePasta}),
		}, {
			ID:   "left-running",
			Says: "whether with live-restore containers go on while the engine is restarted",
			Cases: lives(is.All{is.SameText("before: started", "after: started", true), is.SameText("started again", "before: started", false)},
				is.SameText("before: started", "after: started", false)),
		}, {
			ID:    "names",
			Says:  "the resolver of a container is there again, over UDP and TCP, and knows who came and who was there",
			Cases: lives(found, found, refutes("moby#45646")...),
		}, {
			ID:   "servers",
			Says: "whom a container asks that was there before, when the host has another server, which new containers ask",
			Cases: lives(is.All{is.AnsweredBy("before: out", 2), is.AnsweredBy("after: out", 2), is.AnsweredBy("late: out", 1), is.Nameservers("after: file", "127.0.0.11")},
				is.All{is.AnsweredBy("before: out", 2), is.AnsweredBy("after: out", 1), is.AnsweredBy("late: out", 1), is.Nameservers("after: file", "127.0.0.11")},
				holds("S2-10")...),
		}, {
			ID:    "rules",
			Says:  "which NAT rules there are around it: those of the new ports, and none of the old",
			Cases: rules,
		}},
	}
}
