package labs

import (
	"time"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// KindUpstream has the server of the host fail in every way there is, at the
// other end of the chain.
func KindUpstream() Lab {
	client := topo.Node{Name: "client", Mode: topo.PodNetwork}
	name := func(what string) string { return what + ".{client}.lab.test." } // other labs ask that server, too
	asked := func(what string) is.Assertion { return is.Asked("host's log", what+".client.lab.test.") }
	ask := func(what string) topo.Question {
		return topo.Wire{From: client, Name: name(what), Timeout: 20 * time.Second}
	}
	reaches := []Facts{overIptables, overPodman}
	const ran = "; run with KIND 0.33.0, CoreDNS 1.12.1, Docker 20.10.24 to 29.8.0 and Podman 5.4.2"
	const unasked = "the node's resolv.conf, which CoreDNS forwards to, names a gateway where nobody answers: whatever the server of the host says, nobody asks it; see kind-node"
	cases := func(because, question string, expect is.Assertion) []Case {
		return append(each(Case{Expect: expect, Because: because + ran, Sources: refutes("S2-49")}, reaches...), Case{
			When:    overNftables,
			Expect:  is.ServFail(question),
			Because: unasked,
		})
	}

	return Lab{
		Name:     "kind-upstream",
		Story:    "The server of the host fails: what of it reaches a pod through the engine's DNS and CoreDNS, and after how long.",
		Needs:    []driver.Cap{driver.OwnCluster, driver.Pods},
		Topology: topo.Topology{client, topo.HostUpstream},
		Steps: []Step{{
			Do: []topo.Act{topo.Program{Upstream: topo.HostUpstream, Says: "it fails in every way, by name", Replies: []topo.Reply{
				{Name: name("servfail"), Rcode: "SERVFAIL"},
				{Name: name("refused"), Rcode: "REFUSED"},
				{Name: name("nx"), Rcode: "NXDOMAIN"},
				{Name: name("silent"), Silent: true},
				{Name: name("lie"), Answers: []string{"A 192.0.2.66"}, Type: "A"},
				{Name: name("big"), Size: 1000},
				{Name: name("big-edns"), Size: 1000},
				{Name: name("silent-tcp"), Silent: true},
				{Name: name("huge"), Size: 30000},
			}}},
			Ask: map[string]topo.Question{
				"servfail":         ask("servfail"),
				"refused":          ask("refused"),
				"nx":               ask("nx"),
				"lie":              ask("lie"),
				"big":              ask("big"),
				"big, with EDNS":   topo.Wire{From: client, Name: name("big-edns"), EDNS: 1232},
				"huge, over TCP":   topo.Wire{From: client, Name: name("huge"), TCP: true},
				"silent, over TCP": topo.Wire{From: client, Name: name("silent-tcp"), TCP: true, Timeout: 20 * time.Second},
				"silent":           ask("silent"),
			},
		}, {Ask: map[string]topo.Question{
			"host's log": topo.Saw{Upstream: topo.HostUpstream, Of: "{client}.lab.test."},
		}}},
		Claims: []Claim{{
			ID:    "servfail",
			Says:  "SERVFAIL of the host's server is SERVFAIL in a pod",
			Cases: cases("coredns plugin/forward: an answer is passed on as it is", "servfail", is.All{is.ServFail("servfail"), asked("servfail")}),
		}, {
			ID:   "refused",
			Says: "what REFUSED of the host's server is in a pod",
			Cases: []Case{{
				When:    and(overIptables, Facts{"node-engine-version": "<24.0"}),
				Expect:  is.All{is.Rcode("refused", "REFUSED"), asked("refused")},
				Because: "moby libnetwork/resolver.go ServeDNS: the last message is written back; run on 20.10.24",
				Sources: refutes("S2-49"),
			}, {
				When:    and(overIptables, Facts{"node-engine-version": ">=24.0"}),
				Expect:  is.All{is.ServFail("refused"), asked("refused")},
				Because: "moby libnetwork/resolver.go forwardExtDNS: what the only server refused is SERVFAIL; run on 26.1.5",
				Sources: refutes("S2-49"),
			}, {
				When:    overPodman,
				Expect:  is.All{is.Rcode("refused", "REFUSED"), asked("refused")},
				Because: "aardvark-dns src/dns/coredns.rs forward_to_servers: the first message is the answer" + ran,
			}, {
				When:    overNftables,
				Expect:  is.ServFail("refused"),
				Because: unasked,
			}},
		}, {
			ID:    "nxdomain",
			Says:  "NXDOMAIN of the host's server is NXDOMAIN in a pod",
			Cases: cases("coredns plugin/forward: an answer is passed on as it is", "nx", is.All{is.NXDomain("nx"), asked("nx")}),
		}, {
			ID:    "silent",
			Says:  "where the host's server is silent, a pod hears SERVFAIL after some seconds",
			Cases: cases("coredns plugin/forward ServeDNS: SERVFAIL when the server did not answer within 5 s", "silent", is.All{is.ServFail("silent"), is.ServFail("silent, over TCP"), is.Took("silent", time.Second, 9*time.Second), asked("silent")}),
		}, {
			ID:    "lie",
			Says:  "what the host's server says, a pod believes",
			Cases: cases("nobody on the way asks anybody else", "lie", is.Addresses("lie", "192.0.2.66")),
		}, {
			ID:    "large",
			Says:  "a large answer reaches a pod whole over UDP if it offers to take it, and over TCP",
			Cases: cases("coredns plugin/forward: the client's size and protocol are kept", "big, with EDNS", is.All{is.Flags("big", "tc"), is.Size("big, with EDNS", 900, 1232), is.Size("huge, over TCP", 30000, 0)}),
		}},
	}
}
