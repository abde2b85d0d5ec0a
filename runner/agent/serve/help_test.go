package serve

import (
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/miekg/dns"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/agent"
	"github.com/dnslab/dnslab/runner/topo"
)

const (
	zoneName = "abc.lab.test."
	soon     = 100  // milliseconds, where silence is what is expected
	long     = 5000 // milliseconds, where an answer is
)

// serving returns a worker that serves zoneName as "up", number 7, and the
// address at which it does.
func serving(t *testing.T, replies ...topo.Reply) (*worker, string) {
	t.Helper()
	w := newWorker()
	w.resolvConf = filepath.Join(t.TempDir(), "resolv.conf")
	w.listen = "127.0.0.1:0"
	var err error
	for range 10 { // the port that TCP got may be taken for UDP
		if err = w.serve(agent.Serve{Name: "up", Number: 7, Zone: zoneName, Replies: replies}); err == nil {
			break
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.close(agent.Close{}); err != nil {
			t.Error(err)
		}
	})
	return w, w.upstream.udp.LocalAddr().String()
}

// ask asks on the wire and fails if that was not possible.
func ask(t *testing.T, q agent.Wire) results.Observation {
	t.Helper()
	if q.TimeoutMS == 0 {
		q.TimeoutMS = long
	}
	o, err := newWorker().wire(q)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// answered is ask where nothing but an answer will do.
func answered(t *testing.T, q agent.Wire) results.Message {
	t.Helper()
	o := ask(t, q)
	if o.Outcome != results.Answered {
		t.Fatalf("%+v: outcome %q (%s), want an answer", q, o.Outcome, o.Detail)
	}
	return *o.DNS
}

// data returns "TYPE data" of each record.
func data(rs []results.Record) []string {
	all := []string{}
	for _, r := range rs {
		all = append(all, r.Type+" "+r.Data)
	}
	return all
}

// datagrams answers each datagram with what script makes of it.
func datagrams(t *testing.T, script func(query []byte) [][]byte) string {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		buf := make([]byte, maxMessage)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			for _, m := range script(buf[:n]) {
				conn.WriteTo(m, from)
			}
		}
	}()
	return conn.LocalAddr().String()
}

// streams reads one framed query of each connection, writes what script makes
// of it and closes.
func streams(t *testing.T, script func(query []byte) []byte) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			if query, err := receiveFramed(conn); err == nil {
				conn.Write(script(query))
			}
			conn.Close()
		}
	}()
	return l.Addr().String()
}

// packed returns the answer that change makes of a query.
func packed(t *testing.T, query []byte, change func(*dns.Msg)) []byte {
	var m dns.Msg
	if err := m.Unpack(query); err != nil {
		t.Error(err)
		return nil
	}
	a := new(dns.Msg).SetReply(&m)
	change(a)
	octets, err := a.Pack()
	if err != nil {
		t.Error(err)
	}
	return octets
}

// closedPort returns an address of the loopback where nobody listens.
func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func write(t *testing.T, path, content string, mode os.FileMode) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
	return path
}
