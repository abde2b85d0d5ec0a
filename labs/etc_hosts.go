package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// EtcHosts reads what the engine writes before the container starts.
func EtcHosts() Lab {
	lan, dual := topo.Network{Name: "lan"}, topo.Network{Name: "dual", IPv6: true}
	plain := topo.Node{Name: "plain", On: topo.On(lan, "www"), Hostname: "plainhost", ExtraHosts: []string{"added.test:192.0.2.7"}}
	dotted := topo.Node{Name: "dotted", On: topo.On(lan), Hostname: "host.dotted.test"}
	double := topo.Node{Name: "double", On: topo.On(dual), Hostname: "doublehost"}
	hosts := func(n topo.Node) topo.Question { return topo.File{Of: n, Path: "/etc/hosts"} }
	inet6 := func(n topo.Node) topo.Question { return topo.File{Of: n, Path: "/proc/net/if_inet6"} }

	return Lab{
		Name:     "etc-hosts",
		Story:    "The engine writes /etc/hosts: loopback, what was added by flags, and the container itself. Neighbours are not in it; the host may be.",
		Needs:    []driver.Cap{driver.UserNetworks, driver.IPv6},
		Topology: topo.Topology{plain, dotted, double},
		Steps: []Step{{Ask: map[string]topo.Question{
			"plain's hosts": hosts(plain), "dotted's hosts": hosts(dotted), "double's hosts": hosts(double),
			"plain's inet6": inet6(plain), "dotted's inet6": inet6(dotted), "double's inet6": inet6(double),
		}}},
		Claims: []Claim{{
			ID:   "own-line",
			Says: "with which names a container's address is there, and where what --add-host added is; its aliases are not there",
			Cases: []Case{{
				When: docker(""),
				Expect: is.All{
					is.HasText("plain's hosts", "192.0.2.7\tadded.test\n{plain}\tplainhost\n"),
					is.HostsEntries("plain's hosts", "plainhost", 1), is.HostsEntries("plain's hosts", "plain", 0), is.HostsEntries("plain's hosts", "www", 0),
				},
				Because: "moby libnetwork/sandbox_dns_unix.go buildHostsFile, updateHostsFile (makeHostsRecs from 28.0): 20.10 to 29",
				Sources: partly("S0-4", "moby:TestEtcHostsIpv6"),
			}, {
				When: podman("<4"),
				Expect: is.All{
					is.HasText("plain's hosts", "192.0.2.7 added.test\n{plain}\tplainhost plain\n"),
					is.HostsEntries("plain's hosts", "plainhost", 1), is.HostsEntries("plain's hosts", "plain", 1), is.HostsEntries("plain's hosts", "www", 0),
				},
				Because: "podman libpod/container_internal_linux.go getHosts up to 3.4: what was added stands behind the host's lines (run on podman 3.0.1, there in the lab etc-hosts-leaving)",
			}, {
				When: podman(">=4"),
				Expect: is.All{
					is.HasText("plain's hosts", "192.0.2.7\tadded.test\n127.0.0.1\tlocalhost"), is.HasLine("plain's hosts", "{plain}\tplainhost plain"),
					is.HostsEntries("plain's hosts", "plainhost", 1), is.HostsEntries("plain's hosts", "plain", 1), is.HostsEntries("plain's hosts", "www", 0),
				},
				Because: "containers-common libnetwork/etchosts newHosts: what was added, then the host's lines, then the container's, with hostname and name (run on podman 5.8.6 rootless)",
			}},
		}, {
			ID:   "dotted-hostname",
			Says: "whether a hostname with dots is also there up to its first dot",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.HasLine("dotted's hosts", "{dotted}\thost.dotted.test host"),
				Because: "moby libnetwork/sandbox_dns_unix.go updateHostsFile (makeHostsRecs from 28.0): 20.10 to 29",
				Sources: partly("moby:TestEtcHostsDisconnect"),
			}, {
				When:    podman(""),
				Expect:  is.All{is.HasLine("dotted's hosts", "{dotted}\thost.dotted.test dotted"), is.HostsEntries("dotted's hosts", "host", 0)},
				Because: "podman libpod/container_internal_common.go getHostsEntries: the hostname as it is, and the container's name (run on podman 5.8.6 rootless)",
			}},
		}, {
			ID:   "both-families",
			Says: "on a network with IPv6 the container has a line for each of its two addresses",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.HasText("double's hosts", "{double}\tdoublehost\n{double}\tdoublehost\n"),
				Because: "moby libnetwork/endpoint.go sbJoin: the first IPv4 and the first IPv6 address, 20.10 to 29 (getEtcHostsAddrs from 26.0)",
				Sources: partly("moby:TestEtcHostsIpv6"),
			}, {
				When:    podman(""),
				Expect:  is.All{is.HasText("double's hosts", "{double}\tdoublehost double\n{double}\tdoublehost double\n"), is.HostsEntries("double's hosts", "doublehost", 2)},
				Because: "containers-common libnetwork/etchosts GetNetworkHostEntries: a line for each address (run on podman 5.8.6 rootless)",
			}},
		}, {
			ID:   "no-neighbours",
			Says: "no line is about a neighbour",
			Cases: []Case{{
				When: docker(""),
				Expect: is.All{
					is.LacksText("plain's hosts", "{dotted}"), is.LacksText("plain's hosts", "dotted"),
					is.LacksText("dotted's hosts", "plain"), is.HasText("dotted's hosts", "{dotted}"), is.HasText("plain's hosts", "{plain}"),
				},
				Because: "moby libnetwork/sandbox_dns_unix.go buildHostsFile: 20.10 to 29; links of the default bridge are another matter",
				Sources: refutes("S0-4"),
			}, {
				When: podman(""),
				Expect: is.All{
					is.LacksText("plain's hosts", "{dotted}"), is.LacksText("plain's hosts", "dotted"),
					is.LacksText("dotted's hosts", "plain"), is.HasText("dotted's hosts", "{dotted}"), is.HasText("plain's hosts", "{plain}"),
				},
				Because: "podman libpod/container_internal_common.go getHostsEntries: the container's own addresses (run on podman 5.8.6 rootless)",
			}},
		}, {
			ID:   "the-host",
			Says: "whether the host has a name there",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.All{is.HostsEntries("plain's hosts", "host.docker.internal", 0), is.HostsEntries("plain's hosts", "host.containers.internal", 0)},
				Because: "moby libnetwork/sandbox_dns_unix.go buildHostsFile: only --add-host NAME:host-gateway puts it there, 20.10 to 29",
			}, {
				When:    podman("<3.2"),
				Expect:  is.All{is.HostsEntries("plain's hosts", "host.docker.internal", 0), is.HostsEntries("plain's hosts", "host.containers.internal", 0)},
				Because: "podman libpod/container_internal_linux.go getHosts before pull request 9972 of May 2021 (run on podman 3.0.1, there in the lab etc-hosts-leaving)",
			}, {
				When:    podman(">=3.2 <4.7"),
				Expect:  is.All{is.HostsEntries("plain's hosts", "host.containers.internal", 1), is.HostsEntries("plain's hosts", "host.docker.internal", 0)},
				Because: "podman libpod/container_internal_common.go addHosts (run on podman 4.3.1, netavark and CNI, there in the lab etc-hosts-leaving)",
			}, {
				When:    podman(">=4.7"),
				Expect:  is.All{is.HasText("plain's hosts", "\thost.containers.internal host.docker.internal\n"), is.HostsEntries("plain's hosts", "host.containers.internal", 1)},
				Because: "containers-common pull request 1592 of August 2023, after podman 4.6: Docker's name stands beside Podman's (run on podman 5.8.6 rootless; on 4.9.5 and 5.4.2 in the lab etc-hosts-leaving)",
			}},
		}, {
			ID:   "loopback",
			Says: "when the lines of IPv6 loopback and multicast are there",
			Cases: []Case{{
				When: docker("<26.0"),
				Expect: is.All{
					is.Lines("plain's hosts", "127.0.0.1\tlocalhost", "::1\tlocalhost ip6-localhost ip6-loopback", "fe00::0\tip6-localnet", "ff00::0\tip6-mcastprefix",
						"ff02::1\tip6-allnodes", "ff02::2\tip6-allrouters", "192.0.2.7\tadded.test", "{plain}\tplainhost"),
					is.HasLine("double's hosts", "::1\tlocalhost ip6-localhost ip6-loopback"),
				},
				Because: "moby libnetwork/etchosts/etchosts.go defaultContent: always, up to 25.0",
				Sources: partly("moby:TestEtcHostsIpv6"),
			}, {
				When:    docker(">=26.0 <28.0"),
				Expect:  is.All{is.LoopbackHosts("plain's hosts", "plain's inet6", "::0"), is.LoopbackHosts("double's hosts", "double's inet6", "::0")},
				Because: "moby libnetwork/sandbox_dns_unix.go buildHostsFile, etchosts.go BuildNoIPv6, new in 26.0: only where loopback has an IPv6 address",
				Sources: partly("moby:TestEtcHostsIpv6"),
			}, {
				When:    docker(">=28.0"),
				Expect:  is.All{is.LoopbackHosts("plain's hosts", "plain's inet6", "::"), is.LoopbackHosts("double's hosts", "double's inet6", "::")},
				Because: "moby libnetwork/etchosts/etchosts.go defaultContentIPv6 of 28.0: addresses in their short form",
				Sources: partly("moby:TestEtcHostsIpv6"),
			}},
		}},
	}
}
