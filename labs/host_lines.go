package labs

import (
	"time"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// HostLines writes into the host's file what resolv.conf(5) allows and what it
// does not. A libc skips what it does not know; engines read and write the file
// by rules of their own.
func HostLines() Lab {
	lan := topo.Network{Name: "lan"}
	up := topo.Node{Name: "up", Kind: topo.Upstream, Mode: topo.BesideHost}
	plain := topo.Node{Name: "plain", Mode: topo.AsItComes, Later: true}
	netted := topo.Node{Name: "netted", On: topo.On(lan), Later: true}
	// With a root's Podman aardvark-dns does not start, and so no container on a
	// network, where the host's file has a line it cannot read; it goes on if it
	// runs already.
	stays := topo.Node{Name: "stays", On: topo.On(lan), Later: true}
	const conf = "/etc/resolv.conf"
	// step gives the host these lines, starts both containers anew, and reads
	// all three files.
	step := func(what, lines string, do ...topo.Act) Step {
		return Step{
			Do: append([]topo.Act{topo.HostWrite{Path: conf, Content: lines}}, do...),
			Ask: map[string]topo.Question{
				"host, " + what:   topo.HostFile{Path: conf},
				"plain, " + what:  topo.File{Of: plain, Path: conf},
				"netted, " + what: topo.File{Of: netted, Path: conf},
			},
		}
	}
	asks := func(s Step, what string) Step {
		for _, n := range []topo.Node{plain, netted} {
			s.Ask[n.Name+" asks, "+what] = topo.Wire{From: n, Name: what + ".{" + n.Name + "}.lab.test.", Timeout: 4 * time.Second}
		}
		return s
	}
	again := []topo.Act{topo.Restart{Node: plain}, topo.Restart{Node: netted}}

	same := func(what string) is.Assertion { return is.SameText("plain, "+what, "host, "+what, true) }
	lacks := func(what string, texts ...string) (all is.All) {
		for _, t := range texts {
			all = append(all, is.HasText("host, "+what, t), is.LacksText("plain, "+what, t), is.LacksText("netted, "+what, t))
		}
		return all
	}
	answered := func(what string, by int) is.All {
		return is.All{is.AnsweredBy("plain asks, "+what, by), is.AnsweredBy("netted asks, "+what, by)}
	}
	// unheard: the good server heard one of the two, and not the other.
	unheard := func(what, n, but string) is.Assertion {
		return is.NotAskedBut("up's log", what+"."+n+".lab.test.", what+"."+but+".lab.test.")
	}

	const (
		slirpAddr = "10.0.2.3"
		pastaAddr = "169.254.1.1"
		two       = "two.lab.test"
		three     = "three.lab.test"

		verbatim = "moby libnetwork/sandbox_dns_unix.go setupDNS up to 25.0: the file on the default bridge is the host's text, "
		rebuilt  = "that on a network is made by rebuildDNS of what libnetwork/resolvconf Get… finds in it"
		ran      = "; run on 20.10.24"
		parsed   = "moby libnetwork/internal/resolvconf/resolvconf.go processLine, Generate, since 26.0; run on 26.1.5 and 29.8.0"
		kit      = "moby contrib/dockerd-rootless.sh: the engine reads RootlessKit's resolv.conf, which has one line, whatever the host's says; run on 26.1.5"
		common   = "containers-common libnetwork/resolvconf/resolvconf.go get…, resolv.go New; run on 5.4.2"
	)
	const instead = "podman libpod/container_internal_linux.go generateResolvConf: the search list that CNI says takes the place of the host's, from 3.1 to 3.4; read from the source"
	insteadOfHost := is.All{is.SearchList("plain, odd", two, three), is.SearchList("netted, odd", "dns.podman"), is.SearchList("plain, invalid"), is.SearchList("netted, invalid", "dns.podman")}
	behindNetworks := is.All{is.SearchList("plain, odd", two, three), is.SearchList("netted, odd", "dns.podman", two, three),
		is.SearchList("plain, invalid"), is.SearchList("netted, invalid", "dns.podman")}
	rootAlone := is.All{is.SearchList("host, commented", "."), is.SearchList("plain, commented"), is.SearchList("netted, commented", "dns.podman")}
	rootBehind := is.All{is.SearchList("host, commented", "."), is.SearchList("plain, commented"), is.SearchList("netted, commented", "dns.podman", ".")}
	odds := []string{"ndots:x", "ndots:", "ndots", "ndots:-1", "timeout:3"}
	old := and(docker("<26.0"), rootless(false))
	withRoot := rootless(false)

	return Lab{
		Name:     "host-lines",
		Story:    "The host's resolv.conf has comments, lines twice, lines that nobody knows, servers that are none and options that are wrong. What of it reaches containers, and is the one good server still asked?",
		Needs:    []driver.Cap{driver.OwnHost, driver.UserNetworks},
		Topology: topo.Topology{up, plain, netted, stays},
		Steps: []Step{
			step("odd", "# said by the host\n; said too\ndomain one.lab.test\nsearch two.lab.test three.lab.test\nsortlist 192.0.2.0/255.255.255.0\nfrobnicate yes\n"+
				"nameserver {up.addr}\noptions ndots:2 timeout:3\noptions rotate\n", topo.Start{Node: stays}, topo.Start{Node: plain}, topo.Start{Node: netted}),
			asks(step("invalid", "domain one.lab.test\nnameserver 1.2.3.4.5\nnameserver\nnameserver ns.example\nnameserver {up.addr}\n", again...), "invalid"),
			asks(step("commented", "search .\nnameserver {up.addr} # of the lab\n", again...), "commented"),
			asks(step("ndots", "nameserver {up.addr}\noptions ndots:x ndots: ndots ndots:-1 timeout:3\n", again...), "ndots"),
			step("pair", "nameserver {up.addr} 192.0.2.53\n", again...), // not asked: some are left with public servers
			{Ask: map[string]topo.Question{"up's log": topo.Saw{Upstream: up}}},
		},
		Claims: []Claim{{
			ID:   "search",
			Says: "which search list of the host's a container gets, of a line domain and a line search, and of a line domain alone",
			Cases: append(each(Case{
				Expect:  is.All{is.SearchList("plain, odd", two, three), is.SearchList("netted, odd", two, three), is.SearchList("plain, invalid", "one.lab.test"), is.SearchList("netted, invalid", "one.lab.test")},
				Because: parsed + ": the last of search and domain counts, and is written as search",
				Sources: holds("moby:TestRCTransformForLegacyNw", "moby:TestRCTransformForIntNS"),
			}, onHost(">=26.0")...), Case{
				When:    old,
				Expect:  is.All{same("odd"), same("invalid"), is.SearchList("netted, odd", two, three), is.SearchList("netted, invalid")},
				Because: verbatim + rebuilt + ": GetSearchDomains knows no domain" + ran,
			}, Case{
				When:    inRootlessKit(""),
				Expect:  append(is.All{is.SearchList("plain, odd"), is.SearchList("netted, odd")}, lacks("invalid", "one.lab.test")...),
				Because: kit,
			}, Case{
				When:    podman("<3.1"),
				Expect:  is.All{is.SearchList("plain, odd", two, three), is.SearchList("netted, odd", two, three), is.SearchList("plain, invalid"), is.SearchList("netted, invalid")},
				Because: becauseNoSearch,
			}, Case{
				When:    podman(">=3.1 <4.0"),
				Expect:  insteadOfHost,
				Because: instead,
			}, Case{
				When:    podman(">=4.0 <4.4"),
				Expect:  behindNetworks,
				Because: "podman libpod/container_internal_common.go generateResolvConf: on a network the host's come behind the network's, up to 4.3; run on 4.3.1",
			}, Case{
				When:    podman(">=4.4 <5.5.1"),
				Expect:  insteadOfHost,
				Because: common + ": getSearchDomains knows no domain; on a network the network's takes the place of the host's, before 5.5.1",
			}, Case{
				When:    podman(">=5.5.1"),
				Expect:  behindNetworks,
				Because: "containers-common libnetwork/resolvconf New, KeepHostSearches: on a network the host's come behind the network's again since 5.5.1; run on 5.8.6",
			}),
		}, {
			ID:   "options",
			Says: "which options of the host's a container gets that has two lines of them",
			Cases: append(each(Case{
				Expect:  is.All{is.ResolvOptions("plain, odd", "ndots:2", "timeout:3", "rotate"), is.ResolvOptions("netted, odd", "ndots:2", "timeout:3", "rotate")},
				Because: parsed + ": options add up, and ndots of the host's stays as it is",
				Sources: holds("moby:TestRCTransformForIntNS"),
			}, onHost(">=26.0")...), Case{
				When:    old,
				Expect:  is.All{same("odd"), is.ResolvOptions("netted, odd", "rotate", "ndots:0")},
				Because: verbatim + rebuilt + ": GetOptions takes the last line, so that ndots of the first is lost" + ran,
			}, Case{
				When:    inRootlessKit(""),
				Expect:  is.All{is.ResolvOptions("host, odd", "ndots:2", "timeout:3", "rotate"), is.ResolvOptions("plain, odd"), is.ResolvOptions("netted, odd", "ndots:0")},
				Because: kit,
			}, Case{
				When:    podman(""),
				Expect:  is.All{is.ResolvOptions("plain, odd", "rotate"), is.ResolvOptions("netted, odd", "rotate")},
				Because: common + ": getOptions takes the last line",
			}),
		}, {
			ID:   "unknown-lines",
			Says: "whether lines are kept that the engine does not know: sortlist, which resolv.conf(5) has, and another",
			Cases: append(each(Case{
				Expect: is.All{is.HasLine("plain, odd", "sortlist 192.0.2.0/255.255.255.0"), is.HasLine("plain, odd", "frobnicate yes"),
					is.HasLine("netted, odd", "sortlist 192.0.2.0/255.255.255.0"), is.HasLine("netted, odd", "frobnicate yes")},
				Because: parsed,
				Sources: holds("moby:TestRCUnknownDirectives"),
			}, onHost(">=26.0")...), Case{
				When:    old,
				Expect:  is.All{same("odd"), is.HasLine("plain, odd", "frobnicate yes"), is.LacksText("netted, odd", "sortlist"), is.LacksText("netted, odd", "frobnicate")},
				Because: verbatim + rebuilt + ran,
			}, Case{
				When:    inRootlessKit(""),
				Expect:  lacks("odd", "sortlist", "frobnicate"),
				Because: kit,
			}, Case{
				When:    podman(""),
				Expect:  lacks("odd", "sortlist", "frobnicate"),
				Because: common + ": build writes search, nameserver and options",
			}),
		}, {
			ID:   "comments",
			Says: "whether comments of the host's are kept",
			Cases: append(each(Case{
				Expect:  lacks("odd", "said by the host", "said too"),
				Because: parsed,
			}, onHost(">=26.0")...), Case{
				When:    old,
				Expect:  is.All{is.HasLine("plain, odd", "# said by the host"), is.HasLine("plain, odd", "; said too"), is.LacksText("netted, odd", "said")},
				Because: verbatim + rebuilt + ran,
			}, Case{
				When:    inRootlessKit(""),
				Expect:  lacks("odd", "said by the host", "said too"),
				Because: kit,
			}, Case{
				When:    podman(""),
				Expect:  lacks("odd", "said by the host", "said too"),
				Because: common,
			}),
		}, {
			ID:   "invalid-servers",
			Says: "what becomes of servers that are no addresses, and whether the one that is gets asked",
			Cases: append(each(Case{
				Expect: append(is.All{is.Nameservers("plain, invalid", "{up}"), is.HasLine("plain, invalid", "# Invalid nameservers: [1.2.3.4.5 ns.example]"),
					is.HasLine("netted, invalid", "# Invalid nameservers: [1.2.3.4.5 ns.example]")}, answered("invalid", 1)...),
				Because: parsed,
				Sources: holds("moby:TestRCInvalidNS"),
			}, onHost(">=26.0")...), Case{
				When:    old,
				Expect:  append(is.All{same("invalid"), is.Nameservers("netted, invalid", "127.0.0.11")}, answered("invalid", 1)...),
				Because: verbatim + rebuilt + ran,
				Sources: partly("moby:TestRCInvalidNS"),
			}, Case{
				When:    throughSlirp(inRootlessKit("")),
				Expect:  append(is.All{is.Nameservers("plain, invalid", slirpAddr)}, answered("invalid", 1)...),
				Because: kit + "; libslirp src/slirp.c get_dns_addr takes the first line that inet_pton can read",
			}, Case{
				When:    throughPasta(inRootlessKit("")),
				Expect:  append(is.All{is.Nameservers("plain, invalid", slirpAddr)}, answered("invalid", ofHost)...),
				Because: becausePasta,
			}, Case{
				When:    dnsname(),
				Expect:  append(is.All{is.Nameservers("plain, invalid", "{up}")}, answered("invalid", 1)...),
				Because: common + ": getNameservers skips what is no address, and so does dnsmasq; run on Podman 4.3.1",
			}, Case{
				When:    and(aardvark("<1.13"), withRoot),
				Expect:  is.All{is.Nameservers("plain, invalid", "{up}"), is.AnsweredBy("plain asks, invalid", 1), is.TimedOut("netted asks, invalid"), unheard("invalid", "netted", "plain")},
				Because: common + ": getNameservers skips what is no address; aardvark-dns src/dns/coredns.rs, v1.4.0, gives the file up at the first; run on 1.4.0",
			}, Case{
				When:    and(aardvark(">=1.13"), withRoot),
				Expect:  is.All{is.Nameservers("plain, invalid", "{up}"), is.AnsweredBy("plain asks, invalid", 1), is.TimedOut("netted asks, invalid"), unheard("invalid", "netted", "plain")},
				Because: common + ": getNameservers skips what is no address; aardvark-dns src/server/serve.rs gives the file up at the first, and then has nobody to ask; run on 1.14.0 and 1.17.1",
			}, Case{
				When:    throughSlirp(podman("")),
				Expect:  append(is.All{is.Nameservers("plain, invalid", slirpAddr, "{up}")}, answered("invalid", 1)...),
				Because: common + "; libslirp src/slirp.c get_dns_addr takes the first line that inet_pton can read",
			}, Case{
				When:    throughPasta(podman("")),
				Expect:  append(is.All{is.Nameservers("plain, invalid", pastaAddr, "{up}")}, answered("invalid", 1)...),
				Because: common + "; passt conf.c get_dns skips what inet_pton cannot read",
			}),
		}, {
			ID:   "comment-behind",
			Says: "whether a server counts that has a comment behind it",
			Cases: append(each(Case{
				Expect:  append(is.All{is.Nameservers("plain, commented", "{up}")}, answered("commented", 1)...),
				Because: parsed + ": the second word of the line counts",
			}, onHost(">=26.0")...), Case{
				When:    old,
				Expect:  append(is.All{same("commented")}, answered("commented", 1)...),
				Because: verbatim + rebuilt + "; getLines cuts comments off" + ran,
			}, Case{
				When:    throughSlirp(inRootlessKit("")),
				Expect:  append(is.All{is.Nameservers("plain, commented", slirpAddr)}, answered("commented", 1)...),
				Because: kit + "; libslirp src/slirp.c get_dns_addr: sscanf takes the word behind nameserver",
			}, Case{
				When:    throughPasta(inRootlessKit("")),
				Expect:  append(is.All{is.Nameservers("plain, commented", slirpAddr)}, answered("commented", ofHost)...),
				Because: becausePasta,
			}, Case{
				When:    and(podman(""), withRoot),
				Expect:  append(is.All{is.Nameservers("plain, commented", "{up}")}, answered("commented", 1)...),
				Because: common + ": getLines cuts comments off",
			}, Case{
				When:    throughSlirp(podman("")),
				Expect:  append(is.All{is.Nameservers("plain, commented", slirpAddr, "{up}")}, answered("commented", 1)...),
				Because: common + "; libslirp src/slirp.c get_dns_addr: sscanf takes the word behind nameserver",
			}, Case{
				When:    throughPasta(podman("")),
				Expect:  is.All{is.Nameservers("plain, commented", pastaAddr, "{up}"), is.TimedOut("plain asks, commented"), is.AnsweredBy("netted asks, commented", 1), unheard("commented", "plain", "netted")},
				Because: "passt conf.c get_dns wants the line to end behind the address: it finds no server, and at its own address, which Podman puts first, nobody answers; that of the networks has started before; run with passt 2025-05",
			}),
		}, {
			ID:   "root-alone",
			Says: "what becomes of a search list that is the root alone",
			Cases: append(each(Case{
				Expect:  is.All{is.SearchList("plain, commented", "."), is.SearchList("netted, commented", ".")},
				Because: parsed,
			}, onHost(">=26.0")...), Case{
				When:    old,
				Expect:  is.All{is.SearchList("plain, commented", "."), is.SearchList("netted, commented"), is.HasText("netted, commented", "nameserver 127.0.0.11")},
				Because: verbatim + rebuilt + ": Build leaves it out" + ran,
			}, Case{
				When:    inRootlessKit(""),
				Expect:  is.All{is.SearchList("host, commented", "."), is.SearchList("plain, commented"), is.SearchList("netted, commented")},
				Because: kit,
			}, Case{
				When:    podman("<3.1"),
				Expect:  is.All{is.SearchList("host, commented", "."), is.SearchList("plain, commented"), is.SearchList("netted, commented")},
				Because: becauseNoSearch + "; pkg/resolvconf Build leaves out one of the root alone",
			}, Case{
				When:    podman(">=3.1 <4.0"),
				Expect:  rootAlone,
				Because: instead,
			}, Case{
				When:    podman(">=4.0 <4.4"),
				Expect:  rootBehind,
				Because: "podman libpod/container_internal_common.go generateResolvConf: a search list of the root alone is left out, one that ends with it is not; run on 4.3.1",
			}, Case{
				When:    podman(">=4.4 <5.5.1"),
				Expect:  rootAlone,
				Because: common + ": build leaves it out",
			}, Case{
				When:    podman(">=5.5.1"),
				Expect:  rootBehind,
				Because: "containers-common libnetwork/resolvconf build: a search list of the root alone is left out, one that ends with it is not; run on 5.8.6",
			}),
		}, {
			ID:   "invalid-ndots",
			Says: "what becomes of an ndots that is no number, and who answers a container on a network then",
			Cases: append(each(Case{
				Expect: is.All{is.ResolvOptions("plain, ndots", odds...), is.ResolvOptions("netted, ndots", "timeout:3", "ndots:0"),
					is.SentTo("netted asks, ndots", "127.0.0.11"), is.AnsweredBy("netted asks, ndots", 1)},
				Because: parsed + ": removeInvalidNDots is for files with the embedded resolver",
				Sources: holds("moby:TestRCTransformForIntNSInvalidNdots"),
			}, onHost(">=26.0")...), Case{
				When: old,
				Expect: is.All{same("ndots"), is.Nameservers("netted, ndots", "{up}"), is.ResolvOptions("netted, ndots", odds...),
					is.AnsweredBy("netted asks, ndots", 1)},
				Because: "moby libnetwork/sandbox_dns_unix.go startResolver, rebuildDNS up to 25.0: an invalid ndots is an error, so the container has no embedded resolver and the host's text in its file" + ran,
				Sources: refutes("moby:TestRCTransformForIntNSInvalidNdots"),
			}, Case{
				When:    throughSlirp(inRootlessKit("")),
				Expect:  is.All{is.HasText("host, ndots", "ndots:x"), is.ResolvOptions("plain, ndots"), is.ResolvOptions("netted, ndots", "ndots:0"), is.SentTo("netted asks, ndots", "127.0.0.11"), is.AnsweredBy("netted asks, ndots", 1)},
				Because: kit,
			}, Case{
				When:    throughPasta(inRootlessKit("")),
				Expect:  is.All{is.HasText("host, ndots", "ndots:x"), is.ResolvOptions("plain, ndots"), is.ResolvOptions("netted, ndots", "ndots:0"), is.SentTo("netted asks, ndots", "127.0.0.11"), is.AnsweredBy("netted asks, ndots", ofHost)},
				Because: kit,
			}, Case{
				When:    dnsname(),
				Expect:  is.All{is.ResolvOptions("plain, ndots", odds...), is.ResolvOptions("netted, ndots", odds...), is.AnsweredBy("netted asks, ndots", 1)},
				Because: common + ": getOptions takes them as they are, and dnsmasq does not read them; run on Podman 4.3.1",
			}, Case{
				When:    aardvark("<1.13"),
				Expect:  is.All{is.ResolvOptions("plain, ndots", odds...), is.ResolvOptions("netted, ndots", odds...), is.AnsweredBy("plain asks, ndots", 1), is.TimedOut("netted asks, ndots"), unheard("ndots", "netted", "plain")},
				Because: common + ": getOptions takes them as they are; aardvark-dns before 1.13 reads the whole file, and gives it up at an option that it cannot read; run on 1.4.0",
			}, Case{
				When:    aardvark(">=1.13"),
				Expect:  is.All{is.ResolvOptions("plain, ndots", odds...), is.ResolvOptions("netted, ndots", odds...), is.AnsweredBy("netted asks, ndots", 1)},
				Because: common + ": getOptions takes them as they are; aardvark-dns since 1.13 reads lines of servers alone; run on 1.14.0 and 1.17.1",
			}),
		}, {
			ID:   "two-on-a-line",
			Says: "what becomes of two servers on one line",
			Cases: append(each(Case{
				Expect:  is.All{is.Nameservers("plain, pair", "{up}"), is.HasText("netted, pair", "{up}"), is.LacksText("netted, pair", "192.0.2.53")},
				Because: parsed + ": the second word of the line counts",
			}, onHost(">=26.0")...), Case{
				When:    old,
				Expect:  is.All{is.HasLine("plain, pair", "nameserver {up} 192.0.2.53"), is.HasLine("plain, pair", "nameserver 8.8.8.8"), is.HasLine("plain, pair", "nameserver 8.8.4.4")},
				Because: "moby libnetwork/resolvconf FilterResolvDNS up to 25.0: such a line is no server, and so public ones are added" + ran,
			}, Case{
				When:    inRootlessKit(""),
				Expect:  is.All{is.HasText("host, pair", "{up} 192.0.2.53"), is.Nameservers("plain, pair", slirpAddr)},
				Because: kit,
			}, Case{
				When:    and(podman("<3.2"), withRoot),
				Expect:  is.Nameservers("plain, pair", publicServers6...),
				Because: becauseSix + ": such a line is no server, and so public ones are added",
				Sources: holds("podman#13926"),
			}, Case{
				When:    and(podman(">=3.2"), withRoot),
				Expect:  is.Nameservers("plain, pair", publicServers...),
				Because: common + ": such a line is no server, and so public ones are added",
				Sources: holds("podman#13926"),
			}, Case{
				When:    throughSlirp(podman("")),
				Expect:  is.Nameservers("plain, pair", slirpAddr, "8.8.8.8", "8.8.4.4", "2001:4860:4860::8888", "2001:4860:4860::8844"),
				Because: common + ": such a line is no server, and so public ones are added",
				Sources: holds("podman#13926"),
			}, Case{
				When:    throughPasta(podman("")),
				Expect:  is.Nameservers("plain, pair", pastaAddr, "8.8.8.8", "8.8.4.4"),
				Because: common + ": such a line is no server, and so public ones are added",
				Sources: holds("podman#13926"),
			}),
		}},
	}
}
