package labs

import (
	"strings"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// CoreDNSReload changes the Corefile of a CoreDNS while it runs, to good ones,
// to some that it does not take, and last to one that leads back to itself.
func CoreDNSReload() Lab {
	// HINFO is what the plugin loop asks.
	up := upstreamPod("up", topo.Reply{Type: "HINFO", Silent: true}, topo.Reply{Name: "*.fine.lab.test.", Type: "HINFO"})
	client := topo.Node{Name: "client", Mode: topo.PodNetwork}
	file := func(addr, forward string) string {
		return `. {
    errors
    reload 2s
    hosts {
        ` + addr + ` fixed.lab.test
        fallthrough
    }
    forward . ` + forward + `
}
fine.lab.test {
    loop
    forward . {up.addr}
}
bad.lab.test {
    loop
    forward . 127.0.0.1:9
}
`
	}
	good := func(addr string) string { return file(addr, "{up.addr}") }
	dns := ownCoreDNS(good("192.0.2.1"))
	write := func(content string) topo.Act {
		return topo.Write{Node: dns, Path: topo.CorefilePath, Content: content, Rename: true} // never read half written
	}
	logged := func(text string) topo.Act { return topo.AwaitText{In: topo.LogOf(dns), Has: text} }
	wire := topo.Wire{From: client, Server: "dns", Name: "fixed.lab.test."}
	ended := topo.Object{Path: "/api/v1/namespaces/{lab}/pods/{dns}", Field: `{.status.containerStatuses[?(@.name=="coredns")].state.terminated.exitCode}`}
	const option, entry, brace, loop = "unknown property 'failover'", "unknown property '192.0.2.9'", "Corefile parse failed: ", "plugin/loop: Loop (127.0.0.1:"
	const hook = "coredns plugin/reload/reload.go hook: "

	return Lab{
		Name:     "coredns-reload",
		Story:    "The Corefile of a running CoreDNS changes: it takes a good one without a restart, goes on with what it has where it cannot take one, and ends where it forwards to itself.",
		Needs:    []driver.Cap{driver.OwnCluster, driver.Pods},
		Topology: topo.Topology{up, dns, client},
		Steps: []Step{
			{Ask: map[string]topo.Question{"first": wire}},
			{
				Do:  []topo.Act{write(good("192.0.2.2")), topo.Await{Ask: wire, Answers: []string{"192.0.2.2"}}, logged("Reloading complete")},
				Ask: map[string]topo.Question{"second": wire, "log, second": topo.LogOf(dns)},
			},
			{
				Do:  []topo.Act{write(file("192.0.2.3", "{up.addr} {\n        failover SERVFAIL\n    }")), logged(option)},
				Ask: map[string]topo.Question{"with failover": wire, "log, failover": topo.LogOf(dns)},
			},
			{
				Do:  []topo.Act{write(strings.Replace(good("192.0.2.4"), "fallthrough", "fallthrough\n        192.0.2.9 late.lab.test", 1)), logged(entry)},
				Ask: map[string]topo.Question{"with an entry too late": wire, "log, entry": topo.LogOf(dns)},
			},
			{
				Do:  []topo.Act{write(strings.TrimSuffix(good("192.0.2.5"), "}\n")), logged(brace)},
				Ask: map[string]topo.Question{"without a brace": wire, "log, brace": topo.LogOf(dns)},
			},
			{
				Do: []topo.Act{write(good("192.0.2.6")), topo.Await{Ask: wire, Answers: []string{"192.0.2.6"}}},
				Ask: map[string]topo.Question{
					"mended": wire, "outside": topo.Wire{From: client, Server: "dns", Name: "out.lab.test."}, "fine upstream": topo.Wire{From: client, Server: "dns", Name: "x.fine.lab.test."}, "bad upstream": topo.Wire{From: client, Server: "dns", Name: "x.bad.lab.test."},
					"log, mended": topo.LogOf(dns),
				},
			},
			// The first question of loop meets the old servers, since the new ones do not
			// listen yet, and any answer to it would end the search: up is silent.
			{
				Do:  []topo.Act{write(strings.Replace(file("192.0.2.7", "127.0.0.53"), "reload", "loop\n    reload", 1)), logged(loop), topo.AwaitText{In: ended, Has: "1"}},
				Ask: map[string]topo.Question{"in a loop": topo.Wire{From: client, Server: "dns", Name: "fixed.lab.test.", TCP: true}, "log, loop": topo.LogOf(dns), "status": ended},
			},
		},
		Claims: []Claim{{
			ID:    "good",
			Says:  "a new Corefile is taken within seconds, with the same process",
			Cases: anyCoreDNS(is.All{is.Addresses("first", "192.0.2.1"), is.Addresses("second", "192.0.2.2"), is.HasText("log, second", "Reloading complete")}, hook+"the file is read every 2 s, and half a second more or less", holds("coredns:TestReload"), refutes("S3-12")),
		}, {
			ID:   "failover",
			Says: "what a running CoreDNS makes of a Corefile with the option failover of forward",
			Cases: []Case{{
				When:    coredns("<1.13"),
				Expect:  is.All{is.Addresses("with failover", "192.0.2.2"), is.HasText("log, failover", "Corefile changed but reload failed: "), is.HasText("log, failover", option)},
				Because: "coredns plugin/forward/setup.go parseBlock: there is no failover before 1.13" + ranCoreDNS,
			}, {
				When:    coredns(">=1.13"),
				Expect:  is.All{is.Addresses("with failover", "192.0.2.3"), is.LacksText("log, failover", option)},
				Because: "coredns plugin/forward/setup.go parseBlock: failover, since 1.13; not run",
			}},
		}, {
			ID:    "entry-too-late",
			Says:  "an entry of hosts after fallthrough is no entry, and CoreDNS goes on with the Corefile that it has",
			Cases: refused("with an entry too late", "log, entry", entry, "Corefile changed but reload failed: ", "coredns plugin/hosts/setup.go hostsParse: no lines after fallthrough"),
		}, {
			ID:    "no-brace",
			Says:  "what cannot be read as a Corefile is not taken, and CoreDNS goes on with the one that it has",
			Cases: refused("without a brace", "log, brace", brace, "Corefile parse failed: ", hook+"parse"),
		}, {
			ID:    "mended",
			Says:  "after Corefiles that it did not take, a good one is taken",
			Cases: anyCoreDNS(is.All{is.Addresses("mended", "192.0.2.6"), is.AnsweredBy("outside", 1)}, hook+"a file that was not taken is left and the next one awaited", holds("coredns:TestReload")),
		}, {
			ID:    "no-loop",
			Says:  "loop finds none where another server is behind CoreDNS, nor where nobody listens",
			Cases: anyCoreDNS(is.All{is.AnsweredBy("fine upstream", 1), is.ServFail("bad upstream"), is.HasText("log, mended", "Reloading complete"), is.LacksText("log, mended", "plugin/loop: Loop ")}, "coredns plugin/loop: a question of its own must come back to it more than twice", holds("coredns:TestLoopBadUpstream")),
		}, {
			ID:   "loop",
			Says: "a CoreDNS that forwards to 127.0.0.53, which in its pod is itself, says so and ends with status 1, and its port is closed",
			Cases: anyCoreDNS(is.All{
				is.HasText("log, loop", loop), is.HasText("log, loop", `detected for zone "."`), is.Lines("status", "1"), is.Outcome("in a loop", "refused"),
			}, "coredns plugin/loop/loop.go ServeDNS: log.Fatalf when its question was seen more than twice; setup.go: it is asked again until there is an answer, for 30 s", holds("coredns:TestLoopDetected", "coredns:TestLoop", "coredns#2087")),
		}},
	}
}

// refused are the cases of a Corefile that is not taken, after one with the
// address 192.0.2.2 that is, or with the address 192.0.2.3 where that was.
func refused(answer, log, complaint, kind, because string) []Case {
	expect := func(addr string) is.Assertion {
		return is.All{is.Addresses(answer, addr), is.HasText(log, kind), is.HasText(log, complaint)}
	}
	return []Case{
		{When: coredns("<1.13"), Expect: expect("192.0.2.2"), Because: because + ranCoreDNS, Sources: holds("coredns:TestReload")},
		{When: coredns(">=1.13"), Expect: expect("192.0.2.3"), Because: because + "; not run"},
	}
}
