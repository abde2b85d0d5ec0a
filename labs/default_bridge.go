package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// DefaultBridge looks for the names that a user-defined network would have,
// then joins one beside it.
func DefaultBridge() Lab {
	l := defaultBridge()
	l.Claims = only("docker", l.Claims)
	return l
}

// DefaultNetwork is the same on Podman's default network. There a container
// that joins another one asks the host's servers in the end, so the host must
// be one of ours.
func DefaultNetwork() Lab {
	l := defaultBridge()
	l.Name = "default-network"
	l.Story = "On Podman's default network containers have no names to ask for: a question goes straight to the server in the file. That changes with a network that is joined later, and so does who is asked for the rest."
	l.Needs = append(l.Needs, driver.OwnHost)
	l.Claims = only("podman", l.Claims)
	return l
}

func defaultBridge() Lab {
	lan := topo.Network{Name: "lan"}
	up := topo.Node{Name: "up", Kind: topo.Upstream, Mode: topo.DefaultBridge}
	web := topo.Node{Name: "web", Mode: topo.DefaultBridge, Hostname: "webhost"}
	client := topo.Node{Name: "client", Mode: topo.DefaultBridge, DNS: []string{"up"}, Options: []string{"timeout:5"}}
	peer := topo.Node{Name: "peer", On: topo.On(lan)}
	ask := func(name string) topo.Question { return topo.Wire{From: client, Name: name} }

	return Lab{
		Name:     "default-bridge",
		Story:    "On the default bridge containers have no names to ask for: a question goes straight to the server in the file. That changes only for the networks that are joined later.",
		Needs:    []driver.Cap{driver.UserNetworks, driver.DefaultBridge},
		Topology: topo.Topology{up, web, client, peer},
		Steps: []Step{{Ask: map[string]topo.Question{
			"name":         ask("{web}"),
			"name.network": ask("{web}.bridge"),
			"short id":     ask("{web.id}"),
			"hostname":     ask("webhost"),
			"reverse":      topo.Wire{From: client, Name: "{web.ptr}", Type: "PTR"},
			"outside":      ask("out.lab.test."),
			"file":         topo.File{Of: client, Path: "/etc/resolv.conf"},
		}}, {Ask: map[string]topo.Question{
			"up's log": topo.Saw{Upstream: up},
		}}, {
			Do: []topo.Act{topo.Connect{Node: client, Network: lan}},
			Ask: map[string]topo.Question{
				"peer then":    ask("{peer}"),
				"name then":    ask("{web}"),
				"outside then": ask("then.lab.test."),
				"file then":    topo.File{Of: client, Path: "/etc/resolv.conf"},
				"peer's way":   topo.File{Of: peer, Path: "/proc/net/route"},
			},
		}},
		Claims: []Claim{{
			ID:   "no-names",
			Says: "a neighbour's name, short id and hostname are questions for the server in the file, which does not know them",
			Cases: []Case{{
				When: docker(""),
				Expect: is.All{
					is.NXDomain("name"), is.NXDomain("name.network"), is.NXDomain("short id"), is.NXDomain("hostname"), is.AnsweredBy("outside", 1),
					is.AskedFrom("up's log", "web.", client), is.AskedFrom("up's log", "web.bridge.", client),
					is.AskedFrom("up's log", "{web.id}.", client), is.AskedFrom("up's log", "webhost.", client),
				},
				Because: "moby daemon/network.go buildCreateEndpointOptions: CreateOptionDisableResolution unless the network is user-defined, 20.10 to 29",
				Sources: []results.Source{{ID: "S2-3", Verdict: results.Refuted}, {ID: "S2-4", Verdict: results.Holds}},
			}, {
				When: podman(""),
				Expect: is.All{
					is.NXDomain("name"), is.NXDomain("name.network"), is.NXDomain("short id"), is.NXDomain("hostname"), is.AnsweredBy("outside", 1),
					is.AskedFrom("up's log", "web.", client), is.AskedFrom("up's log", "web.bridge.", client),
					is.AskedFrom("up's log", "{web.id}.", client), is.AskedFrom("up's log", "webhost.", client),
				},
				Because: "containers-common libnetwork/netavark/network.go createDefaultNetwork: dns_enabled is false (run on podman 4.3.1, 5.4.2 and 5.8.6)",
				Sources: holds("S2-19"),
			}},
		}, {
			ID:   "no-reverse",
			Says: "nor is a neighbour's address looked up by anyone but that server",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.All{is.Data("reverse", "ptr-by-up.lab.test."), is.AskedFrom("up's log", "{web.ptr}", client)},
				Because: "moby daemon/network.go buildCreateEndpointOptions, as for names",
				Sources: refutes("S2-3"),
			}, {
				When:    podman(""),
				Expect:  is.All{is.Data("reverse", "ptr-by-up.lab.test."), is.AskedFrom("up's log", "{web.ptr}", client)},
				Because: "containers-common libnetwork/netavark/network.go createDefaultNetwork, as for names (run on podman 4.3.1, 5.4.2 and 5.8.6)",
				Sources: holds("S2-19"),
			}},
		}, {
			ID:   "file",
			Says: "its resolv.conf names the server itself, and has no option of the engine's",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.All{is.Nameservers("file", "{up}"), is.ResolvOptions("file", "timeout:5")},
				Because: "moby libnetwork/sandbox_dns_unix.go setupDNS, updateDNS: rebuildDNS, which adds ndots:0, is for the embedded resolver alone, 20.10 to 29",
				Sources: refutes("S2-3"),
			}, {
				When:    podman(""),
				Expect:  is.All{is.Nameservers("file", "{up}"), is.ResolvOptions("file", "timeout:5"), is.SearchList("file")},
				Because: "podman libpod/container_internal_common.go addResolvConf (generateResolvConf before 4.4) (run on podman 4.3.1, 5.4.2 and 5.8.6)",
				Sources: holds("podman:server", "podman:option"),
			}},
		}, {
			ID:   "joining-later",
			Says: "whom a container asks that joins a user-defined network as well, for the names of that network and for others",
			Cases: []Case{{
				When: docker(""),
				Expect: is.All{
					is.Nameservers("file then", "127.0.0.11"), is.ResolvOptions("file then", "timeout:5", "ndots:0"),
					is.AddressOf(peer, "peer then"), is.AnsweredBy("outside then", 1), is.NXDomain("name then"),
				},
				Because: "moby libnetwork/sandbox.go populateNetworkResources (sandbox_linux.go from 25.0): startResolver when an endpoint needs it, 20.10 to 29",
				Sources: partly("S2-3"),
			}, {
				When: podman("<4"),
				Expect: is.All{
					is.Nameservers("file then", "{up}"), is.ResolvOptions("file then", "timeout:5"),
					is.NXDomain("peer then"), is.AnsweredBy("outside then", 1), is.NXDomain("name then"),
				},
				Because: "podman libpod/networking_linux.go NetworkConnect up to 3.4: the file stays as it was at the start (run on podman 3.0.1)",
			}, {
				When: podman(">=4"),
				Expect: is.All{
					is.GatewayServer("file then", "peer's way", "{up}"), is.ResolvOptions("file then", "timeout:5"),
					is.AddressOf(peer, "peer then"), is.AnsweredBy("outside then", ofHost), is.NXDomain("name then"),
				},
				Because: "podman libpod NetworkConnect puts the network's server before that of --dns, and does not tell it of --dns: it asks the host's (run on podman 4.3.1, 5.4.2 and 5.8.6)",
			}},
		}},
	}
}
