package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// Connect walks two running containers from one network over to another.
func Connect() Lab {
	l := connect([]string{"up"}, 1)
	l.Claims = only("docker", l.Claims)
	return l
}

// ConnectWithoutFlags is the same for a container that was told no server. On
// Podman the server of a network that is joined later asks the host's in any
// case, so the host must be one of ours.
func ConnectWithoutFlags() Lab {
	l := connect(nil, ofHost)
	l.Name = "connect-without-flags"
	l.Story = "Two running containers that were told nothing about DNS are connected to a second network, where one gets another alias, and then that one leaves the first."
	l.Needs = append(l.Needs, driver.OwnHost)
	return l
}

// connect gives the container that asks these servers; other names are
// answered by the upstream of that number.
func connect(servers []string, upstream int) Lab {
	lan, side := topo.Network{Name: "lan"}, topo.Network{Name: "side"}
	up := topo.Node{Name: "up", Kind: topo.Upstream, On: topo.On(lan)}
	first := topo.Node{Name: "first", On: topo.On(lan, "foo")}
	client := topo.Node{Name: "client", On: topo.On(lan), DNS: servers}
	// A network exists because a node is on it.
	host := topo.Node{Name: "host-of-side", On: topo.On(side)}
	ask := func(name string) topo.Question { return topo.Wire{From: client, Name: name} }
	const silent = " (run on podman 4.3.1); once a container has left, aardvark-dns 1.4 may be silent there until it hears of another change, in three runs of five, so nothing is expected of its answers"

	return Lab{
		Name:     "connect",
		Story:    "Two running containers are connected to a second network, where one gets another alias, and then that one leaves the first.",
		Needs:    []driver.Cap{driver.UserNetworks},
		Topology: topo.Topology{up, first, client, host},
		Steps: []Step{{Ask: map[string]topo.Question{
			"foo":      ask("foo"),
			"short id": ask("{first.id}"),
		}}, {
			Do: []topo.Act{topo.Connect{Node: first, Network: side, Aliases: []string{"bar"}}},
			Ask: map[string]topo.Question{
				"bar too early": ask("bar"),
			},
		}, {
			Do: []topo.Act{topo.Connect{Node: client, Network: side}},
			Ask: map[string]topo.Question{
				"bar":              ask("bar"),
				"foo still":        ask("foo"),
				"foo.side":         ask("foo.{side}"),
				"the host of side": ask("{host-of-side}"),
				"out on both":      ask("both.lab.test."),
				"file on both":     topo.File{Of: client, Path: "/etc/resolv.conf"},
				"way of side":      topo.File{Of: host, Path: "/proc/net/route"},
				"way of lan":       topo.File{Of: up, Path: "/proc/net/route"},
			},
		}, {
			Do: []topo.Act{topo.Disconnect{Node: first, Network: lan}},
			Ask: map[string]topo.Question{
				"foo afterwards":      ask("foo"),
				"bar afterwards":      ask("bar"),
				"name afterwards":     ask("{first}"),
				"short id afterwards": ask("{first.id}"),
			},
		}, {
			Do: []topo.Act{topo.Disconnect{Node: client, Network: side}},
			Ask: map[string]topo.Question{
				"bar in the end": ask("bar"),
				"out in the end": ask("end.lab.test."),

				"file in the end": topo.File{Of: client, Path: "/etc/resolv.conf"},
			},
		}},
		Claims: []Claim{{
			ID:   "connected",
			Says: "who is found, on either network, by whoever is connected to both",
			Cases: []Case{{
				When: docker(""),
				Expect: is.All{is.NXDomain("bar too early"), is.AddressOf(first, "bar", side), is.AddressOf(first, "foo still", lan),
					is.AddressOf(host, "the host of side")},
				Because: "moby libnetwork Sandbox.ResolveName asks every network that the asking sandbox is on at that moment: the same from 20.10 to 29",
			}, {
				When: podman("<4"),
				Expect: is.All{is.NXDomain("bar too early"), is.NXDomain("bar"), is.AddressOf(first, "foo still", lan),
					is.NXDomain("the host of side")},
				Because: "podman libpod/networking_linux.go NetworkConnect up to 3.4: the file stays as it was at the start, so the server of the second network is never asked (run on podman 3.0.1)",
			}, {
				When: and(dnsname(), podman(">=4")),
				Expect: is.All{is.NXDomain("bar too early"), is.AddressOf(first, "bar", side), is.NXDomain("foo still"),
					is.AddressOf(host, "the host of side")},
				Because: "dnsname runs a dnsmasq for each network that knows only that one, and the first in the file is asked (run on podman 4.3.1 with CNI)",
			}, {
				When: aardvark(">=1.4"),
				Expect: is.All{is.NXDomain("bar too early"), is.AddressOf(first, "bar", side), is.AddressOf(first, "foo still", lan),
					is.AddressOf(host, "the host of side")},
				Because: "aardvark-dns src/backend/mod.rs lookup: names of all networks that the asking address is known on (run on podman 4.3.1, 5.4.2 and 5.8.6)",
				Sources: holds("aardvark-dns:three-networks-with-connect"),
			}},
		}, {
			ID:   "alias-per-network",
			Says: "the alias of one network is no name on the other",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.All{is.AddressOf(first, "foo still", lan), is.NXDomain("foo.side")},
				Because: "moby libnetwork Network.addSvcRecords: each network has a table of its own: the same from 20.10 to 29",
			}, {
				When:    podman("<4"),
				Expect:  is.All{is.AddressOf(first, "foo still", lan), is.NXDomain("foo.side")},
				Because: "dnsname has one domain for all networks, dns.podman (run on podman 3.0.1)",
			}, {
				When:    and(dnsname(), podman(">=4")),
				Expect:  is.All{is.AddressOf(first, "foo", lan), is.NXDomain("foo.side"), is.NXDomain("foo still")},
				Because: "dnsname runs a dnsmasq for each network that knows only that one, and the first in the file is asked (run on podman 4.3.1 with CNI)",
			}, {
				When:    aardvark(">=1.4"),
				Expect:  is.All{is.AddressOf(first, "foo still", lan), is.NXDomain("foo.side")},
				Because: "aardvark-dns knows one domain for all networks, dns.podman (run on podman 4.3.1, 5.4.2 and 5.8.6)",
			}},
		}, {
			ID:   "disconnected",
			Says: "after one has left the first network, its alias there is not found; whether alias, name and short id on the other find it",
			Cases: []Case{{
				When: docker(""),
				Expect: is.All{is.AddressOf(first, "foo", lan), is.AddressOf(first, "short id", lan), is.NXDomain("foo afterwards"),
					is.AddressOf(first, "bar afterwards", side), is.AddressOf(first, "name afterwards", side), is.AddressOf(first, "short id afterwards", side)},
				Because: "moby libnetwork Endpoint.sbLeave deletes the records of one network alone: the same from 20.10 to 29",
				Sources: holds("moby:TestUserDefinedNetworkConnectDisconnectAlias"),
			}, {
				When: podman("<4"),
				Expect: is.All{is.AddressOf(first, "foo", lan), is.NXDomain("foo afterwards"),
					is.NXDomain("bar afterwards"), is.NXDomain("name afterwards")},
				Because: "podman libpod/networking_linux.go NetworkConnect up to 3.4: the file stays as it was at the start, so the server of the second network is never asked (run on podman 3.0.1)",
			}, {
				When: podman(">=4"),
				Expect: is.All{is.AddressOf(first, "foo", lan), is.AddressOf(first, "short id", lan), is.NXDomain("foo afterwards"),
					is.AddressOf(first, "bar afterwards", side), is.AddressOf(first, "name afterwards", side), is.AddressOf(first, "short id afterwards", side)},
				Because: "podman libpod NetworkDisconnect tears one network down alone (run on podman 4.3.1, 5.4.2 and 5.8.6)",
				Sources: holds("aardvark-dns:three-networks-with-connect"),
			}},
		}, {
			ID:   "asker-disconnected",
			Says: "whoever leaves a network itself no longer finds who is there",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.All{is.AddressOf(first, "bar afterwards", side), is.NXDomain("bar in the end")},
				Because: "moby libnetwork Sandbox.ResolveName asks every network that the asking sandbox is on at that moment: the same from 20.10 to 29",
			}, {
				When:    podman("<4"),
				Expect:  is.All{is.AddressOf(first, "foo", lan), is.NXDomain("bar in the end"), is.AnsweredBy("out in the end", ofHost)},
				Because: "podman libpod/networking_linux.go NetworkConnect up to 3.4: the file stays as it was at the start, so the server of the second network is never asked (run on podman 3.0.1)",
			}, {
				When:    and(dnsname(), podman(">=4")),
				Expect:  is.All{is.AddressOf(first, "bar afterwards", side), is.NXDomain("bar in the end")},
				Because: "podman libpod NetworkDisconnect takes the network's server out of the file (run on podman 4.3.1 with CNI)",
			}, {
				When:    aardvark("<1.5"),
				Expect:  is.All{is.AddressOf(first, "bar afterwards", side), is.GatewaysFirst("file on both", "way of side", "way of lan"), is.GatewaysFirst("file in the end", "way of lan")},
				Because: "podman libpod NetworkDisconnect takes the network's server out of the file" + silent,
			}, {
				When:    aardvark(">=1.5"),
				Expect:  is.All{is.AddressOf(first, "bar afterwards", side), is.NXDomain("bar in the end")},
				Because: "podman libpod NetworkDisconnect takes the network's server out of the file (run on podman 5.4.2 and 5.8.6)",
			}},
		}, {
			ID:   "forwarding-stays",
			Says: "other names are answered by the upstream all the while",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.All{is.AnsweredBy("out on both", upstream), is.AnsweredBy("out in the end", upstream)},
				Because: "moby libnetwork Sandbox.startResolver: one resolver for all networks of a sandbox, which stays while they come and go: the same from 20.10 to 29",
			}, {
				When:    dnsname(),
				Expect:  is.All{is.AnsweredBy("out on both", ofHost), is.AnsweredBy("out in the end", ofHost)},
				Because: "the server of either network asks the host's (run on podman 4.3.1 with CNI)",
			}, {
				When:    aardvark("<1.5"),
				Expect:  is.AnsweredBy("out on both", ofHost),
				Because: "the server of either network asks the host's" + silent,
			}, {
				When:    aardvark(">=1.5"),
				Expect:  is.All{is.AnsweredBy("out on both", ofHost), is.AnsweredBy("out in the end", ofHost)},
				Because: "the server of either network asks the host's (run on podman 5.4.2 and 5.8.6)",
			}},
		}, {
			ID:   "file-on-both",
			Says: "which server comes first in the file of a container that is on both",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.Nameservers("file on both", "127.0.0.11"),
				Because: "moby libnetwork Sandbox.startResolver: one resolver for all networks of a sandbox: the same from 20.10 to 29",
			}, {
				When:    podman("<4"),
				Expect:  is.GatewayServer("file on both", "way of lan"),
				Because: "podman libpod/networking_linux.go NetworkConnect up to 3.4: the file stays as it was at the start, so the server of the second network is never asked (run on podman 3.0.1)",
			}, {
				When:    podman(">=4"),
				Expect:  is.GatewaysFirst("file on both", "way of side", "way of lan"),
				Because: "podman libpod/container_internal_common.go addNameserver: the server of the network joined last stands first (run on podman 4.3.1, 5.4.2 and 5.8.6)",
			}},
		}},
	}
}
