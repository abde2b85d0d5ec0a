package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// HostDnsmasq has a dnsmasq on the host's 127.0.0.1. Where the file of the host
// names nothing else, a container without a network may be left with public
// servers, so there it asks nobody.
func HostDnsmasq() Lab {
	lan := topo.Network{Name: "lan"}
	behind := topo.Node{Name: "behind", Kind: topo.Upstream, Mode: topo.BesideHost}
	beside := topo.Node{Name: "beside", Kind: topo.Upstream, Mode: topo.BesideHost}
	plain := topo.Node{Name: "plain", Mode: topo.AsItComes, Later: true}
	netted := topo.Node{Name: "netted", On: topo.On(lan), Later: true}
	hosted := topo.Node{Name: "hosted", Mode: topo.HostNetwork, Later: true}
	file := func(n topo.Node) topo.Question { return topo.File{Of: n, Path: "/etc/resolv.conf"} }
	ask := func(n topo.Node, name string) topo.Wire { return topo.Wire{From: n, Name: name + ".lab.test."} }
	const (
		moby          = "moby libnetwork/resolvconf FilterResolvDNS up to 25.0, internal/resolvconf TransformForLegacyNw from 26.0"
		podmans       = "containers-common libnetwork/resolvconf filterResolvDNS"
		resolvedAlone = "podman before 4.1 knows the file of systemd-resolved alone (podman#13599)"
		manager       = "containers-common libnetwork/resolvconf getDefaultResolvConf: where the host names 127.0.0.1 alone, the file of NetworkManager is read"
	)
	fromHost := func(name string) is.Assertion {
		return is.AskedFromOneOf("behind's log", name+".lab.test.", "host's addresses")
	}
	asked := is.All{is.AnsweredBy("netted, with another", 1), is.AnsweredBy("netted, alone", 1), fromHost("two"), fromHost("five")}
	asked = asked[:len(asked):len(asked)]

	return Lab{
		Name:     "host-dnsmasq",
		Story:    "The host's resolver is a dnsmasq on 127.0.0.1, which no container can reach there. Who asks it all the same, and what are those told that cannot?",
		Needs:    []driver.Cap{driver.OwnHost, driver.UserNetworks, driver.HostNetns},
		Topology: topo.Topology{behind, beside, plain, netted, hosted},
		Steps: []Step{{
			Do: []topo.Act{
				dnsmasq("127.0.0.1", "--server={behind.addr}"),
				topo.HostWrite{Path: "/etc/resolv.conf", Content: "nameserver 127.0.0.1\nnameserver {beside.addr}\n"},
				topo.RestartEngine{}, topo.Start{Node: plain}, topo.Start{Node: netted}, topo.Start{Node: hosted},
			},
			Ask: map[string]topo.Question{
				"plain's file, with another":  file(plain),
				"netted's file, with another": file(netted),
				"hosted's file":               file(hosted),
				"plain, with another":         ask(plain, "one"),
				"netted, with another":        ask(netted, "two"),
				"hosted":                      ask(hosted, "three"),
				"own loopback":                topo.Wire{From: plain, Name: "four.lab.test.", Server: "127.0.0.1"},
			},
		}, {
			Do: []topo.Act{
				topo.HostWrite{Path: "/etc/resolv.conf", Content: "nameserver 127.0.0.1\n"},
				topo.Restart{Node: plain}, topo.Restart{Node: netted},
			},
			Ask: map[string]topo.Question{
				"plain's file, alone":   file(plain),
				"netted's file, alone":  file(netted),
				"netted, alone":         ask(netted, "five"),
				"netted, alone, on TCP": overTCP(ask(netted, "six")),
			},
		}, {
			Do: []topo.Act{
				topo.HostRun{Args: []string{"mkdir", "-p", "/run/NetworkManager"}, Root: true, Changes: topo.Machine},
				topo.HostWrite{Path: "/run/NetworkManager/no-stub-resolv.conf", Content: "nameserver {beside.addr}\n"},
				topo.Restart{Node: plain},
			},
			Ask: map[string]topo.Question{"plain's file, NetworkManager": file(plain)},
		}, {Ask: map[string]topo.Question{
			"behind's log":     topo.Saw{Upstream: behind},
			"host's addresses": topo.HostFile{Path: "/proc/net/fib_trie"},
			"dnsmasq":          topo.HostProgram{Name: "dnsmasq"},
		}}},
		Claims: []Claim{{
			ID:   "told",
			Says: "whom a container without a network is told where the host names dnsmasq and another server",
			Cases: append(each(Case{
				Expect:  is.Nameservers("plain's file, with another", "{beside}"),
				Because: "loopback is left out, the other server stays: " + moby,
			}, onHost("")...), toldElsewhere("plain's file, with another", []string{"{beside}"}, podmans, nil)...),
		}, {
			ID:   "told-alone",
			Says: "whom it is told where the host names dnsmasq alone",
			Cases: append(each(Case{
				Expect:  is.Nameservers("plain's file, alone", publicServers...),
				Because: "loopback is left out, and public servers take its place: " + moby,
				Sources: holds("moby:TestRCTransformForLegacyNw"),
			}, onHost("")...), Case{
				When:    inRootlessKit(""),
				Expect:  is.Nameservers("plain's file, alone", "10.0.2.3"),
				Because: becauseKit,
				Sources: partly("S2-7"),
			}, Case{
				When:    and(podman(">=3.2"), rootless(false)),
				Expect:  is.Nameservers("plain's file, alone", publicServers...),
				Because: podmans,
				Sources: partly("S2-40"),
			}, Case{
				When:    and(podman("<3.2"), rootless(false)),
				Expect:  is.Nameservers("plain's file, alone", publicServers6...),
				Because: becauseSix,
				Sources: partly("S2-40"),
			}, Case{
				When:    throughPasta(podman("")),
				Expect:  is.Nameservers("plain's file, alone", append([]string{"169.254.1.1"}, publicServers...)...),
				Because: podmans + ", behind pasta's forwarder",
				Sources: partly("S2-26"),
			}, Case{
				When:    throughSlirp(podman("")),
				Expect:  is.Nameservers("plain's file, alone", append([]string{"10.0.2.3"}, publicServers6...)...),
				Because: podmans + ", behind slirp4netns' forwarder",
			}),
		}, {
			ID:   "told-by-networkmanager",
			Says: "whom it is told where NetworkManager says beside that file which servers dnsmasq asks",
			Cases: append(each(Case{
				Expect:  is.Nameservers("plain's file, NetworkManager", publicServers...),
				Because: "moby libnetwork/resolvconf Path knows the file of systemd-resolved alone, 20.10 to 29",
			}, onHost("")...), Case{
				When:    inRootlessKit(""),
				Expect:  is.Nameservers("plain's file, NetworkManager", "10.0.2.3"),
				Because: becauseKit,
			}, Case{
				When:    and(podman(">=4.1"), rootless(false)),
				Expect:  is.Nameservers("plain's file, NetworkManager", "{beside}"),
				Because: manager,
			}, Case{
				When:    and(podman("<3.2"), rootless(false)),
				Expect:  is.Nameservers("plain's file, NetworkManager", publicServers6...),
				Because: resolvedAlone + "; " + becauseSix,
			}, Case{
				When:    and(podman(">=3.2 <4.1"), rootless(false)),
				Expect:  is.Nameservers("plain's file, NetworkManager", publicServers...),
				Because: resolvedAlone + "; read from the source",
			}, Case{
				When:    throughPasta(podman("")),
				Expect:  is.Nameservers("plain's file, NetworkManager", "169.254.1.1", "{beside}"),
				Because: manager,
			}, Case{
				When:    throughSlirp(podman("")),
				Expect:  is.Nameservers("plain's file, NetworkManager", "10.0.2.3", "{beside}"),
				Because: manager,
			}),
		}, {
			ID:   "asks",
			Says: "whether a container without a network asks dnsmasq or the server beside it",
			Cases: append(each(Case{
				Expect:  is.AnsweredBy("plain, with another", 2),
				Because: "nothing stands between that container and the servers in its file: " + moby,
			}, append(onHost(""), and(podman(""), rootless(false)))...),
				forwarded(is.All{is.AnsweredBy("plain, with another", 1), fromHost("one")})...),
		}, {
			ID:   "on-a-network",
			Says: "a container on a network asks dnsmasq, through the engine's own server, over UDP and TCP, with another server beside dnsmasq and without",
			Cases: []Case{{
				When:    docker(""),
				Expect:  append(asked, is.AnsweredBy("netted, alone, on TCP", 1)),
				Because: "moby libnetwork/sandbox_dns_unix.go setExternalResolvers, from 26.0 internal/resolvconf TransformForIntNS: a server on the host's loopback is dialled from the host's network, 20.10 to 29; a rootless engine has a forwarder that does",
			}, {
				When:    aardvark("<1.12"),
				Expect:  append(asked, is.Outcome("netted, alone, on TCP", results.Refused)),
				Because: "aardvark-dns asks from the host's network; it listens on UDP alone before 1.12",
			}, {
				When:    aardvark(">=1.12"),
				Expect:  append(asked, is.AnsweredBy("netted, alone, on TCP", 1)),
				Because: "aardvark-dns asks from the host's network, or with a rootless Podman through the forwarder of its networks",
			}, {
				When:    dnsname(),
				Expect:  append(asked, is.AnsweredBy("netted, alone, on TCP", 1)),
				Because: "dnsname's dnsmasq runs in the host's network and reads its file",
			}},
		}, {
			ID:   "told-on-a-network",
			Says: "whom the file of a container on a network names, and what it says of whom the resolver asks",
			Cases: append(extServers("netted's file, with another", Case{
				Expect:  is.All{is.Nameservers("netted's file, with another", "127.0.0.11"), is.Nameservers("netted's file, alone", "127.0.0.11")},
				Because: "moby libnetwork/sandbox_dns_unix.go rebuildDNS up to 25.0 says nothing of it; run on 20.10.24",
			}, "127.0.0.1", "{beside}"), Case{
				When:    podman(">=4.4.3"),
				Expect:  is.All{is.HostServers("netted's file, with another", 1), is.HostServers("netted's file, alone", 1), is.LacksText("netted's file, alone", "8.8.8.8")},
				Because: "podman libpod/container_internal_common.go addResolvConf: the gateway alone since 4.4.3",
			}, Case{
				When:    podman("<4.0"),
				Expect:  is.All{is.HostServers("netted's file, with another", 1), is.HostServers("netted's file, alone", 1)},
				Because: becauseInstead,
			}, Case{
				When:    podman(">=4.0 <4.4.3"),
				Expect:  is.All{is.HostServerBefore("netted's file, with another", "{beside}"), is.HostServerBefore("netted's file, alone", publicServers...)},
				Because: "podman libpod/container_internal_common.go generateResolvConf: the gateway, then the servers of the host as a container without a network is told them, up to 4.4.2; run on 4.3.1",
				Sources: partly("S2-40"),
			}),
		}, {
			ID:   "in-the-hosts-network",
			Says: "whom a container in the host's network is told and asks",
			Cases: append(each(Case{
				Expect:  is.All{is.Nameservers("hosted's file", "127.0.0.1", "{beside}"), is.AnsweredBy("hosted", 1), fromHost("three")},
				Because: "the host's loopback is its own, and its file is the host's",
			}, append(onHost(""), podman(""))...), Case{
				When:    inRootlessKit(""),
				Expect:  is.All{is.Nameservers("hosted's file", "10.0.2.3"), is.AnsweredBy("hosted", 1), fromHost("three")},
				Because: "the host's network is RootlessKit's: " + becauseKit,
			}),
		}, {
			ID:   "own-loopback",
			Says: "on the loopback of a container without a network there is nobody",
			Cases: each(Case{
				Expect:  is.All{is.Outcome("own loopback", results.Refused), is.NotAskedBut("behind's log", "four.lab.test.", "two.lab.test.")},
				Because: "each network namespace has a loopback of its own",
			}, docker(""), podman("")),
		}, {
			ID:   "runs",
			Says: "dnsmasq runs to the end",
			Cases: each(Case{
				Expect:  is.Runs("dnsmasq"),
				Because: "all of the other claims would be about another thing",
			}, docker(""), podman("")),
		}},
	}
}
