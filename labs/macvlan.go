package labs

import (
	"time"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// Macvlan is moby's TestMACVlanDNS, with a server of the host's that is not on
// loopback.
func Macvlan() Lab {
	l := hangingNetworks(topo.Macvlan, "moby:TestMACVlanDNS", "; run on 26.1.5")
	l.Name = "macvlan"
	l.Needs = append(l.Needs, driver.Macvlan)
	l.Story = "Networks of driver macvlan hang on bridges, one of them internal, and lead nowhere. Who still answers containers there: neighbours, the host's server, one of --dns?"
	return l
}

// IPvlan is the same for networks of driver ipvlan.
func IPvlan() Lab {
	l := hangingNetworks(topo.IPvlan, "moby:TestIPVlanDNS", "; read from the source, since no kernel at hand had ipvlan")
	l.Name = "ipvlan"
	l.Needs = append(l.Needs, driver.IPvlan)
	l.Story = "Networks of driver ipvlan hang on bridges, one of them internal, and lead nowhere. Who still answers containers there: neighbours, the host's server, one of --dns?"
	return l
}

// hangingNetworks has two networks that hang on bridges, each on one of its
// own, since some versions let one hang on each. Their gateways are addresses
// that nobody has. A bridge without a container on it is down, so porter is on
// both; what it asks shows that the host's server is heard.
func hangingNetworks(carrier topo.NetworkDriver, test, run string) Lab {
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
	answered := func(versions, because string) Case {
		return Case{When: docker(versions), Because: because + run,
			Expect: is.All{is.AnsweredBy("insider: out", 2), is.AskedFrom("inside's log", "out.lab.test.", insider)}}
	}
	cut := func(versions, because string) Case {
		return Case{When: docker(versions), Because: because + run,
			Expect: is.All{is.ServFail("insider: out"), is.NotAskedBut("inside's log", "out.lab.test.", "direct.lab.test.")}}
	}
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
				Because: "moby libnetwork Sandbox.ResolveName makes no difference between networks, 20.10 to 29" + run,
			}},
		}, {
			ID:   "host-server",
			Says: "what becomes of other names where the network leads nowhere and the container is left to the host's server",
			Cases: []Case{{
				When:    docker("<24.0"),
				Expect:  is.All{is.AnsweredBy("porter: out", ofHost), is.TimedOut("plain: out"), unheard(plains)},
				Because: "moby libnetwork/resolver.go: a server that is not on loopback is dialled from the container's namespace, and without any response nothing is answered" + run,
			}, {
				When:    docker(">=24.0 <28.0"),
				Expect:  is.All{is.AnsweredBy("porter: out", ofHost), is.ServFail("plain: out"), unheard(plains)},
				Because: "moby libnetwork/resolver.go: a server that is not on loopback is dialled from the container's namespace" + run,
			}, {
				When:    docker(">=28.0"),
				Expect:  is.All{is.AnsweredBy("plain: out", ofHost), is.Asked("host's log", plains)},
				Because: "moby libnetwork/internal/resolvconf TransformForIntNS, from 28.0: all servers of the host are dialled from the engine's own namespace, whatever the container's network leads to" + run,
				Sources: holds(test),
			}},
		}, {
			ID:   "host-server-internal",
			Says: "what becomes of them on an internal network",
			Cases: []Case{{
				When:    docker("<23.0.11"),
				Expect:  is.All{is.TimedOut("prisoner: out"), unheard(prisoners)},
				Because: "moby libnetwork/resolver.go ServeDNS, v20.10 to v23.0.10: the question is sent from the container's namespace, which has no way to the server, and without any response nothing is answered" + run,
			}, {
				When:    docker(">=23.0.11"),
				Expect:  is.All{is.ServFail("prisoner: out"), unheard(prisoners)},
				Because: "moby libnetwork/resolver.go: nothing is forwarded, in 24.0 and up to 25.0.4 nothing arrives; from 28.0 the host's servers are left out for a container without a way off the host" + run,
				Sources: holds(test),
			}},
		}, {
			ID:   "server-beside",
			Says: "a server given with --dns is asked where it is on the same network",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.All{is.AnsweredBy("given: out", 1), is.AskedFrom("near's log", "out.lab.test.", given)},
				Because: "moby libnetwork/resolver.go dials a server of --dns from the container's namespace, 20.10 to 29" + run,
			}},
		}, {
			ID:   "server-beside-internal",
			Says: "whether it is where that network is internal",
			Cases: []Case{
				answered("<23.0.11", "moby libnetwork startResolver, v20.10 to v23.0.10: every sandbox forwards"),
				cut(">=23.0.11 <24.0", "moby libnetwork startResolver, v23.0.11: a sandbox without external connectivity forwards nothing"),
				answered(">=24.0 <25.0.5", "moby libnetwork startResolver, v24.0.9 and v25.0.0: every sandbox forwards"),
				cut(">=25.0.5 <26.1.3", "moby libnetwork resolver.go serveDNS, v25.0.5 to v25.0.14 and v26.0.0 to v26.1.2: without external access nothing is forwarded"),
				answered(">=26.1.3", "moby libnetwork resolver.go forwardExtDNS, from v26.1.3: only servers that would be dialled from the host are left out"),
			},
		}},
	}
}
