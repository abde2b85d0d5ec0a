package labs

import (
	"slices"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// HostWithoutServers asks nobody anything, since some of these servers are
// public ones: it reads files.
func HostWithoutServers() Lab {
	lan := topo.Network{Name: "lan"}
	plain := topo.Node{Name: "plain", Mode: topo.AsItComes, Later: true}
	netted := topo.Node{Name: "netted", On: topo.On(lan), Later: true}
	const conf = "/etc/resolv.conf"
	file := func(n topo.Node) topo.Question { return topo.File{Of: n, Path: conf} }
	both := func(do func(topo.Node) topo.Act) []topo.Act { return []topo.Act{do(plain), do(netted)} }
	start := func(n topo.Node) topo.Act { return topo.Start{Node: n} }
	restart := func(n topo.Node) topo.Act { return topo.Restart{Node: n} }

	const (
		google4  = "8.8.8.8 8.8.4.4"
		embedded = "127.0.0.11"
		slirp    = "10.0.2.3"
		legacy   = "moby:TestRCTransformForLegacyNw"
		pasta    = "169.254.1.1"

		moby    = "moby libnetwork/resolvconf FilterResolvDNS up to 25.0, internal/resolvconf TransformForLegacyNw from 26.0; run on 26.1.5 and 29.8.0"
		kit     = "moby contrib/dockerd-rootless.sh: the engine reads RootlessKit's resolv.conf, which names the forwarder, whatever the host's says; run on 26.1.5"
		podmans = "containers-common libnetwork/resolvconf filterResolvDNS: public servers where none is left; run on 5.4.2"
	)
	fallback := []string{"8.8.8.8", "8.8.4.4"}
	fallback6 := append(fallback[:2:2], "2001:4860:4860::8888", "2001:4860:4860::8844")
	withRoot := rootless(false)
	// told are the cases of a claim about what the files of containers without
	// a network name, and what was seen of the host's.
	told := func(seen is.All, test string, files ...string) []Case {
		name := func(servers ...string) is.All {
			all := slices.Clone(seen)
			for _, f := range files {
				all = append(all, is.Nameservers(f, servers...))
			}
			return all
		}
		return append(each(Case{Expect: name(fallback...), Because: moby, Sources: holds(test)}, onHost("")...),
			Case{When: inRootlessKit(""), Expect: name(slirp), Because: kit, Sources: partly("S2-7")},
			Case{When: and(podman("<3.2"), withRoot), Expect: name(fallback6...), Because: becauseSix},
			Case{When: and(podman(">=3.2"), withRoot), Expect: name(fallback...), Because: podmans},
			Case{When: throughPasta(podman("")), Expect: name(append([]string{pasta}, fallback...)...), Because: podmans + ", behind pasta's forwarder"},
			Case{When: throughSlirp(podman("")), Expect: name(append([]string{slirp}, fallback6...)...), Because: podmans + ", behind slirp4netns' forwarder, IPv6 ones too, since slirp4netns has IPv6"})
	}

	return Lab{
		Name:     "host-without-servers",
		Story:    "The host's resolv.conf names no server, is empty, is not there, or is a link to nothing. Whom do containers then get, and from whose choice?",
		Needs:    []driver.Cap{driver.OwnHost, driver.UserNetworks},
		Topology: topo.Topology{plain, netted},
		Steps: []Step{{
			Do:  append([]topo.Act{topo.HostWrite{Path: conf, Content: "search one.lab.test\noptions timeout:3\n"}}, both(start)...),
			Ask: map[string]topo.Question{"plain, no server": file(plain), "netted, no server": file(netted), "no server": topo.HostFile{Path: conf}},
		}, {
			Do:  append([]topo.Act{topo.HostWrite{Path: conf}}, both(restart)...),
			Ask: map[string]topo.Question{"plain, empty": file(plain), "netted, empty": file(netted)},
		}, {
			Do:  []topo.Act{topo.HostWrite{Path: conf, Content: "nameserver 127.0.0.1\n#nameserver 127.0.2.1\nnameserver ::1\n"}, restart(plain)},
			Ask: map[string]topo.Question{"plain, loopback": file(plain), "loopback": topo.HostFile{Path: conf}},
		}, {
			// A rootless Podman needs the file to take a container off a network.
			Do:  []topo.Act{topo.Stop{Node: netted}, topo.HostRemove{Path: conf}, restart(plain)},
			Ask: map[string]topo.Question{"plain, no file": file(plain), "no file": topo.HostFile{Path: conf}},
		}, {
			Do:  []topo.Act{topo.HostLink{Path: conf, To: "../run/nothing/resolv.conf"}, restart(plain)},
			Ask: map[string]topo.Question{"plain, link to nothing": file(plain), "link to nothing": topo.HostFile{Path: conf}},
		}},
		Claims: []Claim{{
			ID:    "no-server",
			Says:  "whom a container is told that asks for no network, where the host's file names no server or is empty",
			Cases: told(is.All{is.HasText("no server", "search ")}, legacy, "plain, no server", "plain, empty"),
		}, {
			ID:    "loopback",
			Says:  "whom it is told where the host's file names loopback addresses alone, one of IPv6 and one in a comment among them",
			Cases: told(is.All{is.HasLine("loopback", "nameserver ::1")}, "moby:TestRunDNSDefaultOptions", "plain, loopback"),
		}, {
			ID:    "no-file",
			Says:  "whom it is told where the host has no file",
			Cases: told(is.All{is.Outcome("no file", results.NotFound)}, legacy, "plain, no file"),
		}, {
			ID:    "link-to-nothing",
			Says:  "whom it is told where the host's file is a link to nothing",
			Cases: told(is.All{is.Outcome("link to nothing", results.NotFound)}, legacy, "plain, link to nothing"),
		}, {
			ID:   "the-rest",
			Says: "whether search list and options of a host without servers still count",
			Cases: append(each(Case{
				Expect: is.All{is.SearchList("plain, no server", "one.lab.test"), is.ResolvOptions("plain, no server", "timeout:3"),
					is.SearchList("netted, no server", "one.lab.test"), is.ResolvOptions("netted, no server", "timeout:3", "ndots:0")},
				Because: "moby libnetwork/resolvconf and internal/resolvconf: servers are replaced by themselves; run on 26.1.5 and 29.8.0",
			}, onHost("")...), Case{
				When:    inRootlessKit(""),
				Expect:  is.All{is.SearchList("plain, no server"), is.ResolvOptions("plain, no server"), is.SearchList("netted, no server"), is.ResolvOptions("netted, no server", "ndots:0")},
				Because: kit,
			}, Case{
				When: podman("<3.1"),
				Expect: is.All{is.SearchList("plain, no server", "one.lab.test"), is.ResolvOptions("plain, no server", "timeout:3"),
					is.SearchList("netted, no server", "one.lab.test"), is.ResolvOptions("netted, no server", "timeout:3")},
				Because: becauseNoSearch,
			}, Case{
				When: podman(">=3.1"),
				Expect: is.All{is.SearchList("plain, no server", "one.lab.test"), is.ResolvOptions("plain, no server", "timeout:3"),
					is.HasText("netted, no server", "search dns.podman"), is.ResolvOptions("netted, no server", "timeout:3")},
				Because: podmans,
			}),
		}, {
			ID:   "on-a-network",
			Says: "whom the resolver of a container on a network is given where the host names no server or an empty file, as far as the container's file tells",
			Cases: []Case{{
				When:    and(docker("<26.0"), rootless(false)),
				Expect:  is.All{is.Nameservers("netted, no server", embedded), is.Nameservers("netted, empty", embedded), is.LacksText("netted, empty", "8.8.8.8")},
				Because: "moby libnetwork/sandbox_dns_unix.go rebuildDNS up to 25.0: it takes the public servers of the file, and says so nowhere; run on 20.10.24",
			}, {
				When: and(docker(">=26.0 <28.0"), rootless(false)),
				Expect: is.All{is.Nameservers("netted, empty", embedded), is.HasLine("netted, no server", "# ExtServers: ["+google4+"]"),
					is.HasLine("netted, empty", "# ExtServers: ["+google4+"]"), is.HasLine("netted, empty", "# Used default nameservers.")},
				Because: "moby libnetwork/internal/resolvconf TransformForIntNS from 26.0 to 27.5; run on 26.1.5",
				Sources: holds("moby:TestRCTransformForIntNS"),
			}, {
				When:    and(docker(">=28.0 <28.1.1"), rootless(false)),
				Expect:  is.All{is.Nameservers("netted, empty", embedded), is.LacksText("netted, no server", "ExtServers"), is.LacksText("netted, empty", "ExtServers"), is.LacksText("netted, empty", "8.8.8.8")},
				Because: "moby commit 925b484a40, v28.0.0: no public servers for networks with a resolver; read from the source",
			}, {
				When: and(docker(">=28.1.1"), rootless(false)),
				Expect: is.All{is.Nameservers("netted, empty", embedded), is.HasLine("netted, no server", "# NO EXTERNAL NAMESERVERS DEFINED"),
					is.HasLine("netted, empty", "# NO EXTERNAL NAMESERVERS DEFINED"), is.LacksText("netted, empty", "8.8.8.8")},
				Because: "moby commit 619f1ddd05, v28.1.1, says so in the file; run on 29.8.0",
			}, {
				When: detached(""),
				Expect: is.All{is.Nameservers("netted, empty", embedded), is.HasLine("netted, no server", "# NO EXTERNAL NAMESERVERS DEFINED"),
					is.HasLine("netted, empty", "# NO EXTERNAL NAMESERVERS DEFINED"), is.LacksText("netted, empty", "8.8.8.8")},
				Because: "moby commit 619f1ddd05, v28.1.1, says so in the file; run on 29.8.0",
			}, {
				When:    inRootlessKit("<26.0"),
				Expect:  is.All{is.Nameservers("netted, no server", embedded), is.Nameservers("netted, empty", embedded), is.LacksText("netted, empty", "8.8.8.8")},
				Because: kit,
			}, {
				When:    inRootlessKit(">=26.0 <28.0"),
				Expect:  is.All{is.HasLine("netted, no server", "# ExtServers: ["+slirp+"]"), is.HasLine("netted, empty", "# ExtServers: ["+slirp+"]")},
				Because: kit,
				Sources: partly("S2-7"),
			}, {
				When:    inRootlessKit(">=28.0"),
				Expect:  is.All{is.HasLine("netted, no server", "# ExtServers: [host("+slirp+")]"), is.HasLine("netted, empty", "# ExtServers: [host("+slirp+")]")},
				Because: kit,
				Sources: partly("S2-7"),
			}, {
				When:    podman(">=4.4.3"),
				Expect:  is.All{is.HostServers("netted, no server", 1), is.HostServers("netted, empty", 1), is.LacksText("netted, empty", "8.8.8.8")},
				Because: "podman libpod/container_internal_common.go addResolvConf: the gateway alone since 4.4.3; run on 5.4.2",
			}, {
				When:    podman("<4.0"),
				Expect:  is.All{is.HostServers("netted, no server", 1), is.HostServers("netted, empty", 1), is.LacksText("netted, empty", "8.8.8.8")},
				Because: becauseInstead,
			}, {
				When:    podman(">=4.0 <4.4.3"),
				Expect:  is.All{is.HostServerBefore("netted, no server", fallback...), is.HostServerBefore("netted, empty", fallback...)},
				Because: "podman libpod/container_internal_common.go generateResolvConf: the gateway, then the servers of the host, up to 4.4.2; run on 4.3.1",
			}},
		}, {
			ID:   "comments",
			Says: "what the file of a container without a network says about that",
			Cases: []Case{{
				When:    docker("<26.0"),
				Expect:  is.All{is.Comments("plain, empty"), is.Comments("plain, no file"), is.HasText("plain, no file", "nameserver ")},
				Because: "moby libnetwork/resolvconf FilterResolvDNS up to 25.0 writes no comment; run on 20.10.24",
			}, {
				When:    and(docker(">=26.0"), rootless(false)),
				Expect:  is.All{is.HasLine("plain, empty", "# Based on host file: '/etc/resolv.conf' (legacy)"), is.HasLine("plain, no file", "# Based on host file: '' (legacy)"), is.HasLine("plain, no file", "# Used default nameservers.")},
				Because: "moby libnetwork/internal/resolvconf Generate, since 26.0; run on 26.1.5 and 29.8.0",
			}, {
				When:    detached(">=26.0"),
				Expect:  is.All{is.HasLine("plain, empty", "# Based on host file: '/etc/resolv.conf' (legacy)"), is.HasLine("plain, no file", "# Based on host file: '' (legacy)"), is.HasLine("plain, no file", "# Used default nameservers.")},
				Because: "moby libnetwork/internal/resolvconf Generate, since 26.0; run on 29.8.0",
			}, {
				When:    inRootlessKit(">=26.0"),
				Expect:  is.All{is.HasLine("plain, no file", "# Based on host file: '/etc/resolv.conf' (legacy)"), is.LacksText("plain, no file", "Used default nameservers")},
				Because: kit,
			}},
		}},
	}
}
