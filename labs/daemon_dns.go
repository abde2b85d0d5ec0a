package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// daemonJSON are the acts that give Docker this configuration. It has to be
// started anew to read it. One that runs without root reads another file.
func daemonJSON(content string) []topo.Act {
	const rootless = "/home/lab/.config/docker"
	return []topo.Act{
		topo.HostRun{Args: []string{"mkdir", "-p", "/etc/docker", rootless}, Root: true, Changes: topo.Machine},
		topo.HostWrite{Path: "/etc/docker/daemon.json", Content: content},
		topo.HostWrite{Path: rootless + "/daemon.json", Content: content},
	}
}

// DaemonDNS gives the engine servers, search list and options of its own, and
// containers flags for all, or for one, of the three.
func DaemonDNS() Lab {
	lan := topo.Network{Name: "lan"}
	configured := topo.Node{Name: "configured", Kind: topo.Upstream, Mode: topo.BesideHost}
	flagged := topo.Node{Name: "flagged", Kind: topo.Upstream, Mode: topo.BesideHost}
	node := func(name string, n topo.Node) topo.Node {
		n.Name, n.Later = name, true
		if n.Mode == "" {
			n.On = topo.On(lan)
		}
		return n
	}
	all := topo.Node{DNS: []string{"flagged"}, Search: []string{"flag.lab.test"}, Options: []string{"attempts:4"}}
	onBridge := all
	onBridge.Mode = topo.DefaultBridge
	plain := node("plain", topo.Node{Mode: topo.DefaultBridge})
	netted := node("netted", topo.Node{})
	plainFlags := node("plain-flags", onBridge)
	nettedFlags := node("netted-flags", all)
	searching := node("searching", topo.Node{Search: []string{"flag.lab.test"}})
	opting := node("opting", topo.Node{Mode: topo.DefaultBridge, Options: []string{"attempts:4"}})
	file := func(n topo.Node) topo.Question { return topo.File{Of: n, Path: "/etc/resolv.conf"} }
	ask := func(n topo.Node) topo.Question { return topo.Wire{From: n, Name: n.Name + ".lab.test."} }

	const (
		each3 = "moby daemon buildSandboxOptions: each of servers, search list and options is the container's, else the daemon's, else that of the host's file"
		ran   = "; run on 20.10.24, 25.0.3, 26.1.5, 28.5.2 and 29.8.0"
		over  = "# Overrides: [nameservers search options]"
	)
	set := func(name string, servers, search, options []string) is.All {
		return is.All{is.Nameservers(name, servers...), is.SearchList(name, search...), is.ResolvOptions(name, options...)}
	}
	of := func(words ...string) []string { return words }
	conf := `{"dns": ["{configured.addr}"], "dns-search": ["daemon.lab.test"], "dns-opts": ["timeout:2", "attempts:1"]}`

	return Lab{
		Name:     "daemon-dns",
		Story:    "The engine's own configuration has DNS servers, a search list and options, and so have the host's file and flags of some containers. Which of the three count?",
		Needs:    []driver.Cap{driver.OwnHost, driver.UserNetworks, driver.DefaultBridge},
		Topology: topo.Topology{configured, flagged, plain, netted, plainFlags, nettedFlags, searching, opting},
		Steps: []Step{{
			Do: append([]topo.Act{
				topo.HostWrite{Path: "/etc/resolv.conf", Content: "nameserver {flagged.addr}\nsearch host.lab.test\noptions timeout:9 rotate\n"},
			}, daemonJSON(conf)...),
		}, {
			Do: []topo.Act{topo.RestartEngine{}, topo.Start{Node: plain}, topo.Start{Node: netted}, topo.Start{Node: plainFlags},
				topo.Start{Node: nettedFlags}, topo.Start{Node: searching}, topo.Start{Node: opting}},
			Ask: map[string]topo.Question{
				"plain":        file(plain),
				"netted":       file(netted),
				"plain-flags":  file(plainFlags),
				"netted-flags": file(nettedFlags),
				"searching":    file(searching),
				"opting":       file(opting),

				"plain asks":        ask(plain),
				"netted asks":       ask(netted),
				"plain-flags asks":  ask(plainFlags),
				"netted-flags asks": ask(nettedFlags),
				"searching asks":    topo.Wire{From: searching, Name: "searching", Search: true},
			},
		}, {Ask: map[string]topo.Question{
			"configured's log": topo.Saw{Upstream: configured},
			"flagged's log":    topo.Saw{Upstream: flagged},
		}}},
		Claims: []Claim{{
			ID:   "default-bridge",
			Says: "on the default bridge the file has what the daemon is configured with, and nothing of the host's",
			Cases: []Case{{
				When:    docker(""),
				Expect:  append(set("plain", of("{configured}"), of("daemon.lab.test"), of("timeout:2", "attempts:1")), is.AnsweredBy("plain asks", 1)),
				Because: each3 + ran,
				Sources: holds("S2-5"),
			}},
		}, {
			ID:   "network",
			Says: "on a network the configured server stands behind the engine's resolver, search list and options are in the file",
			Cases: []Case{{
				When: docker(""),
				Expect: append(set("netted", of("127.0.0.11"), of("daemon.lab.test"), of("timeout:2", "attempts:1", "ndots:0")),
					is.AnsweredBy("netted asks", 1), is.NotAskedBut("flagged's log", "netted.lab.test.", "netted-flags.lab.test.")),
				Because: each3 + ran,
				Sources: holds("S2-5"),
			}},
		}, {
			ID:   "flags-replace",
			Says: "flags of a container take the place of what the daemon has: nothing is merged",
			Cases: []Case{{
				When: docker(""),
				Expect: append(append(set("plain-flags", of("{flagged}"), of("flag.lab.test"), of("attempts:4")),
					set("netted-flags", of("127.0.0.11"), of("flag.lab.test"), of("attempts:4", "ndots:0"))...),
					is.AnsweredBy("plain-flags asks", 2), is.AnsweredBy("netted-flags asks", 2),
					is.NotAskedBut("configured's log", "plain-flags.lab.test.", "plain.lab.test."), is.NotAskedBut("configured's log", "netted-flags.lab.test.", "plain.lab.test.")),
				Because: each3 + ran,
				Sources: holds("S2-5"),
			}},
		}, {
			ID:   "one-flag",
			Says: "a flag replaces its own part alone: the other two are still the daemon's",
			Cases: []Case{{
				When: docker(""),
				Expect: append(append(set("searching", of("127.0.0.11"), of("flag.lab.test"), of("timeout:2", "attempts:1", "ndots:0")),
					set("opting", of("{configured}"), of("daemon.lab.test"), of("attempts:4"))...),
					is.AnsweredBy("searching asks", 1), is.Asked("configured's log", "searching.flag.lab.test.")),
				Because: each3 + ran,
				Sources: holds("S2-5"),
			}},
		}, {
			ID:   "comments",
			Says: "whether the file tells that they are not the host's",
			Cases: []Case{{
				When:    docker("<26.0"),
				Expect:  is.All{is.Comments("plain"), is.Comments("netted"), is.HasText("plain", "daemon.lab.test"), is.HasText("netted", "daemon.lab.test")},
				Because: "moby libnetwork/resolvconf Build up to 25.0 writes no comment; run on 20.10.24",
			}, {
				When: docker(">=26.0"),
				Expect: is.All{is.HasLine("plain", over), is.HasLine("netted", over), is.HasLine("netted", "# ExtServers: [{configured}]"),
					is.HasLine("netted-flags", over), is.HasLine("netted-flags", "# ExtServers: [{flagged}]")},
				Because: "moby libnetwork/internal/resolvconf Generate, since 26.0: overridden is what is not the host's, whoever said it; without host() a server is dialled from the container; run on 26.1.5, 28.5.2 and 29.8.0",
				Sources: holds("S2-5"),
			}},
		}},
	}
}
