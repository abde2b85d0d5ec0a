package assertions

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/topo"
)

// inDomain is text with the domain of the cluster, as the runtime gives it as a
// fact, for {cluster-domain}. Other placeholders are left: what was seen has
// them, too.
func inDomain(e results.Evidence, text string) string {
	if domain := e.Facts[topo.ClusterDomain]; domain != "" {
		return strings.ReplaceAll(text, "{"+topo.ClusterDomain+"}", domain)
	}
	return text
}

// SaysWhoseZone expects an answer without records, whatever its rcode, that has
// the SOA record of zone and nothing else in its authority section: who says no
// is the server of that zone.
func SaysWhoseZone(name, zone string) Assertion {
	return onSOA(name, zone, "", func(results.Record) error { return nil })
}

// NegativeTTL expects the same, and how long the answer is to be remembered, in
// seconds: the TTL of that record and its last field (RFC 2308, section 5).
func NegativeTTL(name, zone string, want uint32) Assertion {
	return onSOA(name, zone, fmt.Sprintf(" with TTL %d", want), func(soa results.Record) error {
		if fields := strings.Fields(soa.Data); soa.TTL != want || fields[len(fields)-1] != fmt.Sprint(want) {
			return fmt.Errorf("should be remembered for %d s, but the SOA record has TTL %d and %q", want, soa.TTL, soa.Data)
		}
		return nil
	})
}

func onSOA(name, zone, says string, check func(results.Record) error) Assertion {
	return onMessage(name, "has no records but the SOA of "+zone+says, func(e results.Evidence, o results.Observation, m *results.Message) error {
		want := inDomain(e, zone)
		if len(m.Answers) > 0 {
			return instead(e, name, o, "should have no records but the SOA of %s", zone)
		}
		if len(m.Authority) != 1 || m.Authority[0].Type != "SOA" || m.Authority[0].Name != want || m.Authority[0].Data == "" {
			var got []string
			for _, r := range m.Authority {
				got = append(got, r.Name+" "+r.Type)
			}
			return fmt.Errorf("should have the SOA of %s alone as authority, but has %s", zone, orNothing(got))
		}
		return check(m.Authority[0])
	})
}

// BringsAddresses expects the additional section to have just the IPv4
// addresses of these nodes, so that nobody need ask for them again.
func BringsAddresses(name string, nodes ...topo.Node) Assertion {
	var names []string
	for _, n := range nodes {
		names = append(names, n.Name)
	}
	says := "brings along the addresses of " + strings.Join(names, ", ")
	return onMessage(name, says, func(e results.Evidence, o results.Observation, m *results.Message) error {
		var got, want []string
		for _, r := range m.Additional {
			got = append(got, r.Data)
		}
		for _, n := range nodes {
			for _, a := range e.Addrs[name].Of(n.Name) {
				if a.Is4() {
					want = append(want, a.String())
				}
			}
		}
		if len(want) < len(nodes) || !slices.Equal(sorted(got), sorted(want)) {
			return fmt.Errorf("should bring along the addresses of %s, but has %d additional records", strings.Join(names, ", "), len(got))
		}
		return nil
	})
}

// Tried expects the names that were asked for one after another with the search
// list to be exactly these. {cluster-domain} in them is what the runtime says of
// itself.
func Tried(name string, want ...string) Assertion {
	return about(name, "is asked for as "+strings.Join(want, ", "), func(e results.Evidence, o results.Observation) error {
		var wanted []string
		for _, w := range want {
			wanted = append(wanted, inDomain(e, w))
		}
		if len(want) == 0 || !slices.Equal(o.Tried, wanted) {
			return fmt.Errorf("should be asked for as %s, but was as %s", strings.Join(want, ", "), orNothing(o.Tried))
		}
		return nil
	})
}
