package labs

import (
	"time"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// BehindPasta changes the file of a host whose containers ask pasta's forwarder.
func BehindPasta() Lab {
	const run = "; run on podman 5.4.2, 5.8.6 and 6.1.1"
	of := func(claim string) Case {
		because := map[string]string{
			"file":              "podman libpod/container_internal_common.go addResolvConf, common libnetwork/resolvconf New: pasta has no part in it",
			"one-server":        "passt conf.c get_dns, fwd.c fwd_nat_from_tap: addresses are translated to that of one server",
			"loopback-filtered": "common libnetwork/resolvconf filterResolvDNS",
			"loopback-asked":    "passt conf.c get_dns: of servers on loopback pasta takes the first one for its forwarder",
			"loopback-alone":    "common libnetwork/resolvconf filterResolvDNS: without a server public ones are added, and addSpecialDNS comes before them; container-libs#43",
		}
		sources := map[string][]results.Source{"file": refutes("S2-27"), "one-server": partly("S2-30"), "loopback-filtered": refutes("S2-27"), "loopback-alone": partly("S2-26")}
		return Case{When: podman(">=5.3"), Because: because[claim] + run, Sources: sources[claim]}
	}
	l := behindForwarder(topo.Pasta, "169.254.1.1", []string{"8.8.8.8", "8.8.4.4"}, of)
	l.Name = "behind-pasta"
	l.Story = "The host's resolv.conf has comments, options and two servers, then one on the host's loopback. What of it is in the file of a container behind pasta, and whom does pasta ask?"
	l.Needs = append(l.Needs, driver.Pasta)
	return l
}

// BehindSlirp4netns does the same with that of slirp4netns, which has one of
// IPv6 as well.
func BehindSlirp4netns() Lab {
	const run = "; run on podman 4.3.1 and 5.4.2 with root, on 5.4.2 and 5.8.6 without"
	of := func(claim string) Case {
		because := map[string]string{
			"file":              "podman libpod/container_internal_common.go addResolvConf (generateResolvConf before 4.4)",
			"one-server":        "libslirp src/slirp.c get_dns_addr: the first server of the host's file",
			"loopback-filtered": "common libnetwork/resolvconf filterResolvDNS",
			"loopback-asked":    "libslirp src/socket.c sotranslate_out4: the option --disable-host-loopback, which Podman gives, is not about the name server",
			"loopback-alone":    "common libnetwork/resolvconf filterResolvDNS: without a server public ones are added, behind the forwarder",
			"over-ipv6":         "libslirp src/slirp.c get_dns6_addr, src/socket.c sotranslate_out6",
		}
		sources := map[string][]results.Source{"file": partly("S2-23"), "one-server": holds("S2-24"), "loopback-asked": holds("S2-24"), "over-ipv6": holds("S2-24")}
		return Case{When: podman(""), Because: because[claim] + run, Sources: sources[claim]}
	}
	l := behindForwarder(topo.Slirp4netns, "10.0.2.3", []string{"8.8.8.8", "8.8.4.4", "2001:4860:4860::8888", "2001:4860:4860::8844"}, of)
	l.Name = "behind-slirp4netns"
	l.Story = "The host's resolv.conf has comments, options and two servers, then one on the host's loopback. What of it is in the file of a container behind slirp4netns, and whom does slirp4netns ask?"
	l.Needs = append(l.Needs, driver.Slirp4netns)
	mixed, _ := l.Topology.Node("mixed")
	l.Steps[2].Ask["over IPv6"] = topo.Wire{From: mixed, Name: "six.lab.test.", Server: "fd00::3", Timeout: 3 * time.Second}
	six := of("over-ipv6")
	six.When = podman(">=4.1")
	six.Expect = append(is.All{is.AnsweredBy("over IPv6", 3)}, is.Asked("local's log", "six.lab.test."))
	l.Claims = append(l.Claims, Claim{
		ID: "over-ipv6", Says: "there is one more forwarder at fd00::3, which no file names, and which asks the host's first server of IPv6", Cases: []Case{six, {
			When:    podman("<4.1"),
			Expect:  is.All{is.Outcome("over IPv6", results.Unreachable), is.NotAskedBut("local's log", "six.lab.test.", "mixed.lab.test.")},
			Because: becauseNoIPv6,
		}},
	})
	return l
}

// behindForwarder is the story of both; of says of a claim for what, and why.
func behindForwarder(mode topo.Mode, forwarder string, public []string, of func(claim string) Case) Lab {
	const comment = "# said by the host"
	first := topo.Node{Name: "first", Kind: topo.Upstream, Mode: topo.BesideHost, Serves: []topo.Reply{
		{Name: "servfail.lab.test.", Rcode: "SERVFAIL"}, {Name: "silent.lab.test.", Silent: true},
	}}
	second := topo.Node{Name: "second", Kind: topo.Upstream, Mode: topo.BesideHost}
	local := topo.Node{Name: "local", Mode: topo.HostNetwork, Later: true} // serves as the third
	behind := func(name string) topo.Node { return topo.Node{Name: name, Mode: mode, Later: true} }
	two, mixed, alone := behind("two"), behind("mixed"), behind("alone")
	conf := func(lines string) topo.Act { return topo.HostWrite{Path: "/etc/resolv.conf", Content: lines} }
	file := func(n topo.Node) topo.Question { return topo.File{Of: n, Path: "/etc/resolv.conf"} }
	ask := func(n topo.Node, name string) topo.Question {
		return topo.Wire{From: n, Name: name + ".lab.test.", Timeout: 6 * time.Second}
	}
	servers := func(file string, rest ...string) is.Assertion {
		return is.Nameservers(file, append([]string{forwarder}, rest...)...)
	}
	answered := func(name string, by int) is.All {
		return is.All{is.SentTo(name, forwarder), is.AnsweredBy(name, by)}
	}
	firstAlone := func(name string, then is.Assertion) is.Assertion {
		qname := name + ".lab.test."
		return is.All{then, is.SentTo(name, forwarder), is.Asked("first's log", qname), is.NotAskedBut("second's log", qname, "heard.lab.test.")}
	}
	claim := func(id, says string, expect is.All) Claim {
		c := of(id)
		c.Expect = expect
		return Claim{ID: id, Says: says, Cases: []Case{c}}
	}

	return Lab{
		Needs:    []driver.Cap{driver.OwnHost, driver.HostNetns},
		Topology: topo.Topology{first, second, local, two, mixed, alone},
		Steps: []Step{{
			Do: []topo.Act{
				conf(comment + "\nsearch one.lab.test two.lab.test\nnameserver {first.addr}\nnameserver {second.addr}\noptions ndots:2 edns0 trust-ad\n"),
				topo.Start{Node: two},
			},
			Ask: map[string]topo.Question{
				"two's file":  file(two),
				"host's file": topo.HostFile{Path: "/etc/resolv.conf"},
				"answer":      ask(two, "answer"),
				"servfail":    ask(two, "servfail"),
				"silent":      ask(two, "silent"),
				"heard":       topo.Wire{From: two, Name: "heard.lab.test.", Server: "second"},
			},
		}, {Ask: map[string]topo.Question{
			"first's log":  topo.Saw{Upstream: first},
			"second's log": topo.Saw{Upstream: second},
		}}, {
			Do: []topo.Act{
				// Without it a user's container may not serve on port 53 of the host.
				topo.HostRun{Args: []string{"sysctl", "-w", "net.ipv4.ip_unprivileged_port_start=0"}, Root: true, Changes: topo.Machine},
				topo.Start{Node: local}, topo.Serve{Node: local},
				conf("nameserver 127.0.0.1\nnameserver ::1\nnameserver {second.addr}\n"), topo.Start{Node: mixed},
			},
			Ask: map[string]topo.Question{"mixed's file": file(mixed), "mixed": ask(mixed, "mixed")},
		}, {
			Do:  []topo.Act{conf("nameserver 127.0.0.1\n"), topo.Start{Node: alone}},
			Ask: map[string]topo.Question{"alone's file": file(alone), "alone": ask(alone, "alone")},
		}, {Ask: map[string]topo.Question{"local's log": topo.Saw{Upstream: local}}}},
		Claims: []Claim{
			claim("file", "the container's file is written anew: the forwarder, then the servers of the host, its search list and its options, and none of its comments", is.All{
				is.HasLine("host's file", comment), is.LacksText("two's file", comment),
				is.Lines("two's file", "search one.lab.test two.lab.test", "nameserver "+forwarder, "nameserver {first}", "nameserver {second}", "options ndots:2 edns0 trust-ad"),
			}),
			claim("one-server", "what is asked of the forwarder goes to the first server of the host alone, whatever becomes of it there", is.All{
				firstAlone("answer", is.AnsweredBy("answer", 1)), firstAlone("servfail", is.ServFail("servfail")), firstAlone("silent", is.TimedOut("silent")),
			}),
			claim("loopback-filtered", "servers on the host's loopback are not in the container's file", is.All{servers("mixed's file", "{second}")}),
			claim("loopback-asked", "the forwarder asks the first server of the host even if that is on the host's loopback",
				append(answered("mixed", 3), is.Asked("local's log", "mixed.lab.test."))),
			claim("loopback-alone", "where the host has no other server, public ones stand behind the forwarder, which still asks the host's",
				append(answered("alone", 3), is.Asked("local's log", "alone.lab.test."), servers("alone's file", public...))),
		},
	}
}
