package labs

import (
	"time"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// ReverseElsewhere asks for the type PTR where the resolver does not expect
// it. It is a lab of its own because a PTR question of this kind ends the
// daemon of Docker 23.0.0 and 23.0.1 (moby resolver.go ServeDNS: the error
// message asks a connection that was never made for its address). No case fits
// those two, and each range is closed, so that none is taken for the nearest:
// what no case needs is not asked.
func ReverseElsewhere() Lab {
	lan := topo.Network{Name: "lan"}
	up := topo.Node{Name: "up", Kind: topo.Upstream, On: topo.On(lan), Serves: []topo.Reply{
		{Name: "host.lab.test.", Type: "PTR", Answers: []string{"PTR here.lab.test."}},
	}}
	client := topo.Node{Name: "client", On: topo.On(lan), DNS: []string{"up"}}
	const (
		capitals = "7.113.0.203.IN-ADDR.ARPA."
		noServer = 3 * time.Second // none is waited for, so silence shows soon
	)
	ptr := func(name string) topo.Question {
		return topo.Wire{From: client, Name: name, Type: "PTR", Timeout: noServer}
	}
	// of makes the cases of one name: from Docker no reply before 24.0, the
	// upstream's from then on and with Podman.
	of := func(question, name, data string) []Case {
		silence := is.All{is.TimedOut(question), is.NotAskedBut("up's log", name, "113.0.203.in-addr.arpa.")}
		return cases([]Case{{
			When:    docker(">=20.10 <23.0"),
			Expect:  silence,
			Because: "moby libnetwork resolver.go handlePTRQuery, v20.10: a name that does not end in .in-addr.arpa. or .ip6.arpa., letter by letter, is an error, which is logged and not answered",
		}, {
			When:    docker(">=23.0.2 <24.0"),
			Expect:  silence,
			Because: "moby libnetwork resolver.go ServeDNS, v23.0.2 to v23.0.15: as in 20.10; v23.0.0 and v23.0.1 call a method of a nil connection here",
		}, {
			When:    docker(">=24.0 <100"),
			Expect:  is.All{is.Data(question, data), is.AskedTimes("up's log", name, "PTR", 1)},
			Because: "moby libnetwork resolver.go handlePTRQuery, from v24.0: what is no reverse name is forwarded",
		}, {
			When:    forwards(""),
			Expect:  is.All{is.Data(question, data), forwardedOnce("up's log", name, "PTR"), is.AskedFromHost("up's log", name)},
			Because: "aardvark-dns src/dns/coredns.rs process_message: what does not parse as an address is forwarded; run on 1.14.0 and 1.17.1",
		}}, servedDirectly(is.All{is.Data(question, data), is.AskedFrom("up's log", name, client)}))
	}

	return Lab{
		Name:     "reverse-elsewhere",
		Story:    "A container asks for the type PTR where it is not expected: of a name that is no address, of in-addr.arpa itself, and in capital letters.",
		Needs:    []driver.Cap{driver.UserNetworks},
		Topology: topo.Topology{up, client},
		Steps: []Step{{Ask: map[string]topo.Question{
			"outside":  ptr("host.lab.test."),
			"apex":     ptr("in-addr.arpa."),
			"capitals": ptr(capitals),
			"plain":    ptr("113.0.203.in-addr.arpa."),
		}}, {Ask: map[string]topo.Question{
			"up's log": topo.Saw{Upstream: up},
		}}},
		Claims: []Claim{{
			ID:    "outside-arpa",
			Says:  "what a PTR question gets for a name outside of the zone arpa",
			Cases: of("outside", "host.lab.test.", "here.lab.test."),
		}, {
			ID:    "apex",
			Says:  "what a PTR question for in-addr.arpa. itself gets",
			Cases: of("apex", "in-addr.arpa.", "ptr-by-up.lab.test."),
		}, {
			ID:    "capitals",
			Says:  "what a reverse name in capital letters gets",
			Cases: of("capitals", capitals, "ptr-by-up.lab.test."),
		}},
	}
}
