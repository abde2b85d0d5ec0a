package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// OwnHostname takes a container's own name out of its hosts file, so that DNS
// alone can tell it.
func OwnHostname() Lab {
	lan := topo.Network{Name: "lan"}
	up := topo.Node{Name: "up", Kind: topo.Upstream, On: topo.On(lan)}
	self := topo.Node{Name: "self", Hostname: "selfhost", Image: topo.Glibc, On: topo.On(lan), DNS: []string{"up"}}
	find := func() topo.Question { return topo.Libc{From: self, Name: "selfhost", Family: "v4"} }

	return Lab{
		Name:     "own-hostname",
		Story:    "A container looks for its own hostname, first as it comes, then with a hosts file that has forgotten it.",
		Needs:    []driver.Cap{driver.UserNetworks, driver.LibcImages},
		Topology: topo.Topology{up, self},
		Steps: []Step{{Ask: map[string]topo.Question{
			"hosts before": topo.File{Of: self, Path: "/etc/hosts"},
			"as it comes":  find(),
		}}, {
			Do: []topo.Act{topo.Write{Node: self, Path: "/etc/hosts", Content: "127.0.0.1 localhost\n"}},
			Ask: map[string]topo.Question{
				"hosts":     topo.File{Of: self, Path: "/etc/hosts"},
				"forgotten": find(),
				"nobody":    topo.Wire{From: self, Name: "nobody.lab.test."},
			},
		}, {Ask: map[string]topo.Question{"up's log": topo.Saw{Upstream: up}}}},
		Claims: []Claim{{
			ID:   "hosts-file",
			Says: "the hosts file has it, as the engine wrote it",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.All{is.HostsEntries("hosts before", "selfhost", 1), is.LibcFindsNode(self, "as it comes")},
				Because: "moby libnetwork Sandbox.buildHostsFile, 20.10 to 29",
			}},
		}, {
			ID:   "dns",
			Says: "without that the engine's resolver knows it, and no server is asked",
			Cases: []Case{{
				When: docker(""),
				Expect: is.All{is.LacksText("hosts", "selfhost"), is.LibcFindsNode(self, "forgotten"),
					is.AnsweredBy("nobody", 1), is.NotAskedBut("up's log", "selfhost.", "nobody.lab.test.")},
				Because: "moby daemon/container_operations.go buildEndpointDNSNames, up to 24.0 the hostname among the endpoint's aliases: a container's own hostname is a name like any other; run on 20.10.24, 26.1.5, 28.5.2 and 29.8.0",
				Sources: holds("moby:TestHostnameDnsResolution"),
			}},
		}},
	}
}
