package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// Names is the first thing anyone expects of container DNS.
func Names() Lab {
	lan, other := topo.Network{Name: "lan"}, topo.Network{Name: "other"}
	up := topo.Node{Name: "up", Kind: topo.Upstream, On: append(topo.On(lan), topo.On(other)...)}
	web := topo.Node{Name: "web", On: topo.On(lan, "www", "a.dotted.alias"), Hostname: "webhost"}
	// An option of their own, so that none of the host's, such as ndots, counts.
	client := topo.Node{Name: "client", On: topo.On(lan), DNS: []string{"up"}, Options: []string{"timeout:5"}}
	stranger := topo.Node{Name: "stranger", On: topo.On(other), DNS: []string{"up"}, Options: []string{"timeout:5"}}
	ask := func(name string) topo.Question { return topo.Wire{From: client, Name: name} }
	const dnsNames = "moby daemon/container_operations.go buildEndpointDNSNames (from 25.0; updateNetworkConfig before): the same set from 20.10 to 29"
	const aardvarkNames = "podman libpod/networking_common.go getNetworkOptions: name, aliases, short id and, since 4.6, hostname are told to aardvark-dns (run on podman 5.4.2 and 5.8.6, aardvark-dns 1.14.0 and 1.17.1)"
	const split = "moby libnetwork/sandbox.go ResolveName: tries the whole name, then every split into a name and a network, 20.10 to 29"
	all := func(answers ...string) is.All {
		var all is.All
		for _, a := range answers {
			all = append(all, is.NoError(a), is.AddressOf(web, a))
		}
		return all
	}
	found := func(id, says, because, answer string) Claim {
		return Claim{ID: id, Says: says, Cases: []Case{
			{When: docker(""), Expect: all(answer), Because: because, Sources: holds("S0-1")},
			lost(answer),
			{When: behind(">=1.4"), Expect: all(answer), Because: aardvarkNames, Sources: holds("aardvark-dns:two-containers")},
		}}
	}

	return Lab{
		Name:     "names",
		Story:    "Containers on one user-defined network look for each other by name, and one that asks has a DNS server of its own: which names there are, and what an answer looks like.",
		Needs:    []driver.Cap{driver.UserNetworks},
		Topology: topo.Topology{up, web, client, stranger},
		Steps: []Step{{Ask: map[string]topo.Question{
			"name":             ask("{web}"),
			"name.network":     ask("{web}.{lan}"),
			"name.dns.podman":  ask("{web}.dns.podman"),
			"no name of it":    ask("nobody.dns.podman"),
			"file":             topo.File{Of: client, Path: "/etc/resolv.conf"},
			"routes":           topo.File{Of: client, Path: "/proc/net/route"},
			"alias.network":    ask("www.{lan}"),
			"short id":         ask("{web.id}"),
			"short id.network": ask("{web.id}.{lan}"),
			"63 of the id":     ask("{web.id63}"),
			"capitals":         ask("{web.upper}"),
			"alias capitals":   ask("WWW"),
			"hostname":         ask("webhost"),
			"hostname.network": ask("webhost.{lan}"),
			"alias":            ask("www"),
			"dotted alias":     ask("a.dotted.alias"),
			"with EDNS":        topo.Wire{From: client, Name: "{web}", EDNS: 1232},
			"forwarded EDNS":   topo.Wire{From: client, Name: "out.lab.test.", EDNS: 1232},
			"stranger's":       topo.Wire{From: stranger, Name: "{web}"},
			"stranger's net":   topo.Wire{From: stranger, Name: "{web}.{lan}"},
		}}, {
			Do: []topo.Act{topo.Rename{Node: client, Name: "dotted.name"}},
			Ask: map[string]topo.Question{
				"dotted name":         ask("{dotted.name}"),
				"dotted name.network": ask("{dotted.name}.{lan}"),
			},
		}, {Ask: map[string]topo.Question{
			"up's log": topo.Saw{Upstream: up},
		}}},
		Claims: []Claim{
			found("name", "whether a container is found by its name", dnsNames, "name"),
			found("short-id", "whether a container is found by the first 12 characters of its id", dnsNames, "short id"),
			{
				ID:   "hostname",
				Says: "whether a container is found by its hostname",
				Cases: []Case{{
					When:    docker(""),
					Expect:  all("hostname"),
					Because: dnsNames,
					Sources: holds("S0-1"),
				}, lost("hostname"), {
					When:    and(podman(">=4.4.3 <4.6"), aardvark(">=1.4")),
					Expect:  is.All{is.AddressOf(web, "name"), is.NXDomain("hostname")},
					Because: "podman RELEASE_NOTES 4.6.0: from then on the hostname is one of the names",
				}, {
					When:    and(podman(">=4.6"), aardvark(">=1.4")),
					Expect:  all("hostname"),
					Because: aardvarkNames,
				}},
			},
			found("alias", "whether a container is found by its alias on the network", dnsNames, "alias"),
			found("dotted-alias", "whether an alias may have dots", split, "dotted alias"),
			{
				ID:   "with-network",
				Says: "whether each of these names can have the network's name behind it",
				Cases: []Case{{
					When:    docker(""),
					Expect:  all("name.network", "alias.network", "short id.network", "hostname.network"),
					Because: split,
					Sources: holds("S0-1"),
				}, lost("name.network", "alias.network", "short id.network", "hostname.network"), {
					When: behind(">=1.4"),
					Expect: is.All{
						is.NXDomain("name.network"), is.NXDomain("alias.network"), is.NXDomain("short id.network"), is.NXDomain("hostname.network"),
						is.AskedFromHost("up's log", "www.lan."), is.AskedFromHost("up's log", "webhost.lan."), is.AddressOf(web, "alias"),
					},
					Because: "aardvark-dns src/backend/mod.rs lookup knows names, not networks: what has another ending than its own is forwarded (run on aardvark-dns 1.14.0 and 1.17.1)",
					Sources: refutes("S0-1"),
				}},
			}, {
				ID:   "with-domain",
				Says: "whether a name can have dns.podman behind it, and whom a name under it is left to that nobody has",
				Cases: []Case{{
					When:    docker(""),
					Expect:  is.All{is.NXDomain("name.dns.podman"), is.AskedFrom("up's log", "web.dns.podman.", client), is.AskedFrom("up's log", "nobody.dns.podman.", client)},
					Because: "moby libnetwork/sandbox.go ResolveName: to Docker it is a domain like any other, 20.10 to 29",
				}, lost("name.dns.podman", "no name of it"), {
					When: behind(">=1.4"),
					Expect: is.All{
						is.AddressOf(web, "name.dns.podman"), is.NXDomain("no name of it"), is.NotAskedBut("up's log", "nobody.dns.podman.", "www.lan."),
					},
					Because: "aardvark-dns src/dns/coredns.rs process_message: dns.podman is its own, and NXDOMAIN there is its last word (run on aardvark-dns 1.14.0 and 1.17.1)",
					Sources: holds("aardvark-dns:two-containers"),
				}},
			}, {
				ID:   "whom-it-asks",
				Says: "which server the file of a container names that was given one",
				Cases: []Case{{
					When:    docker(""),
					Expect:  is.Nameservers("file", "127.0.0.11"),
					Because: "moby libnetwork/sandbox_dns_unix.go rebuildDNS: 20.10 to 29",
					Sources: holds("S2-9"),
				}, {
					When:    podman("<4.4.3"),
					Expect:  is.Nameservers("file", "{up}"),
					Because: "podman libpod/container_internal_common.go generateResolvConf up to 4.4.2 (run on podman 4.3.1, netavark and CNI)",
					Sources: holds("S2-41"),
				}, {
					When:    behind(">=1.4"),
					Expect:  is.All{is.GatewayServer("file", "routes"), is.AskedFromHost("up's log", "www.lan.")},
					Because: "podman libpod/container_internal_common.go addResolvConf since 4.4.3: the network's server, which asks that of --dns (run on podman 5.4.2 and 5.8.6)",
					Sources: holds("S2-41", "podman:dns-with-network"),
				}},
			}, {
				ID:   "dotted-name",
				Says: "whether a container that runs is found by a new name with dots",
				Cases: []Case{{
					When:    docker(""),
					Expect:  is.All{is.AddressOf(client, "dotted name"), is.AddressOf(client, "dotted name.network")},
					Because: split,
					Sources: holds("S0-1"),
				}, lost("dotted name", "dotted name.network"), {
					When: behind(">=1.4"),
					Expect: is.All{
						is.NXDomain("dotted name"), is.NXDomain("dotted name.network"), is.AskedFromHost("up's log", "dotted.name."), is.AddressOf(web, "name"),
					},
					Because: "podman libpod/container_api.go rename: aardvark-dns is not told of a new name while a container runs (run on podman 5.4.2 and 5.8.6)",
				}},
			}, {
				ID:   "letter-case",
				Says: "whether names and aliases are found whatever their letter case",
				Cases: []Case{{
					When:    docker(""),
					Expect:  is.All{is.AddressOf(web, "capitals"), is.AddressOf(web, "alias capitals")},
					Because: "moby libnetwork/network.go ResolveName and addNameToIP: both use small letters, 20.10 to 29",
					Sources: partly("moby:TestDNSIPQuery"),
				}, lost("capitals", "alias capitals"), {
					When:    behind(">=1.4"),
					Expect:  is.All{is.AddressOf(web, "capitals"), is.AddressOf(web, "alias capitals")},
					Because: "aardvark-dns src/dns/coredns.rs process_message and backend/mod.rs lookup: in small letters (run on aardvark-dns 1.14.0 and 1.17.1)",
				}},
			}, {
				ID:   "full-id",
				Says: "what becomes of the longest part of a container's id that a label can hold, 63 of its 64 characters",
				Cases: []Case{{
					When:    docker(""),
					Expect:  is.All{is.NXDomain("63 of the id"), is.AskedFrom("up's log", "{web.id63}.", client)},
					Because: "moby daemon/container_operations.go buildEndpointDNSNames: only the id of 12 characters is a name; the rest is forwarded like any name",
					Sources: holds("S0-1"),
				}, lost("63 of the id"), {
					When:    behind("<1.13"),
					Expect:  is.All{is.NXDomain("63 of the id"), is.NotAskedBut("up's log", "{web.id63}.", "www.lan.")},
					Because: "aardvark-dns src/dns/coredns.rs up to 1.12: a name without dots that nobody has is NXDOMAIN",
				}, {
					When:    behind(">=1.13"),
					Expect:  is.All{is.NXDomain("63 of the id"), is.AskedFromHost("up's log", "{web.id63}.")},
					Because: "aardvark-dns src/dns/coredns.rs process_message since 1.13: a name without dots is forwarded like any (run on aardvark-dns 1.14.0 and 1.17.1)",
				}},
			}, {
				ID:   "answer",
				Says: "which TTL and which flags an answer about a container has",
				Cases: []Case{{
					When:    docker(""),
					Expect:  is.All{is.TTL("name", 600), is.Flags("name", "qr", "rd", "ra", "-aa", "-tc", "-ad")},
					Because: "moby libnetwork/resolver.go respTTL, createRespMsg: the same from 20.10 to 29",
				}, lost("name"), {
					When:    behind("<1.6"),
					Expect:  is.All{is.TTL("name", 86400), is.Flags("name", "qr", "rd", "ra", "-aa", "-tc", "-ad")},
					Because: "aardvark-dns src/dns/coredns.rs reply_ip up to 1.5",
					Sources: refutes("S2-17"),
				}, {
					When:    behind(">=1.6 <1.13"),
					Expect:  is.All{is.TTL("name", 60), is.Flags("name", "qr", "rd", "ra", "-aa", "-tc", "-ad")},
					Because: "aardvark-dns src/dns/coredns.rs CONTAINER_TTL, 1.6 to 1.12",
					Sources: refutes("S2-17"),
				}, {
					When:    behind(">=1.13"),
					Expect:  is.All{is.TTL("name", 0), is.Flags("name", "qr", "rd", "ra", "-aa", "-tc", "-ad")},
					Because: "aardvark-dns src/dns/coredns.rs CONTAINER_TTL since 1.13, reply_ip never sets AA (run on aardvark-dns 1.14.0 and 1.17.1)",
					Sources: refutes("S2-17"),
				}},
			}, {
				ID:   "no-edns",
				Says: "whether an answer about a container has an OPT record if the question had one; a forwarded answer has",
				Cases: []Case{{
					When:    docker(""),
					Expect:  is.All{is.AddressOf(web, "with EDNS"), is.HasEDNS("with EDNS", false), is.AnsweredBy("forwarded EDNS", 1), is.HasEDNS("forwarded EDNS", true)},
					Because: "moby libnetwork/resolver.go createRespMsg makes the answer without OPT, forwardExtDNS passes the upstream's on, 20.10 to 29",
				}, lost("with EDNS"), {
					When:    behind(">=1.4"),
					Expect:  is.All{is.AddressOf(web, "with EDNS"), is.HasEDNS("with EDNS", true), is.AnsweredBy("forwarded EDNS", 1), is.HasEDNS("forwarded EDNS", true)},
					Because: "aardvark-dns src/dns/coredns.rs: an answer is the question's message with records added, OPT and all (run on aardvark-dns 1.14.0 and 1.17.1)",
				}},
			}, {
				ID:   "other-network",
				Says: "a container is not known on a network it is not on, with or without the name of its own",
				Cases: []Case{{
					When: docker(""),
					Expect: is.All{
						is.NXDomain("stranger's"), is.AskedFrom("up's log", "web.", stranger),
						is.NXDomain("stranger's net"), is.AskedFrom("up's log", "web.lan.", stranger), is.AddressOf(web, "name"),
					},
					Because: "moby libnetwork/sandbox.go ResolveName looks on the networks of the asking container only, 20.10 to 29",
					Sources: holds("S0-1"),
				}, lost("stranger's", "stranger's net", "name"), {
					When: behind("<1.13"),
					Expect: is.All{
						is.NXDomain("stranger's"), is.NotAskedBut("up's log", "web.", "web.lan."),
						is.NXDomain("stranger's net"), is.AskedFromHost("up's log", "web.lan."), is.AddressOf(web, "name"),
					},
					Because: "aardvark-dns src/backend/mod.rs lookup: names of the networks that the asking address is on; up to 1.12 others without dots are not forwarded",
					Sources: holds("aardvark-dns:different-networks"),
				}, {
					When: behind(">=1.13"),
					Expect: is.All{
						is.NXDomain("stranger's"), is.AskedFromHost("up's log", "web."),
						is.NXDomain("stranger's net"), is.AskedFromHost("up's log", "web.lan."), is.AddressOf(web, "name"),
					},
					Because: "aardvark-dns src/backend/mod.rs lookup: names of the networks that the asking address is on (run on aardvark-dns 1.14.0 and 1.17.1)",
					Sources: holds("aardvark-dns:different-networks"),
				}},
			},
		},
	}
}
