package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// HostResolved has systemd-resolved on the host's 127.0.0.53, and /etc/resolv.conf
// as a link to either of the two files that it writes.
func HostResolved() Lab {
	lan := topo.Network{Name: "lan"}
	upstream := func(name string) topo.Node {
		return topo.Node{Name: name, Kind: topo.Upstream, Mode: topo.BesideHost, Serves: slowly}
	}
	first, second, third := upstream("first"), upstream("second"), upstream("third")
	plain := topo.Node{Name: "plain", Mode: topo.AsItComes, Later: true}
	netted := topo.Node{Name: "netted", On: topo.On(lan), Later: true}
	hosted := topo.Node{Name: "hosted", Mode: topo.HostNetwork, Later: true}
	file := func(n topo.Node) topo.Question { return topo.File{Of: n, Path: "/etc/resolv.conf"} }
	ask := func(n topo.Node, name string) topo.Question { return topo.Wire{From: n, Name: name + ".lab.test."} }
	const (
		moby       = "moby libnetwork/resolvconf Path: where the host's file names 127.0.0.53 alone, /run/systemd/resolve/resolv.conf is read instead, 20.10 to 29; run on 26.1.5"
		podmans    = "containers-common libnetwork/resolvconf getDefaultResolvConf and filterResolvDNS; run on 5.4.2"
		anew       = "containers-common libnetwork/resolvconf getDefaultResolvConf: where the host's file names 127.0.0.53 alone, /run/systemd/resolve/resolv.conf is read instead, each time; run on 5.4.2"
		slirp      = "libslirp src/slirp.c get_dns_addr_cached: the forwarder asks whatever the host's resolv.conf names, read anew after a second"
		forwarders = "slirp4netns and pasta ask the first server of the host's file, which is the stub, from the host's network"
	)
	fromHost := func(name string) is.Assertion {
		return is.AskedFromOneOf("first's log", name+".lab.test.", "host's addresses")
	}
	stub := is.All{is.HasLine("stub file", "options edns0 trust-ad")}
	uplinks := is.All{is.AnsweredBy("plain, uplinks", 2), is.AnsweredBy("netted, uplinks", 2)}
	stub, uplinks = stub[:len(stub):len(stub)], uplinks[:len(uplinks):len(uplinks)]
	anewWith := func(conf topo.Act) []topo.Act {
		return []topo.Act{conf, topo.RestartEngine{}, topo.Restart{Node: plain}, topo.Restart{Node: netted}}
	}

	return Lab{
		Name:     "host-resolved",
		Story:    "The host's resolver is systemd-resolved on 127.0.0.53. Which of the files on the host is a container's made of, whom does it ask, and does it hear when resolved is given another server?",
		Needs:    []driver.Cap{driver.OwnHost, driver.Resolved, driver.UserNetworks, driver.HostNetns},
		Topology: topo.Topology{first, second, third, plain, netted, hosted},
		Steps: []Step{{
			Do: append(resolved(""), linkDNS(first), resolvConf("stub-resolv.conf"), topo.Start{Node: plain}),
			Ask: map[string]topo.Question{
				"plain's file, before": file(plain),
				"stub file":            topo.HostFile{Path: "/etc/resolv.conf"},
			},
		}, {
			Do: []topo.Act{topo.RestartEngine{}, topo.Restart{Node: plain}, topo.Start{Node: netted}, topo.Start{Node: hosted}},
			Ask: map[string]topo.Question{
				"plain's file, stub":  file(plain),
				"netted's file, stub": file(netted),
				"hosted's file, stub": file(hosted),
				"plain, stub":         ask(plain, "one"),
				"netted, stub":        ask(netted, "two"),
				"hosted, stub":        ask(hosted, "three"),
			},
		}, {
			Do: []topo.Act{linkDNS(second)},
			Ask: map[string]topo.Question{
				"plain, stub, changed":  ask(plain, "four"),
				"netted, stub, changed": ask(netted, "five"),
				"hosted, stub, changed": ask(hosted, "six"),
			},
		}, {
			Do: anewWith(resolvConf("resolv.conf")),
			Ask: map[string]topo.Question{
				"plain's file, uplinks": file(plain),
				"plain, uplinks":        ask(plain, "seven"),
				"netted, uplinks":       ask(netted, "eight"),
			},
		}, {
			Do:  []topo.Act{linkDNS(first)},
			Ask: map[string]topo.Question{"slow": ask(plain, "slow")},
		}, {
			Ask: map[string]topo.Question{
				"netted, uplinks, changed": ask(netted, "ten"),
			},
		}, {
			Do: anewWith(topo.HostWrite{Path: "/etc/resolv.conf", Content: "nameserver 127.0.0.53\nnameserver {third.addr}\n", Rename: true}),
			Ask: map[string]topo.Question{
				"plain's file, with another": file(plain),
				"plain, with another":        ask(plain, "eleven"),
				"netted, with another":       ask(netted, "twelve"),
			},
		}, {Ask: map[string]topo.Question{
			"first's log":      topo.Saw{Upstream: first},
			"host's addresses": topo.HostFile{Path: "/proc/net/fib_trie"},
			"systemd-resolved": topo.HostProgram{Name: "systemd-resolved"},
		}}},
		Claims: []Claim{{
			ID:   "before-a-restart",
			Says: "whom a container without a network is told when resolved has come while the engine ran",
			Cases: append(each(Case{
				Expect:  is.All{is.HasLine("stub file", "nameserver 127.0.0.53"), is.Nameservers("plain's file, before", publicServers...)},
				Because: "moby libnetwork/resolvconf Path looks once, when the engine starts, whether the host names 127.0.0.53 alone, 20.10 to 29; run on 26.1.5",
				Sources: partly("S2-8", "S2-10"),
			}, onHost("")...), toldElsewhere("plain's file, before", []string{"{first}"}, anew, holds("S2-40"))...),
		}, {
			ID:   "told",
			Says: "whom it is told where the host's file was a link to the one that names the stub when the engine started",
			Cases: append(each(Case{
				Expect:  is.All{is.HasLine("stub file", "nameserver 127.0.0.53"), is.Nameservers("plain's file, stub", "{first}")},
				Because: moby,
				Sources: refutes("S2-8"),
			}, onHost("")...), toldElsewhere("plain's file, stub", []string{"{first}"}, anew, holds("S2-40"))...),
		}, {
			ID:   "told-on-a-network",
			Says: "whom the file of a container on a network names, and what it says of whom the resolver asks",
			Cases: append(extServers("netted's file, stub", Case{
				Expect:  is.Nameservers("netted's file, stub", "127.0.0.11"),
				Because: "moby libnetwork/sandbox_dns_unix.go rebuildDNS up to 25.0 says nothing of it; run on 20.10.24",
			}, "127.0.0.53"), Case{
				When:    podman(">=4.4.3"),
				Expect:  is.HostServers("netted's file, stub", 1),
				Because: "podman libpod/container_internal_common.go addResolvConf: the gateway alone since 4.4.3",
			}, Case{
				When:    podman("<4.4.3"),
				Expect:  is.HostServerBefore("netted's file, stub", "{first}"),
				Because: "podman libpod/container_internal_common.go generateResolvConf: the gateway, then the servers of the host as a container without a network is told them, up to 4.4.2; run on 4.3.1",
			}),
		}, {
			ID:   "asks",
			Says: "whoever asks, resolved's server answers: without a network, on one, in the host's",
			Cases: ofDocker(refutes("S2-8"), each(Case{
				Expect: is.All{is.AnsweredBy("plain, stub", 1), is.AnsweredBy("netted, stub", 1), is.AnsweredBy("hosted, stub", 1),
					fromHost("one"), fromHost("two"), fromHost("three")},
				Because: "containers on a network ask a server of the engine's, which asks the stub from the host's network; the others are told the server itself, the stub, or a forwarder that asks it",
			}, docker(""), podman(""))),
		}, {
			ID:   "options",
			Says: "whether the stub's options edns0 and trust-ad are in the file of a container without a network, and of one in the host's",
			Cases: append(each(Case{
				Expect:  append(stub, is.ResolvOptions("plain's file, stub"), is.ResolvOptions("hosted's file, stub", "edns0", "trust-ad")),
				Because: "the file with resolved's servers has no options; a container in the host's network gets the host's file",
				Sources: partly("S2-23"),
			}, append(onHost(""), podman(""))...), Case{
				When:    inRootlessKit(""),
				Expect:  append(stub, is.ResolvOptions("plain's file, stub"), is.ResolvOptions("hosted's file, stub")),
				Because: becauseKit,
			}),
		}, {
			ID:   "options-on-a-network",
			Says: "whether they are in the file of a container on a network",
			Cases: append(each(Case{
				Expect:  append(stub, is.ResolvOptions("netted's file, stub", "edns0", "trust-ad", "ndots:0")),
				Because: "moby daemon/container_operations_unix.go buildSandboxOptions: containers on networks with a resolver get the lines of the host's own file, 20.10 to 29",
				Sources: partly("S2-2"),
			}, onHost("")...), Case{
				When:    inRootlessKit(""),
				Expect:  append(stub, is.ResolvOptions("netted's file, stub", "ndots:0")),
				Because: becauseKit,
				Sources: holds("S2-2"),
			}, Case{
				When:    podman(""),
				Expect:  append(stub, is.ResolvOptions("netted's file, stub")),
				Because: podmans,
			}),
		}, {
			ID:   "changed-default",
			Says: "whom a container without a network asks when resolved was given another server",
			Cases: append(ofDocker(holds("S2-10"), each(Case{
				Expect:  is.AnsweredBy("plain, stub, changed", 1),
				Because: "its file names the server that resolved had when it started",
			}, append(onHost(""), and(podman(""), rootless(false)))...)), ofDocker(partly("S2-10"), each(Case{
				Expect:  is.AnsweredBy("plain, stub, changed", 2),
				Because: forwarders,
			}, inRootlessKit(""), throughSlirp(podman("")), throughPasta(podman(""))))...),
		}, {
			ID:   "changed-network",
			Says: "a container on a network, or in the host's, asks resolved's new server at once",
			Cases: ofDocker(partly("S2-10"), each(Case{
				Expect:  is.All{is.AnsweredBy("netted, stub, changed", 2), is.AnsweredBy("hosted, stub, changed", 2)},
				Because: "who forwards for it asks the stub, whose address stays",
			}, docker(""), podman(""))),
		}, {
			ID:   "uplinks",
			Says: "where the host's file is a link to the one with resolved's servers, they are told and asked",
			Cases: append(each(Case{
				Expect:  append(uplinks, is.Nameservers("plain's file, uplinks", "{second}")),
				Because: "that file is like any other; what the link to the stub gives a container without a network is the same",
				Sources: partly("S2-67"),
			}, onHost("")...), toldElsewhere("plain's file, uplinks", []string{"{second}"}, "that file is like any other", nil, uplinks...)...),
		}, {
			ID:   "uplinks-changed",
			Says: "whom a container on a network asks then, when resolved was given another server",
			Cases: append(each(Case{
				Expect:  is.AnsweredBy("netted, uplinks, changed", 2),
				Because: "moby libnetwork/sandbox_dns_unix.go: the servers of the host are read when the container starts, and none of them is the stub",
				Sources: holds("S2-10"),
			}, onHost("")...), Case{
				When:    throughSlirp(inRootlessKit("")),
				Expect:  is.AnsweredBy("netted, uplinks, changed", 1),
				Because: slirp,
			}, Case{
				When:    throughPasta(inRootlessKit("")),
				Expect:  is.AnsweredBy("netted, uplinks, changed", 2),
				Because: becausePasta,
			}, Case{
				When:    dnsname(),
				Expect:  is.AnsweredBy("netted, uplinks, changed", 1),
				Because: "dnsname's dnsmasq polls the host's resolv.conf",
			}, Case{
				When:    and(aardvark("<1.17"), rootless(false)),
				Expect:  is.AnsweredBy("netted, uplinks, changed", 2),
				Because: "aardvark-dns src/server/serve.rs: before 1.17 the host's file is read when a container starts or stops",
			}, Case{
				When:    and(aardvark(">=1.17"), rootless(false)),
				Expect:  is.AnsweredBy("netted, uplinks, changed", 1),
				Because: "aardvark-dns src/server/serve.rs: from 1.17 it watches the host's file",
			}, Case{
				When:    throughPasta(podman("")),
				Expect:  is.AnsweredBy("netted, uplinks, changed", 2),
				Because: "passt conf.c get_dns: the pasta of a user's networks reads the host's file when it starts",
			}, Case{
				When:    throughSlirp(podman("")),
				Expect:  is.AnsweredBy("netted, uplinks, changed", 1),
				Because: slirp,
			}),
		}, {
			ID:   "with-another",
			Says: "whom a container without a network is told and asks where the host's file names another server beside the stub",
			Cases: append(each(Case{
				Expect:  is.All{is.Nameservers("plain's file, with another", "{third}"), is.AnsweredBy("plain, with another", 3)},
				Because: "moby libnetwork/resolvconf Path: with another server the file is the host's own, without its loopback servers, 20.10 to 29",
				Sources: refutes("S2-8"),
			}, onHost("")...), Case{
				When:    inRootlessKit(""),
				Expect:  is.All{is.Nameservers("plain's file, with another", "10.0.2.3"), is.AnsweredBy("plain, with another", 1)},
				Because: forwarders,
			}, Case{
				When:    and(podman(""), rootless(false)),
				Expect:  is.All{is.Nameservers("plain's file, with another", "{third}"), is.AnsweredBy("plain, with another", 3)},
				Because: podmans,
			}, Case{
				When:    throughSlirp(podman("")),
				Expect:  is.All{is.Nameservers("plain's file, with another", "10.0.2.3", "{third}"), is.AnsweredBy("plain, with another", 1)},
				Because: podmans + "; " + forwarders,
			}, Case{
				When:    throughPasta(podman("")),
				Expect:  is.All{is.Nameservers("plain's file, with another", "169.254.1.1", "{third}"), is.AnsweredBy("plain, with another", 1)},
				Because: podmans + "; " + forwarders,
			}),
		}, {
			ID:   "with-another-network",
			Says: "a container on a network asks the stub then, which is the first",
			Cases: ofDocker(refutes("S2-8"), each(Case{
				Expect:  is.All{is.AnsweredBy("netted, with another", 1), fromHost("twelve")},
				Because: "the stub is asked from the host's network, by the engine's own server or by a forwarder",
			}, docker(""), podman(""))),
		}, {
			ID:   "runs",
			Says: "systemd-resolved runs to the end",
			Cases: each(Case{
				Expect:  is.Runs("systemd-resolved"),
				Because: "all of the other claims would be about another thing",
			}, docker(""), podman("")),
		}},
	}
}
