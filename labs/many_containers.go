package labs

import (
	"fmt"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// ManyContainers has the first of 100 containers look up all, and each look up
// seven that are spread over the network: all pairs would be 10,000 look-ups
// in the run file, and show no more of a table that is kept by network.
//
// Each container but the first few has an older one in its /etc/hosts, so that
// they start five at a time: up to 28.0, Docker loses count of the endpoints
// that are made at once, and then cannot remove the network (moby
// libnetwork/endpoint_cnt.go atomicIncDecEpCnt).
func ManyContainers() Lab {
	const count = 100
	lan := topo.Network{Name: "lan"}
	up := topo.Node{Name: "up", Kind: topo.Upstream, On: topo.On(lan), Serves: []topo.Reply{{Answers: []string{"A 192.0.2.66"}}}}
	var nodes []topo.Node
	for i := range count {
		n := topo.Node{Name: fmt.Sprintf("c%02d", i), On: topo.On(lan), DNS: []string{"up"}}
		if i >= 5 {
			n.ExtraHosts = []string{"older:{" + nodes[i-5].Name + ".addr}"}
		}
		nodes = append(nodes, n)
	}
	ask, expect, alone := map[string]topo.Question{}, is.All{}, is.All{}
	sweep := func(name string, from topo.Node, them []topo.Node) {
		var asked, found []string // the run asks for the engine's names, and hands back the lab's
		for _, n := range them {
			asked, found = append(asked, "{"+n.Name+"}"), append(found, n.Name)
		}
		ask[name] = topo.Sweep{From: from, Names: asked}
		expect = append(expect, is.EachFound(name, found, them))
		alone = append(alone, is.EachHas(name, found, "192.0.2.66"))
	}
	sweep("all", nodes[0], nodes)
	for i, n := range nodes {
		var seven []topo.Node
		for d := 1; d < count; d *= 2 {
			seven = append(seven, nodes[(i+d)%count])
		}
		sweep(n.Name, n, seven)
	}

	return Lab{
		Name:     "many-containers",
		Story:    "100 containers on one network look each other up, all at once.",
		Needs:    []driver.Cap{driver.UserNetworks},
		Manual:   true,
		Topology: append(topo.Topology{up}, nodes...),
		Steps:    []Step{{Ask: ask}},
		Claims: []Claim{{
			ID:   "all-found",
			Says: "whether each of 100 containers finds seven others, is found by seven others and by the first, always at its own address",
			Cases: []Case{{
				When:    docker(""),
				Expect:  expect,
				Because: "moby libnetwork/network.go: names are kept in a map by network, without a limit, 20.10 to 29",
				Sources: holds("S0-1"),
			}, {
				When:    podman("<4.4.3"),
				Expect:  alone,
				Because: "podman libpod/container_internal_common.go generateResolvConf up to 4.4.2: who has a server of its own asks that alone",
			}, {
				When:    behind(">=1.4"),
				Expect:  expect,
				Because: "aardvark-dns src/config/mod.rs: a line for each container in the network's file",
			}},
		}},
	}
}
