package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// PortTaken lets another program have port 53 of the host, UDP and then TCP,
// when the first container of a network starts, and gives Podman's server
// another port then. Nothing of the topology is on a network with DNS before:
// the server would be there first.
func PortTaken() Lab {
	lan := topo.Network{Name: "lan"}
	spare := topo.Node{Name: "spare", Mode: topo.AsItComes}
	web := topo.Node{Name: "web", On: topo.On(lan), Later: true}
	client := topo.Node{Name: "client", On: topo.On(lan), Later: true}
	start := topo.HostCommand{Args: []string{"sh", "-c", `podman run --rm --network {lan} --entrypoint /dnslab-agent "$(podman inspect --format '{{ .Image }}' {spare})"`}}
	plain := topo.HostCommand{Args: []string{"sh", "-c", `podman run --rm --entrypoint /dnslab-agent "$(podman inspect --format '{{ .Image }}' {spare})"`}}
	take := func(proto, listen string) topo.Act {
		return topo.HostRun{Root: true, Changes: topo.Machine, Args: []string{"setsid", "-f", "perl", "-MIO::Socket::INET", "-e",
			`$s = IO::Socket::INET->new(LocalAddr => "0.0.0.0", LocalPort => 53, Proto => "` + proto + `"` + listen + `) or die "$!"; sleep 600`}}
	}
	free := topo.HostRun{Root: true, Changes: topo.Machine, Args: []string{"pkill", "-x", "perl"}}
	taken := func(name, proto string) is.All {
		return is.All{is.Complained(name, 126, "failed to bind "+proto+" listener"), is.Complained(name, 126, "Address already in use"), is.Exited("without a network", 0)}
	}

	return Lab{
		Name:     "port-taken",
		Story:    "Another program of the host has port 53 when the first container of a network starts; then the server gets another port.",
		Needs:    []driver.Cap{driver.UserNetworks, driver.OwnHost},
		Topology: topo.Topology{spare, web, client},
		Steps: []Step{{
			Do:  []topo.Act{take("udp", "")},
			Ask: map[string]topo.Question{"UDP taken": start},
		}, {
			Ask: map[string]topo.Question{"without a network": plain},
		}, {
			Do:  []topo.Act{free, take("tcp", ", Listen => 1")},
			Ask: map[string]topo.Question{"TCP taken": start},
		}, {
			Do: []topo.Act{
				topo.HostRun{Root: true, Changes: topo.Machine, Args: []string{"mkdir", "-p", "/etc/containers/containers.conf.d"}},
				topo.HostWrite{Path: "/etc/containers/containers.conf.d/port.conf", Content: "[network]\ndns_bind_port = 5353\n"},
				topo.RestartEngine{}, topo.Start{Node: web}, topo.Start{Node: client},
			},
			Ask: map[string]topo.Question{
				"over UDP": topo.Wire{From: client, Name: "{web}"},
				"over TCP": topo.Wire{From: client, Name: "{web}", TCP: true},
				"file":     topo.File{Of: client, Path: "/etc/resolv.conf"},
				"routes":   topo.File{Of: client, Path: "/proc/net/route"},
				"sockets":  topo.HostCommand{Root: true, Args: []string{"ss", "-H", "-l", "-n", "-p", "-u", "-t"}},
			},
		}},
		Claims: []Claim{{
			ID:   "udp",
			Says: "whether a container starts on a network where another program has UDP port 53 of the host",
			Cases: []Case{{
				When: and(aardvark(">=1.12"), rootless(false)), Expect: taken("UDP taken", "udp"), Because: "aardvark-dns src/server/serve.rs (run on aardvark-dns 1.14.0)", Sources: holds("aardvark-dns:udp-port-taken"),
			}},
		}, {
			ID:   "tcp",
			Says: "whether it starts where another program has TCP port 53",
			Cases: []Case{{
				When: and(aardvark(">=1.12"), rootless(false)), Expect: taken("TCP taken", "tcp"), Because: "aardvark-dns src/server/serve.rs (run on aardvark-dns 1.14.0)", Sources: holds("aardvark-dns:tcp-port-taken"),
			}},
		}, {
			ID:   "another-port",
			Says: "with dns_bind_port the server is on another port, and containers ask the gateway's port 53 as ever",
			Cases: []Case{{
				When:    aardvark(">=1.12"),
				Expect:  is.All{is.GatewayServer("file", "routes"), is.AddressOf(web, "over UDP"), is.AddressOf(web, "over TCP")},
				Because: "netavark src/firewall: UDP and TCP port 53 of the gateway lead to that port",
				Sources: holds("netavark:dual-stack-dns-on-another-port"),
			}},
		}},
	}
}
