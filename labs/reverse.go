package labs

import (
	"time"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// Reverse asks for the names of addresses.
func Reverse() Lab {
	lan, other := topo.Network{Name: "lan"}, topo.Network{Name: "other"}
	up := topo.Node{Name: "up", Kind: topo.Upstream, On: topo.On(lan)}
	web := topo.Node{Name: "web", On: topo.On(lan, "www"), Hostname: "webhost"}
	long := topo.Node{Name: "a-name-that-is-longer-than-the-63-octets-that-a-label-of-a-name-has", On: topo.On(lan)}
	client := topo.Node{Name: "client", On: topo.On(lan), DNS: []string{"up"}}
	stranger := topo.Node{Name: "stranger", On: topo.On(other)}
	ptr := func(name string) topo.Question { return topo.Wire{From: client, Name: name, Type: "PTR"} }
	const unsaid = 3 * time.Second // no server is waited for, so silence shows soon

	return Lab{
		Name:     "reverse",
		Story:    "A container asks for the names of addresses: its neighbours', its own, a stranger's, and of what is no whole address.",
		Needs:    []driver.Cap{driver.UserNetworks},
		Topology: topo.Topology{up, web, long, client, stranger},
		Steps: []Step{{Ask: map[string]topo.Question{
			"neighbour":      ptr("{web.ptr}"),
			"own":            ptr("{client.ptr}"),
			"own name":       topo.Wire{From: client, Name: "{client}"},
			"long":           topo.Wire{From: client, Name: "{" + long.Name + ".ptr}", Type: "PTR", Timeout: unsaid},
			"on another":     ptr("{stranger.ptr}"),
			"nobody":         ptr("7.113.0.203.in-addr.arpa."),
			"three octets":   ptr("113.0.203.in-addr.arpa."),
			"no octet":       ptr("300.113.0.203.in-addr.arpa."),
			"A of a reverse": topo.Wire{From: client, Name: "{web.ptr}"},
		}}, {Ask: map[string]topo.Question{
			"up's log": topo.Saw{Upstream: up},
		}}},
		Claims: []Claim{{
			ID:   "neighbour",
			Says: "which names the address of a neighbour has",
			Cases: cases([]Case{{
				When: docker(""),
				Expect: is.All{is.Data("neighbour", "web.lan."), is.TTL("neighbour", 600), is.Flags("neighbour", "ra", "-aa"),
					is.AskedTimes("up's log", "{web.ptr}", "PTR", 0), is.Asked("up's log", "7.113.0.203.in-addr.arpa.")},
				Because: "moby libnetwork Network.updateSvcRecord: only the first name of an endpoint, its container's, goes into the reverse map; Network.ResolveIP adds the network: the same from 20.10 to 29",
			}, {
				When: and(podman(">=4.6"), aardvark(">=1.13")),
				Expect: is.All{is.Data("neighbour", "web.", "www.", "{web.id}.", "webhost."), is.TTL("neighbour", 0), is.Flags("neighbour", "ra", "-aa"),
					is.AskedTimes("up's log", "{web.ptr}", "PTR", 0), is.Asked("up's log", "7.113.0.203.in-addr.arpa.")},
				Because: "aardvark-dns src/dns/coredns.rs reply_ptr: a record for each name of the container, without any domain; hostnames are among them since podman 4.6, TTL 0 since 1.13; run on 1.14.0 and 1.17.1",
				Sources: holds("S2-18", "aardvark-dns:reverse-v4", "podman:aardvark-test-2"),
			}}, servedDirectly(is.All{is.Data("neighbour", "ptr-by-up.lab.test."), is.AskedFrom("up's log", "{web.ptr}", client)})),
		}, {
			ID:   "own",
			Says: "which names a container finds by its own address",
			Cases: cases([]Case{{
				When:    docker(""),
				Expect:  is.All{is.Data("own", "client.lan."), is.TTL("own", 600)},
				Because: "moby libnetwork Sandbox.ResolveIP looks at all endpoints of its networks, its own too: the same from 20.10 to 29",
			}, {
				When:    forwards(">=1.13"),
				Expect:  is.All{is.Data("own", "client.", "{client.id}."), is.TTL("own", 0), is.AddressOf(client, "own name")},
				Because: "aardvark-dns src/backend/mod.rs reverse_lookup looks at all of the network, the asking container too; run on 1.14.0 and 1.17.1",
				Sources: holds("S2-18", "podman:aardvark-test-1"),
			}}, servedDirectly(is.All{is.Data("own", "ptr-by-up.lab.test."), is.AskedFrom("up's log", "{client.ptr}", client)})),
		}, {
			ID:   "stranger",
			Says: "the address of a container on a network that the asking one is not on is left to the upstream",
			Cases: cases([]Case{{
				When: docker(""),
				Expect: is.All{is.Data("on another", "ptr-by-up.lab.test."), is.Flags("on another", "aa"),
					is.AskedFrom("up's log", "{stranger.ptr}", client)},
				Because: "moby libnetwork Sandbox.ResolveIP looks only at networks of the sandbox; what it does not find goes through resolver.go forwarding: the same from 20.10 to 29",
			}, {
				When:    forwards(""),
				Expect:  is.All{is.Data("on another", "ptr-by-up.lab.test."), is.AskedFromHost("up's log", "{stranger.ptr}")},
				Because: "aardvark-dns src/backend/mod.rs reverse_lookup: only networks that the asking address is on; run on 1.14.0 and 1.17.1",
				Sources: holds("S2-18"),
			}}, servedDirectly(is.All{is.Data("on another", "ptr-by-up.lab.test."), is.AskedFrom("up's log", "{stranger.ptr}", client)})),
		}, {
			ID:   "nobody",
			Says: "an address that no container has is left to the upstream",
			Cases: cases([]Case{{
				When:    docker(""),
				Expect:  is.All{is.Data("nobody", "ptr-by-up.lab.test."), is.AskedTimes("up's log", "7.113.0.203.in-addr.arpa.", "PTR", 1)},
				Because: "moby libnetwork resolver.go handlePTRQuery returns no response for an unknown address: the same from 20.10 to 29",
			}, {
				When: forwards(""),
				Expect: is.All{is.Data("nobody", "ptr-by-up.lab.test."), forwardedOnce("up's log", "7.113.0.203.in-addr.arpa.", "PTR"),
					is.AskedFromHost("up's log", "7.113.0.203.in-addr.arpa.")},
				Because: "aardvark-dns src/dns/coredns.rs process_message: forwarded where reverse_lookup finds nothing; run on 1.14.0 and 1.17.1",
			}}, servedDirectly(is.All{is.Data("nobody", "ptr-by-up.lab.test."), is.AskedFrom("up's log", "7.113.0.203.in-addr.arpa.", client)})),
		}, {
			ID:   "not-an-address",
			Says: "reverse names with too few octets or impossible ones are left to the upstream too",
			Cases: cases([]Case{{
				When: docker(""),
				Expect: is.All{is.Data("three octets", "ptr-by-up.lab.test."), is.Data("no octet", "ptr-by-up.lab.test."),
					is.Asked("up's log", "113.0.203.in-addr.arpa."), is.Asked("up's log", "300.113.0.203.in-addr.arpa.")},
				Because: "moby libnetwork resolver.go handlePTRQuery takes what is before .in-addr.arpa. as a key and never parses it: the same from 20.10 to 29",
			}, {
				When: forwards(""),
				Expect: is.All{is.Data("three octets", "ptr-by-up.lab.test."), is.Data("no octet", "ptr-by-up.lab.test."),
					is.AskedFromHost("up's log", "113.0.203.in-addr.arpa."), is.AskedFromHost("up's log", "300.113.0.203.in-addr.arpa.")},
				Because: "aardvark-dns src/dns/coredns.rs: a name that does not parse as an address is forwarded; run on 1.14.0 and 1.17.1",
			}}, servedDirectly(is.All{is.Data("three octets", "ptr-by-up.lab.test."), is.Data("no octet", "ptr-by-up.lab.test."),
				is.AskedFrom("up's log", "113.0.203.in-addr.arpa.", client), is.AskedFrom("up's log", "300.113.0.203.in-addr.arpa.", client)})),
		}, {
			ID:   "other-type",
			Says: "a reverse name is a name like any other for other types: it is left to the upstream",
			Cases: cases([]Case{{
				When:    docker(""),
				Expect:  is.All{is.NoData("A of a reverse"), is.AskedTimes("up's log", "{web.ptr}", "A", 1)},
				Because: "moby libnetwork resolver.go: only the type PTR looks into the reverse map: the same from 20.10 to 29",
			}, {
				When:    forwards(""),
				Expect:  is.All{is.NoData("A of a reverse"), forwardedOnce("up's log", "{web.ptr}", "A"), is.AskedFromHost("up's log", "{web.ptr}")},
				Because: "aardvark-dns src/dns/coredns.rs process_message: only the type PTR looks for names of addresses; run on 1.14.0 and 1.17.1",
			}}, servedDirectly(is.All{is.NoData("A of a reverse"), is.AskedTimes("up's log", "{web.ptr}", "A", 1), is.AskedFrom("up's log", "{web.ptr}", client)})),
		}, {
			ID:   "name-too-long",
			Says: "what the address of a container gets whose name is too long for DNS",
			Cases: cases([]Case{{
				When:    docker("<25.0"),
				Expect:  is.All{is.TimedOut("long"), is.Data("neighbour", "web.lan.")},
				Because: "moby libnetwork resolver.go, v20.10 to v24.0.9: a response that cannot be packed is logged and dropped",
				Sources: refutes("moby:TestInvalidReverseDNS"),
			}, {
				When:    docker(">=25.0"),
				Expect:  is.All{is.ServFail("long"), is.Data("neighbour", "web.lan.")},
				Because: "moby libnetwork resolver.go serveDNS, from v25.0.0: SERVFAIL is sent where the response cannot be written",
				Sources: holds("moby:TestInvalidReverseDNS"),
			}, {
				When:    forwards(">=1.13"),
				Expect:  is.All{is.Data("long", "{"+long.Name+".id}."), is.TTL("long", 0)},
				Because: "aardvark-dns src/dns/coredns.rs reply_ptr: a name that is none is left out, the others are answered; run on 1.14.0 and 1.17.1",
			}}, servedDirectly(is.All{is.Data("long", "ptr-by-up.lab.test."), is.AskedFrom("up's log", "{"+long.Name+".ptr}", client)})),
		}},
	}
}
