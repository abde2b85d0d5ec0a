package labs

import (
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// HostLoopbackV6 has the host's resolver on 127.0.0.53 or on ::1, and networks
// with IPv6.
func HostLoopbackV6() Lab {
	lan, dual := topo.Network{Name: "lan"}, topo.Network{Name: "dual", IPv6: true}
	up := topo.Node{Name: "up", Kind: topo.Upstream, Mode: topo.BesideHost}
	plain := topo.Node{Name: "plain", Mode: topo.AsItComes, Later: true}
	four := topo.Node{Name: "four", On: topo.On(lan), Later: true}
	six := topo.Node{Name: "six", On: topo.On(dual), Later: true}
	file := func(n topo.Node) topo.Question { return topo.File{Of: n, Path: "/etc/resolv.conf"} }
	ask := func(n topo.Node, name string) topo.Question { return topo.Wire{From: n, Name: name + ".lab.test."} }

	return Lab{
		Name:     "host-loopback-v6",
		Story:    "The host's resolver is on its loopback, and a network has IPv6.",
		Needs:    []driver.Cap{driver.OwnHost, driver.UserNetworks, driver.IPv6},
		Topology: topo.Topology{up, plain, four, six},
		Steps: []Step{{
			Do: []topo.Act{
				dnsmasq("127.0.0.53", "--server={up.addr}"),
				topo.HostWrite{Path: "/etc/resolv.conf", Content: "nameserver 127.0.0.53\n"},
				topo.Start{Node: plain}, topo.Start{Node: four}, topo.Start{Node: six},
			},
			Ask: map[string]topo.Question{
				"four's file, 127.0.0.53": file(four),
				"six's file, 127.0.0.53":  file(six),
				"four, 127.0.0.53":        ask(four, "one"),
				"six, 127.0.0.53":         ask(six, "two"),
			},
		}, {
			Do: []topo.Act{
				topo.HostStop{Name: "dnsmasq"}, dnsmasq("::1", "--server={up.addr}"),
				topo.HostWrite{Path: "/etc/resolv.conf", Content: "nameserver ::1\n"},
				topo.Restart{Node: plain}, topo.Restart{Node: four}, topo.Restart{Node: six},
			},
			Ask: map[string]topo.Question{
				"plain's file, ::1": file(plain),
				"four's file, ::1":  file(four),
				"six's file, ::1":   file(six),
				"four, ::1":         ask(four, "three"),
				"six, ::1":          ask(six, "four"),
			},
		}, {Ask: map[string]topo.Question{
			"up's log": topo.Saw{Upstream: up},
			"dnsmasq":  topo.HostProgram{Name: "dnsmasq"},
		}}},
		Claims: []Claim{},
	}
}
