package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// OneResolverEach counts resolvers: two containers on one network, and one that
// is on two. Their server is their own loopback, where nobody answers: what
// the engine does not know leads nowhere.
func OneResolverEach() Lab {
	lan, other := topo.Network{Name: "lan"}, topo.Network{Name: "other"}
	web := topo.Node{Name: "web", On: topo.On(lan), DNS: []string{"127.0.0.1"}}
	far := topo.Node{Name: "far", On: topo.On(other), DNS: []string{"127.0.0.1"}}
	both := topo.Node{Name: "both", On: append(topo.On(lan), topo.On(other)...), DNS: []string{"127.0.0.1"}}

	file := func(n topo.Node) topo.Question { return topo.File{Of: n, Path: "/etc/resolv.conf"} }
	// refused is all that is left of names where 127.0.0.1 is the only server.
	refused := func(names ...string) is.All {
		all := is.All{is.Nameservers("both's file", "127.0.0.1"), is.Nameservers("web's file", "127.0.0.1")}
		for _, n := range names {
			all = append(all, is.Outcome(n, results.Refused))
		}
		return all
	}

	return Lab{
		Name:     "one-resolver-each",
		Story:    "Does a resolver belong to a container or to a network? Neighbours have one each with Docker, and one together with Podman; a container on two networks tells the same.",
		Needs:    []driver.Cap{driver.UserNetworks},
		Topology: topo.Topology{web, far, both},
		Steps: []Step{{Ask: map[string]topo.Question{
			"web's file":     file(web),
			"both's file":    file(both),
			"web's sockets":  topo.Sockets{Of: web},
			"far's sockets":  topo.Sockets{Of: far},
			"both's sockets": topo.Sockets{Of: both},
			"web from both":  topo.Wire{From: both, Name: "{web}"},
			"far from both":  topo.Wire{From: both, Name: "{far}"},
			"both from web":  topo.Wire{From: web, Name: "{both}"},
			"both from far":  topo.Wire{From: far, Name: "{both}"},
		}}, {
			Do: []topo.Act{topo.Disconnect{Node: both, Network: lan}},
			Ask: map[string]topo.Question{
				"both's file then": file(both), "both's sockets then": topo.Sockets{Of: both}, "far then": topo.Wire{From: both, Name: "{far}"},
			},
		}},
		Claims: []Claim{{
			ID:   "neighbours",
			Says: "whether two containers on one network have resolvers of their own",
			Cases: cases([]Case{{
				When: docker(""),
				Expect: is.All{
					is.ResolverSockets("web's sockets", "127.0.0.11", ""), is.ResolverSockets("both's sockets", "127.0.0.11", ""),
					is.SamePorts("web's sockets", "both's sockets", "127.0.0.11", false),
					is.AddressOf(both, "both from web", lan), is.AddressOf(web, "web from both"),
				},
				Because: "moby libnetwork/sandbox_dns_unix.go startResolver: NewResolver for each sandbox, 20.10 to 29",
				Sources: refutes("S2-1"),
			}, {
				When: forwards(""),
				Expect: is.All{
					is.HostServers("web's file", 1), is.SentToHost("both from web"), is.NamesServerOf("both's file", "both from web"), is.NoSocket("web's sockets", "both's sockets"),
					is.AddressOf(both, "both from web", lan), is.AddressOf(web, "web from both"),
				},
				Because: "aardvark-dns src/server/serve.rs: a socket for each gateway of a network, which all containers on it are told; run on 1.14.0 and 1.17.1",
			}}, servedDirectly(refused("both from web", "web from both"))),
		}, {
			ID:   "two-networks",
			Says: "how many resolvers a container on two networks has, and whether the names of both are found",
			Cases: cases([]Case{{
				When: docker(""),
				Expect: is.All{
					is.ResolverSockets("both's sockets", "127.0.0.11", ""), is.ResolverSockets("far's sockets", "127.0.0.11", ""),
					is.AddressOf(web, "web from both"), is.AddressOf(far, "far from both"), is.AddressOf(both, "both from far", other),
				},
				Because: "moby libnetwork/sandbox_dns_unix.go startResolver: resolverOnce; sandbox.go ResolveName goes through all endpoints, 20.10 to 29",
				Sources: refutes("S2-1"),
			}, {
				When: forwards(""),
				Expect: is.All{
					is.HostServers("both's file", 2), is.NoSocket("both's sockets", "far's sockets"),
					is.AddressOf(web, "web from both"), is.SentToHost("web from both", "far from both"),
					is.AddressOf(far, "far from both"), is.AddressOf(both, "both from far", other),
				},
				Because: "podman libpod/container_internal_common.go addResolvConf: the gateways of both; aardvark-dns src/backend/mod.rs lookup: whichever is asked looks through all networks of who asks; run on 1.14.0 and 1.17.1",
			}}, servedDirectly(refused("web from both", "far from both", "both from far"))),
		}, {
			ID:   "leaving",
			Says: "which resolver it has when it leaves one of them",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.All{is.SamePorts("both's sockets", "both's sockets then", "127.0.0.11", true), is.AddressOf(far, "far then")},
				Because: "moby libnetwork/sandbox.go: the resolver is stopped with the sandbox, not with an endpoint, 20.10 to 29",
				Sources: refutes("S2-1"),
			}, {
				When:    forwards(""),
				Expect:  is.All{is.HostServers("both's file", 2), is.HostServers("both's file then", 1), is.SentToHost("far then", "both from far"), is.AddressOf(far, "far then")},
				Because: "podman libpod/networking_common.go NetworkDisconnect: the server of the network that was left is taken out of the file; run on 4.9.5 to 6.1.1",
			}, {
				When:    and(podman("<4.4"), aardvark("")),
				Expect:  append(refused("far then"), is.Nameservers("both's file then", "127.0.0.1")),
				Because: "podman 4.3.1 libpod/container_internal_common.go generateResolvConf: servers of --dns replace all others; run on 4.3.1",
			}, {
				When:    and(podman(">=4.0"), dnsname()),
				Expect:  append(refused("far then"), is.Nameservers("both's file then", "127.0.0.1")),
				Because: "podman 4.3.1 libpod/container_internal_common.go generateResolvConf: servers of --dns replace all others; run on 4.3.1",
			}, {
				When:    and(podman("<4.0"), dnsname()),
				Expect:  append(refused("far from both"), is.TimedOut("far then"), is.Nameservers("both's file then", "127.0.0.1")),
				Because: "the same, but after leaving a network nobody is there to refuse: silence (run on 3.0.1; why is not known)",
			}},
		}},
	}
}
