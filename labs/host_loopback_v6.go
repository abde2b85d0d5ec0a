package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// HostLoopbackV6 has a dnsmasq where systemd-resolved would be, without its files,
// and on ::1. Beside that the host names an IPv4 server, since rootless engines
// have no other way and would ask public servers.
func HostLoopbackV6() Lab {
	lan, dual := topo.Network{Name: "lan"}, topo.Network{Name: "dual", IPv6: true}
	up := topo.Node{Name: "up", Kind: topo.Upstream, Mode: topo.BesideHost}
	beside := topo.Node{Name: "beside", Kind: topo.Upstream, Mode: topo.BesideHost}
	plain := topo.Node{Name: "plain", Mode: topo.AsItComes, Later: true}
	four := topo.Node{Name: "four", On: topo.On(lan), Later: true}
	six := topo.Node{Name: "six", On: topo.On(dual), Later: true}
	file := func(n topo.Node) topo.Question { return topo.File{Of: n, Path: "/etc/resolv.conf"} }
	ask := func(n topo.Node, name string) topo.Question { return topo.Wire{From: n, Name: name + ".lab.test."} }
	answered := func(server string, by int) is.All {
		return is.All{is.AnsweredBy("four, "+server, by), is.AnsweredBy("six, "+server, by)}
	}
	gateways := func(file, server string) Case {
		return Case{
			When:    podman(""),
			Expect:  is.LacksText(file, "nameserver "+server),
			Because: "podman libpod/container_internal_common.go addResolvConf: the servers of such a network are its gateways, and up to 4.4.2 those of the host without loopback",
		}
	}
	const forwarders = "the forwarders of slirp4netns and pasta at an IPv4 address ask the first IPv4 server of the host's file"

	return Lab{
		Name:     "host-loopback-v6",
		Story:    "The host's resolver is on 127.0.0.53, then on ::1, and a container's network has IPv6. What does that change for its file, and whom does it ask?",
		Needs:    []driver.Cap{driver.OwnHost, driver.UserNetworks, driver.IPv6},
		Topology: topo.Topology{up, beside, plain, four, six},
		Steps: []Step{{
			Do: []topo.Act{
				dnsmasq("127.0.0.53", "--server={up.addr}"),
				topo.HostWrite{Path: "/etc/resolv.conf", Content: "nameserver 127.0.0.53\n"},
				topo.Start{Node: plain}, topo.Start{Node: four}, topo.Start{Node: six},
			},
			Ask: map[string]topo.Question{
				"four's file, 127.0.0.53": file(four),
				"six's file, 127.0.0.53":  file(six),
				"four, 127.0.0.53":        ask(four, "one"),
				"six, 127.0.0.53":         ask(six, "two"),
			},
		}, {
			Do: []topo.Act{
				topo.HostStop{Name: "dnsmasq"}, dnsmasq("::1", "--server={up.addr}"),
				topo.HostWrite{Path: "/etc/resolv.conf", Content: "nameserver ::1\nnameserver {beside.addr}\n"},
				topo.Restart{Node: plain},
				// All at once, or pasta, which serves all networks of a user, would go on.
				topo.Stop{Node: four}, topo.Stop{Node: six}, topo.Start{Node: four}, topo.Start{Node: six},
			},
			Ask: map[string]topo.Question{
				"plain's file, ::1": file(plain),
				"six's file, ::1":   file(six),
				"plain, ::1":        ask(plain, "five"),
				"four, ::1":         ask(four, "three"),
				"six, ::1":          ask(six, "four"),
			},
		}, {Ask: map[string]topo.Question{
			"dnsmasq": topo.HostProgram{Name: "dnsmasq"},
		}}},
		Claims: []Claim{{
			ID:   "told-stub",
			Says: "what the file of a container on a network with IPv6 says where the host names 127.0.0.53 alone",
			Cases: append(since26(extServers("six's file, 127.0.0.53", Case{
				Expect:  is.All{is.Nameservers("six's file, 127.0.0.53", append([]string{"127.0.0.11"}, publicServers6[2:]...)...), is.Nameservers("four's file, 127.0.0.53", "127.0.0.11")},
				Because: "moby libnetwork/sandbox_dns_unix.go rebuildDNS up to 25.0: beside the resolver the file has IPv6 servers, which for want of others are public ones; run on 20.10.24",
				Sources: append(refutes("moby:TestResolvConfLocalhostIPv6"), partly("moby#46968")...),
			}, "127.0.0.53"), append(holds("moby:TestResolvConfLocalhostIPv6"), refutes("moby#46968")...)), gateways("six's file, 127.0.0.53", "127.0.0.53")),
		}, {
			ID:   "told-v6",
			Says: "what it says where the host names ::1 and an IPv4 server",
			Cases: append(extServers("six's file, ::1", Case{
				Expect:  is.Nameservers("six's file, ::1", "127.0.0.11"),
				Because: "moby libnetwork/resolvconf FilterResolvDNS up to 25.0 leaves ::1 out; run on 20.10.24",
			}, "::1", "{beside}"), gateways("six's file, ::1", "::1")),
		}, {
			ID:   "told-default",
			Says: "whom a container without a network is told and asks where the host names ::1 and an IPv4 server",
			Cases: append(each(Case{
				Expect:  is.All{is.Nameservers("plain's file, ::1", "{beside}"), is.AnsweredBy("plain, ::1", 2)},
				Because: "::1 is loopback and left out, as 127.0.0.1 is: moby libnetwork/resolvconf FilterResolvDNS up to 25.0, internal/resolvconf TransformForLegacyNw from 26.0; containers-common filterResolvDNS",
			}, append(onHost(""), and(podman(""), rootless(false)))...), Case{
				When:    throughSlirp(inRootlessKit("")),
				Expect:  is.All{is.Nameservers("plain's file, ::1", "10.0.2.3"), is.AnsweredBy("plain, ::1", 2)},
				Because: forwarders,
			}, Case{
				When:    throughPasta(inRootlessKit("")),
				Expect:  is.All{is.Nameservers("plain's file, ::1", "10.0.2.3"), is.AnsweredBy("plain, ::1", ofHost)},
				Because: becausePasta,
			}, Case{
				When:    throughSlirp(podman("")),
				Expect:  is.All{is.Nameservers("plain's file, ::1", "10.0.2.3", "{beside}"), is.AnsweredBy("plain, ::1", 2)},
				Because: forwarders,
			}, Case{
				When:    throughPasta(podman("")),
				Expect:  is.All{is.Nameservers("plain's file, ::1", "169.254.1.1", "{beside}"), is.AnsweredBy("plain, ::1", 2)},
				Because: forwarders,
			}),
		}, {
			ID:   "asks-stub",
			Says: "who answers containers on a network, with IPv6 and without, where the host names 127.0.0.53 alone",
			Cases: append(ofDocker(refutes("S2-8"), each(Case{
				Expect:  answered("127.0.0.53", 1),
				Because: "127.0.0.53 is asked from the host's network, whatever the container's",
			}, append(readsHost(""), podman(""))...)), Case{
				When:    throughPasta(inRootlessKit("")),
				Expect:  answered("127.0.0.53", ofHost),
				Because: becausePasta,
			}),
		}, {
			ID:   "asks-v6",
			Says: "who answers them where it names ::1 and an IPv4 server",
			Cases: append(each(Case{
				Expect:  answered("::1", 1),
				Because: "::1 is asked from the host's network, too: moby libnetwork/internal/resolvconf TransformForIntNS since 26.0; run on 26.1.5",
			}, onHost(">=26.0")...), Case{
				When:    and(docker("<26.0"), rootless(false)),
				Expect:  answered("::1", 2),
				Because: "moby libnetwork/sandbox_dns_unix.go setExternalResolvers up to 25.0 takes the host's IPv4 servers alone; run on 20.10.24",
			}, Case{
				When:    and(podman(""), rootless(false)),
				Expect:  answered("::1", 1),
				Because: "aardvark-dns asks from the host's network; run on 1.14.0",
			}, Case{
				When:    throughSlirp(inRootlessKit("")),
				Expect:  answered("::1", 2),
				Because: forwarders,
			}, Case{
				When:    throughPasta(inRootlessKit("")),
				Expect:  answered("::1", ofHost),
				Because: becausePasta,
			}, Case{
				When:    and(podman(""), rootless(true)),
				Expect:  answered("::1", 2),
				Because: forwarders,
			}),
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
