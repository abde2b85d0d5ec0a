package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// PastTheResolver asks servers without the embedded resolver in between. The
// second upstream claims to know a container's name, so that its answer cannot
// be taken for the resolver's.
func PastTheResolver() Lab {
	lan := topo.Network{Name: "lan"}
	first := topo.Node{Name: "first", Kind: topo.Upstream, On: topo.On(lan)}
	second := topo.Node{Name: "second", Kind: topo.Upstream, On: topo.On(lan), Serves: []topo.Reply{
		{Name: "{web}.", Answers: []string{"A 192.0.2.66"}},
	}}
	bridged := topo.Node{Name: "bridged", Kind: topo.Upstream, Mode: topo.DefaultBridge}
	web := topo.Node{Name: "web", On: topo.On(lan)}
	client := topo.Node{Name: "client", On: topo.On(lan), DNS: []string{"first"}}
	plain := topo.Node{Name: "plain", Mode: topo.DefaultBridge, DNS: []string{"bridged"}}

	return Lab{
		Name:     "past-the-resolver",
		Story:    "Only what is sent to the resolver's address, 127.0.0.11 or with Podman the gateway, is its business. A question sent to another server, and any on the default bridge, goes past it.",
		Needs:    []driver.Cap{driver.UserNetworks, driver.DefaultBridge},
		Topology: topo.Topology{first, second, bridged, web, client, plain},
		Steps: []Step{{Ask: map[string]topo.Question{
			"through":           topo.Wire{From: client, Name: "{web}"},
			"straight":          topo.Wire{From: client, Name: "{web}", Server: "second"},
			"straight over TCP": topo.Wire{From: client, Name: "tcp.lab.test.", Server: "second", TCP: true},
			"forwarded":         topo.Wire{From: client, Name: "out.lab.test."},
			"on the bridge":     topo.Wire{From: plain, Name: "out.lab.test."},
			"at 127.0.0.11":     topo.Wire{From: plain, Name: "out.lab.test.", Server: "127.0.0.11"},
			"client's file":     topo.File{Of: client, Path: "/etc/resolv.conf"},
			"plain's file":      topo.File{Of: plain, Path: "/etc/resolv.conf"},
		}}, {Ask: map[string]topo.Question{
			"first's log":   topo.Saw{Upstream: first},
			"second's log":  topo.Saw{Upstream: second},
			"bridged's log": topo.Saw{Upstream: bridged},
		}}},
		Claims: []Claim{{
			ID:   "other-server",
			Says: "a question to another server is answered by that server, even about a container's name",
			Cases: cases([]Case{{
				When: docker(""),
				Expect: is.All{
					is.AddressOf(web, "through"), is.Addresses("straight", "192.0.2.66"),
					is.AskedFrom("second's log", "web.", client), is.NotAskedBut("first's log", "web.", "out.lab.test."),
				},
				Because: "moby libnetwork/resolver_unix.go: the rules match destination 127.0.0.11 and no other, 20.10 to 29",
				Sources: refutes("S0-9"),
			}, {
				When: forwards(""),
				Expect: is.All{
					is.AddressOf(web, "through"), is.SentToHost("through"), is.Addresses("straight", "192.0.2.66"),
					is.AskedFrom("second's log", "web.", client), is.NotAskedBut("first's log", "web.", "out.lab.test."),
				},
				Because: "aardvark-dns hears what is sent to the gateway, and nothing else is sent there: there is no rule; run on 1.14.0 and 1.17.1",
			}}, servedDirectly(is.All{
				is.Nameservers("client's file", "{first}"), is.NXDomain("through"), is.AskedFrom("first's log", "web.", client),
				is.Addresses("straight", "192.0.2.66"), is.AskedFrom("second's log", "web.", client),
			})),
		}, {
			ID:   "other-server-tcp",
			Says: "so is a question over TCP",
			Cases: cases([]Case{{
				When:    docker(""),
				Expect:  is.All{is.AnsweredBy("straight over TCP", 2), is.AskedFrom("second's log", "tcp.lab.test.", client), is.NotAskedBut("first's log", "tcp.lab.test.", "out.lab.test.")},
				Because: "moby libnetwork/resolver_unix.go: as for UDP",
				Sources: refutes("S0-9"),
			}, {
				When:    forwards(""),
				Expect:  is.All{is.AnsweredBy("straight over TCP", 2), is.AskedFrom("second's log", "tcp.lab.test.", client), is.NotAskedBut("first's log", "tcp.lab.test.", "out.lab.test.")},
				Because: "aardvark-dns hears what is sent to the gateway, and nothing else is sent there: there is no rule; run on 1.14.0 and 1.17.1",
			}}, servedDirectly(is.All{is.AnsweredBy("straight over TCP", 2), is.AskedFrom("second's log", "tcp.lab.test.", client), is.NotAskedBut("first's log", "tcp.lab.test.", "out.lab.test.")})),
		}, {
			ID:   "default-bridge",
			Says: "on the default bridge resolv.conf names the server itself, and containers ask it themselves",
			Cases: []Case{{
				When: docker(""),
				Expect: is.All{
					is.Nameservers("plain's file", "{bridged}"),
					is.AnsweredBy("on the bridge", 3), is.AskedFrom("bridged's log", "out.lab.test.", plain),
				},
				Because: "moby daemon/network.go buildCreateEndpointOptions: the default bridge has CreateOptionDisableResolution, 20.10 to 29",
				Sources: refutes("S0-9", "S2-3"),
			}, {
				When: podman(""),
				Expect: is.All{
					is.Nameservers("plain's file", "{bridged}"),
					is.AnsweredBy("on the bridge", 3), is.AskedFrom("bridged's log", "out.lab.test.", plain),
				},
				Because: "common libnetwork/netavark/network.go createDefaultNetwork: the network podman has no DNS; run on 3.0.1 to 6.1.1",
				Sources: holds("S2-19"),
			}},
		}, {
			ID:   "nobody-there",
			Says: "on the default bridge nobody listens at 127.0.0.11",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.Outcome("at 127.0.0.11", results.Refused),
				Because: "moby libnetwork/sandbox.go: startResolver is called for endpoints whose network needs a resolver, 20.10 to 29",
				Sources: refutes("S2-3"),
			}},
		}},
	}
}
