package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

const becauseNoIPv6 = "podman libpod/networking_slirp4netns.go (networking_linux.go up to 3.1) asks slirp4netns for IPv6 only where enable_ipv6 says so, up to 4.0, and so the container has no way to any of its addresses; run on 3.0.1"

// Slirp4netnsNetwork gives containers networks through slirp4netns, which a
// Podman with root can do as well.
func Slirp4netnsNetwork() Lab {
	plain := topo.Node{Name: "plain", Mode: topo.Slirp4netns}
	elsewhere := topo.Node{Name: "elsewhere", Mode: topo.Slirp4netns, NetworkOptions: []string{"cidr=10.41.0.0/24"}}
	conf := func(n topo.Node) topo.Question { return topo.File{Of: n, Path: "/etc/resolv.conf"} }
	once := func(name string) is.Assertion {
		return is.AskedTimes("trace", name+".plain.lab.test.", "A", 1)
	}
	const run = "; run on podman 4.3.1 and 5.4.2 with root, on 5.4.2 and 5.8.6 without"

	return Lab{
		Name:     "slirp4netns-network",
		Story:    "A container has a network of its own through slirp4netns, which no bridge and no server of Podman's is on. Whom does its file name, and who answers there?",
		Needs:    []driver.Cap{driver.Slirp4netns, driver.OwnHost},
		Topology: topo.Topology{topo.HostUpstream, plain, elsewhere},
		Steps: []Step{{Ask: map[string]topo.Question{
			"file":             conf(plain),
			"elsewhere's file": conf(elsewhere),
			"addresses":        topo.File{Of: plain, Path: "/proc/net/fib_trie"},
			"host's addresses": topo.HostFile{Path: "/proc/net/fib_trie"},

			"udp":            askHost(plain, "udp"),
			"tcp":            overTCP(askHost(plain, "tcp")),
			"direct":         at("{host-upstream.addr}", askHost(plain, "direct")),
			"twice":          topo.Wire{From: plain, Name: "twice.{plain}.lab.test.", Times: 2},
			"a neighbour":    topo.Wire{From: plain, Name: "{elsewhere}"},
			"over IPv6":      at("fd00::3", askHost(plain, "six")),
			"elsewhere, udp": askHost(elsewhere, "udp"),
			"its third":      at("10.41.0.3", askHost(elsewhere, "third")),
			"elsewhere, tcp": overTCP(askHost(elsewhere, "tcp")),
			"without DNS":    topo.HostCommand{Args: []string{"podman", "run", "--rm", "--network", "slirp4netns:disable_dns=true", "--rootfs", "/tmp", "true"}},
		}}, {Ask: map[string]topo.Question{
			"trace":             topo.Saw{Upstream: topo.HostUpstream, Of: "{plain}.lab.test."},
			"neighbour's trace": topo.Saw{Upstream: topo.HostUpstream, Of: "{elsewhere}."},
		}}},
		Claims: []Claim{{
			ID:   "first-server",
			Says: "the container's file names 10.0.2.3 first, then the servers of the host, and has options only where the host's has",
			Cases: []Case{{
				When:    podman(""),
				Expect:  is.All{is.Nameservers("file", "10.0.2.3", "{host-upstream}"), is.ResolvOptions("file")},
				Because: "podman libpod/container_internal_common.go addResolvConf, container_internal_linux.go addSpecialDNS (generateResolvConf before 4.4)" + run,
				Sources: partly("S2-23"),
			}},
		}, {
			ID:   "forwards",
			Says: "what is asked there is answered by the server of the host, over UDP and over TCP, and reaches it once and by the same transport",
			Cases: []Case{{
				When: podman(""),
				Expect: append(answeredThrough("10.0.2.3", "udp", "tcp"), once("udp"), once("tcp"),
					is.AskedOver("trace", "udp.plain.lab.test.", "udp"), is.AskedOver("trace", "tcp.plain.lab.test.", "tcp")),
				Because: "libslirp src/socket.c sotranslate_out4: what goes to the name server's address goes to the host's" + run,
				Sources: holds("S2-24"),
			}},
		}, {
			ID:   "no-cache",
			Says: "a question that is asked twice there reaches the server of the host twice",
			Cases: []Case{{
				When:    podman(""),
				Expect:  append(answeredThrough("10.0.2.3", "twice"), is.AskedTimes("trace", "twice.plain.lab.test.", "A", 2)),
				Because: "libslirp src/socket.c sotranslate_out4: addresses are translated, messages are not read" + run,
				Sources: holds("S2-24"),
			}},
		}, {
			ID:   "third-of-its-network",
			Says: "that address is the third of the network, whichever that is",
			Cases: []Case{{
				When: podman("<3.2"),
				Expect: append(answeredThrough("10.41.0.3", "its third"), is.Nameservers("elsewhere's file", "10.0.2.3", "{host-upstream}"),
					is.SentTo("elsewhere, udp", "10.0.2.3"), is.TimedOut("elsewhere, udp")),
				Because: "podman libpod/container_internal_linux.go generateResolvConf has 10.0.2.3 in it up to 3.1: slirp4netns is at the third, and the file says otherwise; run on 3.0.1",
				Sources: partly("S2-24"),
			}, {
				When:    podman(">=3.2"),
				Expect:  append(answeredThrough("10.41.0.3", "elsewhere, udp", "elsewhere, tcp", "its third"), is.Nameservers("elsewhere's file", "10.41.0.3", "{host-upstream}")),
				Because: "podman libpod/networking_slirp4netns.go GetSlirp4netnsDNS, common libnetwork/slirp4netns since 5.0" + run,
				Sources: holds("S2-24"),
			}},
		}, {
			ID:   "over-ipv6",
			Says: "the file names no address of IPv6, and at fd00::3 nobody answers where the host has no server of IPv6",
			Cases: []Case{{
				When:    podman("<4.1"),
				Expect:  is.All{is.Outcome("over IPv6", results.Unreachable), is.Nameservers("file", "10.0.2.3", "{host-upstream}")},
				Because: becauseNoIPv6,
			}, {
				When:    podman(">=4.1"),
				Expect:  is.All{is.Outcome("over IPv6", results.TimedOutAsk), is.Nameservers("file", "10.0.2.3", "{host-upstream}")},
				Because: "libslirp src/slirp.c get_dns6_addr" + run,
				Sources: partly("S2-24"),
			}},
		}, {
			ID:   "cannot-be-turned-off",
			Says: "--disable-dns of slirp4netns is none of the options that Podman passes on",
			Cases: []Case{{
				When:    podman(""),
				Expect:  is.Complained("without DNS", 126, `unknown option for slirp4netns: "disable_dns=true"`),
				Because: "common libnetwork/slirp4netns parseNetworkOptions" + run,
				Sources: partly("S2-24"),
			}},
		}, {
			ID:   "address-of-its-own",
			Says: "the container has the address 10.0.2.100, and a server that it asks itself sees one of the host's",
			Cases: []Case{{
				When: podman(""),
				Expect: is.All{is.OwnAddresses("addresses", "10.0.2.100"), is.AnsweredBy("direct", ofHost),
					is.AskedFromOneOf("trace", "direct.plain.lab.test.", "host's addresses")},
				Because: "slirp4netns.1.md; what leaves is sent anew from a socket of the host" + run,
			}},
		}, {
			ID:   "neighbours",
			Says: "the name of a neighbour is a question for the server of the host, which has never heard of it",
			Cases: []Case{{
				When:    podman(""),
				Expect:  is.All{is.NXDomain("a neighbour"), is.Asked("neighbour's trace", "elsewhere.")},
				Because: "such a container is on no network of Podman's, and aardvark-dns and dnsname serve these alone" + run,
				Sources: partly("S2-22"),
			}},
		}},
	}
}
