package labs

import (
	"time"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// OwnResolver gives the embedded resolver its own address as a server. One
// question then becomes as many as it forwards at once, 1024, each with a
// socket that the engine holds for 4 s, and from 24.0 to 26.1.2 others take
// their place, and a line each in the engine's log, until the container is
// gone. So each container asks once only.
func OwnResolver() Lab {
	lan := topo.Network{Name: "lan"}
	up := topo.Node{Name: "up", Kind: topo.Upstream, On: topo.On(lan)}
	alone := topo.Node{Name: "alone", On: topo.On(lan), DNS: []string{"127.0.0.11"}}
	both := topo.Node{Name: "both", On: topo.On(lan), DNS: []string{"127.0.0.11", "up"}}

	const loop = "moby libnetwork/resolver.go: 127.0.0.11 is dialled in the container's namespace, where it is the resolver"
	const filter = "moby libnetwork/resolver.go filterExtServers, since 26.1.3"

	return Lab{
		Name:     "own-resolver",
		Story:    "127.0.0.11, the embedded resolver's own address, is given to it as a server with --dns.",
		Needs:    []driver.Cap{driver.UserNetworks},
		Topology: topo.Topology{up, alone, both},
		Steps: []Step{{Ask: map[string]topo.Question{
			"file":     topo.File{Of: alone, Path: "/etc/resolv.conf"},
			"own name": topo.Wire{From: alone, Name: "{both}"},
			"alone":    topo.Wire{From: alone, Name: "alone.lab.test.", Server: "127.0.0.11", Timeout: 6 * time.Second},
			"both":     topo.Wire{From: both, Name: "both.lab.test.", Server: "127.0.0.11"},
		}}},
		Claims: []Claim{{
			ID:   "alone",
			Says: "what a client is told, and when, if the resolver has no other server",
			Cases: []Case{{
				When:    docker("<24.0"),
				Expect:  is.TimedOut("alone"),
				Because: loop + "; the last of its questions is one too many, nobody answers the others, and nothing is written back",
				Sources: holds("moby#47716"),
			}, {
				When:    docker(">=24.0 <26.1.3"),
				Expect:  is.All{is.ServFail("alone"), is.Took("alone", 4*time.Second, 0)},
				Because: loop + ", and does not answer within the 4 s that it is given",
				Sources: holds("moby#47716"),
			}, {
				When:    docker(">=26.1.3"),
				Expect:  is.All{is.ServFail("alone"), is.Took("alone", 0, 3*time.Second)},
				Because: filter,
				Sources: refutes("moby#47716"),
			}},
		}, {
			ID:   "before-another",
			Says: "when the server that comes after the resolver's own address gets its turn",
			Cases: []Case{{
				When:    docker("<26.1.3"),
				Expect:  is.All{is.AnsweredBy("both", 1), is.Took("both", 4*time.Second, 0)},
				Because: loop + ", and is waited for as any server",
				Sources: holds("moby#47716"),
			}, {
				When:    docker(">=26.1.3"),
				Expect:  is.All{is.AnsweredBy("both", 1), is.Took("both", 0, 3*time.Second)},
				Because: filter,
				Sources: refutes("moby#47716"),
			}},
		}, {
			ID:   "neighbours",
			Says: "the names of neighbours are found in any case, and at once",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.All{is.Nameservers("file", "127.0.0.11"), is.AddressOf(both, "own name"), is.Took("own name", 0, 3*time.Second)},
				Because: "moby libnetwork/resolver.go serveDNS: what it knows itself is not forwarded, 20.10 to 29",
				Sources: holds("S0-1"),
			}},
		}},
	}
}
