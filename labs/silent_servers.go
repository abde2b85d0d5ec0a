package labs

import (
	"time"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// SilentServers has four servers, of which the first two or three are silent
// about a name: silence leads on in every resolver, so it shows the order, how
// many servers count, and how long each is waited for.
func SilentServers() Lab {
	lan := topo.Network{Name: "lan"}
	upstream := func(name string, silent ...string) topo.Node {
		n := topo.Node{Name: name, Kind: topo.Upstream, On: topo.On(lan)}
		for _, s := range silent {
			n.Serves = append(n.Serves, topo.Reply{Name: s, Silent: true})
		}
		return n
	}
	first := upstream("first", "third.lab.test.", "fourth.lab.test.")
	second := upstream("second", "third.lab.test.", "fourth.lab.test.")
	third := upstream("third", "fourth.lab.test.")
	fourth := upstream("fourth")
	client := topo.Node{Name: "client", On: topo.On(lan), DNS: []string{"first", "second", "third", "fourth"}}
	ask := func(name string) topo.Question {
		return topo.Wire{From: client, Name: name + ".lab.test.", Timeout: 15 * time.Second}
	}

	inOrder := is.All{
		is.AnsweredBy("third", 3),
		is.AskedBefore("first's log", "second's log", "third.lab.test."), is.AskedBefore("second's log", "third's log", "third.lab.test."),
	}
	inTheFile := is.All{
		is.Nameservers("file", "{first}", "{second}", "{third}", "{fourth}"),
		is.TimedOut("third"), is.AskedFrom("first's log", "third.lab.test.", client),
	}
	const exchange = "moby libnetwork/resolver.go: extIOTimeout is 4 s, maxExtDNS 3"
	const forward = "aardvark-dns src/dns/coredns.rs forward_to_servers: "

	return Lab{
		Name:     "silent-servers",
		Story:    "Of four servers the first ones are silent. In which order does the engine's resolver ask them, how long does it wait for each, and does it ever get to the last?",
		Needs:    []driver.Cap{driver.UserNetworks},
		Topology: topo.Topology{first, second, third, fourth, client},
		Steps: []Step{{Ask: map[string]topo.Question{
			"file":   topo.File{Of: client, Path: "/etc/resolv.conf"},
			"third":  ask("third"),
			"fourth": ask("fourth"),
			"heard":  topo.Wire{From: client, Name: "heard.lab.test.", Server: "fourth"},
		}}, {Ask: map[string]topo.Question{
			"first's log":  topo.Saw{Upstream: first},
			"second's log": topo.Saw{Upstream: second},
			"third's log":  topo.Saw{Upstream: third},
			"fourth's log": topo.Saw{Upstream: fourth},
		}}},
		Claims: []Claim{{
			ID:   "in-order",
			Says: "in which order servers are asked, and how long after the question the third one answers",
			Cases: cases([]Case{{
				When:    docker(""),
				Expect:  append(inOrder, is.Took("third", 8*time.Second, 0)),
				Because: exchange + ", 20.10 to 29",
				Sources: holds("S0-3"),
			}, {
				When:    forwards(">=1.13"),
				Expect:  append(inOrder, is.AskedFromHost("third's log", "third.lab.test."), is.Took("third", 2400*time.Millisecond, 5*time.Second)),
				Because: forward + "each of four servers has a quarter of 5 s, since 1.13; run on 1.14.0 and 1.17.1",
			}}, servedDirectly(inTheFile)),
		}, {
			ID:   "three-at-most",
			Says: "whether the fourth server is asked if the three before it are silent",
			Cases: cases([]Case{{
				When:    docker("<24.0"),
				Expect:  is.All{is.TimedOut("fourth"), is.Asked("third's log", "fourth.lab.test."), is.NotAskedBut("fourth's log", "fourth.lab.test.", "heard.lab.test.")},
				Because: exchange + "; without a message nothing is written back",
				Sources: holds("S0-3"),
			}, {
				When:    docker(">=24.0"),
				Expect:  is.All{is.ServFail("fourth"), is.Asked("third's log", "fourth.lab.test."), is.NotAskedBut("fourth's log", "fourth.lab.test.", "heard.lab.test.")},
				Because: exchange + "; without a message SERVFAIL is written back since 24.0",
				Sources: holds("S0-3"),
			}, {
				When:    forwards(">=1.13"),
				Expect:  is.All{is.AnsweredBy("fourth", 4), is.AskedFromHost("fourth's log", "fourth.lab.test."), is.Took("fourth", 3600*time.Millisecond, 0)},
				Because: forward + "all servers of a container are asked; three is the bound of those that the host's file has; run on 1.14.0 and 1.17.1",
			}}, servedDirectly(inTheFile)),
		}},
	}
}
