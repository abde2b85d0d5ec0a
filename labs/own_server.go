package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// OwnServer starts a DNS server in an ordinary container, on port 53 of every
// address: upstream 2 of this lab, which lies about the client's name.
func OwnServer() Lab {
	lan := topo.Network{Name: "lan"}
	up := topo.Node{Name: "up", Kind: topo.Upstream, On: topo.On(lan)}
	client := topo.Node{Name: "client", On: topo.On(lan), DNS: []string{"up"}}
	server := topo.Node{Name: "server", On: topo.On(lan), DNS: []string{"up"}}
	ask := func(from topo.Node, name, at string, tcp bool) topo.Question {
		return topo.Wire{From: from, Name: name, Server: at, TCP: tcp}
	}

	return Lab{
		Name:     "own-server",
		Story:    "A container runs a DNS server of its own on port 53 of all addresses. Who answers at 127.0.0.11, and whom the container itself asks.",
		Needs:    []driver.Cap{driver.UserNetworks},
		Topology: topo.Topology{up, client, server},
		Steps: []Step{{
			Do: []topo.Act{topo.Serve{Node: server, Replies: []topo.Reply{{Name: "{client}.", Answers: []string{"A 192.0.2.66"}}}}},
			Ask: map[string]topo.Question{
				"sockets":              topo.Sockets{Of: server},
				"from client":          ask(client, "neighbour.lab.test.", "server", false),
				"from client over TCP": ask(client, "neighbour.lab.test.", "server", true),
				"at 127.0.0.1":         ask(server, "own.lab.test.", "127.0.0.1", false),
				"at 127.0.0.12":        ask(server, "own.lab.test.", "127.0.0.12", true),
				"name at 127.0.0.1":    ask(server, "{client}", "127.0.0.1", false),
				"at 127.0.0.11":        ask(server, "engine.lab.test.", "127.0.0.11", false),
				"over TCP":             ask(server, "engine.lab.test.", "127.0.0.11", true),
				"name at 127.0.0.11":   ask(server, "{client}", "127.0.0.11", false),
				"by its file":          ask(server, "{client}", "", false),
			},
		}, {Ask: map[string]topo.Question{
			"up's log":     topo.Saw{Upstream: up},
			"server's log": topo.Saw{Upstream: server},
		}}},
		Claims: []Claim{{
			ID:   "port-is-free",
			Says: "a container can listen on port 53 of all addresses, and is asked there by others and by itself",
			Cases: []Case{{
				When: docker(""),
				Expect: is.All{
					is.SocketOn("sockets", "udp", 53, "dnslab-agent"), is.SocketOn("sockets", "tcp", 53, "dnslab-agent"), is.ResolverSockets("sockets", "127.0.0.11", ""),
					is.AnsweredBy("from client", 2), is.AnsweredBy("from client over TCP", 2), is.AnsweredBy("at 127.0.0.1", 2), is.AnsweredBy("at 127.0.0.12", 2),
				},
				Because: "moby libnetwork/sandbox_dns_unix.go startResolver: SetupFunc(0) leaves port 53 alone, 20.10 to 29",
				Sources: holds("S0-6"),
			}, {
				When: podman(""),
				Expect: is.All{
					is.SocketOn("sockets", "udp", 53, "dnslab-agent"), is.SocketOn("sockets", "tcp", 53, "dnslab-agent"),
					is.AnsweredBy("from client", 2), is.AnsweredBy("from client over TCP", 2), is.AnsweredBy("at 127.0.0.1", 2), is.AnsweredBy("at 127.0.0.12", 2),
				},
				Because: "the engine's server is on the network's gateway, not in the container (run on podman 4.3.1, 5.4.2 and 5.8.6)",
			}},
		}, {
			ID:   "not-at-127-0-0-11",
			Says: "who gets what is sent to port 53 of 127.0.0.11, over UDP and TCP",
			Cases: []Case{{
				When: docker(""),
				Expect: is.All{
					is.AnsweredBy("at 127.0.0.11", 1), is.AnsweredBy("over TCP", 1),
					is.AskedFrom("up's log", "engine.lab.test.", server), is.NotAskedBut("server's log", "engine.lab.test.", "own.lab.test."),
				},
				Because: "moby libnetwork/resolver_unix.go: DNAT in OUTPUT comes before the look-up of a local socket, 20.10 to 29",
				Sources: holds("S0-6"),
			}, {
				When: podman(""),
				Expect: is.All{
					is.AnsweredBy("at 127.0.0.11", 2), is.AnsweredBy("over TCP", 2),
					is.Asked("server's log", "engine.lab.test."),
				},
				Because: "127.0.0.11 is an address of the container's loopback like any other: Podman puts nothing there (run on podman 4.3.1, 5.4.2 and 5.8.6)",
			}},
		}, {
			ID:   "names",
			Says: "whose word on names of containers counts there, and at the server in the container's file",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.All{is.Addresses("name at 127.0.0.1", "192.0.2.66"), is.AddressOf(client, "name at 127.0.0.11"), is.AddressOf(client, "by its file")},
				Because: "moby libnetwork/resolver_unix.go, as for other names",
				Sources: holds("S0-6"),
			}, {
				When: podman("<4.4.3"),
				Expect: is.All{
					is.Addresses("name at 127.0.0.1", "192.0.2.66"), is.Addresses("name at 127.0.0.11", "192.0.2.66"),
					is.NXDomain("by its file"), is.AskedFrom("up's log", "client.", server),
				},
				Because: "podman libpod/container_internal_common.go generateResolvConf up to 4.4.2: the file names the server of --dns (run on podman 4.3.1, netavark and CNI)",
			}, {
				When: behind(">=1.4"),
				Expect: is.All{
					is.Addresses("name at 127.0.0.1", "192.0.2.66"), is.Addresses("name at 127.0.0.11", "192.0.2.66"), is.AddressOf(client, "by its file"),
				},
				Because: "the file names the gateway, where aardvark-dns answers (run on podman 5.4.2 and 5.8.6)",
			}},
		}},
	}
}
