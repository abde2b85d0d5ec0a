package assertions

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/topo"
)

// Asked expects the log to hold a question for qname, of any type.
func Asked(log, qname string) Assertion {
	return onLog(log, "was asked for "+qname, func(_ results.Evidence, o results.Observation) error {
		if len(asked(o, qname)) == 0 {
			return fmt.Errorf("was never asked for %s, only for %s", qname, names(o))
		}
		return nil
	})
}

// NotAsked expects no question for qname in the log, and one in the log called
// but: silence proves something only where another heard it.
func NotAsked(log, qname, but string) Assertion {
	return notAsked(log, qname, but, qname)
}

// NotAskedBut expects no question for qname in the log, and one for other in
// the same log: it did listen.
func NotAskedBut(log, qname, other string) Assertion {
	return notAsked(log, qname, log, other)
}

func notAsked(log, qname, but, other string) Assertion {
	says := fmt.Sprintf("%s was not asked for %s, while %s was for %s", log, qname, but, other)
	return assertion{says, []string{log, but}, func(e results.Evidence, seen ...results.Observation) error {
		for i, o := range seen {
			if o.Kind != results.KindUpstream || o.Outcome != results.Value {
				return instead(e, []string{log, but}[i], o, "should be the log of an upstream")
			}
		}
		switch {
		case len(asked(seen[1], other)) == 0:
			return fmt.Errorf("%s was never asked for %s, so the silence of %s says nothing", but, other, log)
		case len(asked(seen[0], qname)) > 0:
			return fmt.Errorf("%s was asked for %s", log, qname)
		}
		return nil
	}}
}

// AskedFrom expects every question for qname, and at least one, to come from
// an address of node.
func AskedFrom(log, qname string, node topo.Node) Assertion {
	return onQueries(log, qname, "from "+node.Name, func(e results.Evidence, q results.Query) error {
		if !slices.Contains(e.Addrs[log].Of(node.Name), q.From) {
			return fmt.Errorf("from %s", Whose(e, log, q.From))
		}
		return nil
	})
}

// AskedOver expects every question for qname, and at least one, to come over
// the transport "udp" or "tcp".
func AskedOver(log, qname, transport string) Assertion {
	return onQueries(log, qname, "over "+transport, func(_ results.Evidence, q results.Query) error {
		if q.Transport != transport {
			return fmt.Errorf("over %s", q.Transport)
		}
		return nil
	})
}

// AskedOverEach expects the questions for qname to have come over these
// transports, "udp" or "tcp", one after the other.
func AskedOverEach(log, qname string, transports ...string) Assertion {
	words := strings.Join(transports, ", then ")
	return onLog(log, fmt.Sprintf("was asked for %s over %s", qname, words), func(_ results.Evidence, o results.Observation) error {
		var got []string
		for _, q := range asked(o, qname) {
			got = append(got, q.Transport)
		}
		if len(transports) == 0 || !slices.Equal(got, transports) {
			return fmt.Errorf("should be asked for %s over %s, but was asked over %s", qname, words, orNothing(got))
		}
		return nil
	})
}

// AskedFromPorts expects several questions for qname, from so many different
// ports: few where connections are used again.
func AskedFromPorts(log, qname string, least, most int) Assertion {
	words := fmt.Sprintf("from %d to %d ports", least, most)
	return onLog(log, fmt.Sprintf("was asked for %s %s", qname, words), func(_ results.Evidence, o results.Observation) error {
		queries, ports := asked(o, qname), map[uint16]bool{}
		for _, q := range queries {
			ports[q.Port] = true
		}
		if len(queries) < 2 || len(ports) < least || len(ports) > most {
			return fmt.Errorf("should be asked for %s several times %s, but was asked %d times from %d", qname, words, len(queries), len(ports))
		}
		return nil
	})
}

// AskedEDNS expects every question for qname, and at least one, to offer this
// UDP size in octets; 0 expects no OPT record.
func AskedEDNS(log, qname string, size int) Assertion {
	words := fmt.Sprintf("with EDNS %d", size)
	if size == 0 {
		words = "without EDNS"
	}
	return onQueries(log, qname, words, func(_ results.Evidence, q results.Query) error {
		switch {
		case q.EDNS == nil && size != 0:
			return fmt.Errorf("without EDNS")
		case q.EDNS != nil && q.EDNS.UDPSize != size:
			return fmt.Errorf("with EDNS %d", q.EDNS.UDPSize)
		}
		return nil
	})
}

// AskedTimes expects exactly so many questions for qname and type.
func AskedTimes(log, qname, qtype string, times int) Assertion {
	return askedTimes(log, qname, qtype, fmt.Sprintf("%d times", times), times, times)
}

// AskedUpTo expects one question for qname and type, and so many at most: what
// is between may remember the answer, in as many places.
func AskedUpTo(log, qname, qtype string, times int) Assertion {
	return askedTimes(log, qname, qtype, fmt.Sprintf("1 to %d times", times), 1, times)
}

func askedTimes(log, qname, qtype, words string, least, most int) Assertion {
	return onLog(log, fmt.Sprintf("was asked %s for %s %s", words, qname, qtype), func(_ results.Evidence, o results.Observation) error {
		n := 0
		for _, q := range asked(o, qname) {
			if q.Type == qtype {
				n++
			}
		}
		if n < least || n > most {
			return fmt.Errorf("should be asked %s for %s %s, but was asked %d times", words, qname, qtype, n)
		}
		return nil
	})
}

// AskedInOrder expects the names asked for under suffix to be exactly these,
// in the order in which each came first. An empty suffix takes all.
func AskedInOrder(log, suffix string, want ...string) Assertion {
	return onLog(log, "was asked, in this order, for "+strings.Join(want, ", "), func(_ results.Evidence, o results.Observation) error {
		var got []string
		for _, q := range o.Log {
			name := strings.ToLower(q.Name)
			if strings.HasSuffix(name, suffix) && !slices.Contains(got, name) {
				got = append(got, name)
			}
		}
		if !slices.Equal(got, want) {
			return fmt.Errorf("should be asked for %s, but was asked for %s", strings.Join(want, ", "), orNothing(got))
		}
		return nil
	})
}

// AskedBeginning expects the names asked for that begin with prefix to be
// exactly these, in the order in which each came first: what became of a name
// that was completed from a search list.
func AskedBeginning(log, prefix string, want ...string) Assertion {
	return onLog(log, "was asked, in this order, for "+strings.Join(want, ", "), func(_ results.Evidence, o results.Observation) error {
		var got []string
		for _, q := range o.Log {
			name := strings.ToLower(q.Name)
			if strings.HasPrefix(name, prefix) && !slices.Contains(got, name) {
				got = append(got, name)
			}
		}
		if len(want) == 0 || !slices.Equal(got, want) {
			return fmt.Errorf("should be asked for %s, but was asked for %s", strings.Join(want, ", "), orNothing(got))
		}
		return nil
	})
}

// AskedBefore expects the first question for qname in one log to be older than
// the first in the other.
func AskedBefore(first, second, qname string) Assertion {
	says := fmt.Sprintf("%s was asked for %s before %s", first, qname, second)
	return assertion{says, []string{first, second}, func(e results.Evidence, seen ...results.Observation) error {
		a, b := asked(seen[0], qname), asked(seen[1], qname)
		switch {
		case len(a) == 0:
			return fmt.Errorf("%s was never asked for %s", first, qname)
		case len(b) == 0:
			return fmt.Errorf("%s was never asked for %s", second, qname)
		case !a[0].Time.Before(b[0].Time):
			return fmt.Errorf("%s was asked for %s before %s", second, qname, first)
		}
		return nil
	}}
}

func onQueries(log, qname, words string, check func(results.Evidence, results.Query) error) Assertion {
	return onLog(log, fmt.Sprintf("was asked for %s %s", qname, words), func(e results.Evidence, o results.Observation) error {
		queries := asked(o, qname)
		if len(queries) == 0 {
			return fmt.Errorf("was never asked for %s, only for %s", qname, names(o))
		}
		for _, q := range queries {
			if err := check(e, q); err != nil {
				return fmt.Errorf("should be asked for %s %s, but was asked %w", qname, words, err)
			}
		}
		return nil
	})
}

func onLog(log, says string, check func(results.Evidence, results.Observation) error) Assertion {
	return about(log, says, func(e results.Evidence, o results.Observation) error {
		if o.Kind != results.KindUpstream || o.Outcome != results.Value {
			return instead(e, log, o, "should be the log of an upstream")
		}
		return check(e, o)
	})
}

func asked(o results.Observation, qname string) []results.Query {
	var all []results.Query
	for _, q := range o.Log {
		if strings.EqualFold(q.Name, qname) {
			all = append(all, q)
		}
	}
	return all
}

func names(o results.Observation) string {
	var all []string
	for _, q := range o.Log {
		if !slices.Contains(all, q.Name) {
			all = append(all, q.Name)
		}
	}
	return orNothing(all)
}

func orNothing(list []string) string {
	if len(list) == 0 {
		return "nothing"
	}
	return strings.Join(list, ", ")
}
