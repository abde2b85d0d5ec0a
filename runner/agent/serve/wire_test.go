package serve

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/agent"
	"github.com/dnslab/dnslab/runner/topo"
)

// The flags and options of a query are those that were asked for and no
// others: a claim about what a resolver passes on depends on it.
func TestWireBuildsExactlyTheQuery(t *testing.T) {
	for _, c := range []struct {
		name string
		ask  agent.Wire
		want func(dns.Msg) bool
		what string
	}{
		{"plain", agent.Wire{Name: "web"}, func(m dns.Msg) bool {
			return m.RecursionDesired && !m.AuthenticatedData && !m.CheckingDisabled && len(m.Extra) == 0 &&
				m.Question[0] == dns.Question{Name: "web.", Qtype: dns.TypeA, Qclass: dns.ClassINET}
		}, "RD, one question for A, class IN, no OPT"},
		{"no recursion", agent.Wire{Name: "web.", NoRD: true}, func(m dns.Msg) bool { return !m.RecursionDesired }, "RD clear"},
		{"EDNS", agent.Wire{Name: "web.", EDNS: 1232}, func(m dns.Msg) bool {
			return m.IsEdns0() != nil && m.IsEdns0().UDPSize() == 1232 && !m.IsEdns0().Do()
		}, "OPT with 1232 octets, DO clear"},
		{"DO", agent.Wire{Name: "web.", EDNS: 4096, DO: true}, func(m dns.Msg) bool { return m.IsEdns0().Do() }, "DO set"},
		{"class", agent.Wire{Name: "version.bind", Type: "TXT", Class: "ch"}, func(m dns.Msg) bool {
			return m.Question[0].Qclass == dns.ClassCHAOS && m.Question[0].Qtype == dns.TypeTXT
		}, "TXT in CH"},
		{"unknown type", agent.Wire{Name: "web.", Type: "TYPE65280"}, func(m dns.Msg) bool { return m.Question[0].Qtype == 65280 }, "type 65280"},
		{"unknown class", agent.Wire{Name: "web.", Class: "CLASS250"}, func(m dns.Msg) bool { return m.Question[0].Qclass == 250 }, "class 250"},
		{"escaped octets", agent.Wire{Name: `a\000b\.c.`}, func(m dns.Msg) bool { return m.Question[0].Name == `a\000b\.c.` }, "the octets 0 and '.' in a label"},
		{"root", agent.Wire{Name: ""}, func(m dns.Msg) bool { return m.Question[0].Name == "." }, "the root"},
	} {
		t.Run(c.name, func(t *testing.T) {
			octets, err := build(c.ask, dns.Fqdn(c.ask.Name))
			if err != nil {
				t.Fatal(err)
			}
			var m dns.Msg
			if err := m.Unpack(octets); err != nil {
				t.Fatal(err)
			}
			if !c.want(m) {
				t.Errorf("built\n%v\nwant %s", &m, c.what)
			}
		})
	}
}

// A question that no query can be made of is an error: nothing came back
// because nothing was sent.
func TestWireRefusesWhatCannotBeAsked(t *testing.T) {
	for _, q := range []agent.Wire{
		{Name: strings.Repeat("a", 64)},
		{Name: "a..b."},
		{Name: "web.", Type: "TYPE70000"},
		{Name: "web.", Type: "NONSENSE"},
		{Name: "web.", Class: "XX"},
		{Name: "web.", Server: "dns.example"},
	} {
		if q.Server == "" {
			q.Server = "127.0.0.1:1"
		}
		if o, err := newWorker().wire(q); err == nil {
			t.Errorf("%+v: %+v, want an error", q, o)
		}
	}
}

func TestWireReadsTheWholeMessage(t *testing.T) {
	server := datagrams(t, func(query []byte) [][]byte {
		return [][]byte{packed(t, query, func(a *dns.Msg) {
			a.Authoritative, a.RecursionAvailable, a.AuthenticatedData, a.CheckingDisabled = true, true, true, true
			for _, s := range []string{
				"WEB.lab. 30 IN CNAME db.lab.", "db.lab. 31 IN A 192.0.2.1", "db.lab. 32 IN AAAA 2001:db8::1",
				`db.lab. 33 IN TXT "a b" "c"`, `db.lab. 34 IN TYPE65280 \# 3 010203`, "db.lab. 35 IN MX 10 mail.lab.",
			} {
				rr, err := dns.NewRR(s)
				if err != nil {
					t.Error(err)
				}
				a.Answer = append(a.Answer, rr)
			}
			ns, _ := dns.NewRR("lab. 36 IN NS ns.lab.")
			glue, _ := dns.NewRR("ns.lab. 37 IN A 192.0.2.2")
			a.Ns, a.Extra = []dns.RR{ns}, []dns.RR{glue}
			a.SetEdns0(1400, true)
		})}
	})
	o := ask(t, agent.Wire{Name: "WEB.lab", Type: "a", Server: server, EDNS: 1232})
	if o.Kind != results.KindDNS || o.Server != server || o.Transport != "udp" || o.DurationMS <= 0 || o.Detail != "" {
		t.Errorf("observation %+v, want kind, server, transport and duration", o)
	}
	m := *o.DNS
	check := func(what string, got, want any) {
		t.Helper()
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	check("rcode", m.Rcode, "NOERROR")
	check("flags", m.Flags, []string{"qr", "aa", "rd", "ra", "ad", "cd"})
	check("question", m.Question, []string{"WEB.lab. IN A"})
	check("answers", data(m.Answers), []string{
		"CNAME db.lab.", "A 192.0.2.1", "AAAA 2001:db8::1", `TXT "a b" "c"`, `TYPE65280 \# 3 010203`, "MX 10 mail.lab.",
	})
	check("first answer", m.Answers[0], results.Record{Name: "WEB.lab.", Type: "CNAME", TTL: 30, Data: "db.lab."})
	check("authority", data(m.Authority), []string{"NS ns.lab."})
	check("additional", data(m.Additional), []string{"A 192.0.2.2"})
	check("EDNS", m.EDNS, &results.EDNS{UDPSize: 1400, DO: true})
	if len(m.Addrs) != 2 || m.Addrs[0].String() != "192.0.2.1" || m.Addrs[1].String() != "2001:db8::1" {
		t.Errorf("addresses %v, want those of the answers in order", m.Addrs)
	}
	if m.Size < 150 {
		t.Errorf("size %d, want that on the wire", m.Size)
	}
}

func TestRcodesWithoutAName(t *testing.T) {
	for n, want := range map[int]string{0: "NOERROR", 3: "NXDOMAIN", 12: "RCODE 12", 16: "BADVERS", 3841: "RCODE 3841"} {
		if got := rcode(n); got != want {
			t.Errorf("rcode %d is %q, want %q", n, got, want)
		}
	}
}

// Each way not to get an answer is another observation.
func TestWireTellsOutcomesApart(t *testing.T) {
	silent := datagrams(t, func([]byte) [][]byte { return nil })
	empty := func(a *dns.Msg) {}
	for _, c := range []struct {
		name   string
		server string
		tcp    bool
		want   results.Outcome
		detail string
	}{
		{"silence", silent, false, results.TimedOutAsk, "no answer within"},
		{"closed UDP port", closedPort(t), false, results.Refused, "refused"},
		{"closed TCP port", closedPort(t), true, results.Refused, "refused"},
		{"no way there", "fe80::1", false, results.Unreachable, ""},
		{"one octet", datagrams(t, func([]byte) [][]byte { return [][]byte{{1}} }), false, results.Malformed, "1 octets"},
		{"cut between records", datagrams(t, func(q []byte) [][]byte {
			m := packed(t, q, empty)
			m[7] = 2 // promises two answers
			return [][]byte{m}
		}), false, results.Malformed, "promises 2 records in the answer section, there are 0"},
		{"cut in a name", datagrams(t, func(q []byte) [][]byte { return [][]byte{packed(t, q, empty)[:14]} }), false, results.Malformed, "14 octets"},
		{"closed stream", streams(t, func([]byte) []byte { return nil }), true, results.Malformed, "closed without an answer"},
		{"length cut", streams(t, func([]byte) []byte { return []byte{0} }), true, results.Malformed, "after 1 octet of its length"},
		{"stream cut", streams(t, func(q []byte) []byte { return framed(packed(t, q, empty))[:12] }), true, results.Malformed, "after 10 of 21 octets"},
		{"answer", streams(t, func(q []byte) []byte { return framed(packed(t, q, empty)) }), true, results.Answered, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			q := agent.Wire{Name: "web.", Server: c.server, TCP: c.tcp, TimeoutMS: long}
			if c.want == results.TimedOutAsk {
				q.TimeoutMS = soon
			}
			o := ask(t, q)
			if o.Outcome != c.want || !strings.Contains(o.Detail, c.detail) {
				t.Errorf("outcome %q (%s), want %q (%s)", o.Outcome, o.Detail, c.want, c.detail)
			}
			if (o.DNS != nil) != (c.want == results.Answered) {
				t.Errorf("message %v with outcome %q", o.DNS, o.Outcome)
			}
		})
	}
}

func TestOutcomeOfErrors(t *testing.T) {
	for err, want := range map[error]results.Outcome{
		syscall.ECONNREFUSED:   results.Refused,
		syscall.ENETUNREACH:    results.Unreachable,
		syscall.EHOSTUNREACH:   results.Unreachable,
		syscall.EPERM:          results.Unreachable,
		syscall.ETIMEDOUT:      results.TimedOutAsk,
		os.ErrDeadlineExceeded: results.TimedOutAsk,
		syscall.ECONNRESET:     results.Malformed,
		errCut:                 results.Malformed,
	} {
		if got := outcome(&net.OpError{Op: "read", Err: err}); got != want {
			t.Errorf("%v is %q, want %q", err, got, want)
		}
	}
	if got := outcome(errors.New("something else")); got != results.Unreachable {
		t.Errorf("an unknown error is %q, want %q", got, results.Unreachable)
	}
}

// An answer to somebody else's question is not ours; the right one may follow.
func TestWireIgnoresOtherIDs(t *testing.T) {
	wrong := func(q []byte) []byte { return packed(t, q, func(a *dns.Msg) { a.Id++; a.Rcode = dns.RcodeRefused }) }
	right := func(q []byte) []byte { return packed(t, q, func(a *dns.Msg) {}) }
	for _, c := range []struct {
		name    string
		script  func(q []byte) [][]byte
		timeout int
		want    results.Outcome
		detail  string
	}{
		{"then the right one", func(q []byte) [][]byte { return [][]byte{wrong(q), wrong(q), right(q)} }, long, results.Answered, "2 answers with another id ignored"},
		{"nothing else", func(q []byte) [][]byte { return [][]byte{wrong(q)} }, soon, results.TimedOutAsk, "1 answer with another id ignored"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := ask(t, agent.Wire{Name: "web.", Server: datagrams(t, c.script), TimeoutMS: c.timeout})
			if o.Outcome != c.want || !strings.Contains(o.Detail, c.detail) {
				t.Errorf("outcome %q (%s), want %q (%s)", o.Outcome, o.Detail, c.want, c.detail)
			}
			if o.DNS != nil && o.DNS.Rcode != "NOERROR" {
				t.Errorf("rcode %s: that was the answer to ignore", o.DNS.Rcode)
			}
		})
	}
}

func TestWireAsksSeveralTimes(t *testing.T) {
	w, server := serving(t)
	o := ask(t, agent.Wire{Name: "out." + zoneName, Server: server, Times: 3})
	if len(o.More) != 2 {
		t.Fatalf("%d more observations, want 2", len(o.More))
	}
	for _, o := range o.More {
		if o.Outcome != results.Answered || o.Server != server || len(o.More) != 0 {
			t.Errorf("a later one is %+v", o)
		}
	}
	if n := len(logged(t, w)); n != 3 {
		t.Errorf("the upstream saw %d queries, want 3", n)
	}
}

// The search list is applied as glibc does: what a stub resolver asks, and in
// which order, is what a claim about ndots is judged by.
func TestWireSearches(t *testing.T) {
	_, server := serving(t,
		topo.Reply{Rcode: "NXDOMAIN"},
		topo.Reply{Name: "web.b.test.", Answers: []string{"A 192.0.2.9"}},
		topo.Reply{Name: "broken.a.test.", Rcode: "SERVFAIL"},
		topo.Reply{Name: "broken.b.test.", Answers: []string{"A 192.0.2.9"}},
		topo.Reply{Name: "nodata.a.test.", Rcode: "NOERROR", Answers: []string{}},
		topo.Reply{Name: "nodata.b.test.", Answers: []string{"A 192.0.2.9"}},
		topo.Reply{Name: "refused.a.test.", Rcode: "REFUSED"},
		topo.Reply{Name: "silent.a.test.", Silent: true},
		topo.Reply{Name: "x.y.", Answers: []string{"A 192.0.2.9"}},
	)
	for _, c := range []struct {
		name, asks, conf string
		want             []string
	}{
		{"suffixes before the name itself", "web", "search a.test b.test", []string{"web.a.test.", "web.b.test."}},
		{"the name itself last", "none", "search a.test b.test", []string{"none.a.test.", "none.b.test.", "none."}},
		{"enough dots", "x.y", "search a.test", []string{"x.y."}},
		{"enough dots, then suffixes", "n.n", "search a.test", []string{"n.n.", "n.n.a.test."}},
		{"ndots", "x.y", "search a.test\noptions ndots:2", []string{"x.y.a.test.", "x.y."}},
		{"ndots:0", "none", "search a.test\noptions ndots:0", []string{"none.", "none.a.test."}},
		{"a final dot", "none.", "search a.test", []string{"none."}},
		{"no data leads on", "nodata", "search a.test b.test", []string{"nodata.a.test.", "nodata.b.test."}},
		{"SERVFAIL leads on", "broken", "search a.test b.test", []string{"broken.a.test.", "broken.b.test."}},
		{"REFUSED ends it", "refused", "search a.test b.test", []string{"refused.a.test."}},
		{"silence ends it", "silent", "search a.test b.test", []string{"silent.a.test."}},
		{"the last search line counts", "web", "search a.test\nsearch b.test", []string{"web.b.test."}},
		{"domain", "web", "domain b.test", []string{"web.b.test."}},
		{"the root, once", "none", "search . a.test", []string{"none.", "none.a.test."}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorker()
			w.resolvConf = write(t, t.TempDir()+"/resolv.conf", "nameserver 127.0.0.1\n"+c.conf+"\n", 0o644)
			timeout := long
			if c.asks == "silent" {
				timeout = soon
			}
			o, err := w.wire(agent.Wire{Name: c.asks, Search: true, Server: server, TimeoutMS: timeout})
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(o.Tried, c.want) {
				t.Errorf("tried %v, want %v", o.Tried, c.want)
			}
		})
	}
}

func TestServerOfResolvConf(t *testing.T) {
	w := newWorker()
	dir := t.TempDir()
	for _, c := range []struct{ name, given, conf, want string }{
		{"the first", "", "nameserver 127.0.0.11\nnameserver 127.0.0.1\n", "127.0.0.11:53"},
		{"the first that is an address", "", "nameserver dns.example\nnameserver ::1\n", "[::1]:53"},
		{"given", "127.0.0.5", "nameserver 127.0.0.11\n", "127.0.0.5:53"},
		{"given with a port", "[::1]:5353", "", "[::1]:5353"},
	} {
		w.resolvConf = write(t, dir+"/resolv.conf", c.conf, 0o644)
		got, err := w.server(c.given)
		if err != nil || got.String() != c.want {
			t.Errorf("%s: %v, %v, want %s", c.name, got, err, c.want)
		}
	}
	for _, conf := range []string{write(t, dir+"/none", "search lan\n", 0o644), dir + "/missing"} {
		w.resolvConf = conf
		for name, q := range map[string]agent.Ask{
			"wire": {Wire: &agent.Wire{Name: "web", Search: true}}, "sweep": {Sweep: &agent.Sweep{}}, "raw": {Raw: &agent.Raw{}},
		} {
			o, err := w.ask(q)
			if err != nil || o.Outcome != results.NotFound || !strings.Contains(o.Detail, "no name server") {
				t.Errorf("%s with %q: %+v, %v, want not-found", name, conf, o, err)
			}
		}
	}
}

func TestSweep(t *testing.T) {
	w, server := serving(t, topo.Reply{Name: "bad." + zoneName, Rcode: "SERVFAIL"}, topo.Reply{Name: "late." + zoneName, Delay: time.Millisecond})
	w.resolvConf = write(t, w.resolvConf, "nameserver 127.0.0.1\n", 0o644)
	w.port = netip.MustParseAddrPort(server).Port()

	names := []string{"bad." + zoneName, "example"}
	for i := range 3 * sweepWidth {
		names = append(names, fmt.Sprintf("n%d.%s", i, zoneName))
	}
	o, err := w.sweep(agent.Sweep{Names: names, Type: "AAAA"})
	if err != nil {
		t.Fatal(err)
	}
	if o.Kind != results.KindCommand || o.Outcome != results.Value || o.Server != server || len(o.Table) != len(names) {
		t.Errorf("%s %s of %s with %d entries, want a table of %d", o.Kind, o.Outcome, o.Server, len(o.Table), len(names))
	}
	for name, want := range map[string]results.TableEntry{
		"bad." + zoneName: {Outcome: results.Answered, Rcode: "SERVFAIL", Addrs: []netip.Addr{}},
		"example":         {Outcome: results.Answered, Rcode: "NXDOMAIN", Addrs: []netip.Addr{}},
		"n95." + zoneName: {Outcome: results.Answered, Rcode: "NOERROR", Addrs: []netip.Addr{netip.MustParseAddr("2001:db8::7")}},
	} {
		if got := o.Table[name]; !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
	}

	w.port = netip.MustParseAddrPort(closedPort(t)).Port()
	if o, err = w.sweep(agent.Sweep{Names: []string{"web"}}); err != nil || o.Table["web"].Outcome != results.Refused {
		t.Errorf("%+v, %v, want refused", o, err)
	}
	if _, err := w.sweep(agent.Sweep{Names: []string{"a..b"}}); err == nil {
		t.Error("a name that cannot be asked for is no error")
	}
}

func TestRaw(t *testing.T) {
	_, upstream := serving(t)
	query, err := build(agent.Wire{}, "out."+zoneName)
	if err != nil {
		t.Fatal(err)
	}
	twice := append([]byte(nil), query...)
	twice[5] = 2
	twice = append(twice, query[12:]...)
	for _, c := range []struct {
		name   string
		octets []byte
		server string
		tcp    bool
		want   results.Outcome
		rcode  string
	}{
		{"a query", query, upstream, false, results.Answered, "NOERROR"},
		{"a query over TCP", query, upstream, true, results.Answered, "NOERROR"},
		{"two questions", twice, upstream, false, results.Answered, "FORMERR"},
		{"an unfinished name", query[:15], upstream, true, results.Answered, "FORMERR"},
		{"too little", query[:5], upstream, false, results.TimedOutAsk, ""},
		{"nonsense back", query, datagrams(t, func([]byte) [][]byte { return [][]byte{[]byte("no")} }), false, results.Malformed, ""},
		{"another id back", query, datagrams(t, func(q []byte) [][]byte {
			return [][]byte{packed(t, q, func(a *dns.Msg) { a.Id++ })}
		}), false, results.Answered, "NOERROR"},
		{"closed", query, streams(t, func([]byte) []byte { return nil }), true, results.Malformed, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			timeout := long
			if c.want == results.TimedOutAsk {
				timeout = soon
			}
			o, err := newWorker().raw(agent.Raw{Server: c.server, TCP: c.tcp, Octets: c.octets, TimeoutMS: timeout})
			if err != nil {
				t.Fatal(err)
			}
			if o.Outcome != c.want || o.DNS != nil && o.DNS.Rcode != c.rcode {
				t.Errorf("outcome %q (%s), message %+v, want %q %s", o.Outcome, o.Detail, o.DNS, c.want, c.rcode)
			}
		})
	}
}
