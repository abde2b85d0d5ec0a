package labs

import (
	"time"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// HostRulesReplaced does what a firewall program of the host does when it loads
// rules of its own: the engine's are gone, and nothing is forwarded any more.
// Then the engine is restarted.
func HostRulesReplaced() Lab {
	lan := topo.Network{Name: "lan"}
	up := topo.Node{Name: "up", Kind: topo.Upstream, On: topo.On(lan)}
	loopback := topo.Node{Name: "loopback", Kind: topo.Upstream, Mode: topo.HostNetwork}
	web := topo.Node{Name: "web", On: topo.On(lan), DNS: []string{"up"}}
	client := topo.Node{Name: "client", On: topo.On(lan), DNS: []string{"up"}}
	hosted := topo.Node{Name: "hosted", On: topo.On(lan), Later: true}
	late := topo.Node{Name: "late", On: topo.On(lan), DNS: []string{"up"}, Later: true}
	const rules = "*nat\nCOMMIT\n*filter\n:FORWARD DROP [0:0]\nCOMMIT\n"
	run := func(args ...string) topo.Act { return topo.HostRun{Args: args, Root: true, Changes: topo.Machine} }
	ask := func(from topo.Node, name string) topo.Question {
		return topo.Wire{From: from, Name: name, Timeout: 6 * time.Second}
	}

	return Lab{
		Name:     "host-rules-replaced",
		Story:    "A firewall program flushes the NAT rules of the host, then loads rules of its own in place of all others, which forward nothing. What is left of the containers' DNS, and does a restart of the engine mend it?",
		Needs:    []driver.Cap{driver.OwnHost, driver.UserNetworks, driver.HostNetns},
		Topology: topo.Topology{up, loopback, web, client, hosted, late},
		Steps: []Step{{
			Do: []topo.Act{topo.HostWrite{Path: "/etc/resolv.conf", Content: "nameserver 127.0.0.1\n"}, topo.Start{Node: hosted}, run("iptables", "-t", "nat", "-F")},
			Ask: map[string]topo.Question{
				"flushed: name":   ask(client, "{web}"),
				"flushed: out":    ask(client, "one.lab.test."),
				"flushed: hosted": ask(hosted, "two.lab.test."),
			},
		}, {
			Do: []topo.Act{topo.HostWrite{Path: "/root/rules", Content: rules}, run("iptables-restore", "/root/rules"), topo.Start{Node: late}},
			Ask: map[string]topo.Question{
				"replaced: name":     ask(client, "{late}"),
				"replaced: out":      ask(client, "three.lab.test."),
				"replaced: straight": topo.Wire{From: client, Name: "four.lab.test.", Server: "up", Timeout: 3 * time.Second},
				"replaced: hosted":   ask(hosted, "five.lab.test."),
				"late: name":         ask(late, "{web}"),
				"late: out":          ask(late, "six.lab.test."),
			},
		}, {
			Do: []topo.Act{topo.RestartEngine{}, topo.Start{Node: up}, topo.Start{Node: web}, topo.Start{Node: client}},
			Ask: map[string]topo.Question{
				"restarted: name":     ask(client, "{web}"),
				"restarted: out":      ask(client, "seven.lab.test."),
				"restarted: straight": topo.Wire{From: client, Name: "eight.lab.test.", Server: "up", Timeout: 3 * time.Second},
			},
		}},
		Claims: []Claim{{
			ID: "a", Says: "x", Cases: []Case{{When: docker(""), Because: "x", Expect: is.All{is.AddressOf(web, "flushed: name"), is.AnsweredBy("flushed: out", 1), is.AnsweredBy("flushed: hosted", 2)}}},
		}, {
			ID: "b", Says: "x", Cases: []Case{{When: docker(""), Because: "x", Expect: is.All{is.AddressOf(late, "replaced: name"), is.ServFail("replaced: out"), is.TimedOut("replaced: straight"), is.AnsweredBy("replaced: hosted", 2)}}},
		}, {
			ID: "c", Says: "x", Cases: []Case{{When: docker(""), Because: "x", Expect: is.All{is.AddressOf(web, "late: name"), is.ServFail("late: out")}}},
		}, {
			ID: "d", Says: "x", Cases: []Case{{When: docker(""), Because: "x", Expect: is.All{is.AddressOf(web, "restarted: name"), is.AnsweredBy("restarted: out", 1), is.AnsweredBy("restarted: straight", 1)}}},
		}},
	}
}
