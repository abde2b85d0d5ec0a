package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// KindRestart starts a node again.
func KindRestart() Lab {
	node := clusterNode
	look := func(after string) map[string]topo.Question {
		return map[string]topo.Question{
			"file" + after:    topo.File{Of: node, Path: "/etc/resolv.conf"},
			"routes" + after:  topo.File{Of: node, Path: "/proc/net/route"},
			"rules" + after:   topo.Rules{Of: node},
			"sockets" + after: topo.Sockets{Of: node},
		}
	}

	return Lab{
		Name:     "kind-restart",
		Story:    "A node is started again. Its engine writes its file and rules anew, with other ports, and KIND's entrypoint bends them anew.",
		Needs:    []driver.Cap{driver.OwnCluster, driver.Outside},
		Topology: topo.Topology{node},
		Steps: []Step{
			{Ask: look("")},
			{Do: []topo.Act{topo.Restart{Node: node}}, Ask: look(" then")},
		},
		Claims: []Claim{{
			ID:   "again",
			Says: "after a restart the node asks the gateway, by rules with the ports of now",
			Cases: []Case{{
				When: overIptables,
				Expect: is.All{
					patchedRules("rules", "sockets", "routes"), patchedRules("rules then", "sockets then", "routes then"),
					is.GatewayServer("file then", "routes then"), is.SamePorts("sockets", "sockets then", "127.0.0.11", false),
				},
				Because: "kind images/base/files/usr/local/bin/entrypoint: enable_network_magic runs at each start, before systemd; run with KIND 0.33.0",
				Sources: holds("S0-16"),
			}, {
				When:    overNftables,
				Expect:  is.All{is.GatewayServer("file then", "routes then"), is.SamePorts("sockets", "sockets then", "127.0.0.11", false)},
				Because: "kind images/base/files/usr/local/bin/entrypoint: the file is written at each start; no rule is; run with KIND 0.33.0",
				Sources: partly("S0-16"),
			}, {
				When:    overPodman,
				Expect:  is.SameText("file", "file then", true),
				Because: "kind images/base/files/usr/local/bin/entrypoint: the file is written at each start, as Podman gave it; run with KIND 0.33.0",
				Sources: partly("S0-16"),
			}},
		}},
	}
}
