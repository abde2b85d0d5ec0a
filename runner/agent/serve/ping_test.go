package serve

import (
	"net"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/agent"
)

func TestPingLoopback(t *testing.T) {
	for _, to := range []string{"127.0.0.1", "::1"} {
		if l, err := net.Listen("tcp", net.JoinHostPort(to, "0")); err != nil {
			t.Logf("%s is not here: %v", to, err)
			continue
		} else {
			l.Close()
		}
		o, err := ping(agent.Ping{To: to, TimeoutMS: long})
		if err != nil && os.Getuid() != 0 {
			t.Logf("%s: %v", to, err) // an ordinary user may not be allowed to
			continue
		}
		want := results.Observation{Kind: results.KindCommand, Outcome: results.Answered, Server: to, Transport: results.ICMP, DurationMS: o.DurationMS}
		if err != nil || o.DurationMS <= 0 || o.Brief() != "an echo" || o.Outcome != want.Outcome || o.Kind != want.Kind || o.Server != want.Server || o.Detail != "" {
			t.Errorf("%+v, %v, want %+v", o, err, want)
		}
	}
	if o, err := ping(agent.Ping{To: "web"}); err == nil || !strings.Contains(err.Error(), "web") {
		t.Errorf("what is no address: %+v, %v", o, err)
	}
}

// An echo is what has the data that was sent, however much else comes.
func TestEcho(t *testing.T) {
	made := func(of []byte, change func(*icmp.Message)) []byte {
		m, err := icmp.ParseMessage(1, of)
		if err != nil {
			t.Error(err)
			return nil
		}
		m.Type = ipv4.ICMPTypeEchoReply
		change(m)
		octets, err := m.Marshal(nil)
		if err != nil {
			t.Error(err)
		}
		return octets
	}
	same := func(*icmp.Message) {}
	other := func(m *icmp.Message) { m.Body.(*icmp.Echo).Data = []byte("dnslab of another") }
	back := func(m *icmp.Message) { m.Type = ipv4.ICMPTypeEcho }
	renumbered := func(m *icmp.Message) { m.Body.(*icmp.Echo).ID++ }
	for _, c := range []struct {
		name    string
		answers func(query []byte) [][]byte
		want    results.Outcome
	}{
		{"an echo", func(q []byte) [][]byte { return [][]byte{made(q, same)} }, results.Answered},
		{"with an id of the kernel's", func(q []byte) [][]byte { return [][]byte{made(q, renumbered)} }, results.Answered},
		{"after others", func(q []byte) [][]byte { return [][]byte{{1}, made(q, other), made(q, back), made(q, same)} }, results.Answered},
		{"others alone", func(q []byte) [][]byte { return [][]byte{{1}, made(q, other), made(q, back)} }, results.TimedOutAsk},
		{"silence", func([]byte) [][]byte { return nil }, results.TimedOutAsk},
		{"a closed port", nil, results.Refused},
	} {
		at, within := closedPort(t), time.Duration(soon)
		if c.answers != nil {
			at = datagrams(t, c.answers)
		}
		if c.want == results.Answered {
			within = long
		}
		conn, err := net.Dial("udp", at)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		got := results.Answered
		if err := echo(conn.(*net.UDPConn), netip.MustParseAddr("127.0.0.1"), time.Now().Add(within*time.Millisecond)); err != nil {
			got = outcome(err)
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
