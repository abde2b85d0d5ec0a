package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// ReverseWithoutServers is Reverse for a container that was given no server:
// before Podman 4.4 only such a one asks Podman's own.
func ReverseWithoutServers() Lab {
	lan := topo.Network{Name: "lan"}
	up := topo.Node{Name: "up", Kind: topo.Upstream, Mode: topo.BesideHost}
	web := topo.Node{Name: "web", On: topo.On(lan, "www"), Hostname: "webhost", Later: true}
	client := topo.Node{Name: "client", On: topo.On(lan), Later: true}
	const nobody = "7.113.0.203.in-addr.arpa."

	return Lab{
		Name:     "reverse-without-servers",
		Story:    "A container that was given no server asks for the names of addresses. The host's server hears what is left to it.",
		Needs:    []driver.Cap{driver.OwnHost, driver.UserNetworks},
		Topology: topo.Topology{up, web, client},
		Steps: []Step{{
			Do: []topo.Act{
				topo.HostWrite{Path: "/etc/resolv.conf", Content: "nameserver {up.addr}\n", Rename: true},
				topo.Start{Node: web}, topo.Start{Node: client},
			},
			Ask: map[string]topo.Question{
				"neighbour": topo.Wire{From: client, Name: "{web.ptr}", Type: "PTR"},
				"nobody":    topo.Wire{From: client, Name: nobody, Type: "PTR"},
				"name":      topo.Wire{From: client, Name: "{web}"},
			},
		}, {Ask: map[string]topo.Question{
			"up's log": topo.Saw{Upstream: up},
		}}},
		Claims: []Claim{{
			ID:   "neighbour",
			Says: "which names the address of a neighbour has",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.All{is.Data("neighbour", "web.lan."), is.AddressOf(web, "name")},
				Because: "moby libnetwork Network.updateSvcRecord: the name of the container alone; Network.ResolveIP adds the network: the same from 20.10 to 29",
			}, {
				When:    dnsname(),
				Expect:  is.All{is.Data("neighbour", "web.dns.podman."), is.AddressOf(web, "name")},
				Because: "containernetworking dnsname plugins/meta/dnsname/files.go writes the names into a hosts file; dnsmasq says the first one, with the domain of expand-hosts; run on 4.3.1",
				Sources: refutes("S2-15"),
			}, {
				When:    and(podman("<4.6"), aardvark("<1.6")),
				Expect:  is.All{is.Data("neighbour", "web.", "www.", "{web.id}."), is.TTL("neighbour", 86400), is.AddressOf(web, "name")},
				Because: "aardvark-dns src/dns/coredns.rs, v1.4.0: a record for each name of the container; run on podman 4.3.1",
				Sources: holds("S2-18"),
			}, {
				When:    and(podman(">=4.6"), aardvark(">=1.13")),
				Expect:  is.All{is.Data("neighbour", "web.", "www.", "{web.id}.", "webhost."), is.TTL("neighbour", 0), is.AddressOf(web, "name")},
				Because: "aardvark-dns src/dns/coredns.rs reply_ptr: a record for each name of the container, hostnames among them since podman 4.6; run on podman 5.4.2 and 5.8.6",
				Sources: holds("S2-18"),
			}},
		}, {
			ID:   "kept-here",
			Says: "whether the host's server is asked as well for the address of a neighbour",
			Cases: append(each(Case{
				Expect:  is.NotAskedBut("up's log", "{web.ptr}", nobody),
				Because: "moby libnetwork resolver.go handlePTRQuery: what is found is not forwarded: the same from 20.10 to 29",
			}, readsHost("")...), Case{
				When:    throughPasta(inRootlessKit("")),
				Expect:  is.All{is.Data("neighbour", "web.lan."), is.Data("nobody", "ptr-by-upstream.lab.test.")},
				Because: becausePasta,
			}, Case{
				When:    dnsname(),
				Expect:  is.NotAskedBut("up's log", "{web.ptr}", nobody),
				Because: "dnsmasq answers from its hosts files before it asks anybody; run on podman 4.3.1",
			}, Case{
				When:    aardvark("<1.6"),
				Expect:  is.All{is.AskedFromHost("up's log", "{web.ptr}"), is.AskedFromHost("up's log", nobody)},
				Because: "aardvark-dns src/dns/coredns.rs, v1.4.0: it replies to a PTR question that it knows, and goes on to forward it; run on podman 4.3.1",
				Sources: partly("S2-18"),
			}, Case{
				When:    aardvark(">=1.13"),
				Expect:  is.NotAskedBut("up's log", "{web.ptr}", nobody),
				Because: "aardvark-dns src/dns/coredns.rs reply_ptr: what is found is not forwarded; run on podman 5.4.2 and 5.8.6",
				Sources: holds("S2-18"),
			}),
		}, {
			ID:   "nobody",
			Says: "an address that no container has is left to the host's server",
			Cases: append(each(Case{
				Expect:  is.Data("nobody", "ptr-by-up.lab.test."),
				Because: "moby libnetwork resolver.go handlePTRQuery returns no response for an unknown address: the same from 20.10 to 29",
			}, readsHost("")...), Case{
				When:    throughPasta(inRootlessKit("")),
				Expect:  is.Data("nobody", "ptr-by-upstream.lab.test."),
				Because: becausePasta,
			}, Case{
				When:    podman(""),
				Expect:  is.All{is.Data("nobody", "ptr-by-up.lab.test."), is.AskedFromHost("up's log", nobody)},
				Because: "aardvark-dns src/dns/coredns.rs and dnsmasq forward what they do not know; run on podman 4.3.1, 5.4.2 and 5.8.6",
			}),
		}},
	}
}
