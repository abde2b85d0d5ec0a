package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// ReverseV6 is Reverse for the other family.
func ReverseV6() Lab {
	dual := topo.Network{Name: "dual", IPv6: true}
	up := topo.Node{Name: "up", Kind: topo.Upstream, On: topo.On(dual)}
	web := topo.Node{Name: "web", On: topo.On(dual, "www")}
	client := topo.Node{Name: "client", On: topo.On(dual), DNS: []string{"up"}}
	const nobody = "7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa."
	ptr := func(name string) topo.Question { return topo.Wire{From: client, Name: name, Type: "PTR"} }

	return Lab{
		Name:     "reverse-v6",
		Story:    "A container asks for the names of IPv6 addresses.",
		Needs:    []driver.Cap{driver.UserNetworks, driver.IPv6},
		Topology: topo.Topology{up, web, client},
		Steps: []Step{{Ask: map[string]topo.Question{
			"neighbour":      ptr("{web.ptr6}"),
			"neighbour's v4": ptr("{web.ptr}"),
			"nobody":         ptr(nobody),
		}}, {Ask: map[string]topo.Question{
			"up's log": topo.Saw{Upstream: up},
		}}},
		Claims: []Claim{{
			ID:   "neighbour",
			Says: "which names both addresses of a neighbour have",
			Cases: cases([]Case{{
				When: docker(""),
				Expect: is.All{is.Data("neighbour", "web.dual."), is.TTL("neighbour", 600), is.Data("neighbour's v4", "web.dual."),
					is.NotAskedBut("up's log", "{web.ptr6}", nobody)},
				Because: "moby libnetwork Network.addSvcRecords puts both addresses of an endpoint into the reverse map: the same from 20.10 to 29",
			}, {
				When: forwards(">=1.13"),
				Expect: is.All{is.Data("neighbour", "web.", "www.", "{web.id}."), is.TTL("neighbour", 0), is.Data("neighbour's v4", "web.", "www.", "{web.id}."),
					is.NotAskedBut("up's log", "{web.ptr6}", nobody)},
				Because: "aardvark-dns src/config/mod.rs puts both addresses of a container into the reverse map, with all its names; run on 1.14.0 and 1.17.1",
				Sources: holds("S2-18", "aardvark-dns:reverse-v6"),
			}}, servedDirectly(is.All{is.Data("neighbour", "ptr-by-up.lab.test."), is.Data("neighbour's v4", "ptr-by-up.lab.test."), is.AskedFrom("up's log", "{web.ptr6}", client)})),
		}, {
			ID:   "nobody",
			Says: "an IPv6 address that no container has is left to the upstream",
			Cases: cases([]Case{{
				When:    docker(""),
				Expect:  is.All{is.Data("nobody", "ptr-by-up.lab.test."), is.AskedTimes("up's log", nobody, "PTR", 1)},
				Because: "moby libnetwork resolver.go handlePTRQuery treats ip6.arpa. as it does in-addr.arpa.: the same from 20.10 to 29",
			}, {
				When:    forwards(""),
				Expect:  is.All{is.Data("nobody", "ptr-by-up.lab.test."), forwardedOnce("up's log", nobody, "PTR"), is.AskedFromHost("up's log", nobody)},
				Because: "aardvark-dns src/dns/coredns.rs process_message treats ip6.arpa. as it does in-addr.arpa.; run on 1.14.0 and 1.17.1",
			}}, servedDirectly(is.All{is.Data("nobody", "ptr-by-up.lab.test."), is.AskedFrom("up's log", nobody, client)})),
		}},
	}
}
