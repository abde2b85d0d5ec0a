package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// HostRestarts edits the host's file in place, where HostResolvConf renames a
// new one over it, and then restarts the containers, and the engine.
func HostRestarts() Lab {
	lan := topo.Network{Name: "lan"}
	upstream := func(name string) topo.Node {
		return topo.Node{Name: name, Kind: topo.Upstream, Mode: topo.BesideHost, Serves: slowly}
	}
	first, second, third := upstream("first"), upstream("second"), upstream("third")
	plain := topo.Node{Name: "plain", Mode: topo.AsItComes, Later: true}
	netted := topo.Node{Name: "netted", On: topo.On(lan), Later: true}
	stays := topo.Node{Name: "stays", On: topo.On(lan), Later: true} // so that what serves the network stays, too
	conf := func(server topo.Node) topo.Act {
		return topo.HostWrite{Path: "/etc/resolv.conf", Content: "nameserver {" + server.Name + ".addr}\n"}
	}
	file := func(n topo.Node) topo.Question { return topo.File{Of: n, Path: "/etc/resolv.conf"} }
	ask := func(n topo.Node, name string) topo.Question { return topo.Wire{From: n, Name: name + ".lab.test."} }

	const (
		moby  = "moby daemon/libnetwork/sandbox_dns_unix.go: the servers of the host are read when the container starts, and only then"
		slirp = "libslirp src/slirp.c get_dns_addr_cached: the forwarder asks whatever the host's resolv.conf names, read anew after a second"
		netns = "common internal/rootlessnetns: pasta serves all networks of a user, starts with the first container on one and ends with the last; it keeps the server that the host's file named then (passt conf.c get_dns), and a file edited in place is not seen past the one that is mounted over it"
	)
	withRoot := rootless(false)
	// who are the cases of Docker: who answers, by how the engine reaches the host.
	who := func(answer string, own, slirped, pasted int, sources ...results.Source) []Case {
		return append(each(Case{Expect: is.AnsweredBy(answer, own), Because: moby, Sources: sources}, onHost("")...),
			Case{When: throughSlirp(inRootlessKit("")), Expect: is.AnsweredBy(answer, slirped), Because: slirp},
			Case{When: throughPasta(inRootlessKit("")), Expect: is.AnsweredBy(answer, pasted), Because: becausePasta})
	}
	// onNetwork are those of Podman on a network, where pasta's is another one.
	onNetwork := func(answer string, by, pasted int, because string) []Case {
		return []Case{
			{When: and(podman(""), withRoot), Expect: is.AnsweredBy(answer, by), Because: because},
			{When: throughSlirp(podman("")), Expect: is.AnsweredBy(answer, by), Because: slirp},
			{When: throughPasta(podman("")), Expect: is.AnsweredBy(answer, pasted), Because: netns + "; run on 5.4.2", Sources: holds("podman#14412")},
		}
	}

	return Lab{
		Name:     "host-restarts",
		Story:    "The host's resolv.conf is edited in place while containers run. Then they are restarted, and the engine is: when does whom ask the new server?",
		Needs:    []driver.Cap{driver.OwnHost, driver.UserNetworks},
		Topology: topo.Topology{first, second, third, plain, netted, stays},
		Steps: []Step{{
			Do: []topo.Act{conf(first), topo.Start{Node: plain}, topo.Start{Node: netted}, topo.Start{Node: stays}},
			Ask: map[string]topo.Question{
				"plain":        ask(plain, "one"),
				"netted":       ask(netted, "two"),
				"plain's file": file(plain),
			},
		}, {
			Do:  []topo.Act{conf(second)},
			Ask: map[string]topo.Question{"slow": ask(plain, "slow")},
		}, {
			Ask: map[string]topo.Question{
				"plain after the edit":  ask(plain, "three"),
				"netted after the edit": ask(netted, "four"),
				"file after the edit":   file(plain),
			},
		}, {
			Do: []topo.Act{topo.Restart{Node: plain}, topo.Restart{Node: netted}},
			Ask: map[string]topo.Question{
				"plain, restarted":  ask(plain, "five"),
				"netted, restarted": ask(netted, "six"),
				"its neighbour":     ask(stays, "seven"),
			},
		}, {
			Do: []topo.Act{conf(third), topo.RestartEngine{}, topo.Restart{Node: plain}, topo.Restart{Node: netted}},
			Ask: map[string]topo.Question{
				"plain, engine restarted":  ask(plain, "eight"),
				"netted, engine restarted": ask(netted, "nine"),
			},
		}, {
			Do:  []topo.Act{topo.Stop{Node: stays}, topo.Stop{Node: netted}, topo.Start{Node: netted}},
			Ask: map[string]topo.Question{"netted, alone": ask(netted, "ten")},
		}},
		Claims: []Claim{{
			ID:   "edited-default",
			Says: "whom a container without a network asks after the file was edited in place",
			Cases: append(who("plain after the edit", 1, 2, ofHost, holds("S2-10", "moby#42752")...), Case{
				When:    and(podman(""), withRoot),
				Expect:  is.All{is.AnsweredBy("plain", 1), is.AnsweredBy("plain after the edit", 1), is.SameText("plain's file", "file after the edit", true)},
				Because: "podman libpod/container_internal_common.go addResolvConf writes the file once, when the container starts",
				Sources: holds("podman#14412"),
			}, Case{
				When:    throughPasta(podman("")),
				Expect:  is.All{is.AnsweredBy("plain", 1), is.AnsweredBy("plain after the edit", 1), is.SameText("plain's file", "file after the edit", true)},
				Because: "passt conf.c get_dns: each such container has a pasta of its own, which reads the host's file when it starts",
				Sources: holds("podman#14412"),
			}, Case{
				When:    throughSlirp(podman("")),
				Expect:  is.All{is.AnsweredBy("plain", 1), is.AnsweredBy("plain after the edit", 2), is.SameText("plain's file", "file after the edit", true)},
				Because: slirp,
				Sources: refutes("podman#14412"),
			}),
		}, {
			ID:   "edited-network",
			Says: "whom a container on a network asks after the file was edited in place",
			Cases: append(who("netted after the edit", 1, 2, ofHost, holds("S2-10", "moby#42752")...), Case{
				When:    dnsname(),
				Expect:  is.All{is.AnsweredBy("netted", 1), is.AnsweredBy("netted after the edit", 2)},
				Because: "dnsmasq polls the host's resolv.conf; run on Podman 4.3.1",
			}, Case{
				When:    and(aardvark("<1.17"), withRoot),
				Expect:  is.All{is.AnsweredBy("netted", 1), is.AnsweredBy("netted after the edit", 1)},
				Because: "aardvark-dns src/server/serve.rs: before 1.17 the host's file is read when a container starts or stops",
				Sources: refutes("aardvark-dns:nameservers-updated-when-resolv-conf-changes"),
			}, Case{
				When:    and(aardvark(">=1.17"), withRoot),
				Expect:  is.All{is.AnsweredBy("netted", 1), is.AnsweredBy("netted after the edit", 2)},
				Because: "aardvark-dns src/server/serve.rs: from 1.17 it watches the host's file",
				Sources: holds("aardvark-dns:nameservers-updated-when-resolv-conf-changes"),
			}, Case{
				When:    throughPasta(podman("")),
				Expect:  is.All{is.AnsweredBy("netted", 1), is.AnsweredBy("netted after the edit", 1)},
				Because: netns,
				Sources: refutes("aardvark-dns:nameservers-updated-when-resolv-conf-changes"),
			}, Case{
				When:    throughSlirp(podman("")),
				Expect:  is.All{is.AnsweredBy("netted", 1), is.AnsweredBy("netted after the edit", 2)},
				Because: slirp,
			}),
		}, {
			ID:   "restarted-default",
			Says: "whom a container without a network asks after a restart of its own",
			Cases: append(who("plain, restarted", 2, 2, ofHost, append(holds("S2-10"), partly("moby:TestRunResolvconfUpdate")...)...), Case{ // of which it is the part without loopback servers and edits
				When:    podman(""),
				Expect:  is.AnsweredBy("plain, restarted", 2),
				Because: "podman libpod/container_internal_common.go addResolvConf: the file is written anew at each start, and so does pasta start anew; run on 5.4.2",
			}),
		}, {
			ID:   "restarted-network",
			Says: "whom a container on a network asks after a restart of its own, while a neighbour stays",
			Cases: append(who("netted, restarted", 2, 2, ofHost, holds("S2-10")...),
				onNetwork("netted, restarted", 2, 1, "aardvark-dns src/server/serve.rs reads the host's file whenever a container starts or stops, dnsmasq by itself; run on 1.14.0")...),
		}, {
			ID:   "neighbour",
			Says: "whom a neighbour asks then that was not restarted",
			Cases: append(who("its neighbour", 1, 2, ofHost, holds("S2-10")...),
				onNetwork("its neighbour", 2, 1, "one aardvark-dns, or dnsmasq, serves all containers of the network; run on 1.14.0")...),
		}, {
			ID:   "engine-restarted-default",
			Says: "whom a container without a network asks after a restart of the engine and of its own",
			Cases: append(who("plain, engine restarted", 3, 3, 3, partly("S2-10")...), Case{
				When:    podman(""),
				Expect:  is.AnsweredBy("plain, engine restarted", 3),
				Because: "podman libpod: as after any start of a container; run on 5.4.2",
			}),
		}, {
			ID:   "engine-restarted-network",
			Says: "whom a container on a network asks after a restart of the engine and of its own",
			Cases: append(who("netted, engine restarted", 3, 3, 3, partly("S2-10")...),
				onNetwork("netted, engine restarted", 3, 1, "Podman's containers and what serves them outlive its API service, and a start of a container is as any; run on 5.4.2")...),
		}, {
			ID:   "alone",
			Says: "whom a container on a network asks that starts when no other one is left there",
			Cases: append(who("netted, alone", 3, 3, 3), Case{
				When:    podman(""),
				Expect:  is.AnsweredBy("netted, alone", 3),
				Because: "what serves a network, and pasta, which serves all of a user's, ends with the last container and starts anew; run on 5.4.2",
			}),
		}},
	}
}
