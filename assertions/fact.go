package assertions

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/topo"
)

// AddressFact expects the address that the runtime itself gives as a fact, and
// no other: "api-service".
func AddressFact(name, fact string) Assertion {
	return onMessage(name, "has the address that the runtime calls "+fact, func(e results.Evidence, o results.Observation, m *results.Message) error {
		addr, err := netip.ParseAddr(e.Facts[fact])
		if err != nil {
			return fmt.Errorf("cannot be compared: the fact %s is %q", fact, e.Facts[fact])
		}
		return sameAddrs(e, name, o, m, []netip.Addr{addr}, fact+", "+addr.String())
	})
}

// NameserversOf expects the nameserver lines of a resolv.conf to name exactly
// those that the runtime itself gives as a fact, in that order: "cluster-dns".
func NameserversOf(name, fact string) Assertion {
	return aboutText(name, "names the servers that the runtime calls "+fact, func(e results.Evidence, text string) error {
		want := strings.Fields(e.Facts[fact])
		if len(want) == 0 {
			return fmt.Errorf("cannot be compared: there is no fact %s", fact)
		}
		if got := values(text, "nameserver"); !slices.Equal(got, want) {
			return fmt.Errorf("should have nameserver %q, but has %q", want, got)
		}
		return nil
	})
}

// SearchBegins expects the last search line of a resolv.conf to begin with this
// list, whatever comes then. {FACT} in it is what the runtime says of itself,
// as in "svc.{cluster-domain}".
func SearchBegins(name string, list ...string) Assertion {
	return aboutText(name, "has a search list that begins with "+strings.Join(list, " "), func(e results.Evidence, text string) error {
		var want []string
		for _, domain := range list {
			domain, err := topo.Expand(domain, func(fact string) (string, bool) { return e.Facts[fact], e.Facts[fact] != "" })
			if err != nil {
				return fmt.Errorf("cannot be compared: %w", err)
			}
			want = append(want, domain)
		}
		got := values(text, "search")
		if len(want) == 0 || !slices.Equal(got[:min(len(got), len(want))], want) {
			return fmt.Errorf("should have a search list that begins with %q, but has %q", want, got)
		}
		return nil
	})
}
