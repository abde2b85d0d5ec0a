package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// LibcDefaultNdots looks up single labels under Docker's own ndots:0, and with
// Podman, which sets none, under what then holds, ndots:1 (resolv.conf(5)). The
// options given keep the host's out. Nothing exists but what is in the second
// search domain, and only the upstream is ever asked.
func LibcDefaultNdots() Lab {
	lan := topo.Network{Name: "lan"}
	up := topo.Node{Name: "up", Kind: topo.Upstream, On: topo.On(lan), Serves: []topo.Reply{{Rcode: "NXDOMAIN"}, {Name: "*.two.lab.test.", Rcode: "NOERROR"}}}
	node := func(name string, image topo.Image) topo.Node {
		return topo.Node{
			Name: name, Image: image, On: topo.On(lan), DNS: []string{"up"},
			Search:  []string{"one.lab.test", "two.lab.test"},
			Options: []string{"timeout:20", "attempts:1"}, // so long that nothing is asked twice on a slow machine
		}
	}
	glibc, musl := node("glibc", topo.Glibc), node("musl", topo.Musl)
	look := func(n topo.Node, name string) topo.Question { return topo.Libc{From: n, Name: name} }

	return Lab{
		Name:     "libc-default-ndots",
		Story:    "Docker sets ndots:0, Podman nothing. Single labels are looked up through glibc and musl, with two search domains.",
		Needs:    []driver.Cap{driver.UserNetworks},
		Topology: topo.Topology{up, glibc, musl},
		Steps: []Step{{Ask: map[string]topo.Question{
			"file":             topo.File{Of: glibc, Path: "/etc/resolv.conf"},
			"glibc":            look(glibc, "g-short"),
			"musl":             look(musl, "m-short"),
			"glibc, neighbour": look(glibc, "{musl}"),
			"musl, neighbour":  look(musl, "{glibc}"),
			"in full":          look(musl, "m-full.two.lab.test"),
		}}, {Ask: map[string]topo.Question{
			"log": topo.Saw{Upstream: up},
		}}},
		Claims: []Claim{{
			ID:   "neighbour-first",
			Says: "what the name of a neighbour is asked for, and what it finds",
			Cases: []Case{{
				When: docker(""),
				Expect: is.All{
					is.HasOption("file", "ndots:0"), is.SearchList("file", "one.lab.test", "two.lab.test"),
					is.LibcFindsNode(musl, "glibc, neighbour"), is.LibcFindsNode(glibc, "musl, neighbour"),
					is.NotAskedBut("log", "musl.one.lab.test.", "g-short.one.lab.test."), is.NotAskedBut("log", "glibc.one.lab.test.", "g-short.one.lab.test."),
				},
				Because: "moby libnetwork/resolver.go ResolverOptions, sandbox_dns_unix.go rebuildDNS: ndots:0 is added where none is set, 20.10 to 29",
				Sources: partly("S2-2"),
			}, {
				When: podman(""),
				Expect: is.All{
					is.ResolvOptions("file", "timeout:20", "attempts:1"), is.SearchList("file", "one.lab.test", "two.lab.test"),
					is.LibcFinds("glibc, neighbour", "203.0.113.1", "2001:db8::1"), is.LibcFinds("musl, neighbour", "203.0.113.1", "2001:db8::1"),
					is.AskedBeginning("log", "musl.", "musl.one.lab.test.", "musl.two.lab.test."), is.AskedBeginning("log", "glibc.", "glibc.one.lab.test.", "glibc.two.lab.test."),
				},
				Because: "podman libpod/container_internal_common.go addResolvConf adds no ndots, and with ndots:1 search domains come before a single label: what exists in one of them hides the neighbour; run on 4.3.1, 5.4.2 and 5.8.6, with root and without",
			}},
		}, {
			ID:   "glibc-searches",
			Says: "in which order glibc tries a single label and the search domains",
			Cases: []Case{{
				When: docker(""),
				Expect: is.All{
					is.LibcFinds("glibc", "203.0.113.1", "2001:db8::1"),
					is.AskedBeginning("log", "g-short.", "g-short.", "g-short.one.lab.test.", "g-short.two.lab.test."),
				},
				Because: "moby libnetwork/resolver.go: its own ndots:0 does not count as set, so single labels are forwarded, 20.10 to 29; glibc resolv/res_query.c __res_context_search",
			}, {
				When: podman(""),
				Expect: is.All{
					is.LibcFinds("glibc", "203.0.113.1", "2001:db8::1"),
					is.AskedBeginning("log", "g-short.", "g-short.one.lab.test.", "g-short.two.lab.test."),
				},
				Because: "glibc resolv/res_query.c __res_context_search: no ndots in the file is ndots:1; run on podman 4.3.1, 5.4.2 and 5.8.6, with root and without",
			}},
		}, {
			ID:   "musl-does-not",
			Says: "whether musl tries the search domains for a single label, which it does not with ndots:0",
			Cases: []Case{{
				When: docker(""),
				Expect: is.All{
					is.LibcFails("musl", "EAI_NONAME"), is.AskedBeginning("log", "m-short.", "m-short."),
					is.LibcFinds("in full", "203.0.113.1", "2001:db8::1"),
				},
				Because: "musl src/network/lookup_name.c name_from_dns_search: no search list for a name with at least ndots dots, and any name has 0",
			}, {
				When: podman(""),
				Expect: is.All{
					is.LibcFinds("musl", "203.0.113.1", "2001:db8::1"), is.AskedBeginning("log", "m-short.", "m-short.one.lab.test.", "m-short.two.lab.test."),
				},
				Because: "musl src/network/resolvconf.c: no ndots in the file is ndots:1; run on podman 4.3.1, 5.4.2 and 5.8.6, with root and without",
			}},
		}},
	}
}
