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

	const (
		own     = "moby libnetwork/resolver_unix.go: what leads to the resolver is in the container's own network namespace"
		bridged = "moby libnetwork drivers/bridge enables br_netfilter: what passes a bridge passes the host's chain FORWARD as well"
		apart   = "the networks of an engine without root, and their rules, are in RootlessKit's namespace; run on 26.1.5 and 29.8.0"
		ran     = "; run on 20.10.24, 25.0.3, 26.1.5, 28.5.2 and 29.8.0"
	)
	named := is.All{is.AddressOf(web, "flushed: name"), is.AnsweredBy("flushed: out", 1)}
	mended := is.All{is.AddressOf(web, "restarted: name"), is.AnsweredBy("restarted: out", 1), is.AnsweredBy("restarted: straight", 1)}

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
		}, {
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
			ID:   "nat-flushed",
			Says: "without the host's NAT rules names are found as before, and servers of --dns and on the host's loopback are asked",
			Cases: []Case{{
				When:    and(docker(""), rootless(false)),
				Expect:  append(named, is.AnsweredBy("flushed: hosted", 2)),
				Because: own + ran,
				Sources: partly("S0-7"),
			}, {
				When: and(docker(""), rootless(true)), Expect: named, Because: apart,
			}},
		}, {
			ID:   "names-stay",
			Says: "where nothing is forwarded any more names are still found, by who was there and of who comes then",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.All{is.AddressOf(late, "replaced: name"), is.AddressOf(web, "late: name")},
				Because: own + ran,
			}},
		}, {
			ID:   "servers-lost",
			Says: "what becomes of other names then, where the server is a neighbour: it is not reached, not even by the client itself",
			Cases: []Case{{
				When:    and(docker("<24.0"), rootless(false)),
				Expect:  is.All{is.TimedOut("replaced: out"), is.TimedOut("late: out"), is.TimedOut("replaced: straight")},
				Because: bridged + "; without any response nothing is written back before 24.0" + ran,
			}, {
				When:    and(docker(">=24.0"), rootless(false)),
				Expect:  is.All{is.ServFail("replaced: out"), is.ServFail("late: out"), is.TimedOut("replaced: straight")},
				Because: bridged + ran,
			}, {
				When:    and(docker(""), rootless(true)),
				Expect:  is.All{is.AnsweredBy("replaced: out", 1), is.AnsweredBy("late: out", 1), is.AnsweredBy("replaced: straight", 1)},
				Because: apart,
			}},
		}, {
			ID:   "host-stays",
			Says: "whether a server on the host's loopback is still asked",
			Cases: []Case{{
				When:    and(docker(""), rootless(false)),
				Expect:  is.All{is.AddressOf(late, "replaced: name"), is.AnsweredBy("replaced: hosted", 2)},
				Because: "moby libnetwork resolver.go: it is dialled from the host's namespace, and nothing is forwarded on the way" + ran,
			}, {
				When: and(docker(""), rootless(true)), Expect: is.AddressOf(late, "replaced: name"), Because: apart,
			}},
		}, {
			ID:   "restart",
			Says: "whether a restart of the engine mends that",
			Cases: []Case{{
				When:    Facts{"docker": "", "firewall": "iptables"},
				Expect:  mended,
				Because: "moby libnetwork drivers/bridge setupIPTables: the rules are made anew, before those of others; a policy of DROP stays, but what is of the bridge is accepted" + ran,
			}, {
				When:    and(Facts{"docker": ">=29.0", "firewall": "nftables"}, rootless(false)),
				Expect:  is.All{is.AddressOf(web, "restarted: name"), is.ServFail("restarted: out"), is.TimedOut("restarted: straight")},
				Because: "with nftables the engine's rules are in tables of their own, and what they accept the chain FORWARD of iptables drops: a packet passes both; run on 29.8.0",
			}, {
				When: and(Facts{"docker": ">=29.0", "firewall": "nftables"}, rootless(true)), Expect: mended, Because: apart,
			}},
		}},
	}
}
