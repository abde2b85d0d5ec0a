package assertions

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/dnslab/dnslab/results"
)

// AskedFromOneOf expects every question for qname, and at least one, to come
// from an address of whoever's /proc/net/fib_trie the observation called trie
// is, those of loopback left out.
func AskedFromOneOf(log, qname, trie string) Assertion {
	says := fmt.Sprintf("%s was asked for %s from an address that %s has", log, qname, trie)
	return assertion{says, []string{log, trie}, func(e results.Evidence, seen ...results.Observation) error {
		if seen[0].Kind != results.KindUpstream || seen[0].Outcome != results.Value {
			return instead(e, log, seen[0], "%s should be the log of an upstream", log)
		}
		if seen[1].Text == nil {
			return instead(e, trie, seen[1], "%s should be a file", trie)
		}
		queries, own := asked(seen[0], qname), localAddrs(*seen[1].Text)
		if len(queries) == 0 {
			return fmt.Errorf("%s was never asked for %s, only for %s", log, qname, names(seen[0]))
		}
		for _, q := range queries {
			if !own[q.From] {
				return fmt.Errorf("%s should be asked for %s from an address that %s has, but was asked from %s", log, qname, trie, Whose(e, log, q.From))
			}
		}
		return nil
	}}
}

// localAddrs reads /proc/net/fib_trie, where a line with an address is followed
// by those of its routes, that of an address of one's own being
// "/32 host LOCAL" (kernel, net/ipv4/fib_trie.c fib_trie_seq_show).
func localAddrs(trie string) map[netip.Addr]bool {
	own := map[netip.Addr]bool{}
	var last netip.Addr
	for l := range strings.Lines(trie) {
		if text, ok := strings.CutPrefix(strings.TrimSpace(l), "|-- "); ok {
			last, _ = netip.ParseAddr(text)
		} else if strings.TrimSpace(l) == "/32 host LOCAL" && last.IsValid() && !last.IsLoopback() {
			own[last] = true
		}
	}
	return own
}

// OwnAddresses expects an observation of /proc/net/fib_trie to have exactly these
// addresses of one's own, in any order, those of loopback left out.
func OwnAddresses(trie string, want ...string) Assertion {
	return about(trie, "has the addresses "+strings.Join(want, " "), func(e results.Evidence, o results.Observation) error {
		if o.Text == nil {
			return instead(e, trie, o, "should be a file")
		}
		wanted, own := map[netip.Addr]bool{}, localAddrs(*o.Text)
		for _, w := range want {
			wanted[netip.MustParseAddr(w)] = true
		}
		if len(wanted) == 0 || !maps.Equal(own, wanted) {
			return fmt.Errorf("should have the addresses %s, but has %s", orNothing(want), addrWords(e, trie, own))
		}
		return nil
	})
}

// SameAddresses expects two observations of /proc/net/fib_trie to have the same
// addresses of one's own, those of loopback left out, and at least one.
func SameAddresses(a, b string) Assertion {
	says := fmt.Sprintf("%s has the addresses that %s has", a, b)
	return assertion{says, []string{a, b}, func(e results.Evidence, seen ...results.Observation) error {
		for i, name := range []string{a, b} {
			if seen[i].Text == nil {
				return instead(e, name, seen[i], "%s should be a file", name)
			}
		}
		its, others := localAddrs(*seen[0].Text), localAddrs(*seen[1].Text)
		switch {
		case len(others) == 0:
			return fmt.Errorf("%s has no address but that of loopback, which says nothing", b)
		case !maps.Equal(its, others):
			return fmt.Errorf("%s should have %s, but has %s", a, addrWords(e, b, others), addrWords(e, a, its))
		}
		return nil
	}}
}

func addrWords(e results.Evidence, name string, addrs map[netip.Addr]bool) string {
	var words []string
	for _, a := range slices.SortedFunc(maps.Keys(addrs), netip.Addr.Compare) {
		words = append(words, Whose(e, name, a))
	}
	return orNothing(words)
}
