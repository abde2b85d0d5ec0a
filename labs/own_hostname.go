package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// OwnHostname has a container ask for itself, past its hosts file.
func OwnHostname() Lab {
	lan := topo.Network{Name: "lan"}
	up := topo.Node{Name: "up", Kind: topo.Upstream, On: topo.On(lan)}
	self := topo.Node{Name: "self", Hostname: "selfhost", On: topo.On(lan), DNS: []string{"up"}}

	return Lab{
		Name:     "own-hostname",
		Story:    "A container looks for its own hostname, in its hosts file and in DNS.",
		Needs:    []driver.Cap{driver.UserNetworks},
		Topology: topo.Topology{up, self},
		Steps: []Step{{Ask: map[string]topo.Question{
			"hosts":  topo.File{Of: self, Path: "/etc/hosts"},
			"itself": topo.Wire{From: self, Name: "selfhost"},
			"nobody": topo.Wire{From: self, Name: "nobody.lab.test."},
		}}, {Ask: map[string]topo.Question{"up's log": topo.Saw{Upstream: up}}}},
		Claims: []Claim{{
			ID:   "hosts-file",
			Says: "the hosts file has it once, as the engine wrote it",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.HostsEntries("hosts", "selfhost", 1),
				Because: "moby libnetwork Sandbox.buildHostsFile, 20.10 to 29",
			}},
		}, {
			ID:   "dns",
			Says: "the engine's resolver knows it as well, and asks no server for it",
			Cases: []Case{{
				When: docker(""),
				Expect: is.All{is.AddressOf(self, "itself"), is.AnsweredBy("nobody", 1),
					is.NotAskedBut("up's log", "selfhost.", "nobody.lab.test.")},
				Because: "moby daemon/container_operations.go buildEndpointDNSNames, before 25.0 the aliases of the endpoint: a container's own hostname is a name like any other",
				Sources: holds("moby:TestHostnameDnsResolution"),
			}},
		}},
	}
}
