package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// EtcHostsLeaving takes two containers off a network, one with a plain hostname
// and one whose hostname has dots. A neighbour's alias is a name that one of
// them has in its file by a flag.
func EtcHostsLeaving() Lab {
	lan, second := topo.Network{Name: "lan"}, topo.Network{Name: "second"}
	plain := topo.Node{Name: "plain", On: topo.On(lan), Hostname: "plainhost", ExtraHosts: []string{"added.test:192.0.2.7", "taken:192.0.2.8"}}
	dotted := topo.Node{Name: "dotted", On: topo.On(lan), Hostname: "host.dotted.test"}
	neighbour := topo.Node{Name: "neighbour", On: append(topo.On(lan, "taken"), topo.On(second)...)}
	hosts := func(n topo.Node) topo.Question { return topo.File{Of: n, Path: "/etc/hosts"} }

	return Lab{
		Name:     "etc-hosts-leaving",
		Story:    "Two containers join a second network and leave the first. What becomes of the lines in their /etc/hosts?",
		Needs:    []driver.Cap{driver.UserNetworks},
		Topology: topo.Topology{plain, dotted, neighbour},
		Steps: []Step{{
			Do:  []topo.Act{topo.Connect{Node: plain, Network: second}, topo.Connect{Node: dotted, Network: second}},
			Ask: map[string]topo.Question{"plain on both": hosts(plain), "dotted on both": hosts(dotted)},
		}, {
			Do:  []topo.Act{topo.Disconnect{Node: plain, Network: lan}, topo.Disconnect{Node: dotted, Network: lan}},
			Ask: map[string]topo.Question{"plain on one": hosts(plain), "dotted on one": hosts(dotted)},
		}},
		Claims: []Claim{{
			ID:   "joining",
			Says: "whether a container that joins a network gets a line for its address there",
			Cases: []Case{{
				When: docker(""),
				Expect: is.All{
					is.HasText("plain on both", "{plain}\tplainhost\n{plain}\tplainhost\n"), is.HostsEntries("plain on both", "plainhost", 2),
					is.HasText("dotted on both", "{dotted}\thost.dotted.test host\n{dotted}\thost.dotted.test host\n"),
				},
				Because: "moby libnetwork/endpoint.go sbJoin, etchosts.go Add: 20.10 to 29",
				Sources: partly("moby:TestEtcHostsDisconnect"),
			}, {
				When:    podman("<4"),
				Expect:  is.All{is.HasLine("plain on both", "{plain}\tplainhost plain"), is.HostsEntries("plain on both", "plainhost", 1), is.HostsEntries("dotted on both", "host.dotted.test", 1)},
				Because: "podman libpod/networking_linux.go NetworkConnect up to 3.4: the file stays as it was at the start (run on podman 3.0.1)",
			}, {
				When: podman(">=4"),
				Expect: is.All{
					is.HasText("plain on both", "{plain}\tplainhost plain\n{plain}\tplainhost plain\n"), is.HostsEntries("plain on both", "plainhost", 2),
					is.HasText("dotted on both", "{dotted}\thost.dotted.test dotted\n{dotted}\thost.dotted.test dotted\n"),
				},
				Because: "podman libpod NetworkConnect adds a line to the file (run on podman 4.3.1, 5.4.2 and 5.8.6)",
			}},
		}, {
			ID:   "leaving",
			Says: "which of its own lines a container has when it has left one of two networks",
			Cases: []Case{{
				When: docker("<28.0"),
				Expect: is.All{
					is.HostsEntries("plain on both", "plainhost", 2), is.HostsEntries("plain on one", "plainhost", 0), is.HostsEntries("plain on one", "added.test", 1),
				},
				Because: "moby libnetwork/endpoint.go sbLeave, network.go getSvcRecords, etchosts.go Delete up to 27.5: every line that ends in a name of the network goes, whatever its address",
				Sources: refutes("moby:TestEtcHostsDisconnect"),
			}, {
				When:    docker(">=28.0"),
				Expect:  is.All{is.HostsEntries("plain on both", "plainhost", 2), is.HostsEntries("plain on one", "plainhost", 1), is.HasLine("plain on one", "{plain}\tplainhost")},
				Because: "moby libnetwork/endpoint.go sbLeave, etchosts.go Delete since 28.0: the line goes that has the address",
				Sources: holds("moby:TestEtcHostsDisconnect"),
			}, {
				When:    podman("<4"),
				Expect:  is.All{is.HostsEntries("plain on one", "plainhost", 1), is.LacksText("plain on one", "{plain}\tplainhost"), is.HasLine("plain on both", "{plain}\tplainhost plain")},
				Because: "podman libpod/networking_linux.go NetworkDisconnect up to 3.4: the line stays, with an address that nobody has any more (run on podman 3.0.1)",
			}, {
				When:    podman(">=4"),
				Expect:  is.All{is.HostsEntries("plain on both", "plainhost", 2), is.HostsEntries("plain on one", "plainhost", 1), is.HasLine("plain on one", "{plain}\tplainhost plain")},
				Because: "podman libpod NetworkDisconnect takes out the lines that have the address (run on podman 4.3.1, 5.4.2 and 5.8.6)",
			}},
		}, {
			ID:   "leaving-dotted",
			Says: "which it has if its hostname has dots",
			Cases: []Case{{
				When:    docker("<28.0"),
				Expect:  is.All{is.HostsEntries("dotted on one", "host.dotted.test", 2), is.HasLine("dotted on one", "{dotted}\thost.dotted.test host")},
				Because: "moby libnetwork/etchosts/etchosts.go Delete up to 27.5: no name of the network ends the line of two names, so that of the network it left stays",
				Sources: refutes("moby:TestEtcHostsDisconnect"),
			}, {
				When: docker(">=28.0"),
				Expect: is.All{
					is.HostsEntries("dotted on both", "host.dotted.test", 2),
					is.HostsEntries("dotted on one", "host.dotted.test", 1), is.HasLine("dotted on one", "{dotted}\thost.dotted.test host"),
				},
				Because: "moby libnetwork/sandbox_dns_unix.go deleteHostsEntries since 28.0: it looks for the line as it was written",
				Sources: holds("moby:TestEtcHostsDisconnect"),
			}, {
				When:    podman("<4"),
				Expect:  is.All{is.HostsEntries("dotted on one", "host.dotted.test", 1), is.LacksText("dotted on one", "{dotted}\thost"), is.HasLine("dotted on both", "{dotted}\thost.dotted.test dotted")},
				Because: "podman libpod/networking_linux.go NetworkDisconnect up to 3.4: the line stays, with an address that nobody has any more (run on podman 3.0.1)",
			}, {
				When: podman(">=4"),
				Expect: is.All{
					is.HostsEntries("dotted on both", "host.dotted.test", 2),
					is.HostsEntries("dotted on one", "host.dotted.test", 1), is.HasLine("dotted on one", "{dotted}\thost.dotted.test dotted"),
				},
				Because: "podman libpod NetworkDisconnect: dots make no difference (run on podman 4.3.1, 5.4.2 and 5.8.6)",
			}},
		}, {
			ID:   "leaving-others",
			Says: "what becomes of a line of --add-host for a name that a neighbour has as its alias",
			Cases: []Case{{
				When:    docker("<28.0"),
				Expect:  is.All{is.HasLine("plain on both", "192.0.2.8\ttaken"), is.HostsEntries("plain on one", "taken", 0), is.HostsEntries("plain on one", "added.test", 1)},
				Because: "moby libnetwork/network.go getSvcRecords up to 27.5: the names are those of the whole network, not of the container",
			}, {
				When:    docker(">=28.0"),
				Expect:  is.All{is.HasLine("plain on both", "192.0.2.8\ttaken"), is.HasLine("plain on one", "192.0.2.8\ttaken")},
				Because: "moby libnetwork/etchosts/etchosts.go Delete since 28.0: the address has to fit as well",
			}, {
				When:    podman("<4"),
				Expect:  is.All{is.HasLine("plain on both", "192.0.2.8 taken"), is.HasLine("plain on one", "192.0.2.8 taken")},
				Because: "podman libpod/networking_linux.go NetworkDisconnect up to 3.4: the file stays as it was at the start (run on podman 3.0.1)",
			}, {
				When:    podman(">=4"),
				Expect:  is.All{is.HasLine("plain on both", "192.0.2.8\ttaken"), is.HasLine("plain on one", "192.0.2.8\ttaken")},
				Because: "podman libpod NetworkDisconnect: lines are found by their address (run on podman 4.3.1, 5.4.2 and 5.8.6)",
			}},
		}},
	}
}
