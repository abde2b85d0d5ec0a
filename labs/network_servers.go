package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// NetworkServers gives networks DNS servers of their own, and takes them away
// while containers run. Every question is for a name of its own, so that logs
// tell them apart.
func NetworkServers() Lab {
	beside := func(name string, replies ...topo.Reply) topo.Node {
		return topo.Node{Name: name, Kind: topo.Upstream, Mode: topo.BesideHost, Serves: replies}
	}
	first, second, third := beside("first"), beside("second"), beside("third")
	dead := beside("dead", topo.Reply{Silent: true})
	lan := topo.Network{Name: "lan", DNS: []string{"first"}}
	pair := topo.Network{Name: "pair", DNS: []string{"dead", "second"}}
	client := topo.Node{Name: "client", On: topo.On(lan)}
	own := topo.Node{Name: "own", On: topo.On(lan), DNS: []string{"third"}}
	both := topo.Node{Name: "both", On: topo.On(pair)}
	late := topo.Node{Name: "late", On: topo.On(lan), Later: true}
	file := topo.File{Of: client, Path: "/etc/resolv.conf"}
	update := func(args ...string) []topo.Act {
		// On a host of its own: a container that came or went in another lab would tell aardvark-dns to read its files.
		return []topo.Act{topo.HostRun{Changes: topo.Machine, Args: append([]string{"podman", "network", "update", "{lan}"}, args...)}}
	}
	cases := func(because string, expect is.All, sources ...string) []Case {
		return []Case{{When: podman(""), Expect: expect, Because: because + " (run on podman 5.4.2, aardvark-dns 1.14.0)", Sources: holds(sources...)}}
	}

	return Lab{
		Name:     "network-servers",
		Story:    "A network of Podman has DNS servers of its own, and gets others while its containers run. Who is asked then, and what do the containers see of it?",
		Needs:    []driver.Cap{driver.UserNetworks, driver.NetworkDNS, driver.OwnHost},
		Topology: topo.Topology{first, second, third, dead, client, own, both, late},
		Steps: []Step{{Ask: map[string]topo.Question{
			"file":         file,
			"line":         ofAardvark("{lan}"),
			"from first":   topo.Wire{From: client, Name: "one.lab.test."},
			"own's":        topo.Wire{From: own, Name: "own-one.lab.test."},
			"past a dead":  topo.Wire{From: both, Name: "past.lab.test."},
			"line of both": ofAardvark("{pair}"),
		}}, {
			Do: update("--dns-add", "{second.addr}", "--dns-drop", "{first.addr}"),
			Ask: map[string]topo.Question{
				"updated file": file,
				"updated line": ofAardvark("{lan}"),
				"from second":  topo.Wire{From: client, Name: "two.lab.test."},
				"own's still":  topo.Wire{From: own, Name: "own-two.lab.test."},
			},
		}, {
			Do: update("--dns-drop", "{second.addr}"),
			Ask: map[string]topo.Question{
				"bare line":  ofAardvark("{lan}"),
				"from whose": topo.Wire{From: client, Name: "three.lab.test."},
				"own's yet":  topo.Wire{From: own, Name: "own-three.lab.test."},
			},
		}, {
			Do: []topo.Act{topo.Start{Node: late}},
			Ask: map[string]topo.Question{
				"last line":   ofAardvark("{lan}"),
				"from host's": topo.Wire{From: client, Name: "four.lab.test."},
			},
		}, {Ask: map[string]topo.Question{
			"first's log":  topo.Saw{Upstream: first},
			"second's log": topo.Saw{Upstream: second},
			"third's log":  topo.Saw{Upstream: third},
			"dead's log":   topo.Saw{Upstream: dead},
		}}},
		Claims: []Claim{{
			ID:   "asked",
			Says: "what a container asks goes to the server of its network",
			Cases: cases("podman cmd/podman/networks/create.go since 4.4.0, aardvark-dns src/backend/mod.rs get_network_dns_servers",
				is.All{is.AnsweredBy("from first", 1), is.AskedFromHost("first's log", "one.lab.test.")}, "S2-32", "podman:network-scoped-dns-and-update"),
		}, {
			ID:   "order",
			Says: "a container's own server comes before its network's, and that before the host's",
			Cases: cases("aardvark-dns src/dns/coredns.rs process_message",
				is.All{is.AnsweredBy("own's", 3), is.NotAskedBut("first's log", "own-one.lab.test.", "one.lab.test."),
					is.AnsweredBy("own's still", 3), is.AnsweredBy("own's yet", 3), is.AnsweredBy("from first", 1), is.AnsweredBy("from host's", ofHost)}, "podman:network-scoped-dns-and-update"),
		}, {
			ID:   "updated",
			Says: "another server of a network that is in use is asked at once, and the old one no more",
			Cases: cases("podman cmd/podman/networks/update.go since 4.4.0, netavark src/commands/update.rs",
				is.All{is.AnsweredBy("from second", 2), is.NotAskedBut("first's log", "two.lab.test.", "one.lab.test.")}, "S2-34", "podman:network-scoped-dns-and-update"),
		}, {
			ID:   "last-dropped",
			Says: "a network's last server is dropped from its file at once, and yet asked until a container next comes or goes",
			Cases: cases("netavark src/dns/aardvark.rs modify_network_dns_servers tells aardvark-dns to read its files anew only where some server is left",
				is.All{is.NetworkLine("bare line"), is.AnsweredBy("from whose", 2), is.AskedFromHost("second's log", "three.lab.test."),
					is.NetworkLine("last line"), is.ContainerLine("last line", "late"), is.AnsweredBy("from host's", ofHost)}),
		}, {
			ID:   "unseen",
			Says: "the container's resolv.conf names no server of its network, and stays as it is",
			Cases: cases("podman libpod/container_internal_common.go addResolvConf",
				is.All{is.HostServers("file", 1), is.SameText("file", "updated file", true), is.AnsweredBy("from second", 2)}, "S2-34"),
		}, {
			ID:   "config",
			Says: "the first line of the network's file is the gateway and the servers of the network, the line of a container ends in its own",
			Cases: cases("netavark src/dns/aardvark.rs commit_entry, aardvark-dns src/config/mod.rs",
				is.All{is.NetworkLine("line", "{first}"), is.NetworkLine("updated line", "{second}"), is.NetworkLine("bare line"),
					is.NetworkLine("line of both", "{dead}", "{second}"),
					is.ContainerLine("line", "own", "{third}"), is.ContainerLine("line", "client"), is.ContainerLine("bare line", "own", "{third}")}),
		}, {
			ID:   "several",
			Says: "of two servers of a network the second is asked where the first says nothing",
			Cases: cases("aardvark-dns src/dns/coredns.rs forward_to_servers",
				is.All{is.AnsweredBy("past a dead", 2), is.Asked("dead's log", "past.lab.test."), is.AskedBefore("dead's log", "second's log", "past.lab.test.")}, "podman:several-servers"),
		}},
	}
}

// ofAardvark reads the file from which aardvark-dns knows a network. Of a user
// it is in the folder that Podman has for as long as the user is logged in.
func ofAardvark(network string) topo.HostCommand {
	return topo.HostCommand{Args: []string{"sh", "-c", aardvarkFolder + ` && cat "$d/` + network + `"`}}
}

// aardvarkFolder sets d to the folder with aardvark-dns's files (containers-common
// libnetwork/netavark/network.go NewNetworkInterface).
const aardvarkFolder = `if [ "$(id -u)" = 0 ]; then d=/run/containers; else d=$(podman info --format '{{ .Store.RunRoot }}'); fi && d=$d/networks/aardvark-dns`
