package assertions

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/topo"
)

// NoError expects a DNS answer with rcode NOERROR. A time-out is not an answer.
func NoError(name string) Assertion { return Rcode(name, "NOERROR") }

// ServFail expects an answer with rcode SERVFAIL.
func ServFail(name string) Assertion { return Rcode(name, "SERVFAIL") }

// NXDomain expects an answer with rcode NXDOMAIN.
func NXDomain(name string) Assertion { return Rcode(name, "NXDOMAIN") }

// Rcode expects an answer with the rcode want, such as "REFUSED". That is not
// a refused connection: see Outcome.
func Rcode(name, want string) Assertion {
	return onMessage(name, "is "+want, func(e results.Evidence, o results.Observation, m *results.Message) error {
		if m.Rcode != want {
			return instead(e, name, o, "should be %s", want)
		}
		return nil
	})
}

// Rcodes expects of several answers that just so many have the rcode want,
// whichever they are.
func Rcodes(want string, times int, names ...string) Assertion {
	says := fmt.Sprintf("%d of %s are %s", times, strings.Join(names, ", "), want)
	return assertion{says, names, func(e results.Evidence, seen ...results.Observation) error {
		got, others := 0, []string{}
		for i, o := range seen {
			switch {
			case o.DNS == nil:
				return fmt.Errorf("%s %w", names[i], instead(e, names[i], o, "should be an answer"))
			case o.DNS.Rcode == want:
				got++
			default:
				others = append(others, o.DNS.Rcode)
			}
		}
		if got != times || times == 0 {
			return fmt.Errorf("%d of %s should be %s, but %d were, and others %s", times, strings.Join(names, ", "), want, got, orNothing(slices.Compact(sorted(others))))
		}
		return nil
	}}
}

// Tried expects a question with the search list to have been asked under just
// these names, in this order.
func Tried(name string, want ...string) Assertion {
	return about(name, "is asked as "+strings.Join(want, ", "), func(e results.Evidence, o results.Observation) error {
		if len(want) == 0 || !slices.Equal(o.Tried, want) {
			return fmt.Errorf("should be asked as %s, but was asked as %s", strings.Join(want, ", "), orNothing(o.Tried))
		}
		return nil
	})
}

// NoData expects NOERROR without any answer record: the name exists, the type does not.
func NoData(name string) Assertion {
	return onMessage(name, "is NOERROR without data", func(e results.Evidence, o results.Observation, m *results.Message) error {
		if m.Rcode != "NOERROR" || len(m.Answers) > 0 {
			return instead(e, name, o, "should be NOERROR without data")
		}
		return nil
	})
}

// Outcome expects that what was asked ended that way, for questions that got no answer.
func Outcome(name string, want results.Outcome) Assertion {
	words := map[results.Outcome]string{
		results.TimedOutAsk: "gets no answer in time",
		results.Refused:     "is refused the connection",
		results.Unreachable: "is told that there is no way",
		results.Malformed:   "gets something that is no DNS message",
		results.NotFound:    "is not found",
		results.Answered:    "gets an answer",
		results.Value:       "gets a value",
	}
	return about(name, words[want], func(e results.Evidence, o results.Observation) error {
		if o.Outcome != want {
			return instead(e, name, o, "should be %q", want)
		}
		return nil
	})
}

// TimedOut expects that no answer came within the bound of the question.
func TimedOut(name string) Assertion { return Outcome(name, results.TimedOutAsk) }

// AddressOf expects the addresses that n had when the question was asked,
// those and no others: all of the family asked for, or with networks only
// those there. A node without one is a failure, not a vacuous pass.
func AddressOf(n topo.Node, name string, networks ...topo.Network) Assertion {
	says := "has the address of " + n.Name
	var on []string
	for _, net := range networks {
		on = append(on, net.Name)
	}
	if len(on) > 0 {
		says += " on " + strings.Join(on, " and ")
	}
	return onMessage(name, says, func(e results.Evidence, o results.Observation, m *results.Message) error {
		return sameAddrs(e, name, o, m, family(e.Addrs[name].Of(n.Name, on...), m), strings.TrimPrefix(says, "has "))
	})
}

// AddressesOf expects the addresses of all of the nodes, in any order.
func AddressesOf(name string, nodes ...topo.Node) Assertion {
	var names []string
	for _, n := range nodes {
		names = append(names, n.Name)
	}
	list := strings.Join(names, ", ")
	return onMessage(name, "has the addresses of "+list, func(e results.Evidence, o results.Observation, m *results.Message) error {
		var want []netip.Addr
		for _, n := range nodes {
			its := family(e.Addrs[name].Of(n.Name), m)
			if len(its) == 0 {
				return fmt.Errorf("cannot be compared: %s has no address", n.Name)
			}
			want = append(want, its...)
		}
		return sameAddrs(e, name, o, m, want, "the addresses of "+list)
	})
}

// Addresses expects these addresses, in any order.
func Addresses(name string, want ...string) Assertion {
	var addrs []netip.Addr
	for _, w := range want {
		addrs = append(addrs, netip.MustParseAddr(w))
	}
	return onMessage(name, "has "+strings.Join(want, ", "), func(e results.Evidence, o results.Observation, m *results.Message) error {
		return sameAddrs(e, name, o, m, addrs, strings.Join(want, ", "))
	})
}

// AnsweredBy expects the default answer of the upstream with that number in its
// topology, from 1: see topo.Reply.
func AnsweredBy(name string, number int) Assertion {
	v4, v6 := fmt.Sprintf("203.0.113.%d", number), fmt.Sprintf("2001:db8::%d", number)
	return onMessage(name, fmt.Sprintf("is answered by upstream %d", number), func(e results.Evidence, o results.Observation, m *results.Message) error {
		want := []netip.Addr{netip.MustParseAddr(v4)}
		if asksFor(m, "AAAA") {
			want[0] = netip.MustParseAddr(v6)
		}
		return sameAddrs(e, name, o, m, want, fmt.Sprintf("the answer of upstream %d", number))
	})
}

// AnsweredByEach expects that the same question, asked several times, was
// answered each time by one of these upstreams, and by each of them some time.
func AnsweredByEach(name string, numbers ...int) Assertion {
	var words []string
	for _, n := range numbers {
		words = append(words, strconv.Itoa(n))
	}
	each := strings.Join(words, ", ")
	return onMessage(name, "is answered by each of the upstreams "+each, func(e results.Evidence, o results.Observation, _ *results.Message) error {
		times := map[netip.Addr]int{}
		for _, again := range append([]results.Observation{o}, o.More...) {
			if again.DNS == nil || len(again.DNS.Addrs) != 1 {
				return instead(e, name, again, "should be answered each time by one of the upstreams %s", each)
			}
			times[again.DNS.Addrs[0]]++
		}
		var got []string
		for _, a := range slices.SortedFunc(maps.Keys(times), netip.Addr.Compare) {
			got = append(got, a.String())
		}
		for i, n := range numbers {
			want := fmt.Sprintf("203.0.113.%d", n)
			if len(got) != len(numbers) || got[i] != want {
				return fmt.Errorf("should be answered by each of the upstreams %s, but the answers were %s", each, orNothing(got))
			}
		}
		return nil
	})
}

// Data expects answer records with exactly this data, in zone-file form and
// any order, as in "web.lan." of a PTR. {cluster-domain} in it is what the
// runtime says of itself.
func Data(name string, want ...string) Assertion {
	return onMessage(name, "says "+strings.Join(want, ", "), func(e results.Evidence, o results.Observation, m *results.Message) error {
		var got, wanted []string
		for _, r := range m.Answers {
			got = append(got, r.Data)
		}
		for _, w := range want {
			wanted = append(wanted, inDomain(e, w))
		}
		if len(want) == 0 || !slices.Equal(sorted(got), sorted(wanted)) {
			return instead(e, name, o, "should say %s", strings.Join(want, ", "))
		}
		return nil
	})
}

// Owners expects the answer records to belong to these names, each said once, in
// the order in which they come: a name, then what it is an alias of.
func Owners(name string, want ...string) Assertion {
	return onMessage(name, "has records of "+strings.Join(want, ", "), func(e results.Evidence, o results.Observation, m *results.Message) error {
		var got []string
		for _, r := range m.Answers {
			if owner := strings.ToLower(r.Name); !slices.Contains(got, owner) {
				got = append(got, owner)
			}
		}
		if len(want) == 0 || !slices.Equal(got, want) {
			return fmt.Errorf("should have records of %s, but has those of %s", strings.Join(want, ", "), orNothing(got))
		}
		return nil
	})
}

// TTL expects every answer record, and at least one, to have this TTL in seconds.
func TTL(name string, want uint32) Assertion {
	return onMessage(name, fmt.Sprintf("has TTL %d", want), func(e results.Evidence, o results.Observation, m *results.Message) error {
		if len(m.Answers) == 0 {
			return instead(e, name, o, "should have records")
		}
		for _, r := range m.Answers {
			if r.TTL != want {
				return fmt.Errorf("should have TTL %d, but had %d", want, r.TTL)
			}
		}
		return nil
	})
}

// Flags expects flags to be set (ra) or clear (-aa).
func Flags(name string, want ...string) Assertion {
	return onMessage(name, "has flags "+strings.Join(want, " "), func(_ results.Evidence, _ results.Observation, m *results.Message) error {
		for _, w := range want {
			flag, clear := strings.CutPrefix(w, "-")
			if slices.Contains(m.Flags, flag) == clear {
				return fmt.Errorf("should have flags %s, but had %s", strings.Join(want, " "), strings.Join(m.Flags, " "))
			}
		}
		return nil
	})
}

// Shuffled expects that the same question, asked several times, brought the
// same addresses in different orders.
func Shuffled(name string) Assertion {
	return onMessage(name, "comes in different orders", func(e results.Evidence, o results.Observation, m *results.Message) error {
		differs := false
		for _, again := range o.More {
			if again.DNS == nil || !sameSet(again.DNS.Addrs, m.Addrs) {
				return instead(e, name, again, "should have the same addresses each time")
			}
			differs = differs || !slices.Equal(again.DNS.Addrs, m.Addrs)
		}
		if !differs {
			return fmt.Errorf("should come in different orders, but %d times came in the same one", len(o.More)+1)
		}
		return nil
	})
}

// SameOrder expects that the same question, asked several times, brought the
// same addresses, and more than one, in the same order.
func SameOrder(name string) Assertion {
	return onMessage(name, "comes in the same order each time", func(e results.Evidence, o results.Observation, m *results.Message) error {
		if len(o.More) == 0 || len(m.Addrs) < 2 {
			return instead(e, name, o, "should be several answers with several addresses")
		}
		for _, again := range o.More {
			if again.DNS == nil || !sameSet(again.DNS.Addrs, m.Addrs) {
				return instead(e, name, again, "should have the same addresses each time")
			}
			if !slices.Equal(again.DNS.Addrs, m.Addrs) {
				return fmt.Errorf("should come in the same order %d times, but came in another", len(o.More)+1)
			}
		}
		return nil
	})
}

// Steady expects that the same question, asked several times, brought the same
// addresses each time, in any order.
func Steady(name string) Assertion {
	return onMessage(name, "has the same addresses each time", func(e results.Evidence, o results.Observation, m *results.Message) error {
		if len(o.More) == 0 || len(m.Addrs) == 0 {
			return instead(e, name, o, "should be several answers with addresses")
		}
		for _, again := range o.More {
			if again.DNS == nil || !sameSet(again.DNS.Addrs, m.Addrs) {
				return instead(e, name, again, "should have the same addresses each time")
			}
		}
		return nil
	})
}

// Moved expects two answers to have addresses, but none in common: what was
// asked for has another address now.
func Moved(before, after string) Assertion {
	says := fmt.Sprintf("%s and %s have no address in common", before, after)
	return assertion{says, []string{before, after}, func(e results.Evidence, seen ...results.Observation) error {
		for i, o := range seen {
			if o.DNS == nil || len(o.DNS.Addrs) == 0 {
				return fmt.Errorf("%s %w", []string{before, after}[i], instead(e, []string{before, after}[i], o, "should be an answer with addresses"))
			}
		}
		if slices.ContainsFunc(seen[1].DNS.Addrs, func(a netip.Addr) bool { return slices.Contains(seen[0].DNS.Addrs, a) }) {
			return fmt.Errorf("%s and %s should have no address in common, but have", before, after)
		}
		return nil
	}}
}

// Size expects a message of at least min and at most max octets; 0 is no bound.
func Size(name string, min, max int) Assertion {
	says := fmt.Sprintf("has at least %d octets", min)
	switch {
	case min == 0:
		says = fmt.Sprintf("has at most %d octets", max)
	case max != 0:
		says = fmt.Sprintf("has %d to %d octets", min, max)
	}
	return onMessage(name, says, func(_ results.Evidence, _ results.Observation, m *results.Message) error {
		if m.Size < min || max != 0 && m.Size > max {
			return fmt.Errorf("%s is wanted, but it had %d", strings.Replace(says, "has ", "", 1), m.Size)
		}
		return nil
	})
}

// HasEDNS expects an OPT record in the answer, or with want false none.
func HasEDNS(name string, want bool) Assertion {
	says := map[bool]string{true: "has an OPT record", false: "has no OPT record"}
	return onMessage(name, says[want], func(_ results.Evidence, _ results.Observation, m *results.Message) error {
		if got := m.EDNS != nil; got != want {
			return fmt.Errorf("should be otherwise: it %s", says[got])
		}
		return nil
	})
}

func onMessage(name, says string, check func(results.Evidence, results.Observation, *results.Message) error) Assertion {
	return about(name, says, func(e results.Evidence, o results.Observation) error {
		if o.DNS == nil {
			return instead(e, name, o, "should be an answer")
		}
		return check(e, o, o.DNS)
	})
}

func sameAddrs(e results.Evidence, name string, o results.Observation, m *results.Message, want []netip.Addr, words string) error {
	switch {
	case len(want) == 0:
		return fmt.Errorf("cannot be compared: nothing has %s", words)
	case m.Rcode != "NOERROR", !sameSet(m.Addrs, want):
		return instead(e, name, o, "should have %s", words)
	}
	return nil
}

// family keeps the addresses that an answer to m's question can have.
func family(addrs []netip.Addr, m *results.Message) []netip.Addr {
	return slices.DeleteFunc(slices.Clone(addrs), func(a netip.Addr) bool { return a.Is6() != asksFor(m, "AAAA") })
}

func asksFor(m *results.Message, qtype string) bool {
	return len(m.Question) > 0 && strings.HasSuffix(m.Question[0], " "+qtype)
}

func sameSet(a, b []netip.Addr) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.SortFunc(a, netip.Addr.Compare)
	slices.SortFunc(b, netip.Addr.Compare)
	return slices.Equal(a, b)
}

func sorted(s []string) []string {
	s = slices.Clone(s)
	slices.Sort(s)
	return s
}
