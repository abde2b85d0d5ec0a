package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// WithoutFlags asks in a container that was told nothing about DNS, and so
// behind the engine has the servers of the host: the host must be one of ours.
func WithoutFlags() Lab {
	lan := topo.Network{Name: "lan"}
	web := topo.Node{Name: "web", On: topo.On(lan, "www", "pool"), Hostname: "webhost"}
	shop := topo.Node{Name: "shop", On: topo.On(lan, "pool")}
	client := topo.Node{Name: "client", On: topo.On(lan, "pool")}
	hosted := topo.Node{Name: "hosted", Mode: topo.HostNetwork}
	ask := func(name string) topo.Question { return topo.Wire{From: client, Name: name} }
	names := is.All{
		is.AddressOf(web, "name"), is.AddressOf(web, "alias"), is.AddressOf(web, "capitals"), is.AddressesOf("pool", web, shop, client),
	}
	const (
		run      = " (run on podman 4.3.1, 5.4.2 and 5.8.6)"
		dnsmasq  = "dnsname plugins/meta/dnsname/config.go dnsMasqTemplate: dnsmasq with a file of names, and the domain dns.podman (run on podman 4.3.1 with CNI)"
		ttl      = "aardvark-dns src/dns/coredns.rs CONTAINER_TTL"
		oneTable = "aardvark-dns src/dns/coredns.rs reply_ip: in the order of its table" + run
	)
	twelve := topo.Wire{From: client, Name: "pool", Times: 12} // as in shared-alias

	return Lab{
		Name:     "without-flags",
		Story:    "A container is told nothing about DNS. Its engine answers for its neighbours, and asks the host's server for the rest.",
		Needs:    []driver.Cap{driver.UserNetworks, driver.HostNetns, driver.OwnHost},
		Topology: topo.Topology{web, shop, client, hosted},
		Steps: []Step{{Ask: map[string]topo.Question{
			"name":            ask("{web}"),
			"capitals":        ask("{web.upper}"),
			"alias":           ask("www"),
			"short id":        ask("{web.id}"),
			"hostname":        ask("webhost"),
			"name.network":    ask("{web}.{lan}"),
			"name.dns.podman": ask("{web}.dns.podman"),
			"pool":            twelve,
			"reverse":         topo.Wire{From: client, Name: "{web.ptr}", Type: "PTR"},
			"AAAA":            topo.Wire{From: client, Name: "{web}", Type: "AAAA"},
			"over TCP":        topo.Wire{From: client, Name: "{web}", TCP: true},
			"outside":         ask("out.lab.test."),
			"file":            topo.File{Of: client, Path: "/etc/resolv.conf"},
			"routes":          topo.File{Of: client, Path: "/proc/net/route"},
			"host's file":     topo.File{Of: hosted, Path: "/etc/resolv.conf"},
		}}},
		Claims: []Claim{{
			ID:   "server",
			Says: "which servers the container's file names",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.Nameservers("file", "127.0.0.11"),
				Because: "moby libnetwork/sandbox_dns_unix.go rebuildDNS: 20.10 to 29",
				Sources: holds("S0-2"),
			}, {
				When:    podman("<4"),
				Expect:  is.GatewayServer("file", "routes"),
				Because: "podman libpod/container_internal_linux.go generateResolvConf up to 3.4: the network's server alone (run on podman 3.0.1)",
			}, {
				When:    podman(">=4 <4.4.3"),
				Expect:  is.GatewayBeforeHosts("file", "routes", "host's file"),
				Because: "podman libpod/container_internal_common.go generateResolvConf up to 4.4.2: the network's server, and behind it those of the host (run on podman 4.3.1, netavark and CNI)",
			}, {
				When:    behind(">=1.4"),
				Expect:  is.GatewayServer("file", "routes"),
				Because: "podman libpod/container_internal_common.go addResolvConf since 4.4.3: the network's server alone (run on podman 5.4.2 and 5.8.6)",
			}},
		}, {
			ID:   "search",
			Says: "which search list it has, where the host's has none",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.All{is.SearchList("file"), is.Nameservers("file", "127.0.0.11")},
				Because: "moby libnetwork: that of the host, 20.10 to 29",
			}, {
				When:    podman("<4"),
				Expect:  is.All{is.SearchList("host's file"), is.SearchList("file"), is.GatewayServer("file", "routes")},
				Because: "podman libpod/container_internal_linux.go generateResolvConf up to 3.4: none but the host's (run on podman 3.0.1)",
			}, {
				When:    podman(">=4"),
				Expect:  is.All{is.SearchList("host's file"), is.SearchList("file", "dns.podman")},
				Because: "podman libpod/container_internal_common.go: the search domains of its networks" + run,
			}},
		}, {
			ID:   "names",
			Says: "a neighbour is found by name and alias, whatever their letter case; an alias of three brings all three",
			Cases: []Case{{
				When:    docker(""),
				Expect:  names,
				Because: "moby libnetwork/sandbox.go ResolveName: 20.10 to 29",
				Sources: holds("S0-1"),
			}, {
				When:    dnsname(),
				Expect:  names,
				Because: dnsmasq,
				Sources: holds("S2-13"),
			}, {
				When:    aardvark(">=1.4"),
				Expect:  names,
				Because: "aardvark-dns src/backend/mod.rs lookup" + run,
				Sources: holds("aardvark-dns:two-containers", "aardvark-dns:aliases", "podman:aardvark-test-2", "podman:aardvark-test-3"),
			}},
		}, {
			ID:   "short-id",
			Says: "whether it is found by the first 12 characters of its id",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.AddressOf(web, "short id"),
				Because: "moby daemon/container_operations.go buildEndpointDNSNames (updateNetworkConfig before 25.0)",
				Sources: holds("S0-1"),
			}, {
				When:    podman("<4"),
				Expect:  is.All{is.NXDomain("short id"), is.AddressOf(web, "name")},
				Because: "podman libpod/networking_linux.go up to 3.4: names and aliases alone (run on podman 3.0.1)",
			}, {
				When:    podman(">=4"),
				Expect:  is.AddressOf(web, "short id"),
				Because: "podman libpod/networking_common.go getNetworkOptions: the short id is one of the aliases" + run,
			}},
		}, {
			ID:   "hostname",
			Says: "whether it is found by its hostname",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.AddressOf(web, "hostname"),
				Because: "moby daemon/container_operations.go buildEndpointDNSNames (updateNetworkConfig before 25.0)",
				Sources: holds("S0-1"),
			}, {
				When:    podman("<4.6"),
				Expect:  is.All{is.NXDomain("hostname"), is.AddressOf(web, "name")},
				Because: "podman RELEASE_NOTES 4.6.0: only from then on (run on podman 4.3.1, netavark and CNI)",
			}, {
				When:    podman(">=4.6"),
				Expect:  is.AddressOf(web, "hostname"),
				Because: "podman RELEASE_NOTES 4.6.0 (run on podman 5.4.2 and 5.8.6)",
			}},
		}, {
			ID:   "what-stands-behind",
			Says: "whether a name can have the network's name behind it, or dns.podman",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.All{is.AddressOf(web, "name.network"), is.NXDomain("name.dns.podman")},
				Because: "moby libnetwork/sandbox.go ResolveName: a network's name, and nothing else, 20.10 to 29",
				Sources: holds("S0-1"),
			}, {
				When:    podman(""),
				Expect:  is.All{is.NXDomain("name.network"), is.AddressOf(web, "name.dns.podman")},
				Because: "aardvark-dns and dnsname have one domain for all networks" + run,
			}},
		}, {
			ID:   "answer",
			Says: "which TTL the answer has, and whether it is authoritative",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.All{is.TTL("name", 600), is.Flags("name", "ra", "-aa")},
				Because: "moby libnetwork/resolver.go respTTL, createRespMsg: 20.10 to 29",
			}, {
				When:    dnsname(),
				Expect:  is.All{is.TTL("name", 0), is.Flags("name", "ra", "aa")},
				Because: dnsmasq,
			}, {
				When:    aardvark("<1.6"),
				Expect:  is.All{is.TTL("name", 86400), is.Flags("name", "ra", "-aa")},
				Because: ttl + " up to 1.5 (run on aardvark-dns 1.4.0)",
				Sources: refutes("S2-17"),
			}, {
				When:    aardvark(">=1.6 <1.13"),
				Expect:  is.All{is.TTL("name", 60), is.Flags("name", "ra", "-aa")},
				Because: ttl + ", 1.6 to 1.12",
				Sources: refutes("S2-17"),
			}, {
				When:    aardvark(">=1.13"),
				Expect:  is.All{is.TTL("name", 0), is.Flags("name", "ra", "-aa")},
				Because: ttl + " since 1.13 (run on aardvark-dns 1.14.0 and 1.17.1)",
				Sources: refutes("S2-17"),
			}},
		}, {
			ID:   "order",
			Says: "whether addresses of one name come in another order from answer to answer",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.Shuffled("pool"),
				Because: "moby libnetwork/resolver.go handleIPQuery: 20.10 to 29",
			}, {
				When:    dnsname(),
				Expect:  is.Shuffled("pool"),
				Because: dnsmasq,
			}, {
				When:    aardvark(">=1.4"),
				Expect:  is.SameOrder("pool"),
				Because: oneTable,
			}},
		}, {
			ID:   "reverse",
			Says: "by which names it is known under its address",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.Data("reverse", "web.lan."),
				Because: "moby libnetwork/network.go updateSvcRecord: 20.10 to 29",
			}, {
				When:    dnsname(),
				Expect:  is.Data("reverse", "web.dns.podman."),
				Because: dnsmasq,
				Sources: refutes("S2-15"),
			}, {
				When:    and(podman("<4.6"), aardvark(">=1.4")),
				Expect:  is.Data("reverse", "web.", "www.", "pool.", "{web.id}."),
				Because: "aardvark-dns src/dns/coredns.rs reply_ptr: all its names (run on podman 4.3.1, aardvark-dns 1.4.0)",
				Sources: holds("S2-18"),
			}, {
				When:    and(podman(">=4.6"), aardvark(">=1.4")),
				Expect:  is.Data("reverse", "web.", "www.", "pool.", "{web.id}.", "webhost."),
				Because: "aardvark-dns src/dns/coredns.rs reply_ptr: all its names (run on podman 5.4.2 and 5.8.6)",
				Sources: holds("S2-18"),
			}},
		}, {
			ID:   "other-family",
			Says: "where it has no IPv6 address, a question for AAAA is answered without data",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.All{is.NoData("AAAA"), is.AddressOf(web, "name")},
				Because: "moby libnetwork/resolver.go handleIPQuery: 20.10 to 29",
			}, {
				When:    aardvark("<1.6"),
				Expect:  is.All{is.NoData("AAAA"), is.AddressOf(web, "name")},
				Because: "aardvark-dns src/dns/coredns.rs reply_ip since 1.2, which ended podman#15972, and not 1.6; run on 1.4.0",
				Sources: refutes("aardvark-dns#679", "S2-39"),
			}, {
				When:    aardvark(">=1.6"),
				Expect:  is.All{is.NoData("AAAA"), is.AddressOf(web, "name")},
				Because: "aardvark-dns src/dns/coredns.rs reply_ip since 1.2" + run,
				Sources: refutes("aardvark-dns#679"),
			}, {
				When:    dnsname(),
				Expect:  is.All{is.NoData("AAAA"), is.AddressOf(web, "name")},
				Because: dnsmasq,
			}},
		}, {
			ID:   "over-tcp",
			Says: "whether its address is told over TCP",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.AddressOf(web, "over TCP"),
				Because: "moby libnetwork/resolver.go Start: 20.10 to 29",
			}, {
				When:    dnsname(),
				Expect:  is.AddressOf(web, "over TCP"),
				Because: dnsmasq,
			}, {
				When:    aardvark("<1.12"),
				Expect:  is.All{is.Outcome("over TCP", results.Refused), is.AddressOf(web, "name")},
				Because: "aardvark-dns src/server/serve.rs up to 1.11: UDP alone (run on aardvark-dns 1.4.0)",
			}, {
				When:    aardvark(">=1.12"),
				Expect:  is.AddressOf(web, "over TCP"),
				Because: "aardvark-dns RELEASE_NOTES 1.12.0 (run on aardvark-dns 1.14.0 and 1.17.1)",
			}},
		}, {
			ID:   "outside",
			Says: "other names are answered by the host's server",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.AnsweredBy("outside", ofHost),
				Because: "moby libnetwork/sandbox_dns_unix.go setExternalResolvers: 20.10 to 29",
			}, {
				When:    podman(""),
				Expect:  is.AnsweredBy("outside", ofHost),
				Because: "aardvark-dns src/server/serve.rs and dnsmasq read the host's file" + run,
				Sources: holds("aardvark-dns:good-server"),
			}},
		}},
	}
}
