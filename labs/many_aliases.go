package labs

import (
	"fmt"
	"slices"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// ManyAliases gives one container 500 names more than it needs. The upstream
// has another address for whatever it is asked.
func ManyAliases() Lab {
	var aliases []string
	for i := range 500 {
		aliases = append(aliases, fmt.Sprintf("alias-%03d", i))
	}
	lan := topo.Network{Name: "lan"}
	up := topo.Node{Name: "up", Kind: topo.Upstream, On: topo.On(lan), Serves: []topo.Reply{{Answers: []string{"A 192.0.2.66"}}}}
	web := topo.Node{Name: "web", On: topo.On(lan, aliases...)}
	client := topo.Node{Name: "client", On: topo.On(lan), DNS: []string{"up"}, Options: []string{"attempts:1"}}

	return Lab{
		Name:     "many-aliases",
		Story:    "One container has 500 aliases on a network, and a neighbour looks up each of them.",
		Needs:    []driver.Cap{driver.UserNetworks},
		Topology: topo.Topology{up, web, client},
		Steps: []Step{{Ask: map[string]topo.Question{
			"sweep":   topo.Sweep{From: client, Names: aliases},
			"unknown": topo.Wire{From: client, Name: "alias-500."},
		}}},
		Claims: []Claim{{
			ID:   "all-found",
			Says: "where each of 500 aliases leads, and a name that is not among them: that leads to the server that was given",
			Cases: []Case{{
				When: docker(""),
				Expect: is.All{
					is.EachFound("sweep", aliases, slices.Repeat([]topo.Node{web}, len(aliases))),
					is.Addresses("unknown", "192.0.2.66"),
				},
				Because: "moby libnetwork/network.go: aliases are kept in a map by network, without a limit, 20.10 to 29",
				Sources: holds("S0-1"),
			}, {
				When:    podman("<4.4.3"),
				Expect:  is.All{is.EachHas("sweep", aliases, "192.0.2.66"), is.Addresses("unknown", "192.0.2.66")},
				Because: "podman libpod/container_internal_common.go generateResolvConf up to 4.4.2: who has a server of its own asks that alone (run on podman 4.3.1, netavark and CNI)",
			}, {
				When: behind(">=1.13"),
				Expect: is.All{
					is.EachFound("sweep", aliases, slices.Repeat([]topo.Node{web}, len(aliases))),
					is.Addresses("unknown", "192.0.2.66"),
				},
				Because: "aardvark-dns src/config/mod.rs: all names of a container are on one line, whatever its length (run on aardvark-dns 1.14.0 and 1.17.1)",
			}},
		}},
	}
}
