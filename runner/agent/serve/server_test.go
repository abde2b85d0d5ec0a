package serve

import (
	"net"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/agent"
	"github.com/dnslab/dnslab/runner/topo"
)

// logged returns the log as the agent reports it.
func logged(t *testing.T, w *worker) []results.Query {
	t.Helper()
	o, err := w.log()
	if err != nil {
		t.Fatal(err)
	}
	if o.Kind != results.KindUpstream || o.Outcome != results.Value {
		t.Errorf("log is %s %s", o.Kind, o.Outcome)
	}
	return o.Log
}

// The log is the evidence of who asked what, so each part of a query is in it
// as it was asked.
func TestLog(t *testing.T) {
	w, server := serving(t)
	start := time.Now()
	answered(t, agent.Wire{Name: "OuT." + zoneName, Server: server, EDNS: 1232, DO: true})
	answered(t, agent.Wire{Name: `a\000b.example`, Type: "TYPE65280", Class: "CH", Server: server, NoRD: true, TCP: true})

	log := logged(t, w)
	if len(log) != 2 {
		t.Fatalf("%d lines, want 2", len(log))
	}
	for i, want := range []results.Query{
		{Transport: "udp", Name: "OuT." + zoneName, Type: "A", Class: "IN", EDNS: &results.EDNS{UDPSize: 1232, DO: true}, RD: true},
		{Transport: "tcp", Name: `a\000b.example.`, Type: "TYPE65280", Class: "CH"},
	} {
		got := log[i]
		if got.From != netip.MustParseAddr("127.0.0.1") || got.Port == 0 {
			t.Errorf("from %v port %d, want 127.0.0.1 and the client's port", got.From, got.Port)
		}
		if got.Time.Before(start.Add(-time.Second)) || got.Time.After(time.Now().Add(time.Second)) || got.Time.Location() != time.UTC {
			t.Errorf("at %v, want now in UTC", got.Time)
		}
		got.From, got.Port, got.Time = want.From, want.Port, want.Time
		if !reflect.DeepEqual(got, want) {
			t.Errorf("line %d: %+v, want %+v", i, got, want)
		}
	}
}

// What no resolver should send is logged as far as it can be read, and gets
// what a server answers to it.
func TestLogOfOddMessages(t *testing.T) {
	pack := func(change func(*dns.Msg)) []byte {
		m := new(dns.Msg).SetQuestion("out."+zoneName, dns.TypeA)
		change(m)
		octets, err := m.Pack()
		if err != nil {
			t.Fatal(err)
		}
		return octets
	}
	two := pack(func(m *dns.Msg) {
		m.Question = append(m.Question, dns.Question{Name: "two.", Qtype: dns.TypeAAAA, Qclass: dns.ClassINET})
	})
	lies := pack(func(*dns.Msg) {})
	lies[11] = 1 // an additional record, which is then only half there
	lies = append(lies, 0, 0)
	for _, c := range []struct {
		name   string
		octets []byte
		rcode  string // empty: no answer
		want   []string
	}{
		{"notify", pack(func(m *dns.Msg) { m.Opcode = dns.OpcodeNotify }), "NOTIMP", []string{"out." + zoneName}},
		{"update", pack(func(m *dns.Msg) { m.Opcode = dns.OpcodeUpdate }), "NOTIMP", []string{"out." + zoneName}},
		{"two questions", two, "FORMERR", []string{"out." + zoneName, "two."}},
		{"no question", pack(func(m *dns.Msg) { m.Question = nil }), "FORMERR", []string{""}},
		{"a record cut", lies, "FORMERR", []string{"out." + zoneName}},
		{"a response", pack(func(m *dns.Msg) { m.Response = true }), "", []string{"out." + zoneName}},
		{"a response cut", func() []byte { m := append([]byte(nil), lies...); m[2] |= 0x80; return m }(), "", []string{"out." + zoneName}},
		{"four octets", []byte("what"), "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, server := serving(t)
			timeout := long
			if c.rcode == "" {
				timeout = soon
			}
			o, err := newWorker().raw(agent.Raw{Server: server, Octets: c.octets, TimeoutMS: timeout})
			if err != nil {
				t.Fatal(err)
			}
			if c.rcode == "" && o.Outcome != results.TimedOutAsk {
				t.Errorf("outcome %q, want silence", o.Outcome)
			}
			if c.rcode != "" && (o.DNS == nil || o.DNS.Rcode != c.rcode || o.DNS.ID != uint16(c.octets[0])<<8|uint16(c.octets[1])) {
				t.Errorf("%q %+v, want %s", o.Outcome, o.DNS, c.rcode)
			}
			var names []string
			for _, q := range logged(t, w) {
				names = append(names, q.Name)
			}
			if !reflect.DeepEqual(names, c.want) {
				t.Errorf("log has %q, want %q", names, c.want)
			}
		})
	}
}

func TestProgramAppends(t *testing.T) {
	w, server := serving(t, topo.Reply{Rcode: "SERVFAIL"})
	q := agent.Wire{Name: "out." + zoneName, Server: server}
	if m := answered(t, q); m.Rcode != "SERVFAIL" {
		t.Errorf("%s before, want SERVFAIL", m.Rcode)
	}
	if err := w.program([]topo.Reply{{Name: q.Name, Rcode: "REFUSED"}}); err != nil {
		t.Fatal(err)
	}
	if m := answered(t, q); m.Rcode != "REFUSED" {
		t.Errorf("%s after, want REFUSED", m.Rcode)
	}
	if m := answered(t, agent.Wire{Name: "in." + zoneName, Server: server}); m.Rcode != "SERVFAIL" {
		t.Errorf("%s for another name, want the reply from the start", m.Rcode)
	}
	if err := w.program([]topo.Reply{{Rcode: "NOPE"}}); err == nil {
		t.Error("a reply that cannot be is accepted")
	}
}

// A second Serve changes neither sockets nor replies nor log.
func TestServeIsIdempotent(t *testing.T) {
	w, server := serving(t)
	answered(t, agent.Wire{Name: "out." + zoneName, Server: server})
	before := w.upstream
	if err := w.serve(agent.Serve{Name: "other", Number: 9, Zone: "other.", Replies: []topo.Reply{{Rcode: "REFUSED"}}}); err != nil {
		t.Fatal(err)
	}
	if m := answered(t, agent.Wire{Name: "out." + zoneName, Server: server}); w.upstream != before || m.Rcode != "NOERROR" || len(logged(t, w)) != 2 {
		t.Errorf("it is another server now: %+v", m)
	}
}

// Whoever asks a closed port is told so by the kernel, not left waiting.
func TestCloseRefuses(t *testing.T) {
	for _, c := range []struct {
		transport string
		udp, tcp  results.Outcome
	}{
		{"udp", results.Refused, results.Answered},
		{"tcp", results.Answered, results.Refused},
		{"", results.Refused, results.Refused},
	} {
		t.Run("transport "+c.transport, func(t *testing.T) {
			w, server := serving(t)
			conn, err := net.Dial("tcp", server)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			over(t, conn)
			for range 2 { // the second time has nothing to do
				if err := w.close(agent.Close{Transport: c.transport}); err != nil {
					t.Fatal(err)
				}
			}
			for tcp, want := range map[bool]results.Outcome{false: c.udp, true: c.tcp} {
				if o := ask(t, agent.Wire{Name: "out." + zoneName, Server: server, TCP: tcp}); o.Outcome != want {
					t.Errorf("over TCP %v: %q, want %q", tcp, o.Outcome, want)
				}
			}
			if c.tcp == results.Refused {
				if m, err := receiveFramed(conn); err == nil {
					t.Errorf("the old connection is open and gives %q", m)
				}
			} else {
				over(t, conn)
			}
		})
	}
	w, _ := serving(t)
	if err := w.close(agent.Close{Transport: "sctp"}); err == nil {
		t.Error("closing sctp is no error")
	}
}

// over asks on an open connection.
func over(t *testing.T, conn net.Conn) {
	t.Helper()
	query, err := build(agent.Wire{}, "out."+zoneName)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Write(framed(query)); err != nil {
		t.Fatal(err)
	}
	answer, err := receiveFramed(conn)
	if err != nil || !sameID(query)(answer) {
		t.Fatalf("answer %q, %v", answer, err)
	}
}

// A connection serves many queries, and one that is held back holds up none
// behind it, nor is it lost when the client has no more to ask.
func TestOneConnectionManyQueries(t *testing.T) {
	_, server := serving(t, topo.Reply{Name: "late." + zoneName, Delay: 50 * time.Millisecond})
	conn, err := net.Dial("tcp", server)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	over(t, conn)
	late, err := build(agent.Wire{}, "late."+zoneName)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Write(framed(late)); err != nil {
		t.Fatal(err)
	}
	over(t, conn)
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if answer, err := receiveFramed(conn); err != nil || !sameID(late)(answer) {
		t.Errorf("answer %q, %v, want the late one", answer, err)
	}
}

// A client takes an answer only from the address that it asked, so on all
// addresses the server must answer from that one. The log names IPv4 clients
// by their IPv4 address.
func TestServeOnAllAddresses(t *testing.T) {
	w := newWorker()
	w.listen = ":0"
	if err := w.serve(agent.Serve{Name: "up", Number: 1, Zone: zoneName}); err != nil {
		t.Fatal(err)
	}
	defer w.close(agent.Close{})
	_, port, err := net.SplitHostPort(w.upstream.udp.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	addrs := []string{"127.0.0.1", "127.0.0.2"}
	if l, err := net.Listen("tcp6", "[::1]:0"); err == nil {
		l.Close()
		addrs = append(addrs, "::1")
	}
	for _, a := range addrs {
		for _, tcp := range []bool{false, true} {
			answered(t, agent.Wire{Name: "out." + zoneName, Server: net.JoinHostPort(a, port), TCP: tcp})
		}
	}
	log := logged(t, w)
	if len(log) != 2*len(addrs) {
		t.Fatalf("%d lines, want %d", len(log), 2*len(addrs))
	}
	for i, q := range log {
		if v4 := strings.HasPrefix(addrs[i/2], "127."); q.From.Is4() != v4 || !q.From.IsLoopback() {
			t.Errorf("query to %s is from %v", addrs[i/2], q.From)
		}
	}
}

func TestUpstreamActsNeedServe(t *testing.T) {
	w := newWorker()
	if _, err := w.log(); err == nil {
		t.Error("a log without a server is no error: it would say that nobody asked")
	}
	if err := w.program([]topo.Reply{{}}); err == nil {
		t.Error("programming without a server is no error")
	}
	if err := w.close(agent.Close{}); err == nil {
		t.Error("closing without a server is no error")
	}
}
