package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// HostWay leaves the host as it is, and asks its server what it saw.
func HostWay() Lab {
	lan := topo.Network{Name: "lan"}
	plain := topo.Node{Name: "plain", Mode: topo.AsItComes}
	netted := topo.Node{Name: "netted", On: topo.On(lan)}
	ask := func(n topo.Node, name string, tcp bool) topo.Question {
		return topo.Wire{From: n, Name: name + ".{" + n.Name + "}.lab.test.", TCP: tcp} // other labs ask that server, too
	}
	saw := func(n topo.Node) topo.Question {
		return topo.Saw{Upstream: topo.HostUpstream, Of: "{" + n.Name + "}.lab.test."}
	}
	from := func(n, name string) is.Assertion {
		return is.AskedFromOneOf(n+"'s trace", name+"."+n+".lab.test.", "host's addresses")
	}
	over := func(n, transport string) is.Assertion {
		return is.AskedOver(n+"'s trace", transport+"."+n+".lab.test.", transport)
	}
	once := func(n, name string) is.Assertion {
		return is.AskedTimes(n+"'s trace", name+"."+n+".lab.test.", "A", 1)
	}
	answered := func(names ...string) (all is.All) {
		for _, n := range names {
			all = append(all, is.AnsweredBy(n, ofHost))
		}
		return all
	}

	const (
		masked = "the engine masquerades what leaves its bridge (moby libnetwork/drivers/bridge setupIPTables, netavark, CNI's bridge), and its own resolver asks from the host or through the same bridge"
		user   = "what leaves the network namespace of a user is sent anew from a socket of the host (slirp4netns, pasta)"
		ownDNS = "moby libnetwork/resolver.go: the server is dialled with the network of the client, 20.10 to 29"
		udp    = "aardvark-dns src/dns/coredns.rs listens on UDP alone before 1.12"
	)
	withRoot := rootless(false)
	// of are the cases of each engine; a TCP question on a network gets nowhere
	// where aardvark-dns has no TCP; one that has it may ask again, see forwardedOnce.
	of := func(expect, udpAlone, aardvarks is.All, because string, sources []results.Source, pastas ...results.Source) []Case {
		return []Case{
			{When: docker(""), Expect: expect, Because: because + "; run on 26.1.5 and 29.8.0", Sources: sources},
			{When: dnsname(), Expect: expect, Because: because + "; dnsname's dnsmasq asks as it was asked"},
			{When: aardvark("<1.12"), Expect: udpAlone, Because: because + "; " + udp},
			{When: and(aardvark(">=1.12"), withRoot), Expect: aardvarks, Because: because + "; aardvark-dns forwards with the protocol of the client since 1.12; run on 1.14.0"},
			{When: throughSlirp(aardvark(">=1.12")), Expect: aardvarks, Because: because + "; " + user + "; run with slirp4netns 1.2.1"},
			{When: throughPasta(aardvark(">=1.12")), Expect: aardvarks, Because: because + "; " + user + "; run with passt 2025-05", Sources: pastas},
		}
	}

	all := answered("plain, udp", "plain, tcp", "netted, udp", "netted, tcp")
	allFrom := is.All{from("plain", "udp"), from("plain", "tcp"), from("netted", "udp"), from("netted", "tcp")}
	allOver := is.All{over("plain", "udp"), over("plain", "tcp"), over("netted", "udp"), over("netted", "tcp")}

	return Lab{
		Name:     "host-way",
		Story:    "A question goes from a container to the server of the host. From where does it come in the end, over what, and how often?",
		Needs:    []driver.Cap{driver.OwnHost, driver.UserNetworks},
		Topology: topo.Topology{topo.HostUpstream, plain, netted},
		Steps: []Step{{Ask: map[string]topo.Question{
			"host's addresses": topo.HostFile{Path: "/proc/net/fib_trie"},
			"plain, udp":       ask(plain, "udp", false),
			"plain, tcp":       ask(plain, "tcp", true),
			"netted, udp":      ask(netted, "udp", false),
			"netted, tcp":      ask(netted, "tcp", true),
		}}, {Ask: map[string]topo.Question{
			"plain's trace":  saw(plain),
			"netted's trace": saw(netted),
		}}},
		Claims: []Claim{{
			ID:   "answered",
			Says: "which questions of a container are answered by the server of the host, without a network and on one of its own",
			Cases: of(all, append(answered("plain, udp", "plain, tcp", "netted, udp"), is.Outcome("netted, tcp", results.Refused)), all,
				"containers that are given no server are left to those of the host", partly("S0-3", "S0-17"), refutes("podman#23957")...),
		}, {
			ID:   "source",
			Says: "that server sees an address of the host, whoever asks and through whatever",
			Cases: of(allFrom,
				is.All{from("plain", "udp"), from("plain", "tcp"), from("netted", "udp")}, allFrom, masked, nil),
		}, {
			ID:   "protocol",
			Says: "a question over UDP arrives over UDP, one over TCP over TCP",
			Cases: of(allOver,
				is.All{over("plain", "udp"), over("plain", "tcp"), over("netted", "udp")}, allOver, ownDNS, partly("S0-17")),
		}, {
			ID:   "once",
			Says: "each question arrives once",
			Cases: of(is.All{once("plain", "udp"), once("plain", "tcp"), once("netted", "udp"), once("netted", "tcp")},
				is.All{once("plain", "udp"), once("plain", "tcp"), once("netted", "udp")},
				is.All{once("plain", "udp"), once("plain", "tcp"), forwardedOnce("netted's trace", "udp.netted.lab.test.", "A"), once("netted", "tcp")},
				"nobody on the way asks a second server while the first one answers", partly("S0-17")),
		}},
	}
}
