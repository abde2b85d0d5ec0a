package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// ResolvConf reads what the engine writes. Every node has flags for all that
// would otherwise come from the host's file.
func ResolvConf() Lab {
	lan := topo.Network{Name: "lan"}
	up := topo.Node{Name: "up", Kind: topo.Upstream, On: topo.On(lan)}
	two := topo.Node{Name: "two", Kind: topo.Upstream, On: topo.On(lan)}
	flagged := topo.Node{
		Name: "flagged", On: topo.On(lan), DNS: []string{"up", "two"},
		Search: []string{"one.test", "other.test"}, Options: []string{"timeout:3", "attempts:1"},
	}
	bare := topo.Node{Name: "bare", On: topo.On(lan), DNS: []string{"up"}, Search: []string{"."}, Options: []string{"ndots:2"}}
	read := func(n topo.Node, path string) topo.Question { return topo.File{Of: n, Path: path} }

	return Lab{
		Name:     "resolv-conf",
		Story:    "On a user-defined network the engine writes /etc/resolv.conf: its own server or those of flags, and what other flags say, line by line.",
		Needs:    []driver.Cap{driver.UserNetworks},
		Topology: topo.Topology{up, two, flagged, bare},
		Steps: []Step{{Ask: map[string]topo.Question{
			"flagged's file":  read(flagged, "/etc/resolv.conf"),
			"flagged's hosts": read(flagged, "/etc/hosts"),
			"bare's file":     read(bare, "/etc/resolv.conf"),

			"flagged's routes": read(flagged, "/proc/net/route"),
			"bare's routes":    read(bare, "/proc/net/route"),
		}}},
		Claims: []Claim{{
			ID:   "server",
			Says: "which servers are in the file, when one or two were given",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.All{is.Nameservers("flagged's file", "127.0.0.11"), is.Nameservers("bare's file", "127.0.0.11")},
				Because: "moby libnetwork/sandbox_dns_unix.go resolverIPSandbox, rebuildDNS: 20.10 to 29; up to 25 IPv6 servers stay in the file as well, and there are none here",
				Sources: holds("S0-2"),
			}, {
				When:    podman("<4.4.3"),
				Expect:  is.All{is.Nameservers("flagged's file", "{up}", "{two}"), is.Nameservers("bare's file", "{up}")},
				Because: "podman libpod/container_internal_common.go generateResolvConf up to 4.4.2: those that were given, and no other (run on podman 4.3.1, netavark and CNI)",
				Sources: refutes("podman:several-servers"),
			}, {
				When:    behind(">=1.4"),
				Expect:  is.All{is.GatewayServer("flagged's file", "flagged's routes"), is.GatewayServer("bare's file", "bare's routes")},
				Because: "podman libpod/container_internal_common.go addResolvConf since 4.4.3: the network's own server, on its gateway (run on podman 5.4.2 and 5.8.6)",
				Sources: holds("podman:several-servers", "S2-41"),
			}},
		}, {
			ID:   "which-file",
			Says: "it is /etc/resolv.conf that points at the embedded resolver; /etc/hosts does not mention it",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.All{is.HasLine("flagged's file", "nameserver 127.0.0.11"), is.LacksText("flagged's hosts", "127.0.0.11")},
				Because: "moby libnetwork/sandbox_dns_unix.go rebuildDNS writes the one, buildHostsFile the other, 20.10 to 29",
				Sources: refutes("S0-4"),
			}},
		}, {
			ID:   "lines",
			Says: "which lines there are, and in what order",
			Cases: []Case{{
				When: docker("<26.0"),
				Expect: is.Lines("flagged's file",
					"search one.test other.test", "nameserver 127.0.0.11", "options timeout:3 attempts:1 ndots:0"),
				Because: "moby libnetwork/resolvconf/resolvconf.go Build up to 25.0: search, nameserver, options",
				Sources: partly("S2-2"),
			}, {
				When: docker(">=26.0"),
				Expect: is.Lines("flagged's file",
					"nameserver 127.0.0.11", "search one.test other.test", "options timeout:3 attempts:1 ndots:0"),
				Because: "moby libnetwork/internal/resolvconf/resolvconf.go Generate, new in 26.0: nameserver, search, options",
				Sources: partly("S2-2"),
			}, {
				When: podman("<4.4.3"),
				Expect: is.Lines("flagged's file",
					"search one.test other.test", "nameserver {up}", "nameserver {two}", "options timeout:3 attempts:1"),
				Because: "containers-common libnetwork/resolvconf: search, nameserver, options; a search list of flags takes the place of dns.podman (run on podman 4.3.1, netavark and CNI)",
				Sources: holds("podman:add-search", "podman:option"),
			}, {
				When: behind(">=1.4"),
				Expect: is.GatewayLines("flagged's file", "flagged's routes",
					"search one.test other.test", "nameserver {gateway}", "options timeout:3 attempts:1"),
				Because: "containers-common libnetwork/resolvconf/resolv.go build: search, nameserver, options, and no ndots; a search list of flags takes the place of dns.podman (run on podman 5.4.2 and 5.8.6)",
				Sources: holds("podman:add-search", "podman:option"),
			}},
		}, {
			ID:   "own-ndots",
			Says: "an option ndots that was given stays alone, and a search list of a dot alone is no line at all",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.Lines("bare's file", "nameserver 127.0.0.11", "options ndots:2"),
				Because: "moby libnetwork/sandbox_dns_unix.go rebuildDNS up to 25.0, resolvconf.go TransformForIntNS and OverrideSearch from 26.0: ndots:0 is added only where no valid ndots is",
				Sources: partly("S2-2"),
			}, {
				When:    podman("<4.4.3"),
				Expect:  is.Lines("bare's file", "nameserver {up}", "options ndots:2"),
				Because: "podman libpod/container_internal_common.go generateResolvConf (run on podman 4.3.1, netavark and CNI)",
				Sources: holds("podman:remove-all-search"),
			}, {
				When:    behind(">=1.4"),
				Expect:  is.GatewayLines("bare's file", "bare's routes", "nameserver {gateway}", "options ndots:2"),
				Because: "podman libpod/container_internal_common.go addResolvConf (run on podman 5.4.2 and 5.8.6)",
				Sources: holds("podman:remove-all-search"),
			}},
		}, {
			ID:   "comments",
			Says: "what the file says of itself in comments",
			Cases: []Case{{
				When:    docker("<26.0"),
				Expect:  is.All{is.Comments("flagged's file"), is.Comments("bare's file")},
				Because: "moby libnetwork/resolvconf/resolvconf.go Build writes none, up to 25.0",
			}, {
				When: docker(">=26.0"),
				Expect: is.All{
					is.Comments("flagged's file", generated1, generated2, generated3, "# Based on host file: '/etc/resolv.conf' (internal resolver)",
						"# ExtServers: [{up} {two}]", "# Overrides: [nameservers search options]", "# Option ndots from: internal"),
					is.Comments("bare's file", generated1, generated2, generated3, "# Based on host file: '/etc/resolv.conf' (internal resolver)",
						"# ExtServers: [{up}]", "# Overrides: [nameservers search options]", "# Option ndots from: override"),
				},
				Because: "moby libnetwork/sandbox_dns_unix.go loadResolvConf, internal/resolvconf/resolvconf.go Generate, 26.0 to 29; servers of flags have no host(…) around them in any of these",
			}, {
				When:    podman(""),
				Expect:  is.All{is.Comments("flagged's file"), is.Comments("bare's file"), is.HasLine("bare's file", "options ndots:2")},
				Because: "containers-common libnetwork/resolvconf/resolv.go build writes none (run on podman 4.3.1, 5.4.2 and 5.8.6)",
			}},
		}},
	}
}

// The header that Docker puts on a resolv.conf of its own since 26.0.
const (
	generated1 = "# Generated by Docker Engine."
	generated2 = "# This file can be edited; Docker Engine will not make further changes once it"
	generated3 = "# has been modified."
)
