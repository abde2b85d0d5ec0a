package assertions

import (
	"fmt"
	"net/netip"
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
