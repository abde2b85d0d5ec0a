package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// PastaNetwork gives containers networks through pasta, with the options that
// are about names, and two that only look as if Podman knew them.
func PastaNetwork() Lab {
	const own, own6, mapped, ignored = "198.51.100.1", "2001:db8:53::53", "192.0.2.99", "198.51.100.2"
	through := func(name string, options ...string) topo.Node {
		return topo.Node{Name: name, Mode: topo.Pasta, NetworkOptions: options}
	}
	plain := through("plain")
	custom := through("custom", "--dns-forward", own)
	six := through("six", "--dns-forward", own6)
	likeSlirp := through("like-slirp", "-a", "10.0.2.0", "-n", "24", "-g", "10.0.2.2", "--dns-forward", "10.0.2.3")
	guest := through("guest", "--map-guest-addr", mapped)
	equals := through("equals", "--dns-forward="+ignored, "--map-guest-addr="+mapped)
	conf := func(n topo.Node) topo.Question { return topo.File{Of: n, Path: "/etc/resolv.conf"} }

	const args = "common libnetwork/pasta/pasta_linux.go createPastaArgs"
	const run = "; run on podman 5.4.2, 5.8.6 and 6.1.1"
	once := func(n, name string) is.Assertion {
		return is.AskedTimes(n+"'s trace", name+"."+n+".lab.test.", "A", 1)
	}

	return Lab{
		Name:     "pasta-network",
		Story:    "A container has a network of its own through pasta, which no bridge and no server of Podman's is on. Whom does its file name, who answers there, and which of pasta's options change that?",
		Needs:    []driver.Cap{driver.Pasta, driver.OwnHost},
		Topology: topo.Topology{topo.HostUpstream, plain, custom, six, likeSlirp, guest, equals},
		Steps: []Step{{Ask: map[string]topo.Question{
			"plain's file":      conf(plain),
			"custom's file":     conf(custom),
			"six's file":        conf(six),
			"like-slirp's file": conf(likeSlirp),
			"guest's file":      conf(guest),
			"equals's file":     conf(equals),
			"podman's copy":     topo.HostCommand{Args: []string{"sh", "-c", `cat "$(podman inspect {plain} | sed -n 's/.*"ResolvConfPath": "\(.*\)".*/\1/p')"`}},

			"plain's hosts":     topo.File{Of: plain, Path: "/etc/hosts"},
			"guest's hosts":     topo.File{Of: guest, Path: "/etc/hosts"},
			"equals's hosts":    topo.File{Of: equals, Path: "/etc/hosts"},
			"addresses":         topo.File{Of: plain, Path: "/proc/net/fib_trie"},
			"host's addresses":  topo.HostFile{Path: "/proc/net/fib_trie"},
			"routes":            topo.File{Of: plain, Path: "/proc/net/route"},
			"host's routes":     topo.HostFile{Path: "/proc/net/route"},
			"like-slirp's trie": topo.File{Of: likeSlirp, Path: "/proc/net/fib_trie"},
			"processes":         topo.Processes{Of: plain},

			"udp":                    askHost(plain, "udp"),
			"tcp":                    overTCP(askHost(plain, "tcp")),
			"direct":                 at("{host-upstream.addr}", askHost(plain, "direct")),
			"twice":                  topo.Wire{From: plain, Name: "twice.{plain}.lab.test.", Times: 2},
			"a neighbour":            topo.Wire{From: plain, Name: "{custom}"},
			"custom, udp":            askHost(custom, "udp"),
			"custom, tcp":            overTCP(askHost(custom, "tcp")),
			"custom at the default":  at("169.254.1.1", askHost(custom, "default")),
			"six":                    askHost(six, "six"),
			"like-slirp, udp":        askHost(likeSlirp, "udp"),
			"like-slirp, tcp":        overTCP(askHost(likeSlirp, "tcp")),
			"host's name":            topo.Wire{From: guest, Name: "host.containers.internal."},
			"equals":                 askHost(equals, "equals"),
			"equals at what it told": at(ignored, askHost(equals, "told")),
		}}, {Ask: map[string]topo.Question{
			"plain's trace":     topo.Saw{Upstream: topo.HostUpstream, Of: "{plain}.lab.test."},
			"neighbour's trace": topo.Saw{Upstream: topo.HostUpstream, Of: "{custom}."},
			"host's trace":      topo.Saw{Upstream: topo.HostUpstream, Of: "host.containers.internal."},
		}}},
		Claims: []Claim{{
			ID:   "first-server",
			Says: "the container's file names an address of pasta's first, then the servers of the host",
			Cases: []Case{{
				When:    podman(">=5.3"),
				Expect:  is.Nameservers("plain's file", "169.254.1.1", "{host-upstream}"),
				Because: args + ", dnsForwardIpv4; podman libpod/container_internal_linux.go addSpecialDNS" + run,
				Sources: append(partly("S2-26"), holds("podman:pasta-default-forward")...),
			}},
		}, {
			ID:   "forwards",
			Says: "what is asked there is answered by the server of the host, over UDP and over TCP, and reaches it once and by the same transport",
			Cases: []Case{{
				When: podman(">=5.3"),
				Expect: append(answeredThrough("169.254.1.1", "udp", "tcp"), once("plain", "udp"), once("plain", "tcp"),
					is.AskedOver("plain's trace", "udp.plain.lab.test.", "udp"), is.AskedOver("plain's trace", "tcp.plain.lab.test.", "tcp")),
				Because: "passt fwd.c fwd_nat_from_tap, is_dns_flow; " + args + ": Podman gives --dns-forward unless it was given" + run,
				Sources: append(partly("S2-30"), holds("podman:pasta-lookup")...),
			}},
		}, {
			ID:   "no-cache",
			Says: "a question that is asked twice there reaches the server of the host twice",
			Cases: []Case{{
				When:    podman(">=5.3"),
				Expect:  append(answeredThrough("169.254.1.1", "twice"), is.AskedTimes("plain's trace", "twice.plain.lab.test.", "A", 2)),
				Because: "passt fwd.c fwd_nat_from_tap: addresses are translated, messages are not read" + run,
				Sources: partly("S2-30"),
			}},
		}, {
			ID:   "own-address",
			Says: "with --dns-forward and an IPv4 address that one is named first and answers over UDP and TCP, and nobody does at the default one",
			Cases: []Case{{
				When: podman(">=5.3"),
				Expect: append(answeredThrough(own, "custom, udp", "custom, tcp"), is.Nameservers("custom's file", own, "{host-upstream}"),
					is.TimedOut("custom at the default")),
				Because: args + run,
				Sources: holds("podman:pasta-forward-ipv4"),
			}},
		}, {
			ID:   "own-ipv6-address",
			Says: "with --dns-forward and an IPv6 address on a host without IPv6 none is named: the container asks the server of the host itself",
			Cases: []Case{{
				When:    podman(">=5.3"),
				Expect:  is.All{is.Nameservers("six's file", "{host-upstream}"), is.AnsweredBy("six", ofHost)},
				Because: "common libnetwork/pasta/pasta_linux.go filterIPFamily: an address of a family that the container has not is left out" + run,
				Sources: partly("podman:pasta-forward-ipv6"),
			}},
		}, {
			ID:   "like-slirp4netns",
			Says: "-a 10.0.2.0 -n 24 -g 10.0.2.2 --dns-forward 10.0.2.3 makes the container's file and its network look like those of slirp4netns",
			Cases: []Case{{
				When: podman(">=5.3"),
				Expect: append(answeredThrough("10.0.2.3", "like-slirp, udp", "like-slirp, tcp"), is.Nameservers("like-slirp's file", "10.0.2.3", "{host-upstream}"),
					is.OwnAddresses("like-slirp's trie", "10.0.2.0")),
				Because: "podman docs/source/markdown/options/network.md; " + args + run,
				Sources: holds("S2-37"),
			}},
		}, {
			ID:   "map-guest-addr",
			Says: "--map-guest-addr changes a line of /etc/hosts and nothing about DNS: the name in that line is a question for the host's server, which has never heard of it",
			Cases: []Case{{
				When: podman(">=5.3"),
				Expect: is.All{
					is.HasLine("plain's hosts", "169.254.1.2\thost.containers.internal host.docker.internal"),
					is.HasLine("guest's hosts", mapped+"\thost.containers.internal host.docker.internal"),
					is.Nameservers("guest's file", "169.254.1.1", "{host-upstream}"),
					is.SentTo("host's name", "169.254.1.1"), is.NXDomain("host's name"), is.Asked("host's trace", "host.containers.internal."),
				},
				Because: args + "; podman libpod/container_internal_common.go addHosts" + run,
				Sources: refutes("S2-38"),
			}},
		}, {
			ID:   "with-an-equals-sign",
			Says: "options with = are not seen by Podman, which puts its own behind them: these count",
			Cases: []Case{{
				When: podman(">=5.3"),
				Expect: append(answeredThrough("169.254.1.1", "equals"), is.Nameservers("equals's file", "169.254.1.1", "{host-upstream}"),
					is.TimedOut("equals at what it told"),
					is.HasLine("equals's hosts", "169.254.1.2\thost.containers.internal host.docker.internal")),
				Because: args + ": options are compared as whole words" + run,
				Sources: refutes("S2-38"),
			}},
		}, {
			ID:   "address-of-the-host",
			Says: "the container has the addresses of the host, its gateway and its interface by name, and a server that it asks itself sees that address",
			Cases: []Case{{
				When: podman(""),
				Expect: is.All{is.SameAddresses("addresses", "host's addresses"), is.SameDefaultRoute("routes", "host's routes"),
					is.AnsweredBy("direct", ofHost), is.AskedFromOneOf("plain's trace", "direct.plain.lab.test.", "addresses")},
				Because: "passt conf.c conf_ip4; " + args + ": --config-net" + run,
				Sources: holds("S2-28"),
			}},
		}, {
			ID:   "no-dhcp",
			Says: "no DHCP client runs in the container: its file is one of Podman's, mounted",
			Cases: []Case{{
				When: podman(""),
				Expect: is.All{is.NoProcess("processes", "dhclient"), is.NoProcess("processes", "udhcpc"), is.NoProcess("processes", "dhcpcd"),
					is.SameText("podman's copy", "plain's file", true)},
				Because: args + ": --config-net; podman libpod/container_internal_common.go addResolvConf" + run,
				Sources: refutes("S2-29"),
			}},
		}, {
			ID:   "neighbours",
			Says: "the name of a neighbour is a question for the server of the host, which has never heard of it",
			Cases: []Case{{
				When:    podman(""),
				Expect:  is.All{is.NXDomain("a neighbour"), is.Asked("neighbour's trace", "custom.")},
				Because: "such a container is on no network of Podman's, and aardvark-dns serves these alone" + run,
				Sources: append(partly("S2-22"), refutes("S2-31")...),
			}},
		}},
	}
}
