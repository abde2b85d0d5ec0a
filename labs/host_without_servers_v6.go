package labs

import (
	"strings"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// HostWithoutServersV6 is HostWithoutServers on networks with IPv6: it asks
// nobody, and reads files.
func HostWithoutServersV6() Lab {
	dual := topo.Network{Name: "dual", IPv6: true}
	plain := topo.Node{Name: "plain", Mode: topo.DefaultBridge, Later: true}
	netted := topo.Node{Name: "netted", On: topo.On(dual), Later: true}
	const conf, embedded = "/etc/resolv.conf", "127.0.0.11"
	file := func(n topo.Node) topo.Question { return topo.File{Of: n, Path: conf} }

	const kit = "moby contrib/dockerd-rootless.sh: the engine reads RootlessKit's resolv.conf, which names the forwarder, whatever the host's says; run on 26.1.5"
	v4 := []string{"8.8.8.8", "8.8.4.4"}
	both := append(v4[:2:2], "2001:4860:4860::8888", "2001:4860:4860::8844")

	return Lab{
		Name:     "host-without-servers-v6",
		Story:    "The host's resolv.conf is empty, and networks have IPv6, the default one too. Are containers given public servers of both families?",
		Needs:    []driver.Cap{driver.OwnHost, driver.UserNetworks, driver.DefaultBridge, driver.IPv6},
		Topology: topo.Topology{plain, netted},
		Steps: []Step{{
			Do: append(daemonJSON(`{"ipv6": true, "fixed-cidr-v6": "fd00:6c:6162::/64"}`), topo.HostWrite{Path: conf}, topo.RestartEngine{}),
		}, {
			Do:  []topo.Act{topo.Start{Node: plain}, topo.Start{Node: netted}},
			Ask: map[string]topo.Question{"plain": file(plain), "netted": file(netted)},
		}},
		Claims: []Claim{{
			ID:   "default-bridge",
			Says: "whom a container on the default bridge is told",
			Cases: append(each(Case{
				Expect:  is.Nameservers("plain", both...),
				Because: "moby libnetwork/resolvconf FilterResolvDNS up to 25.0, internal/resolvconf TransformForLegacyNw from 26.0: public servers of both families where the network has IPv6; run on 20.10.24, 26.1.5 and 29.8.0",
				Sources: holds("moby:TestRCTransformForLegacyNw"),
			}, onHost("")...), Case{When: inRootlessKit(""), Expect: is.Nameservers("plain", "10.0.2.3"), Because: kit}),
		}, {
			ID:   "network",
			Says: "whom the resolver of a container on a network is given, as far as the file tells",
			Cases: append([]Case{{
				When:    and(docker("<26.0"), rootless(false)),
				Expect:  is.Nameservers("netted", append([]string{embedded}, both[2:]...)...),
				Because: "moby libnetwork/sandbox_dns_unix.go rebuildDNS up to 25.0: servers with an IPv6 address stay in the file, public ones too; run on 20.10.24",
				Sources: refutes("S0-9"),
			}, {
				When:    and(docker(">=26.0 <28.0"), rootless(false)),
				Expect:  is.All{is.Nameservers("netted", embedded), is.HasLine("netted", "# ExtServers: ["+strings.Join(both, " ")+"]"), is.HasLine("netted", "# Used default nameservers.")},
				Because: "moby libnetwork/internal/resolvconf TransformForIntNS from 26.0 to 27.5; run on 26.1.5",
				Sources: holds("moby:TestRCTransformForIntNS"),
			}, {
				When:    and(docker(">=28.0 <28.1.1"), rootless(false)),
				Expect:  is.All{is.Nameservers("netted", embedded), is.LacksText("netted", "ExtServers"), is.LacksText("netted", "2001:4860")},
				Because: "moby commit 925b484a40, v28.0.0: no public servers for networks with a resolver; read from the source",
			}, {
				When:    inRootlessKit("<26.0"),
				Expect:  is.All{is.Nameservers("netted", embedded), is.LacksText("netted", "2001:4860")},
				Because: kit + "; before 26.0 read from the source",
			}, {
				When:    inRootlessKit(">=26.0 <28.0"),
				Expect:  is.All{is.Nameservers("netted", embedded), is.HasLine("netted", "# ExtServers: [10.0.2.3]")},
				Because: kit,
			}, {
				When:    inRootlessKit(">=28.0"),
				Expect:  is.All{is.Nameservers("netted", embedded), is.HasLine("netted", "# ExtServers: [host(10.0.2.3)]")},
				Because: kit,
			}}, each(Case{
				Expect:  is.All{is.Nameservers("netted", embedded), is.HasLine("netted", "# NO EXTERNAL NAMESERVERS DEFINED"), is.LacksText("netted", "2001:4860")},
				Because: "moby commits 925b484a40, v28.0.0, and 619f1ddd05, v28.1.1, which says so in the file; run on 29.8.0",
			}, and(docker(">=28.1.1"), rootless(false)), detached(""))...),
		}},
	}
}
