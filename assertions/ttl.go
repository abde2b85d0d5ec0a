package assertions

import (
	"fmt"
	"slices"
	"time"

	"github.com/dnslab/dnslab/results"
)

// SOA expects an answer without records whose authority section is one SOA, of
// this owner and with this TTL in seconds: how long the denial may be remembered.
func SOA(name, owner string, ttl uint32) Assertion {
	says := fmt.Sprintf("has the SOA of %s with TTL %d in its authority section", owner, ttl)
	return onMessage(name, says, func(e results.Evidence, o results.Observation, m *results.Message) error {
		if len(m.Answers) > 0 || len(m.Authority) != 1 || m.Authority[0].Type != "SOA" {
			return instead(e, name, o, "should have an SOA and no answer")
		}
		if soa := m.Authority[0]; soa.Name != owner || soa.TTL != ttl {
			return fmt.Errorf("should have the SOA of %s with TTL %d, but had that of %s with %d", owner, ttl, soa.Name, soa.TTL)
		}
		return nil
	})
}

// CountedDown expects two messages with the same records, all of which have, in
// the later one, a TTL that is lower by so many seconds at least.
func CountedDown(earlier, later string, by uint32) Assertion {
	says := fmt.Sprintf("%s has the records of %s with a TTL that is lower by %d or more", later, earlier, by)
	return assertion{says, []string{earlier, later}, func(e results.Evidence, seen ...results.Observation) error {
		var all [2][]results.Record
		for i, o := range seen {
			if o.DNS == nil {
				name := []string{earlier, later}[i]
				return fmt.Errorf("%s %w", name, instead(e, name, o, "should be an answer"))
			}
			all[i] = slices.Concat(o.DNS.Answers, o.DNS.Authority)
		}
		same := slices.EqualFunc(all[0], all[1], func(a, b results.Record) bool { return a.Type == b.Type && a.Data == b.Data })
		if len(all[0]) == 0 || !same {
			return fmt.Errorf("%s and %s should have the same records", earlier, later)
		}
		for i, was := range all[0] {
			if is := all[1][i].TTL; was.TTL < is+by {
				return fmt.Errorf("%s should have a TTL that is lower by %d or more, but had %d, and %s %d", later, by, is, earlier, was.TTL)
			}
		}
		return nil
	}}
}

// Alike expects that the same question, asked several times, brought the same
// rcode and records each time, whatever their TTL.
func Alike(name string) Assertion {
	return onMessage(name, "is the same each time", func(e results.Evidence, o results.Observation, m *results.Message) error {
		if len(o.More) == 0 {
			return fmt.Errorf("should be several answers, but is one")
		}
		for _, again := range o.More {
			if again.DNS == nil || again.DNS.Rcode != m.Rcode || !slices.Equal(data(again.DNS), data(m)) {
				return instead(e, name, again, "should be the same each time")
			}
		}
		return nil
	})
}

func data(m *results.Message) []string {
	var all []string
	for _, r := range m.Answers {
		all = append(all, r.Type+" "+r.Data)
	}
	return sorted(all)
}

// AskedAgain expects at least two questions for qname and type in the log, the
// second of which came that long after the first, at least and at most; 0 is no
// bound. That it is early holds only as long as the machine is not stalled.
func AskedAgain(log, qname, qtype string, least, most time.Duration) Assertion {
	words := fmt.Sprintf("%v or more", least)
	if most != 0 {
		words = fmt.Sprintf("%v to %v", least, most)
	}
	return onLog(log, fmt.Sprintf("was asked again for %s %s after %s", qname, qtype, words), func(_ results.Evidence, o results.Observation) error {
		queries := slices.DeleteFunc(asked(o, qname), func(q results.Query) bool { return q.Type != qtype })
		if len(queries) < 2 {
			return fmt.Errorf("should be asked for %s %s twice, but was asked %d times", qname, qtype, len(queries))
		}
		if after := queries[1].Time.Sub(queries[0].Time); after < least || most != 0 && after > most {
			return fmt.Errorf("should be asked again for %s %s after %s, but was after %v", qname, qtype, words, after.Round(100*time.Millisecond))
		}
		return nil
	})
}
