package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// AtTheGateway looks for the server of an engine that has none in the
// container: from the host, and from the container. An upstream, whose sockets
// are looked for in the same way, shows that some can be seen.
func AtTheGateway() Lab {
	lan := topo.Network{Name: "lan"}
	up := topo.Node{Name: "up", Kind: topo.Upstream, On: topo.On(lan)}
	web := topo.Node{Name: "web", On: topo.On(lan)}
	client := topo.Node{Name: "client", On: topo.On(lan), DNS: []string{"up"}}
	hosted := topo.Node{Name: "hosted", Mode: topo.HostNetwork}
	none := is.All{
		is.NoSockets("client's sockets", "up's sockets"),
		is.NoProcess("processes", "aardvark-dns"), is.NoProcess("processes", "dnsmasq"),
	}
	there := is.All{is.GatewayServer("file", "routes"), is.AddressOf(web, "answer"), is.AddressOf(web, "over TCP")}
	const tcp = "aardvark-dns RELEASE_NOTES 1.12.0, src/server/serve.rs (run on aardvark-dns 1.14.0 and 1.17.1)"

	return Lab{
		Name:     "at-the-gateway",
		Story:    "Podman's DNS server for a network is a process on the host's side of it, on the gateway's address. In the container there is none.",
		Needs:    []driver.Cap{driver.UserNetworks, driver.HostNetns, driver.Outside},
		Topology: topo.Topology{up, web, client, hosted},
		Steps: []Step{{Ask: map[string]topo.Question{
			"answer":           topo.Wire{From: client, Name: "{web}"},
			"over TCP":         topo.Wire{From: client, Name: "{web}", TCP: true},
			"file":             topo.File{Of: client, Path: "/etc/resolv.conf"},
			"routes":           topo.File{Of: client, Path: "/proc/net/route"},
			"processes":        topo.Processes{Of: client},
			"client's sockets": topo.Sockets{Of: client, Owners: true},
			"up's sockets":     topo.Sockets{Of: up, Owners: true},
			"host's sockets":   topo.Sockets{Of: hosted, Owners: true},
		}}},
		Claims: []Claim{{
			ID:   "sockets",
			Says: "which sockets the host has on port 53 of the network's gateway, and whose they are",
			Cases: []Case{{
				When:    and(dnsname(), rootless(false)),
				Expect:  is.GatewaySockets("host's sockets", "routes", "dnsmasq", "udp", "tcp"),
				Because: "dnsname plugins/meta/dnsname/service.go newDNSMasqFile: one dnsmasq for each network (run on podman 4.3.1 with CNI)",
				Sources: holds("S2-13"),
			}, {
				When:    and(aardvark("<1.12"), rootless(false)),
				Expect:  is.GatewaySockets("host's sockets", "routes", "aardvark-dns", "udp"),
				Because: "aardvark-dns src/server/serve.rs up to 1.11: UDP alone (run on aardvark-dns 1.4.0)",
			}, {
				When:    and(aardvark(">=1.12"), rootless(false)),
				Expect:  is.GatewaySockets("host's sockets", "routes", "aardvark-dns", "udp", "tcp"),
				Because: "aardvark-dns RELEASE_NOTES 1.12.0, src/server/serve.rs: TCP as well (run on aardvark-dns 1.14.0 and 1.17.1)",
				Sources: holds("S2-17"),
			}, {
				When:    and(aardvark(""), rootless(true)),
				Expect:  is.NoGatewaySocket("host's sockets", "routes", "up's sockets"),
				Because: "containers-common libnetwork/internal/rootlessnetns: the bridges of a user, and their servers, are in a network namespace of their own (run on podman 5.8.6 with pasta and slirp4netns)",
			}},
		}, {
			ID:   "container-has-none",
			Says: "the container has no socket of the server, and sees no process of it",
			Cases: []Case{{
				When:    podman(""),
				Expect:  none,
				Because: "nothing of it is made in the container's network namespace or PID namespace (run on podman 4.3.1, 5.4.2 and 5.8.6)",
			}},
		}, {
			ID:   "asked-there",
			Says: "whether a container with a server of its own asks the gateway, over UDP and TCP",
			Cases: []Case{lost("answer", "over TCP"), {
				When:    behind("<1.12"),
				Expect:  is.All{is.GatewayServer("file", "routes"), is.AddressOf(web, "answer"), is.Outcome("over TCP", results.Refused)},
				Because: "aardvark-dns src/server/serve.rs up to 1.11: UDP alone",
			}, {
				When:    and(behind(">=1.12"), rootless(false)),
				Expect:  there,
				Because: tcp,
				Sources: holds("S2-17"),
			}, {
				When:    throughSlirp(behind(">=1.12")),
				Expect:  there,
				Because: tcp + "; slirp4netns is only the way out of the namespace that a user's bridges are in (common libnetwork/internal/rootlessnetns)",
				Sources: append(holds("S2-17"), refutes("S2-21", "S2-22")...),
			}, {
				When:    throughPasta(behind(">=1.12")),
				Expect:  there,
				Because: tcp,
				Sources: holds("S2-17"),
			}},
		}},
	}
}
