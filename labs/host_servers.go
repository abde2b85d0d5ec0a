package labs

import (
	"time"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// HostServers has four servers in the host's resolv.conf. SERVFAIL leads on in
// Docker's resolver and silence in every one, so the three that fail show how
// far each of them goes.
func HostServers() Lab {
	lan := topo.Network{Name: "lan"}
	fails := []topo.Reply{{Name: "servfail.lab.test.", Rcode: "SERVFAIL"}, {Name: "silent.lab.test.", Silent: true}}
	upstream := func(name string, serves ...topo.Reply) topo.Node {
		return topo.Node{Name: name, Kind: topo.Upstream, Mode: topo.BesideHost, Serves: serves}
	}
	first, second, third, fourth := upstream("first", fails...), upstream("second", fails...), upstream("third", fails...), upstream("fourth")
	plain := topo.Node{Name: "plain", Mode: topo.AsItComes, Later: true}
	netted := topo.Node{Name: "netted", On: topo.On(lan), Later: true}
	// Four servers at 5 s each is what aardvark-dns takes before 1.13.
	ask := func(name string) topo.Question {
		return topo.Wire{From: netted, Name: name + ".lab.test.", Timeout: 17 * time.Second}
	}
	// Where an engine's network hides the host's neighbours this one is lost.
	heard := func(server string) topo.Question {
		return topo.Wire{From: netted, Name: "heard.lab.test.", Server: server, Timeout: 3 * time.Second}
	}

	all := []string{"{first}", "{second}", "{third}", "{fourth}"}
	behind := func(forwarder string) []string { return append([]string{forwarder}, all...) }
	const silent = "silent.lab.test."
	const moby = "moby libnetwork/resolver.go maxExtDNS is 3, 20.10 to 29"
	const forwarder = "the engine's file names one server, the forwarder of slirp4netns, which asks the first of the host's (libslirp src/slirp.c get_dns_addr); run on 26.1.5"
	const podmans = "containers-common libnetwork/resolvconf New takes all of them"
	const three = "aardvark-dns src/dns/coredns.rs: the first three of the host's file, since 1.13; when all are silent it is silent itself; run on 1.14.0"
	const again = "aardvark-dns 1.17.1 sends a question three times to a server, a third of a second apart, before it goes on; run on that, and 1.14.0 does not"
	withRoot := rootless(false)
	times := func(first, second int) is.All {
		return is.All{is.AskedTimes("first's log", silent, "A", first), is.AskedTimes("second's log", silent, "A", second)}
	}
	toThird := is.All{is.Asked("third's log", silent), is.NotAskedBut("fourth's log", silent, "heard.lab.test.")}

	return Lab{
		Name:     "host-servers",
		Story:    "The host's resolv.conf has four servers, the first three of which fail. Which of them are containers told, and is the fourth ever asked?",
		Needs:    []driver.Cap{driver.OwnHost, driver.UserNetworks},
		Topology: topo.Topology{first, second, third, fourth, plain, netted},
		Steps: []Step{{
			Do: []topo.Act{
				topo.HostWrite{Path: "/etc/resolv.conf", Content: "nameserver {first.addr}\nnameserver {second.addr}\nnameserver {third.addr}\nnameserver {fourth.addr}\n"},
				topo.Start{Node: plain}, topo.Start{Node: netted},
			},
			Ask: map[string]topo.Question{
				"plain's file":         topo.File{Of: plain, Path: "/etc/resolv.conf"},
				"netted's file":        topo.File{Of: netted, Path: "/etc/resolv.conf"},
				"servfail":             ask("servfail"),
				"silent":               ask("silent"),
				"heard by the third":   heard("third"),
				"heard by the fourth":  heard("fourth"),
				"answered by whomever": topo.Wire{From: plain, Name: "whomever.lab.test."},
			},
		}, {Ask: map[string]topo.Question{
			"first's log":  topo.Saw{Upstream: first},
			"second's log": topo.Saw{Upstream: second},
			"third's log":  topo.Saw{Upstream: third},
			"fourth's log": topo.Saw{Upstream: fourth},
		}}},
		Claims: []Claim{{
			ID:   "told",
			Says: "how many servers of the host a container is told that asks for no network",
			Cases: append(each(Case{
				Expect:  is.All{is.Nameservers("plain's file", all...), is.AnsweredBy("answered by whomever", 1)},
				Because: "moby libnetwork/resolvconf has no bound, nor has internal/resolvconf; run on 26.1.5 and 29.8.0",
			}, onHost("")...), Case{
				When:    throughSlirp(inRootlessKit("")),
				Expect:  is.All{is.Nameservers("plain's file", "10.0.2.3"), is.AnsweredBy("answered by whomever", 1)},
				Because: forwarder,
				Sources: partly("S2-7"),
			}, Case{
				When:    throughPasta(inRootlessKit("")),
				Expect:  is.All{is.Nameservers("plain's file", "10.0.2.3"), is.AnsweredBy("answered by whomever", ofHost)},
				Because: becausePasta,
				Sources: partly("S2-7"),
			}, Case{
				When:    and(podman(""), withRoot),
				Expect:  is.All{is.Nameservers("plain's file", all...), is.AnsweredBy("answered by whomever", 1)},
				Because: podmans + "; run on 5.4.2",
			}, Case{
				When:    throughSlirp(podman("")),
				Expect:  is.All{is.Nameservers("plain's file", behind("10.0.2.3")...), is.AnsweredBy("answered by whomever", 1)},
				Because: podmans + ", behind slirp4netns' forwarder; run on 5.4.2",
				Sources: partly("S2-23"),
			}, Case{
				When:    throughPasta(podman("")),
				Expect:  is.All{is.Nameservers("plain's file", behind("169.254.1.1")...), is.AnsweredBy("answered by whomever", 1)},
				Because: podmans + ", behind pasta's forwarder; run on 5.4.2",
				Sources: partly("S2-26"),
			}),
		}, {
			ID:   "three-at-most",
			Says: "how far down the host's list a container on a network gets when servers fail: to the first, the second, the third or the fourth",
			Cases: append(each(Case{
				Expect: append(is.All{is.ServFail("servfail"), is.Asked("third's log", "servfail.lab.test."),
					is.NotAskedBut("fourth's log", "servfail.lab.test.", "heard.lab.test.")}, toThird...),
				Because: moby,
				Sources: holds("S0-3"),
			}, onHost("")...), Case{
				When:    throughSlirp(inRootlessKit("<24.0")),
				Expect:  is.All{is.ServFail("servfail"), is.TimedOut("silent"), is.Asked("first's log", silent), is.Asked("first's log", "servfail.lab.test.")},
				Because: forwarder + "; without a message nothing is written back before 24.0, read from the source",
			}, Case{
				When:    throughSlirp(inRootlessKit(">=24.0")),
				Expect:  is.All{is.ServFail("servfail"), is.ServFail("silent"), is.Took("silent", 4*time.Second, 7*time.Second), is.Asked("first's log", silent), is.Asked("first's log", "servfail.lab.test.")},
				Because: forwarder + "; the 4 s of one server",
			}, Case{
				When:    throughPasta(inRootlessKit("")),
				Expect:  is.All{is.AnsweredBy("servfail", ofHost), is.AnsweredBy("silent", ofHost)},
				Because: becausePasta,
			}, Case{
				When:    dnsname(),
				Expect:  is.All{is.AnsweredBy("servfail", 4), is.Asked("fourth's log", "servfail.lab.test.")},
				Because: "dnsname's dnsmasq reads all servers of the host's file and has no bound; run on Podman 4.3.1",
			}, Case{
				When:    aardvark("<1.13"),
				Expect:  is.All{is.ServFail("servfail"), is.AnsweredBy("silent", 4), is.Took("silent", 14*time.Second, 0)},
				Because: "aardvark-dns src/dns/coredns.rs, v1.4.0: all servers of the host's file, 5 s each; run on 1.4.0",
			}, Case{
				When:    and(aardvark(">=1.13"), withRoot),
				Expect:  append(is.All{is.ServFail("servfail"), is.TimedOut("silent"), is.Asked("second's log", silent)}, toThird...),
				Because: three,
			}, Case{
				When: and(aardvark(">=1.13"), rootless(true)),
				Expect: is.All{is.ServFail("servfail"), is.TimedOut("silent"), is.Asked("first's log", silent), is.Asked("second's log", silent),
					is.NotAskedBut("third's log", silent, "heard.lab.test."), is.NotAskedBut("fourth's log", silent, "heard.lab.test.")},
				Because: three + "; one of the three is the forwarder of the networks, which asks the first of the host's (common internal/rootlessnetns)",
			}),
		}, {
			ID:   "asked-again",
			Says: "how often each server is asked one question about which it is silent",
			Cases: append(each(Case{
				Expect:  times(1, 1),
				Because: "moby libnetwork/resolver.go: one exchange with each server, 20.10 to 29; run on 20.10.24 to 29.8.0",
			}, onHost("")...), Case{
				When:    throughSlirp(inRootlessKit("")),
				Expect:  is.AskedTimes("first's log", silent, "A", 1),
				Because: forwarder,
			}, Case{
				When:    throughPasta(inRootlessKit("")),
				Expect:  is.AnsweredBy("silent", ofHost),
				Because: becausePasta,
			}, Case{
				When:    dnsname(),
				Expect:  is.All{is.AskedTimes("first's log", silent, "A", 1), is.NotAskedBut("second's log", silent, "servfail.lab.test.")},
				Because: "dnsname config.go dnsMasqTemplate has strict-order: dnsmasq starts with the first server, SERVFAIL leads on, and silence only when the client asks again; run on Podman 4.3.1",
			}, Case{
				When:    and(aardvark("<1.17"), withRoot),
				Expect:  times(1, 1),
				Because: "aardvark-dns src/dns/coredns.rs forward_dns_req: one exchange with each server; run on 1.4.0 and 1.14.0, with nothing between that and 1.17",
			}, Case{
				When:    and(aardvark(">=1.17"), withRoot),
				Expect:  times(3, 3),
				Because: again,
			}, Case{
				When:    and(aardvark("<1.17"), rootless(true)),
				Expect:  times(2, 1),
				Because: "aardvark-dns asks the forwarder, which asks the first server, and then that and the second one itself, each once; run on 1.14.0",
			}, Case{
				When:    and(aardvark(">=1.17"), rootless(true)),
				Expect:  times(6, 3),
				Because: again + "; the forwarder comes first, which asks the first server",
			}),
		}, {
			ID:   "file-on-a-network",
			Says: "none of them is in the file of a container on a network",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.Nameservers("netted's file", "127.0.0.11"),
				Because: "moby libnetwork rebuildDNS up to 25.0, TransformForIntNS from 26.0",
				Sources: holds("S0-2"),
			}, {
				When:    podman(">=4.4.3"),
				Expect:  is.HostServers("netted's file", 1),
				Because: "podman libpod/container_internal_common.go addResolvConf: the gateway alone since 4.4.3; run on 5.4.2",
			}, {
				When:    podman("<4.0"),
				Expect:  is.HostServers("netted's file", 1),
				Because: becauseInstead,
			}, {
				When:    podman(">=4.0 <4.4.3"),
				Expect:  is.HostServerBefore("netted's file", all...),
				Because: "podman libpod/container_internal_common.go generateResolvConf: the gateway, then the servers of the host, up to 4.4.2; run on 4.3.1",
			}},
		}},
	}
}
