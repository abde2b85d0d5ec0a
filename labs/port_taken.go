package labs

import (
	"time"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// PortTaken lets another program have port 53 of the host, UDP and then TCP,
// when the first container of a network starts, and gives Podman's server
// another port then, first while that program is there. Nothing of the topology is on a network with DNS before:
// the server would be there first.
func PortTaken() Lab {
	lan := topo.Network{Name: "lan"}
	spare := topo.Node{Name: "spare", Mode: topo.AsItComes}
	web := topo.Node{Name: "web", On: topo.On(lan), Later: true}
	client := topo.Node{Name: "client", On: topo.On(lan), Later: true}
	const run = `podman run --rm --entrypoint /dnslab-agent `
	const its = ` "$(podman inspect --format '{{ .Image }}' {spare})"`
	// The container asks its own server for a name that nobody has.
	asks := script(run + `--network {lan}` + its + ` ask nobody.dns.podman A "$(podman network inspect {lan} | sed -n 's/.*"gateway": "\([^"]*\)".*/\1/p')"`)
	plain := script(run + its)
	take := func(proto, listen string) topo.Act {
		return topo.HostRun{Root: true, Changes: topo.Machine, Args: []string{"setsid", "-f", "perl", "-MIO::Socket::INET", "-e",
			`$s = IO::Socket::INET->new(LocalAddr => "0.0.0.0", LocalPort => 53, Proto => "` + proto + `"` + listen + `) or die "$!"; sleep 600`}}
	}
	free := topo.HostRun{Root: true, Changes: topo.Machine, Args: []string{"pkill", "-x", "perl"}}
	taken := func(name, proto string) is.All {
		return is.All{is.Complained(name, 126, "failed to bind "+proto+" listener"), is.Complained(name, 126, "Address already in use"), is.Exited("without a network", 0)}
	}

	refused := func(name string) is.All {
		return is.All{is.Complained(name, 126, "dnsmasq: failed to create listening socket for "), is.Complained(name, 126, "Address already in use"), is.Exited("without a network", 0)}
	}
	const dnsmasq = "dnsname plugins/meta/dnsname/service.go start waits for dnsmasq, which opens its sockets first, UDP and TCP (run on podman 4.3.1)"
	const goesOn = "dnsmasq with bind-dynamic, which is in dnsname's plugins/meta/dnsname/config.go dnsMasqTemplate, goes on without a socket that it cannot have, where it is 2.85 (run on podman 3.0.1; 2.90 does not)"
	const elsewhere = "containers-common libnetwork/internal/rootlessnetns: the host's ports are no matter to networks of a user (run on podman 5.4.2)"

	return Lab{
		Name:     "port-taken",
		Story:    "Another program of the host has port 53 when the first container of a network starts; then the server gets another port.",
		Needs:    []driver.Cap{driver.UserNetworks, driver.OwnHost},
		Topology: topo.Topology{spare, web, client},
		Steps: []Step{{
			Do:  []topo.Act{take("udp", "")},
			Ask: map[string]topo.Question{"UDP taken": asks},
		}, {
			Ask: map[string]topo.Question{"without a network": plain},
		}, {
			Do:  []topo.Act{free, take("tcp", ", Listen => 1")},
			Ask: map[string]topo.Question{"TCP taken": asks},
		}, {
			Do: []topo.Act{
				topo.HostRun{Root: true, Changes: topo.Machine, Args: []string{"mkdir", "-p", "/etc/containers/containers.conf.d"}},
				topo.HostWrite{Path: "/etc/containers/containers.conf.d/port.conf", Content: "[network]\ndns_bind_port = 5353\n"},
			},
			Ask: map[string]topo.Question{"beside it": asks},
		}, {
			Do: []topo.Act{free, topo.RestartEngine{}, topo.Start{Node: web}, topo.Start{Node: client},
				topo.Await{Ask: topo.Wire{From: client, Name: "{web}"}, InARow: 1, Within: 5 * time.Second}}, // aardvark-dns up to 1.11 opens its sockets when nobody waits for them any more
			Ask: map[string]topo.Question{
				"over UDP": topo.Wire{From: client, Name: "{web}"},
				"over TCP": topo.Wire{From: client, Name: "{web}", TCP: true},
				"sockets":  topo.HostCommand{Root: true, Args: []string{"ss", "-H", "-l", "-n", "-p", "-u", "-t"}},
			},
		}},
		Claims: []Claim{{
			ID:   "udp",
			Says: "whether a container starts on a network, and has an answer there, where another program has UDP port 53 of the host",
			Cases: []Case{{
				When:    and(podman("<4"), rootless(false)),
				Expect:  is.All{is.Complained("UDP taken", 1, "timeout"), is.Exited("without a network", 0)},
				Because: goesOn + ": the container starts, and its questions go to the other program",
			}, {
				When:    and(podman(">=4"), dnsname(), rootless(false)),
				Expect:  refused("UDP taken"),
				Because: dnsmasq,
			}, {
				When:    and(aardvark("<1.12"), rootless(false)),
				Expect:  is.All{is.Complained("UDP taken", 1, "timeout"), is.Exited("without a network", 0)},
				Because: "aardvark-dns src/server/serve.rs up to 1.11 opens its sockets when nobody waits for them any more: the container starts, and its questions go to the other program (run on aardvark-dns 1.4.0)",
				Sources: holds("aardvark-dns:udp-port-taken"),
			}, {
				When:    and(aardvark(">=1.12"), rootless(false)),
				Expect:  taken("UDP taken", "udp"),
				Because: "aardvark-dns src/server/serve.rs: it opens its sockets before netavark goes on (run on aardvark-dns 1.14.0 and 1.17.1)",
				Sources: holds("aardvark-dns:udp-port-taken"),
			}, {
				When:    rootlessPodman,
				Expect:  is.All{is.Printed("UDP taken", "NXDOMAIN"), is.Exited("without a network", 0)},
				Because: elsewhere,
			}},
		}, {
			ID:   "tcp",
			Says: "whether it does so where another program has TCP port 53",
			Cases: []Case{{
				When:    and(podman("<4"), rootless(false)),
				Expect:  is.Printed("TCP taken", "NXDOMAIN"),
				Because: goesOn + ": UDP alone",
			}, {
				When:    and(podman(">=4"), dnsname(), rootless(false)),
				Expect:  refused("TCP taken"),
				Because: dnsmasq,
			}, {
				When:    and(aardvark("<1.12"), rootless(false)),
				Expect:  is.Printed("TCP taken", "NXDOMAIN"),
				Because: "aardvark-dns src/server/serve.rs up to 1.11: UDP alone (run on aardvark-dns 1.4.0)",
			}, {
				When:    and(aardvark(">=1.12"), rootless(false)),
				Expect:  taken("TCP taken", "tcp"),
				Because: "aardvark-dns src/server/serve.rs since 1.12 (run on aardvark-dns 1.14.0 and 1.17.1)",
				Sources: holds("aardvark-dns:tcp-port-taken"),
			}, {
				When:    rootlessPodman,
				Expect:  is.All{is.Printed("TCP taken", "NXDOMAIN"), is.Exited("without a network", 0)},
				Because: elsewhere,
			}},
		}, {
			ID:   "another-port",
			Says: "with dns_bind_port the server is on another port, and containers ask the gateway's port 53 as ever",
			Cases: []Case{{
				When:    and(podman("<4"), rootless(false)),
				Expect:  is.All{is.Printed("beside it", "NXDOMAIN"), is.PrintedText("sockets", ":53 "), is.LacksText("sockets", ":5353 "), is.AddressOf(web, "over UDP"), is.AddressOf(web, "over TCP")},
				Because: "dnsname plugins/meta/dnsname/config.go dnsMasqTemplate has no port in it (run on podman 3.0.1); beside the other program it has UDP",
			}, {
				When:    and(podman(">=4"), dnsname(), rootless(false)),
				Expect:  is.All{is.Exited("beside it", 126), is.PrintedText("sockets", ":53 "), is.LacksText("sockets", ":5353 "), is.AddressOf(web, "over UDP"), is.AddressOf(web, "over TCP")},
				Because: "dnsname plugins/meta/dnsname/config.go dnsMasqTemplate has no port in it (run on podman 4.3.1)",
			}, {
				When:    and(aardvark("<1.12"), rootless(false)),
				Expect:  is.All{is.Printed("beside it", "NXDOMAIN"), is.PrintedText("sockets", ":5353 "), is.AddressOf(web, "over UDP"), is.Outcome("over TCP", results.Refused)},
				Because: "netavark src/firewall since 1.1: UDP port 53 of the gateway leads to that port (run on netavark 1.4.0)",
			}, {
				When:    and(aardvark(">=1.12"), rootless(false)),
				Expect:  is.All{is.Printed("beside it", "NXDOMAIN"), is.PrintedText("sockets", ":5353 "), is.AddressOf(web, "over UDP"), is.AddressOf(web, "over TCP")},
				Because: "netavark src/firewall since 1.12.2: UDP and TCP port 53 of the gateway lead to that port (run on netavark 1.14.0 and 1.17.2)",
				Sources: holds("netavark:dual-stack-dns-on-another-port"),
			}, {
				When:    rootlessPodman,
				Expect:  is.All{is.Printed("beside it", "NXDOMAIN"), is.AddressOf(web, "over UDP"), is.AddressOf(web, "over TCP")},
				Because: "netavark src/firewall since 1.12.2, in the user's networks' namespace as in the host's (run on netavark 1.14.0)",
			}},
		}},
	}
}

// rootlessPodman is the facts of a Podman whose networks are in a namespace of
// the user's own.
var rootlessPodman = and(podman(""), rootless(true))
