package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// WhoAnswers looks at one container from both sides. Its server is its own
// loopback, where nobody answers: what the engine does not know leads nowhere.
func WhoAnswers() Lab {
	lan := topo.Network{Name: "lan"}
	web := topo.Node{Name: "web", On: topo.On(lan)}
	client := topo.Node{Name: "client", On: topo.On(lan), DNS: []string{"127.0.0.1"}}

	return Lab{
		Name:     "who-answers",
		Story:    "Behind 127.0.0.11 are two sockets in the container's own network namespace. The process that holds them is the engine, which the container cannot see.",
		Needs:    []driver.Cap{driver.UserNetworks, driver.Outside},
		Topology: topo.Topology{web, client},
		Steps: []Step{{Ask: map[string]topo.Question{
			"answer":    topo.Wire{From: client, Name: "{web}"},
			"over TCP":  topo.Wire{From: client, Name: "{web}", TCP: true},
			"outside":   topo.Sockets{Of: client, Owners: true},
			"inside":    topo.Sockets{Of: client},
			"processes": topo.Processes{Of: client},
		}}},
		Claims: []Claim{{
			ID:   "sockets",
			Says: "there is one UDP and one TCP socket on 127.0.0.11, on two high ports, and none on port 53",
			Cases: []Case{{
				When: docker(""),
				Expect: is.All{
					is.ResolverSockets("inside", "127.0.0.11", ""), is.SamePorts("inside", "outside", "127.0.0.11", true),
					is.AddressOf(web, "answer"), is.AddressOf(web, "over TCP"),
				},
				Because: "moby libnetwork/sandbox_dns_unix.go startResolver: SetupFunc(0), so the kernel chooses the ports, 20.10 to 29",
				Sources: holds("S0-6"),
			}},
		}, {
			ID:   "owner",
			Says: "they belong to dockerd",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.ResolverSockets("outside", "127.0.0.11", "dockerd"),
				Because: "moby libnetwork/resolver.go SetupFunc, run in the container's namespace by osSbox.InvokeFunc, 20.10 to 29, rootless as well",
				Sources: holds("S0-5"),
			}},
		}, {
			ID:   "invisible",
			Says: "the container sees the sockets, but not their owner: dockerd is in another PID namespace",
			Cases: []Case{{
				When: docker(""),
				Expect: is.All{
					is.NoProcess("processes", "dockerd"),
					is.ResolverSockets("inside", "127.0.0.11", ""), is.ResolverSockets("outside", "127.0.0.11", "dockerd"),
				},
				Because: "moby libnetwork/resolver.go: only the sockets are opened in the container's network namespace, 20.10 to 29",
				Sources: holds("S0-5"),
			}},
		}},
	}
}
