package assertions

import (
	"fmt"
	"net/netip"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/topo"
)

// EachFound expects a sweep to have found, under each name, exactly the
// addresses of the node; nodes are in the order of names.
func EachFound(name string, names []string, nodes []topo.Node) Assertion {
	return each(name, fmt.Sprintf("finds each of %d names", len(names)), names, func(e results.Evidence, i int) []netip.Addr {
		if len(nodes) != len(names) {
			return nil
		}
		return e.Addrs[name].Of(nodes[i].Name)
	})
}

// EachHas expects a sweep to have found, under each name, this one address.
func EachHas(name string, names []string, addr string) Assertion {
	want := []netip.Addr{netip.MustParseAddr(addr)}
	return each(name, fmt.Sprintf("has %s for each of %d names", addr, len(names)), names, func(results.Evidence, int) []netip.Addr { return want })
}

// each expects the addresses that want returns for the name with that place in names.
func each(name, says string, names []string, want func(results.Evidence, int) []netip.Addr) Assertion {
	return about(name, says, func(e results.Evidence, o results.Observation) error {
		if len(names) == 0 || o.Table == nil {
			return fmt.Errorf("should be a table of %d names", len(names))
		}
		wrong, first := 0, ""
		for i, n := range names {
			entry, ok := o.Table[n]
			want := want(e, i)
			if ok && len(want) > 0 && sameSet(entry.Addrs, want) {
				continue
			}
			wrong++
			if first == "" {
				first = fmt.Sprintf("%s was %s %s, %s", n, entry.Outcome, entry.Rcode, addresses(e, name, entry.Addrs))
			}
		}
		if wrong > 0 {
			return fmt.Errorf("should be right for each of %d names, but %d were wrong: %s", len(names), wrong, first)
		}
		return nil
	})
}
