package serve

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/agent"
	"github.com/dnslab/dnslab/runner/topo"
)

// Without replies, everything is as topo.Reply says.
func TestZone(t *testing.T) {
	_, server := serving(t)
	for _, c := range []struct {
		name, qtype, rcode string
		want               []string
	}{
		{"out.abc.lab.test.", "A", "NOERROR", []string{"A 203.0.113.7"}},
		{"a.b.c.ABC.lab.test.", "A", "NOERROR", []string{"A 203.0.113.7"}},
		{"abc.lab.test.", "A", "NOERROR", []string{"A 203.0.113.7"}},
		{"out.abc.lab.test.", "AAAA", "NOERROR", []string{"AAAA 2001:db8::7"}},
		{"out.abc.lab.test.", "TXT", "NOERROR", []string{`TXT "up"`}},
		{"out.abc.lab.test.", "MX", "NOERROR", []string{}},
		{"out.abc.lab.test.", "PTR", "NOERROR", []string{}},
		{"1.2.0.192.in-addr.arpa.", "PTR", "NOERROR", []string{"PTR ptr-by-up.abc.lab.test."}},
		{"8.b.d.0.1.0.0.2.ip6.arpa.", "PTR", "NOERROR", []string{"PTR ptr-by-up.abc.lab.test."}},
		{"1.2.0.192.in-addr.arpa.", "A", "NOERROR", []string{}},
		{"xabc.lab.test.", "A", "NXDOMAIN", []string{}},
		{"other.lab.test.", "A", "NXDOMAIN", []string{}},
		{"example.", "A", "NXDOMAIN", []string{}},
	} {
		t.Run(c.name+" "+c.qtype, func(t *testing.T) {
			m := answered(t, agent.Wire{Name: c.name, Type: c.qtype, Server: server})
			if m.Rcode != c.rcode || !reflect.DeepEqual(data(m.Answers), c.want) {
				t.Errorf("%s %v, want %s %v", m.Rcode, data(m.Answers), c.rcode, c.want)
			}
			if !reflect.DeepEqual(m.Flags, []string{"qr", "aa", "rd"}) {
				t.Errorf("flags %v, want qr aa rd", m.Flags)
			}
			if len(m.Answers) > 0 && (m.Answers[0].TTL != 60 || m.Answers[0].Name != c.name) {
				t.Errorf("record %+v, want TTL 60 and the name as asked", m.Answers[0])
			}
			if m.EDNS != nil || len(m.Authority)+len(m.Additional) > 0 {
				t.Errorf("more than an answer: %+v", m)
			}
		})
	}
	m := answered(t, agent.Wire{Name: "out." + zoneName, Class: "CH", Server: server})
	if m.Rcode != "NOERROR" || len(m.Answers) != 0 {
		t.Errorf("class CH: %s %v, want no data", m.Rcode, m.Answers)
	}
}

func TestReplyRcodesAndAnswers(t *testing.T) {
	const name = "out.abc.lab.test."
	for _, c := range []struct {
		name    string
		replies []topo.Reply
		asks    string // empty is name
		qtype   string
		rcode   string
		flags   string
		want    []string
	}{
		{"rcode", []topo.Reply{{Rcode: "SERVFAIL"}}, "", "A", "SERVFAIL", "qr rd", []string{}},
		{"NXDOMAIN of what would exist", []topo.Reply{{Rcode: "NXDOMAIN"}}, "", "A", "NXDOMAIN", "qr aa rd", []string{}},
		{"NOERROR of what would not", []topo.Reply{{Rcode: "NOERROR"}}, "example.", "A", "NOERROR", "qr aa rd", []string{}},
		{"not authoritative", []topo.Reply{{NotAuthoritative: true}}, "", "A", "NOERROR", "qr rd", []string{"A 203.0.113.7"}},
		{"answers", []topo.Reply{{Answers: []string{"A 192.0.2.66", "A 192.0.2.67"}}}, "", "A", "NOERROR", "qr aa rd", []string{"A 192.0.2.66", "A 192.0.2.67"}},
		{"answers beyond the zone", []topo.Reply{{Name: "example", Answers: []string{"A 192.0.2.66"}}}, "EXAMPLE.", "A", "NOERROR", "qr aa rd", []string{"A 192.0.2.66"}},
		{"no answers", []topo.Reply{{Answers: []string{}}}, "", "A", "NOERROR", "qr aa rd", []string{}},
		{"rcode and answers", []topo.Reply{{Rcode: "NXDOMAIN", Answers: []string{"CNAME gone.test."}}}, "", "A", "NXDOMAIN", "qr aa rd", []string{"CNAME gone.test."}},
		{"answers for all types", []topo.Reply{{Answers: []string{"A 192.0.2.66", "AAAA 2001:db8::66"}}}, "", "AAAA", "NOERROR", "qr aa rd", []string{"AAAA 2001:db8::66"}},
		{"answers of another type than asked for", []topo.Reply{{Type: "AAAA", Answers: []string{"A 192.0.2.66"}}}, "", "AAAA", "NOERROR", "qr aa rd", []string{"A 192.0.2.66"}},
		{"another type is not meant", []topo.Reply{{Type: "AAAA", Rcode: "SERVFAIL"}}, "", "A", "NOERROR", "qr aa rd", []string{"A 203.0.113.7"}},
		{"another name is not meant", []topo.Reply{{Name: "in.abc.lab.test.", Rcode: "SERVFAIL"}}, "", "A", "NOERROR", "qr aa rd", []string{"A 203.0.113.7"}},
		{"a wildcard", []topo.Reply{{Name: "*.abc.lab.test.", Rcode: "REFUSED"}}, "a.b.ABC.lab.test.", "A", "REFUSED", "qr rd", []string{}},
		{"a wildcard does not fit its own name", []topo.Reply{{Name: "*.abc.lab.test.", Rcode: "REFUSED"}}, "abc.lab.test.", "A", "NOERROR", "qr aa rd", []string{"A 203.0.113.7"}},
		{"a wildcard fits whole labels", []topo.Reply{{Name: "*.abc.lab.test.", Rcode: "REFUSED"}}, "xabc.lab.test.", "A", "NXDOMAIN", "qr aa rd", []string{}},
		{"the last one decides", []topo.Reply{{Rcode: "SERVFAIL"}, {Name: name, Rcode: "REFUSED"}, {Name: "x.", Rcode: "FORMERR"}}, "", "A", "REFUSED", "qr rd", []string{}},
		{"the last one decides alone", []topo.Reply{{Rcode: "SERVFAIL"}, {Delay: 1}}, "", "A", "NOERROR", "qr aa rd", []string{"A 203.0.113.7"}},
		{"a delay does not make names exist", []topo.Reply{{Delay: 1}}, "example.", "A", "NXDOMAIN", "qr aa rd", []string{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, server := serving(t, c.replies...)
			if c.asks == "" {
				c.asks = name
			}
			m := answered(t, agent.Wire{Name: c.asks, Type: c.qtype, Server: server})
			flags := strings.Join(m.Flags, " ")
			if m.Rcode != c.rcode || flags != c.flags || !reflect.DeepEqual(data(m.Answers), c.want) {
				t.Errorf("%s (%s) %v, want %s (%s) %v", m.Rcode, flags, data(m.Answers), c.rcode, c.flags, c.want)
			}
		})
	}
}

func TestReplyFollowsItsCNAME(t *testing.T) {
	_, server := serving(t, topo.Reply{Answers: []string{"CNAME web.test.", "A 192.0.2.66"}})
	m := answered(t, agent.Wire{Name: "out." + zoneName, Server: server})
	if len(m.Answers) != 2 || m.Answers[0].Name != "out."+zoneName || m.Answers[1].Name != "web.test." {
		t.Errorf("answers %+v, want the address to belong to the CNAME's target", m.Answers)
	}
}

// Records have the TTL that the reply says, padding and authority too.
func TestReplyTTL(t *testing.T) {
	const soa = "ns.test. admin.test. 1 7200 3600 86400 300"
	for _, c := range []struct {
		name  string
		reply topo.Reply
		rcode string
		ttl   uint32
		min   int // records
	}{
		{"its own answer", topo.Reply{TTL: 7200, Answers: []string{"A 192.0.2.66"}}, "NOERROR", 7200, 1},
		{"the default answer, padded", topo.Reply{TTL: 1, Size: 400}, "NOERROR", 1, 2},
		{"authority", topo.Reply{TTL: 86400, Rcode: "NXDOMAIN", Authority: []string{"SOA " + soa}}, "NXDOMAIN", 86400, 1},
		{"authority, without a TTL", topo.Reply{Rcode: "NXDOMAIN", Authority: []string{"SOA " + soa}}, "NXDOMAIN", 60, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, server := serving(t, c.reply)
			m := answered(t, agent.Wire{Name: "out." + zoneName, Server: server})
			all := append(m.Answers, m.Authority...)
			if m.Rcode != c.rcode || len(all) < c.min {
				t.Fatalf("%s with %d records, want %s with %d or more", m.Rcode, len(all), c.rcode, c.min)
			}
			for _, r := range all {
				if r.TTL != c.ttl {
					t.Errorf("%+v, want TTL %d", r, c.ttl)
				}
			}
			for _, r := range m.Authority {
				if r.Name != "." || r.Type != "SOA" || r.Data != soa {
					t.Errorf("%+v, want the root's SOA %s", r, soa)
				}
			}
			if len(m.Authority) != len(c.reply.Authority) {
				t.Errorf("%d records in the authority section, want %d", len(m.Authority), len(c.reply.Authority))
			}
		})
	}
}

// What is larger than the client can take over UDP is cut, with TC, unless the
// reply says otherwise; TCP takes all.
func TestReplySizes(t *testing.T) {
	for _, c := range []struct {
		name     string
		reply    topo.Reply
		edns     int
		tcp      bool
		tc       bool
		min, max int // of the answer, in octets
	}{
		{"padded", topo.Reply{Size: 400}, 0, false, false, 400, 420},
		{"no EDNS", topo.Reply{Size: 1000}, 0, false, true, 12, 512},
		{"a small offer counts as 512", topo.Reply{Size: 500}, 100, false, false, 500, 512},
		{"too small an offer", topo.Reply{Size: 1400}, 1232, false, true, 512, 1232},
		{"a large offer", topo.Reply{Size: 1200}, 1232, false, false, 1200, 1232},
		{"oversized", topo.Reply{Size: 1400, Oversized: true}, 0, false, false, 1400, 1420},
		{"over TCP", topo.Reply{Size: 30000}, 0, true, false, 30000, 30020},
		{"the largest", topo.Reply{Size: 65535}, 0, true, false, 65000, 65535},
		{"truncated", topo.Reply{Truncated: true}, 4096, false, true, 12, 100},
		{"truncated asked over TCP", topo.Reply{Truncated: true}, 0, true, false, 12, 100},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, server := serving(t, c.reply)
			m := answered(t, agent.Wire{Name: "out." + zoneName, Server: server, TCP: c.tcp, EDNS: c.edns})
			if tc := strings.Contains(strings.Join(m.Flags, " "), "tc"); tc != c.tc || m.Size < c.min || m.Size > c.max {
				t.Errorf("%d octets, TC %v; want %d to %d, TC %v", m.Size, tc, c.min, c.max, c.tc)
			}
			if c.reply.Truncated && c.tc != (len(m.Answers) == 0) {
				t.Errorf("%d answers, TC %v", len(m.Answers), c.tc)
			}
			if !c.reply.Truncated && (len(m.Answers) == 0 || m.Answers[0].Data != "203.0.113.7") {
				t.Errorf("answers %v, want the address first", m.Answers)
			}
			seen := map[string]bool{}
			for _, r := range m.Answers {
				if seen[r.Data] {
					t.Fatalf("%q twice: a cache would drop one", r.Data)
				}
				seen[r.Data] = true
			}
			if (m.EDNS != nil) != (c.edns > 0) {
				t.Errorf("OPT %v with an offer of %d", m.EDNS, c.edns)
			}
		})
	}
}

func TestReplyEchoesDO(t *testing.T) {
	_, server := serving(t)
	for _, do := range []bool{false, true} {
		m := answered(t, agent.Wire{Name: "out." + zoneName, Server: server, EDNS: 1232, DO: do})
		if m.EDNS == nil || m.EDNS.DO != do {
			t.Errorf("EDNS %+v, want DO %v", m.EDNS, do)
		}
	}
}

func TestReplySilentAndWrongID(t *testing.T) {
	w, server := serving(t, topo.Reply{Name: "quiet." + zoneName, Silent: true}, topo.Reply{Name: "wrong." + zoneName, WrongID: true})
	for name, detail := range map[string]string{"quiet.": "no answer", "wrong.": "1 answer with another id"} {
		for _, tcp := range []bool{false, true} {
			o := ask(t, agent.Wire{Name: name + zoneName, Server: server, TCP: tcp, TimeoutMS: soon})
			if o.Outcome != results.TimedOutAsk || !strings.Contains(o.Detail, detail) {
				t.Errorf("%s over TCP %v: %q (%s), want a time-out (%s)", name, tcp, o.Outcome, o.Detail, detail)
			}
		}
	}
	if n := len(logged(t, w)); n != 4 {
		t.Errorf("%d lines in the log, want 4: silence is logged too", n)
	}
}

// A reply that is held back for an hour holds up nobody else.
func TestReplyDelay(t *testing.T) {
	_, server := serving(t,
		topo.Reply{Name: "slow." + zoneName, Delay: time.Hour},
		topo.Reply{Name: "late." + zoneName, Delay: time.Millisecond})
	for _, tcp := range []bool{false, true} {
		if o := ask(t, agent.Wire{Name: "slow." + zoneName, Server: server, TCP: tcp, TimeoutMS: soon}); o.Outcome != results.TimedOutAsk {
			t.Errorf("slow: %q, want a time-out", o.Outcome)
		}
		answered(t, agent.Wire{Name: "late." + zoneName, Server: server, TCP: tcp})
		answered(t, agent.Wire{Name: "out." + zoneName, Server: server, TCP: tcp})
	}
}

func TestRepliesThatCannotBe(t *testing.T) {
	for _, r := range []topo.Reply{
		{Rcode: "NOPE"}, {Type: "NOPE"}, {Answers: []string{"A not-an-address"}}, {Answers: []string{""}}, {Answers: []string{"192.0.2.1"}}, {Authority: []string{"SOA ns.test."}},
	} {
		if _, err := compile([]topo.Reply{r}); err == nil {
			t.Errorf("%+v is accepted", r)
		}
	}
}
