package serve

import (
	"bytes"
	"encoding/json"
	"sync/atomic"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/agent"
	"github.com/dnslab/dnslab/runner/topo"
)

func TestAwaited(t *testing.T) {
	answer := func(rcode string, data ...string) results.Observation {
		m := &results.Message{Rcode: rcode}
		for _, d := range data {
			m.Answers = append(m.Answers, results.Record{Type: "A", Data: d})
		}
		return results.Observation{Outcome: results.Answered, DNS: m}
	}
	for _, c := range []struct {
		o     results.Observation
		rcode string
		data  *[]string
		want  bool
	}{
		{answer("NOERROR", "192.0.2.1"), "NOERROR", nil, true},
		{answer("NOERROR"), "NOERROR", nil, true},
		{answer("NXDOMAIN"), "NOERROR", nil, false},
		{answer("NXDOMAIN"), "NXDOMAIN", nil, true},
		{answer("NXDOMAIN"), "NXDOMAIN", &[]string{}, true},
		{answer("NOERROR"), "NOERROR", &[]string{}, true},
		{answer("NOERROR", "192.0.2.1"), "NOERROR", &[]string{}, false},
		{answer("NOERROR", "192.0.2.1", "192.0.2.2"), "NOERROR", &[]string{"192.0.2.2", "192.0.2.1"}, true},
		{answer("NOERROR", "192.0.2.1", "192.0.2.1"), "NOERROR", &[]string{"192.0.2.1"}, true},
		{answer("NOERROR", "192.0.2.1", "192.0.2.2"), "NOERROR", &[]string{"192.0.2.1"}, false},
		{answer("NOERROR", "192.0.2.1"), "NOERROR", &[]string{"192.0.2.1", "192.0.2.2"}, false},
		{answer("NOERROR", "192.0.2.3"), "NOERROR", &[]string{"192.0.2.1"}, false},
		{results.Observation{Outcome: results.TimedOutAsk}, "NOERROR", nil, false},
		{results.Observation{Outcome: results.Refused}, "NOERROR", &[]string{}, false},
		{results.Observation{Outcome: results.Malformed}, "", nil, false},
	} {
		if got := awaited(c.o, agent.Await{Rcode: c.rcode, Answers: c.data}); got != c.want {
			t.Errorf("%+v %q %v: %v, want %v", c.o, c.rcode, c.data, got, c.want)
		}
	}
	for outcome, want := range map[results.Outcome]bool{results.Refused: true, results.TimedOutAsk: false, results.Unreachable: false} {
		if got := awaited(results.Observation{Outcome: outcome}, agent.Await{Refused: true}); got != want {
			t.Errorf("%s, where refusal is waited for: %v, want %v", outcome, got, want)
		}
	}
	if awaited(answer("NOERROR"), agent.Await{Refused: true}) {
		t.Error("an answer is taken for a refusal")
	}
}

// It asks as often as it takes, and no more.
func TestAwait(t *testing.T) {
	var asked atomic.Int32
	server := datagrams(t, func(q []byte) [][]byte {
		n := asked.Add(1)
		return [][]byte{packed(t, q, func(m *dns.Msg) {
			switch n {
			case 1:
				m.Rcode = dns.RcodeNameError
			case 2:
				m.Answer = append(m.Answer, &dns.TXT{Hdr: dns.RR_Header{Name: "new.", Rrtype: dns.TypeTXT, Class: dns.ClassINET}, Txt: []string{"old"}})
			}
		})}
	})
	// As it travels: no records are not the same as any.
	line, err := json.Marshal(agent.Request{Acts: []agent.Act{{Await: &agent.Await{
		Ask: agent.Wire{Name: "new.", Type: "A", Server: server, Times: 9}, Rcode: "NOERROR", Answers: &[]string{}, WithinMS: long,
	}}}})
	if err != nil || !bytes.Contains(line, []byte(`"answers":[]`)) {
		t.Fatalf("%s, %v", line, err)
	}
	if r := newWorker().respond(line); r.Error != "" || asked.Load() != 3 {
		t.Errorf("asked %d times: %q, want 3", asked.Load(), r.Error)
	}
	asked.Store(0)
	await := agent.Await{Ask: agent.Wire{Name: "new.", Type: "A", Server: server}, Rcode: "NOERROR", Answers: &[]string{}, InARow: 4, WithinMS: long}
	if err := newWorker().await(await); err != nil || asked.Load() != 6 {
		t.Errorf("asked %d times: %v, want 6, of which the last 4 are right", asked.Load(), err)
	}
}

// What does not come within the bound is no error; a question that nobody can ask is.
func TestAwaitInVain(t *testing.T) {
	_, server := serving(t, topo.Reply{Name: "no." + zoneName, Rcode: "NXDOMAIN"})
	start := time.Now()
	q := agent.Wire{Name: "no." + zoneName, Type: "A", Server: server}
	if err := newWorker().await(agent.Await{Ask: q, Rcode: "NOERROR", WithinMS: 3 * soon}); err != nil {
		t.Error(err)
	}
	if took := since(start); took < 2*soon || took > long {
		t.Errorf("it took %v ms, want about %v", took, 3*soon)
	}
	q.Type = "NONSENSE"
	if err := newWorker().await(agent.Await{Ask: q, Rcode: "NOERROR", WithinMS: long}); err == nil {
		t.Error("a type that there is not is no error")
	}
}
