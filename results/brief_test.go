package results_test

import (
	"net/netip"
	"testing"

	"github.com/dnslab/dnslab/results"
)

func TestBrief(t *testing.T) {
	text := "nameserver {up}\noptions ndots:0\n"
	addr := netip.MustParseAddr("10.89.0.2")
	answer := results.Observation{Kind: results.KindDNS, Outcome: results.Answered, DNS: &results.Message{
		Rcode: "NOERROR", Flags: []string{"qr", "ra"}, Answers: []results.Record{{Name: "web.", Type: "A", Data: "10.89.0.2"}},
	}}
	twice, mixed := answer, answer
	twice.More = []results.Observation{answer}
	mixed.More = []results.Observation{{Outcome: results.TimedOutAsk}}
	for want, o := range map[string]results.Observation{
		"NOERROR (qr ra): web. A 10.89.0.2":                    answer,
		"NOERROR (qr ra): web. A 10.89.0.2, 2 times":           twice,
		"in turn NOERROR (qr ra): web. A 10.89.0.2; timeout":   mixed,
		"timeout: nothing came within 10 s":                    {Outcome: results.TimedOutAsk, Detail: "nothing came within 10 s"},
		"EAI_NONAME from musl":                                 {Outcome: results.NotFound, Libc: &results.Lookup{Libc: "musl", Code: "EAI_NONAME"}},
		"10.89.0.2 from glibc":                                 {Outcome: results.Value, Libc: &results.Lookup{Libc: "glibc", Code: "0", Addrs: []netip.Addr{addr}}},
		"nameserver {up} / options ndots:0":                    {Outcome: results.Value, Text: &text},
		"nothing":                                              {Kind: results.KindUpstream, Outcome: results.Value},
		"udp 10.89.0.2:53 aardvark-dns; tcp 10.89.0.2:53":      {Outcome: results.Value, Sockets: []results.Socket{{Transport: "udp", Addr: addr, Port: 53, Owner: "aardvark-dns"}, {Transport: "tcp", Addr: addr, Port: 53}}},
		"nobody. A over udp":                                   {Outcome: results.Value, Log: []results.Query{{Name: "nobody.", Type: "A", Transport: "udp"}}},
		"a. NOERROR 10.89.0.2; b. NXDOMAIN":                    {Outcome: results.Value, Table: map[string]results.TableEntry{"b.": {Rcode: "NXDOMAIN"}, "a.": {Rcode: "NOERROR", Addrs: []netip.Addr{addr}}}},
		"dockerd (1); init (2); sh (3); sleep (4); and 1 more": {Outcome: results.Value, Processes: []results.Process{{1, "dockerd"}, {2, "init"}, {3, "sh"}, {4, "sleep"}, {5, "cat"}}},
		"nat DOCKER_OUTPUT: -j DNAT --to 127.0.0.11:40000":     {Outcome: results.Value, Rules: []results.Rule{{Table: "nat", Chain: "DOCKER_OUTPUT", Spec: "-j DNAT --to 127.0.0.11:40000"}}},
	} {
		if got := o.Brief(); got != want {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	}
}
