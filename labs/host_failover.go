package labs

import (
	"time"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// HostFailover has two servers in the host's resolv.conf, and a container that
// was given none. So it also asks what Podman's own servers do before 4.4,
// where a container with --dns never gets to them.
func HostFailover() Lab {
	lan := topo.Network{Name: "lan"}
	first := topo.Node{Name: "first", Kind: topo.Upstream, Mode: topo.BesideHost, Serves: []topo.Reply{
		{Name: "servfail.lab.test.", Rcode: "SERVFAIL"},
		{Name: "refused.lab.test.", Rcode: "REFUSED"},
		{Name: "nx.lab.test.", Rcode: "NXDOMAIN"},
		{Name: "silent.lab.test.", Silent: true},
	}}
	second := topo.Node{Name: "second", Kind: topo.Upstream, Mode: topo.BesideHost}
	client := topo.Node{Name: "client", On: topo.On(lan), Later: true}
	ask := func(name string) topo.Question {
		return topo.Wire{From: client, Name: name + ".lab.test.", Timeout: 15 * time.Second}
	}

	next := func(name string) is.All {
		return is.All{is.AnsweredBy(name, 2), is.Asked("first's log", name+".lab.test.")}
	}
	final := func(name string, told is.Assertion) is.All {
		return is.All{told, is.Asked("first's log", name+".lab.test."), is.NotAskedBut("second's log", name+".lab.test.", "heard.lab.test.")}
	}
	const moby = "moby libnetwork/resolver.go: as for servers of --dns, 20.10 to 29"
	const forward = "aardvark-dns src/dns/coredns.rs forward_to_servers: "
	const dnsmasq = "dnsname's dnsmasq reads the host's resolv.conf; run on Podman 3.0.1 and 4.3.1"
	const forwarder = "the engine's host file names the forwarder of slirp4netns alone, which asks the first server of the host's; run on 26.1.5 and 28.5.2"
	attached := func(versions string) Facts { return throughSlirp(inRootlessKit(versions)) }
	pasta := func(name string) []Case {
		return []Case{{When: throughPasta(inRootlessKit("")), Expect: is.AnsweredBy(name, ofHost), Because: becausePasta}}
	}
	// own makes the cases of Docker whose host file is the host's own.
	own := func(expect is.Assertion) []Case {
		return []Case{
			{When: and(docker(""), rootless(false)), Expect: expect, Because: moby},
			{When: detached(""), Expect: expect, Because: moby + "; a detached engine reads the host's own file"},
		}
	}
	told := func(name string, expect is.Assertion) []Case {
		return []Case{
			{When: aardvark(""), Expect: final(name, expect), Because: forward + "the first message is the answer, whatever its rcode; run on 1.4.0 to 1.17.1"},
		}
	}
	// unheard is final where the second server is out of the client's reach,
	// since the engine's own networks hide it: the answer alone tells that it
	// is not the second one's.
	unheard := func(name string, told is.Assertion) is.All {
		return is.All{told, is.Asked("first's log", name+".lab.test.")}
	}
	onDnsmasq := func(expect is.All) []Case {
		return []Case{{When: dnsname(), Expect: append(expect, is.Asked("second's log", "heard.lab.test.")), Because: dnsmasq}}
	}

	return Lab{
		Name:     "host-failover",
		Story:    "The host's resolv.conf has two servers, the first of which fails. What leads on to the second one for a container that was given no server?",
		Needs:    []driver.Cap{driver.OwnHost, driver.UserNetworks},
		Topology: topo.Topology{first, second, client},
		Steps: []Step{{
			Do: []topo.Act{
				topo.HostWrite{Path: "/etc/resolv.conf", Content: "nameserver {first.addr}\nnameserver {second.addr}\n", Rename: true},
				topo.Start{Node: client},
			},
			Ask: map[string]topo.Question{
				"nx":     ask("nx"),
				"silent": ask("silent"),
				"heard":  topo.Wire{From: client, Name: "heard.lab.test.", Server: "second"},
			},
		}, { // dnsmasq stays with the server that answered, so these come one by one
			Ask: map[string]topo.Question{"servfail": ask("servfail")},
		}, {
			Ask: map[string]topo.Question{"refused": ask("refused")},
		}, {Ask: map[string]topo.Question{
			"first's log":  topo.Saw{Upstream: first},
			"second's log": topo.Saw{Upstream: second},
		}}},
		Claims: []Claim{{
			ID:   "servfail",
			Says: "who answers what the host's first server says SERVFAIL to",
			Cases: cases(pasta("servfail"), own(next("servfail")), told("servfail", is.ServFail("servfail")), []Case{{
				When: attached(""), Expect: unheard("servfail", is.ServFail("servfail")), Because: forwarder,
			}}, onDnsmasq(next("servfail"))),
		}, {
			ID:   "refused",
			Says: "who answers what the host's first server says REFUSED to",
			Cases: cases(pasta("refused"), own(next("refused")), told("refused", is.Rcode("refused", "REFUSED")), []Case{{
				When:    attached("<24.0"),
				Expect:  unheard("refused", is.Rcode("refused", "REFUSED")),
				Because: forwarder + "; the last message is written back, read from the source",
			}, {
				When:    attached(">=24.0"),
				Expect:  unheard("refused", is.ServFail("refused")),
				Because: forwarder + "; without an answer SERVFAIL is written back",
			}}, onDnsmasq(is.All{is.AnsweredBy("refused", 2)})),
		}, {
			ID:   "nxdomain",
			Says: "an authoritative NXDOMAIN of the host's first server is the answer",
			Cases: cases(pasta("nx"), own(final("nx", is.NXDomain("nx"))), told("nx", is.NXDomain("nx")), []Case{{
				When: attached(""), Expect: unheard("nx", is.NXDomain("nx")), Because: forwarder,
			}}, onDnsmasq(is.All{is.NXDomain("nx")})),
		}, {
			ID:   "silence",
			Says: "who answers what the host's first server is silent about, and when",
			Cases: cases(pasta("silent"), own(append(next("silent"), is.Took("silent", 4*time.Second, 0))), []Case{{
				When:    attached("<24.0"),
				Expect:  unheard("silent", is.TimedOut("silent")),
				Because: forwarder,
			}, {
				When:    attached(">=24.0"),
				Expect:  unheard("silent", is.ServFail("silent")),
				Because: forwarder,
			}, {
				When:    aardvark("<1.13"),
				Expect:  append(next("silent"), is.Took("silent", 4800*time.Millisecond, 0)),
				Because: forward + "each server has 5 s before 1.13; run on 1.4.0",
			}, {
				When:    aardvark(">=1.13"),
				Expect:  append(next("silent"), is.Took("silent", 2400*time.Millisecond, 4500*time.Millisecond)),
				Because: forward + "each of two servers has half of 5 s, and with a rootless Podman, whose forwarder comes before them, a third, since 1.13; run on 1.14.0 and 1.17.1",
			}}, onDnsmasq(is.All{is.TimedOut("silent")})),
		}},
	}
}
