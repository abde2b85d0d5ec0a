package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// DNSFlags reads the files of containers that ask nothing, so their servers
// are addresses set aside for documentation. Every one has options, so that
// those of the host's own file are never in question.
func DNSFlags() Lab {
	lan := topo.Network{Name: "lan"}
	file := func(n topo.Node) topo.Question { return topo.File{Of: n, Path: "/etc/resolv.conf"} }
	node := func(name string, search, options []string) topo.Node {
		return topo.Node{Name: name, On: topo.On(lan), DNS: []string{"192.0.2.1", "192.0.2.2"}, Search: search, Options: options}
	}
	all := node("all", []string{"one.lab.test", "two.lab.test"}, []string{"timeout:3", "attempts:1"})
	none := node("none", []string{"."}, []string{"ndots:5", "timeout:3"})
	dot := node("dot", []string{".", "one.lab.test"}, []string{"ndots:0"})
	word := node("word", []string{"one.lab.test"}, []string{"ndots:foobar"})
	negative := node("negative", []string{"one.lab.test"}, []string{"ndots:-1"})

	const build = "moby libnetwork/resolvconf Build, called by rebuildDNS: 20.10 to 25.0"
	const generate = "moby libnetwork/internal/resolvconf Generate, since 26.0"

	// onPodman makes the cases of claims about all but the servers, and of
	// those about servers: which nodes' files are to name the resolver.
	const writes = "podman libpod/container_internal_common.go addResolvConf, before 4.4 generateResolvConf: "
	onPodman := func(because string, expect is.All, resolvers ...string) []Case {
		behind, alone := expect[:len(expect):len(expect)], expect[:len(expect):len(expect)]
		for _, r := range resolvers {
			behind, alone = append(behind, is.HostServers(r, 1)), append(alone, is.Nameservers(r, "192.0.2.1", "192.0.2.2"))
		}
		return append([]Case{{When: forwards(""), Expect: behind, Because: writes + because + "; run on 4.9.5 to 6.1.1"}}, servedDirectly(alone)...)
	}

	return Lab{
		Name:     "dns-flags",
		Story:    "What --dns, --dns-search and --dns-opt make of resolv.conf on a user-defined network.",
		Needs:    []driver.Cap{driver.UserNetworks},
		Topology: topo.Topology{all, none, dot, word, negative},
		Steps: []Step{{Ask: map[string]topo.Question{
			"all": file(all), "none": file(none), "dot": file(dot), "word": file(word), "negative": file(negative),
		}}},
		Claims: []Claim{{
			ID:   "order",
			Says: "repeated flags add up in the order given, and in which order the lines come",
			Cases: cases([]Case{{
				When:    docker("<26.0"),
				Expect:  is.Lines("all", "search one.lab.test two.lab.test", "nameserver 127.0.0.11", "options timeout:3 attempts:1 ndots:0"),
				Because: build,
				Sources: holds("S2-5"),
			}, {
				When:    docker(">=26.0"),
				Expect:  is.HasText("all", "\nnameserver 127.0.0.11\nsearch one.lab.test two.lab.test\noptions timeout:3 attempts:1 ndots:0\n"),
				Because: generate,
				Sources: holds("S2-5"),
			}, {
				When: forwards(""),
				Expect: is.All{
					is.Directives("all", "search", "nameserver", "options"), is.HostServers("all", 1),
					is.SearchList("all", "one.lab.test", "two.lab.test"), is.ResolvOptions("all", "timeout:3", "attempts:1"),
				},
				Because: writes + "search, nameserver, options; run on 4.9.5 to 6.1.1",
				Sources: holds("podman:option", "podman:add-search"),
			}}, servedDirectly(is.Lines("all", "search one.lab.test two.lab.test", "nameserver 192.0.2.1", "nameserver 192.0.2.2", "options timeout:3 attempts:1"), holds("podman:server")...)),
		}, {
			ID:   "what-it-says-of-itself",
			Says: "what the file says of the flags and of the servers behind the resolver",
			Cases: cases([]Case{{
				When:    docker("<26.0"),
				Expect:  is.Comments("all"),
				Because: build,
			}, {
				When:    docker(">=26.0"),
				Expect:  is.All{is.HasLine("all", "# ExtServers: [192.0.2.1 192.0.2.2]"), is.HasLine("all", "# Overrides: [nameservers search options]")},
				Because: generate,
				Sources: holds("S2-5"),
			}}, onPodman("it has no comments", is.All{is.Comments("all")}, "all")),
		}, {
			ID:   "ndots-added",
			Says: "to which options ndots:0 is added",
			Cases: cases([]Case{{
				When:    docker(""),
				Expect:  is.All{is.ResolvOptions("all", "timeout:3", "attempts:1", "ndots:0"), is.ResolvOptions("none", "ndots:5", "timeout:3"), is.ResolvOptions("dot", "ndots:0")},
				Because: "moby libnetwork/sandbox_dns_unix.go rebuildDNS: 20.10 to 29",
				Sources: append(holds("moby:TestDNSOptions"), partly("S2-2")...),
			}}, onPodman("options are written as given", is.All{is.ResolvOptions("all", "timeout:3", "attempts:1"), is.ResolvOptions("none", "ndots:5", "timeout:3"), is.ResolvOptions("dot", "ndots:0")})),
		}, {
			ID:   "ndots-that-is-no-number",
			Says: "what becomes of an ndots that is no number or less than nothing",
			Cases: cases([]Case{{
				When: docker("<26.0"),
				Expect: is.All{
					is.ResolvOptions("word", "ndots:foobar"), is.Nameservers("word", "192.0.2.1", "192.0.2.2"),
					is.ResolvOptions("negative", "ndots:-1"), is.Nameservers("negative", "192.0.2.1", "192.0.2.2"),
				},
				Because: "moby libnetwork/sandbox_dns_unix.go rebuildDNS fails, and startResolver gives up: the file is what setupDNS wrote, and there is no resolver, 20.10 to 25.0",
				Sources: holds("moby:TestDNSOptions"),
			}, {
				When: docker(">=26.0"),
				Expect: is.All{
					is.ResolvOptions("word", "ndots:0"), is.Nameservers("word", "127.0.0.11"),
					is.ResolvOptions("negative", "ndots:0"), is.Nameservers("negative", "127.0.0.11"),
				},
				Because: "moby libnetwork/internal/resolvconf removeInvalidNDots, since 26.0",
				Sources: holds("moby:TestDNSOptions"),
			}}, onPodman("options are written as given", is.All{is.ResolvOptions("word", "ndots:foobar"), is.ResolvOptions("negative", "ndots:-1")}, "word", "negative")),
		}, {
			ID:   "no-search",
			Says: "--dns-search . leaves no search line",
			Cases: cases([]Case{{
				When:    docker(""),
				Expect:  is.All{is.SearchList("none"), is.Nameservers("none", "127.0.0.11")},
				Because: "moby libnetwork/resolvconf Build, from 26.0 libnetwork/internal/resolvconf OverrideSearch: 20.10 to 29",
				Sources: holds("S2-5"),
			}}, onPodman("a dot is for no search list", is.All{is.SearchList("none")}, "none")),
		}, {
			ID:   "dot-among-others",
			Says: "what becomes of --dns-search . beside another one",
			Cases: cases([]Case{{
				When:    docker("<26.0"),
				Expect:  is.SearchList("dot", ".", "one.lab.test"),
				Because: "moby libnetwork/resolvconf Build: only a dot alone is special, 20.10 to 25.0",
			}, {
				When:    docker(">=26.0"),
				Expect:  is.SearchList("dot", "one.lab.test"),
				Because: "moby libnetwork/internal/resolvconf OverrideSearch leaves dots out, since 26.0",
			}}, onPodman("a dot among others is for no search list, too", is.All{is.SearchList("dot")}, "dot")),
		}},
	}
}
