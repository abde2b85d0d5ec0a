package labs

import (
	"time"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// DNSLog asks a CoreDNS that logs, one that logs errors, and one that does not.
func DNSLog() Lab {
	up := topo.Node{Name: "up", Kind: topo.Upstream, Mode: topo.PodNetwork, Serves: []topo.Reply{
		{Name: "nx.all.lab.test.", Rcode: "NXDOMAIN", Authority: []string{rootSOA}},
		{Name: "fail.all.lab.test.", Rcode: "SERVFAIL"},
		{Name: "fail.errors.lab.test.", Rcode: "SERVFAIL"},
	}}
	dns := topo.Node{Name: "dns", Mode: topo.PodNetwork, Pod: topo.Pod{CoreDNS: topo.CoreDNS{Corefile: `. {
    log
}
all.lab.test {
    log
    cache
    forward . {up.addr}
}
errors.lab.test {
    log . {
        class error
    }
    forward . {up.addr}
}
none.lab.test {
    errors
    forward . {up.addr}
}
`}}}
	client := topo.Node{Name: "client", Mode: topo.PodNetwork, DNS: []string{"dns"}, Pod: topo.Pod{DNSPolicy: "None"}}
	ask := func(name string) topo.Question { return topo.Wire{From: client, Name: name + ".lab.test."} }
	line := func(what string, times int) is.Assertion { return is.HasTextTimes("log", `"`+what+` `, times) }

	return Lab{
		Name:     "dns-log",
		Story:    "The plugin log: which questions have a line, those that the cache answers and those that nobody can answer among them.",
		Needs:    []driver.Cap{driver.OwnCluster, driver.Pods},
		Topology: topo.Topology{up, dns, client},
		Steps: []Step{{Ask: map[string]topo.Question{
			"found":         topo.Wire{From: client, Name: "often.all.lab.test.", Times: 4},
			"over TCP":      topo.Wire{From: client, Name: "tcp.all.lab.test.", Type: "AAAA", TCP: true},
			"missing":       ask("nx.all"),
			"failing":       ask("fail.all"),
			"of no plugin":  topo.Wire{From: client, Name: "nowhere.test."},
			"found, errors": ask("good.errors"), "failing, errors": ask("fail.errors"),
			"found, none": ask("good.none"),
		}}, {Ask: map[string]topo.Question{
			"last": ask("last.all"),
		}}, {
			Do:  []topo.Act{topo.AwaitText{In: topo.LogOf(dns), Has: `"A IN last.all.lab.test. `, Within: 10 * time.Second}}, // a line is written after the answer
			Ask: map[string]topo.Question{"log": topo.LogOf(dns), "up's log": topo.Saw{Upstream: up}},
		}},
		Claims: []Claim{{
			ID:   "every-question",
			Says: "with log each question has a line, whatever the answer is, wherever it is from and whatever it came over",
			Cases: []Case{{
				When: kubernetes(""),
				Expect: is.All{
					is.Alike("found"), is.AskedTimes("up's log", "often.all.lab.test.", "A", 1), line("A IN often.all.lab.test. udp", 4),
					is.NoError("over TCP"), line("AAAA IN tcp.all.lab.test. tcp", 1),
					is.NXDomain("missing"), line("A IN nx.all.lab.test. udp", 1),
					is.ServFail("failing"), line("A IN fail.all.lab.test. udp", 1),
					is.ServFail("of no plugin"), line("A IN nowhere.test. udp", 1),
				},
				Because: "coredns plugin.cfg: log comes before cache; plugin/log/log.go ServeDNS writes after the answer; run on CoreDNS 1.12.1",
				Sources: holds("S2-66"),
			}},
		}, {
			ID:   "class",
			Says: "with class error only those have one that failed, and without log none",
			Cases: []Case{{
				When: kubernetes(""),
				Expect: is.All{
					is.NoError("found, errors"), is.LacksText("log", "good.errors"), is.ServFail("failing, errors"), line("A IN fail.errors.lab.test. udp", 1),
					is.NoError("found, none"), is.LacksText("log", "good.none"), line("A IN last.all.lab.test. udp", 1),
				},
				Because: "coredns plugin/log/setup.go: class; run on CoreDNS 1.12.1",
				Sources: holds("S2-66"),
			}},
		}},
	}
}
