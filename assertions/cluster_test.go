package assertions_test

import (
	"net/netip"
	"strings"
	"testing"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/topo"
)

// What a cluster's DNS says beside its answers: each judge holds of it, and
// says what was there where something else was.
func TestOfClusters(t *testing.T) {
	soa := results.Record{Name: "cluster.example.", Type: "SOA", TTL: 30, Data: "ns.dns.cluster.example. hostmaster.cluster.example. 1 7200 1800 86400 30"}
	front := topo.Node{Name: "front"}
	at := netip.MustParseAddr("10.96.0.7")
	srv := results.Message{Rcode: "NOERROR", Answers: []results.Record{{Type: "SRV", Data: "0 100 53 front.lab.svc.cluster.example."}}, Additional: []results.Record{{Type: "A", Data: at.String()}}}
	e := results.Evidence{
		Facts: map[string]string{"cluster-domain": "cluster.example"},
		Addrs: map[string]results.Addresses{"SRV": {"front": {"service": {at}}}, "none": {}},
		Seen: map[string]results.Observation{
			"missing": {Kind: results.KindDNS, Outcome: results.Answered, DNS: &results.Message{Rcode: "NXDOMAIN", Authority: []results.Record{soa}}},
			"SRV":     {Kind: results.KindDNS, Outcome: results.Answered, DNS: &srv},
			"silent":  {Kind: results.KindDNS, Outcome: results.TimedOutAsk},
		},
	}
	for _, tt := range []struct {
		a    is.Assertion
		want string // what is wrong; empty is nothing
	}{
		{is.SaysWhoseZone("missing", "{cluster-domain}."), ""},
		{is.SaysWhoseZone("missing", "cluster.local."), "should have the SOA of cluster.local., but had that of cluster.example."},
		{is.SaysWhoseZone("SRV", "{cluster-domain}."), "should have an SOA and no answer"},
		{is.SaysWhoseZone("silent", "{cluster-domain}."), "but was: timeout"},
		{is.Data("SRV", "0 100 53 front.lab.svc.{cluster-domain}."), ""},
		{is.Data("SRV", "0 100 53 front.lab.svc.cluster.local."), "should say 0 100 53 front.lab.svc.cluster.local., but was: NOERROR, SRV"},
		{is.Data("missing"), "should say"},
		{is.BringsAddresses("SRV", front), ""},
		{is.BringsAddresses("SRV", front, topo.Node{Name: "web"}), "should bring along the addresses of front, web, but has 1 additional records"},
	} {
		err := tt.a.Check(e)
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.a, err, tt.want)
		}
	}
}

// The log of a CoreDNS is judged as that of an upstream is.
func TestLogOfCoreDNS(t *testing.T) {
	text := `.:53
CoreDNS-1.12.1
[INFO] 10.244.0.7:53281 - 55211 "A IN web.lab.svc.cluster.local. udp 50 false 512" NOERROR qr,aa,rd 98 0.000123s
[INFO] 10.244.0.7:53281 - 55212 "AAAA IN web.lab.svc.cluster.local. udp 50 false 512" NOERROR qr,aa,rd 98 0.000123s
[INFO] 10.244.0.7:53282 - 1 "A IN web.svc.cluster.local. tcp 50 false 65535" NXDOMAIN qr,aa,rd 98 0.000123s
[ERROR] plugin/errors: 2 out.lab.test. A: dial udp: no route
`
	client := topo.Node{Name: "client"}
	e := results.Evidence{
		Addrs: map[string]results.Addresses{"log": {"client": {"pod": {netip.MustParseAddr("10.244.0.7")}}}},
		Seen: map[string]results.Observation{
			"log":   {Kind: results.KindFile, Place: results.Place{At: "api"}, Outcome: results.Value, Text: &text},
			"file":  {Kind: results.KindFile, Place: results.Place{At: "container", Name: "x"}, Outcome: results.Value, Text: &text},
			"empty": {Kind: results.KindFile, Place: results.Place{At: "api"}, Outcome: results.Value},
		},
	}
	for _, a := range []is.Assertion{
		is.AskedTimes("log", "web.lab.svc.cluster.local.", "A", 1), is.AskedTimes("log", "web.lab.svc.cluster.local.", "AAAA", 1),
		is.AskedBeginning("log", "web.", "web.lab.svc.cluster.local.", "web.svc.cluster.local."),
		is.AskedOver("log", "web.svc.cluster.local.", "tcp"), is.AskedFrom("log", "web.svc.cluster.local.", client),
		is.NotAskedBut("log", "out.lab.test.", "web.svc.cluster.local."),
	} {
		if err := a.Check(e); err != nil {
			t.Errorf("%s: %v", a, err)
		}
	}
	for _, a := range []is.Assertion{
		is.AskedTimes("log", "web.lab.svc.cluster.local.", "A", 2), is.AskedOver("log", "web.svc.cluster.local.", "udp"),
		is.Asked("file", "web.svc.cluster.local."), is.AskedTimes("empty", "web.svc.cluster.local.", "A", 0),
		is.NotAskedBut("empty", "out.lab.test.", "web.svc.cluster.local."),
	} {
		if a.Check(e) == nil {
			t.Errorf("%s: holds", a)
		}
	}
}
