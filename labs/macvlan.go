package labs

import (
	"time"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// ranOn says on which versions a case was run, with root and without.
func ranOn(versions string) string { return "; run on " + versions }

// noIPvlan says it of networks that no kernel at hand could make.
func noIPvlan(string) string { return "; read from the source, since no kernel at hand had ipvlan" }

// Macvlan is moby's TestMACVlanDNS, with a server of the host's that is not on
// loopback.
func Macvlan() Lab {
	l := hangingNetworks(topo.Macvlan, "moby:TestMACVlanDNS", ranOn)
	l.Name = "macvlan"
	l.Needs = append(l.Needs, driver.Macvlan)
	l.Story = "Networks of driver macvlan hang on bridges, one of them internal, and lead nowhere. Who still answers containers there: neighbours, the host's server, one of --dns?"
	return l
}

// IPvlan is the same for networks of driver ipvlan.
func IPvlan() Lab {
	l := hangingNetworks(topo.IPvlan, "moby:TestIPVlanDNS", noIPvlan)
	l.Name = "ipvlan"
	l.Needs = append(l.Needs, driver.IPvlan)
	l.Story = "Networks of driver ipvlan hang on bridges, one of them internal, and lead nowhere. Who still answers containers there: neighbours, the host's server, one of --dns?"
	return l
}

// MacvlanHostLoopback is the rest of TestMACVlanDNS.
func MacvlanHostLoopback() Lab {
	l := hostLoopbackFrom(topo.Macvlan, "moby:TestMACVlanDNS", ranOn)
	l.Name = "macvlan-host-loopback"
	l.Needs = append(l.Needs, driver.Macvlan)
	l.Story = "The host's server is on the host's loopback. Is it asked for containers whose network of driver macvlan leads nowhere?"
	return l
}

// IPvlanHostLoopback is the rest of TestIPVlanDNS.
func IPvlanHostLoopback() Lab {
	l := hostLoopbackFrom(topo.IPvlan, "moby:TestIPVlanDNS", noIPvlan)
	l.Name = "ipvlan-host-loopback"
	l.Needs = append(l.Needs, driver.IPvlan)
	l.Story = "The host's server is on the host's loopback. Is it asked for containers whose network of driver ipvlan leads nowhere?"
	return l
}

// hostLoopbackFrom has a server in the host's network, on loopback as well.
// What is called the host's network is that of RootlessKit where a rootless
// engine lives there, and then the engine's server is a forwarder, which asks
// another loopback.
func hostLoopbackFrom(carrier topo.NetworkDriver, test string, ran func(versions string) string) Lab {
	ground, yard := topo.Network{Name: "ground"}, topo.Network{Name: "yard"}
	open := topo.Network{Name: "open", Driver: carrier, Parent: "ground"}
	vault := topo.Network{Name: "vault", Driver: carrier, Parent: "yard", Internal: true}
	loopback := topo.Node{Name: "loopback", Kind: topo.Upstream, Mode: topo.HostNetwork, Later: true}
	porter := topo.Node{Name: "porter", On: append(topo.On(ground), topo.On(yard)...), Later: true}
	plain := topo.Node{Name: "plain", On: topo.On(open), Later: true}
	prisoner := topo.Node{Name: "prisoner", On: topo.On(vault), Later: true}
	ask := func(from topo.Node, name string) topo.Question {
		return topo.Wire{From: from, Name: name + ".lab.test.", Timeout: 6 * time.Second} // one server is waited for 4 s
	}
	unheard := is.NotAskedBut("loopback's log", "prisoner.lab.test.", "porter.lab.test.")
	const kit = "moby contrib/dockerd-rootless.sh: the engine's server is a forwarder, which asks the loopback of the host's own namespace, where nobody is"

	// leaks and cut are what may become of a question from the internal network.
	leaks := func(versions, because, ran string) Case {
		return Case{
			When: and(docker(versions), rootless(false)), Because: because + ran,
			Expect:  is.All{is.AnsweredBy("prisoner", 1), is.Asked("loopback's log", "prisoner.lab.test.")},
			Sources: append(refutes(test), holds("moby#47538")...),
		}
	}
	cut := func(when Facts, because, ran string) Case {
		return Case{
			When: when, Because: because + ran,
			Expect:  is.All{is.ServFail("prisoner"), unheard},
			Sources: append(holds(test), refutes("moby#47538")...),
		}
	}
	const unrun = "; read from the source"
	const detach = "moby contrib/dockerd-rootless.sh --detach-netns: the engine dials from the host's own namespace"

	return Lab{
		Needs:    []driver.Cap{driver.OwnHost, driver.UserNetworks, driver.HostNetns},
		Topology: topo.Topology{loopback, porter, plain, prisoner},
		Steps: []Step{{
			Do: []topo.Act{
				topo.HostWrite{Path: "/etc/resolv.conf", Content: "nameserver 127.0.0.1\n"},
				topo.Start{Node: loopback}, topo.Start{Node: porter}, topo.Start{Node: plain}, topo.Start{Node: prisoner},
			},
			Ask: map[string]topo.Question{
				"porter": ask(porter, "porter"), "plain": ask(plain, "plain"), "prisoner": ask(prisoner, "prisoner"),
			},
		}, {Ask: map[string]topo.Question{"loopback's log": topo.Saw{Upstream: loopback}}}},
		Claims: []Claim{{
			ID:   "open",
			Says: "whether it is asked where the network is not internal",
			Cases: append(each(Case{
				Expect:  is.All{is.AnsweredBy("porter", 1), is.AnsweredBy("plain", 1), is.Asked("loopback's log", "plain.lab.test.")},
				Because: "moby libnetwork/resolver.go: a server on the host's loopback is dialled from the engine's own namespace, 20.10 to 29; " + detach + ran("20.10.24, 23.0.15, 25.0.3, 25.0.6, 26.0.2, 26.1.5, 27.5.1, 28.1.1, 28.5.2 and 29.8.0"),
				Sources: holds(test),
			}, onHost("")...), Case{
				When:    throughSlirp(inRootlessKit("<24.0")),
				Expect:  is.All{is.TimedOut("plain")},
				Because: kit + unrun,
			}, Case{
				When:    throughSlirp(inRootlessKit(">=24.0")),
				Expect:  is.All{is.ServFail("porter"), is.ServFail("plain")},
				Because: kit + ran("26.1.5, 28.5.2 and 29.8.0"),
			}, Case{
				When:    throughPasta(inRootlessKit("<24.0")),
				Expect:  is.All{is.AnsweredBy("porter", ofHost), is.TimedOut("plain")},
				Because: becausePasta + unrun,
			}, Case{
				When:    throughPasta(inRootlessKit(">=24.0 <28.0")),
				Expect:  is.All{is.AnsweredBy("porter", ofHost), is.ServFail("plain")},
				Because: becausePasta,
			}, Case{
				When:    throughPasta(inRootlessKit(">=28.0")),
				Expect:  is.All{is.AnsweredBy("porter", ofHost), is.AnsweredBy("plain", ofHost)},
				Because: becausePasta,
			}),
		}, {
			ID:   "internal",
			Says: "whether it is asked where the network is internal",
			Cases: []Case{
				leaks("<23.0.11", "moby libnetwork resolver.go: a server on the host's loopback is dialled from the host's namespace, whatever networks the container is on", ran("20.10.24")),
				cut(and(docker(">=23.0.11 <24.0"), rootless(false)), "moby libnetwork startResolver, v23.0.11: a sandbox without external connectivity forwards nothing", ran("23.0.15")),
				leaks(">=24.0 <25.0.5", "moby libnetwork resolver.go, v24.0.0 to v25.0.4: a server on the host's loopback is dialled from the host's namespace", ran("25.0.3")),
				cut(and(docker(">=25.0.5"), rootless(false)), "moby libnetwork resolver.go: without external access nothing is forwarded, from v26.1.3 to no server that would be dialled from the host", ran("25.0.6, 26.0.2, 26.1.5, 27.5.1, 28.1.1, 28.5.2 and 29.8.0")),
				cut(detached(""), "moby libnetwork resolver.go, from v26.1.3: nothing is forwarded to servers that would be dialled from the host", ran("29.8.0")),
				{
					When:    inRootlessKit("<23.0.11"),
					Expect:  is.TimedOut("prisoner"),
					Because: kit + ", and to which the container has no way" + unrun,
				}, {
					When:    inRootlessKit(">=23.0.11"),
					Expect:  is.ServFail("prisoner"),
					Because: kit + ", and to which the container has no way" + ran("26.1.5, 28.5.2 and 29.8.0"),
					Sources: partly(test), // its server is not on the engine's loopback
				},
			},
		}},
	}
}

// MacvlanWithoutParent is the part of TestMACVlanDNS for which the kernel needs
// interfaces of the kind dummy.
func MacvlanWithoutParent() Lab {
	alone := topo.Network{Name: "alone", Driver: topo.Macvlan}
	near := topo.Node{Name: "near", Kind: topo.Upstream, On: topo.On(alone, "neighbour")}
	plain := topo.Node{Name: "plain", On: topo.On(alone)}
	given := topo.Node{Name: "given", On: topo.On(alone), DNS: []string{"near"}}
	ask := func(from topo.Node, name string) topo.Question {
		return topo.Wire{From: from, Name: name, Timeout: 6 * time.Second} // one server is waited for 4 s
	}
	const because = "moby libnetwork/drivers/macvlan CreateNetwork: a network without a parent is made an internal one; read from the source, since no kernel at hand had interfaces of the kind dummy"

	return Lab{
		Name:     "macvlan-without-parent",
		Story:    "A network of driver macvlan has no parent, so that the engine makes it an interface which leads nowhere. Is it then as an internal one?",
		Needs:    []driver.Cap{driver.OwnHost, driver.UserNetworks, driver.Macvlan, driver.DummyParent},
		Topology: topo.Topology{near, plain, given},
		Steps: []Step{{Ask: map[string]topo.Question{
			"neighbour":     ask(plain, "neighbour"),
			"out":           ask(plain, "out.{plain}.lab.test."),
			"given: direct": topo.Wire{From: given, Name: "direct.lab.test.", Server: "near"},
		}}},
		Claims: []Claim{{
			ID:    "neighbour",
			Says:  "a neighbour is found by its alias",
			Cases: []Case{{When: docker(""), Expect: is.AddressOf(near, "neighbour"), Because: because}},
		}, {
			ID:   "host-server",
			Says: "what becomes of a question that is left to the host's server",
			Cases: []Case{{
				When:    docker("<23.0.11"),
				Expect:  is.All{is.TimedOut("out"), is.AnsweredBy("given: direct", 1)},
				Because: because,
			}, {
				When:    docker(">=23.0.11"),
				Expect:  is.All{is.ServFail("out"), is.AnsweredBy("given: direct", 1)},
				Because: because,
				Sources: holds("moby:TestMACVlanDNS"),
			}},
		}},
	}
}

// hangingNetworks has two networks that hang on bridges, each on one of its
// own, since some versions let one hang on each. Their gateways are addresses
// that nobody has. A bridge without a container on it is down, so porter is on
// both; what it asks shows that the host's server is heard.
func hangingNetworks(carrier topo.NetworkDriver, test string, ran func(versions string) string) Lab {
	ground, yard := topo.Network{Name: "ground"}, topo.Network{Name: "yard"}
	open := topo.Network{Name: "open", Driver: carrier, Parent: "ground"}
	vault := topo.Network{Name: "vault", Driver: carrier, Parent: "yard", Internal: true}
	porter := topo.Node{Name: "porter", On: append(topo.On(ground), topo.On(yard)...)}
	near := topo.Node{Name: "near", Kind: topo.Upstream, On: topo.On(open, "neighbour")}
	inside := topo.Node{Name: "inside", Kind: topo.Upstream, On: topo.On(vault, "treasure")}
	plain := topo.Node{Name: "plain", On: topo.On(open)}
	given := topo.Node{Name: "given", On: topo.On(open), DNS: []string{"near"}}
	prisoner := topo.Node{Name: "prisoner", On: topo.On(vault)}
	insider := topo.Node{Name: "insider", On: topo.On(vault), DNS: []string{"inside"}}
	ask := func(from topo.Node, name string) topo.Question {
		return topo.Wire{From: from, Name: name, Timeout: 6 * time.Second} // one server is waited for 4 s
	}
	// What is asked of the host's server is in a zone that no other lab asks for.
	const plains, prisoners, porters = "plain.porter.lab.test.", "prisoner.porter.lab.test.", "porter.porter.lab.test."
	ofPorter := func(name string) string { return name + ".{porter}.lab.test." }

	// beside are the cases of a server of --dns on an internal network itself.
	answered := func(versions, because, ran string) Case {
		return Case{When: docker(versions), Because: because + ran,
			Expect: is.All{is.AnsweredBy("insider: out", 2), is.AskedFrom("inside's log", "out.lab.test.", insider)}}
	}
	cut := func(versions, because, ran string) Case {
		return Case{When: docker(versions), Because: because + ran,
			Expect: is.All{is.ServFail("insider: out"), is.NotAskedBut("inside's log", "out.lab.test.", "direct.lab.test.")}}
	}
	const all = "20.10.24, 23.0.15, 25.0.3, 25.0.6, 26.0.2, 26.1.5, 27.5.1, 28.1.1, 28.5.2 and 29.8.0"
	unheard := func(name string) is.Assertion { return is.NotAskedBut("host's log", name, porters) }

	return Lab{
		Needs:    []driver.Cap{driver.UserNetworks, driver.OwnHost},
		Topology: topo.Topology{topo.HostUpstream, porter, near, inside, plain, given, prisoner, insider},
		Steps: []Step{{Ask: map[string]topo.Question{
			"plain: near":         ask(plain, "{near}"),
			"plain: neighbour":    ask(plain, "neighbour"),
			"prisoner: treasure":  ask(prisoner, "treasure"),
			"porter: out":         ask(porter, ofPorter("porter")),
			"plain: out":          ask(plain, ofPorter("plain")),
			"prisoner: out":       ask(prisoner, ofPorter("prisoner")),
			"given: out":          ask(given, "out.lab.test."),
			"insider: out":        ask(insider, "out.lab.test."),
			"insider: direct":     topo.Wire{From: insider, Name: "direct.lab.test.", Server: "inside"},
			"plain's resolv.conf": topo.File{Of: plain, Path: "/etc/resolv.conf"},
		}}, {Ask: map[string]topo.Question{
			"host's log":   topo.Saw{Upstream: topo.HostUpstream, Of: "{porter}.lab.test."},
			"near's log":   topo.Saw{Upstream: near},
			"inside's log": topo.Saw{Upstream: inside},
		}}},
		Claims: []Claim{{
			ID:   "neighbours",
			Says: "neighbours find each other by name and alias, on an internal network as well",
			Cases: []Case{{
				When: docker(""),
				Expect: is.All{is.Nameservers("plain's resolv.conf", "127.0.0.11"), is.AddressOf(near, "plain: near"),
					is.AddressOf(near, "plain: neighbour"), is.AddressOf(inside, "prisoner: treasure")},
				Because: "moby libnetwork Sandbox.ResolveName makes no difference between networks, 20.10 to 29" + ran(all),
			}},
		}, {
			ID:   "host-server",
			Says: "what becomes of other names where the network leads nowhere and the container is left to the host's server",
			Cases: []Case{{
				When:    docker("<24.0"),
				Expect:  is.All{is.AnsweredBy("porter: out", ofHost), is.TimedOut("plain: out"), unheard(plains)},
				Because: "moby libnetwork/resolver.go: a server that is not on loopback is dialled from the container's namespace, and without any response nothing is answered" + ran("20.10.24 and 23.0.15"),
			}, {
				When:    docker(">=24.0 <28.0"),
				Expect:  is.All{is.AnsweredBy("porter: out", ofHost), is.ServFail("plain: out"), unheard(plains)},
				Because: "moby libnetwork/resolver.go: a server that is not on loopback is dialled from the container's namespace" + ran("25.0.3, 25.0.6, 26.0.2, 26.1.5 and 27.5.1"),
			}, {
				When:    docker(">=28.0"),
				Expect:  is.All{is.AnsweredBy("plain: out", ofHost), is.Asked("host's log", plains)},
				Because: "moby libnetwork/internal/resolvconf TransformForIntNS, from 28.0: all servers of the host are dialled from the engine's own namespace, whatever the container's network leads to" + ran("28.1.1, 28.5.2 and 29.8.0"),
				Sources: holds(test),
			}},
		}, {
			ID:   "host-server-internal",
			Says: "what becomes of them on an internal network",
			Cases: []Case{{
				When:    docker("<23.0.11"),
				Expect:  is.All{is.TimedOut("prisoner: out"), unheard(prisoners)},
				Because: "moby libnetwork/resolver.go ServeDNS, v20.10 to v23.0.10: the question is sent from the container's namespace, which has no way to the server, and without any response nothing is answered" + ran("20.10.24"),
			}, {
				When:    docker(">=23.0.11"),
				Expect:  is.All{is.ServFail("prisoner: out"), unheard(prisoners)},
				Because: "moby libnetwork/resolver.go: nothing is forwarded, in 24.0 and up to 25.0.4 nothing arrives; from 28.0 the host's servers are left out for a container without a way off the host" + ran("23.0.15, 25.0.3, 25.0.6, 26.0.2, 26.1.5, 27.5.1, 28.1.1, 28.5.2 and 29.8.0"),
				Sources: holds(test),
			}},
		}, {
			ID:   "server-beside",
			Says: "a server given with --dns is asked where it is on the same network",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.All{is.AnsweredBy("given: out", 1), is.AskedFrom("near's log", "out.lab.test.", given)},
				Because: "moby libnetwork/resolver.go dials a server of --dns from the container's namespace, 20.10 to 29" + ran(all),
			}},
		}, {
			ID:   "server-beside-internal",
			Says: "whether it is where that network is internal",
			Cases: []Case{
				answered("<23.0.11", "moby libnetwork startResolver, v20.10 to v23.0.10: every sandbox forwards", ran("20.10.24")),
				cut(">=23.0.11 <24.0", "moby libnetwork startResolver, v23.0.11: a sandbox without external connectivity forwards nothing", ran("23.0.15")),
				answered(">=24.0 <25.0.5", "moby libnetwork startResolver, v24.0.9 and v25.0.0: every sandbox forwards", ran("25.0.3")),
				cut(">=25.0.5 <26.1.3", "moby libnetwork resolver.go serveDNS, v25.0.5 to v25.0.14 and v26.0.0 to v26.1.2: without external access nothing is forwarded", ran("25.0.6 and 26.0.2")),
				answered(">=26.1.3", "moby libnetwork resolver.go forwardExtDNS, from v26.1.3: only servers that would be dialled from the host are left out", ran("26.1.5, 27.5.1, 28.1.1, 28.5.2 and 29.8.0")),
			},
		}},
	}
}
