package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// LibcHostsFile has two names in /etc/hosts: DNS knows another address for
// pinned and nothing of hosted. Each node has a pinned of its own, so that the
// log tells who asked.
func LibcHostsFile() Lab {
	dnsFirst := map[string]string{"/etc/nsswitch.conf": "hosts: dns files\n"}
	lan := topo.Network{Name: "lan"}
	up := topo.Node{Name: "up", Kind: topo.Upstream, On: topo.On(lan), Serves: []topo.Reply{{Name: "hosted.lab.test.", Rcode: "NXDOMAIN"}}}
	node := func(name string, image topo.Image, files map[string]string) topo.Node {
		return topo.Node{Name: name, Image: image, On: topo.On(lan), DNS: []string{"up"}, Files: files, ExtraHosts: []string{
			name + ".lab.test:192.0.2.10", "hosted.lab.test:192.0.2.11",
		}}
	}
	glibc, musl := node("glibc", topo.Glibc, map[string]string{"/etc/nsswitch.conf": "hosts: files dns\n"}), node("musl", topo.Musl, nil)
	turned, deaf := node("turned", topo.Glibc, dnsFirst), node("deaf", topo.Musl, dnsFirst)
	const run = "podman 4.3.1, 5.4.2 and 5.8.6, with root and without"
	both := func(expect is.Assertion, because string) []Case {
		return []Case{
			{When: docker(""), Expect: expect, Because: because, Sources: partly("S3-2")},
			{When: podman(""), Expect: expect, Because: because + "; run on " + run, Sources: partly("S3-2")},
		}
	}
	notInDNS := is.All{
		is.HasText("hosts file", "hosted.lab.test"), is.LibcFinds("glibc, hosted", "192.0.2.11"), is.LibcFinds("musl, hosted", "192.0.2.11"),
		is.NXDomain("hosted on the wire"), is.NXDomain("hosted straight"), is.AnsweredBy("DNS's name on the wire", 1),
	}
	namesOfTheServer := is.All{
		is.LibcFinds("glibc, DNS alone", "203.0.113.1", "2001:db8::1"), is.LibcFinds("musl, DNS alone", "203.0.113.1", "2001:db8::1"),
	}
	look := func(n topo.Node, name string) topo.Question { return topo.Libc{From: n, Name: name} }

	return Lab{
		Name:     "libc-hosts-file",
		Story:    "Names in /etc/hosts (--add-host), looked up as programs do, through libc, and as dig does, past it.",
		Needs:    []driver.Cap{driver.UserNetworks},
		Topology: topo.Topology{up, glibc, turned, musl, deaf},
		Steps: []Step{{Ask: map[string]topo.Question{
			"hosts file":             topo.File{Of: glibc, Path: "/etc/hosts"},
			"glibc, hosted":          look(glibc, "hosted.lab.test"),
			"glibc, both":            look(glibc, "glibc.lab.test"),
			"glibc, DNS alone":       look(glibc, "out.lab.test"),
			"glibc, neighbour":       look(glibc, "{musl}"),
			"turned glibc, hosted":   look(turned, "hosted.lab.test"),
			"turned glibc, both":     look(turned, "turned.lab.test"),
			"musl, hosted":           look(musl, "hosted.lab.test"),
			"musl, both":             look(musl, "musl.lab.test"),
			"musl, neighbour":        look(musl, "{glibc}"),
			"musl, DNS alone":        look(musl, "out.lab.test"),
			"musl with nsswitch":     look(deaf, "deaf.lab.test"),
			"hosted on the wire":     topo.Wire{From: glibc, Name: "hosted.lab.test."},
			"hosted straight":        topo.Wire{From: glibc, Name: "hosted.lab.test.", Server: "up"},
			"DNS's name on the wire": topo.Wire{From: glibc, Name: "wire.lab.test."},
		}}, {Ask: map[string]topo.Question{
			"log": topo.Saw{Upstream: up},
		}}},
		Claims: []Claim{{
			ID:   "not-in-dns",
			Says: "a name of /etc/hosts is found by getaddrinfo and by no DNS query, neither at the engine's resolver nor at the server",
			Cases: []Case{{
				When:    docker(""),
				Expect:  notInDNS,
				Because: "moby libnetwork/sandbox_dns_unix.go buildHostsFile: --add-host is written to the file, and the resolver reads none, 20.10 to 29",
				Sources: refutes("S3-1"),
			}, {
				When:    podman(""),
				Expect:  notInDNS,
				Because: "podman libpod/container_internal_common.go addHosts: --add-host is written to the file, and aardvark-dns is told nothing of it; run on " + run,
				Sources: refutes("S3-1"),
			}},
		}, {
			ID:   "hosts-before-dns",
			Says: "with \"hosts: files dns\" glibc takes the address of /etc/hosts and does not ask DNS",
			Cases: both(is.All{is.LibcFinds("glibc, both", "192.0.2.10"), is.NotAskedBut("log", "glibc.lab.test.", "wire.lab.test.")},
				"nsswitch.conf(5): services are tried in order, and the first success ends it"),
		}, {
			ID:   "dns-before-hosts",
			Says: "with \"hosts: dns files\" glibc takes the addresses of DNS, and those of /etc/hosts where DNS has none",
			Cases: both(is.All{
				is.LibcFinds("turned glibc, both", "203.0.113.1", "2001:db8::1"), is.Asked("log", "turned.lab.test."),
				is.LibcFinds("turned glibc, hosted", "192.0.2.11"), is.Asked("log", "hosted.lab.test."),
			}, "nsswitch.conf(5): not found leads to the next service"),
		}, {
			ID:   "musl-reads-hosts-first",
			Says: "musl takes the address of /etc/hosts, also where nsswitch.conf says \"hosts: dns files\", and does not ask DNS",
			Cases: both(is.All{
				is.LibcFinds("musl, both", "192.0.2.10"), is.NotAskedBut("log", "musl.lab.test.", "wire.lab.test."),
				is.LibcFinds("musl with nsswitch", "192.0.2.10"), is.NotAskedBut("log", "deaf.lab.test.", "wire.lab.test."),
			}, "musl src/network/lookup_name.c: name_from_hosts comes before name_from_dns_search, and musl has no NSS"),
		}, {
			ID:   "otherwise-dns",
			Says: "what /etc/hosts does not have, both look for with DNS: names of the server, and neighbours, found or not",
			Cases: cases([]Case{{
				When:    docker(""),
				Expect:  append(is.All{is.LibcFindsNode(musl, "glibc, neighbour"), is.LibcFindsNode(glibc, "musl, neighbour")}, namesOfTheServer...),
				Because: "moby libnetwork/resolver.go: names of containers and what is forwarded come over DNS, 20.10 to 29",
				Sources: holds("S0-1"),
			}, {
				When:    forwards(""),
				Expect:  append(is.All{is.LibcFindsNode(musl, "glibc, neighbour"), is.LibcFindsNode(glibc, "musl, neighbour")}, namesOfTheServer...),
				Because: "aardvark-dns src/dns/coredns.rs: names of containers and what is forwarded come over DNS; run on podman 5.4.2 and 5.8.6, with root and without",
			}}, servedDirectly(append(is.All{
				is.LibcFails("glibc, neighbour", "EAI_NONAME"), is.LibcFails("musl, neighbour", "EAI_NONAME"),
				is.AskedFrom("log", "musl.", glibc), is.AskedFrom("log", "glibc.", musl),
			}, namesOfTheServer...))),
		}},
	}
}
