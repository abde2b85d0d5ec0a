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

// SaysWhoseZone expects an answer without records, whatever its rcode, whose
// authority section is one SOA, of this owner: who says no is the server of that
// zone. {cluster-domain} in it is what the runtime says of itself.
func SaysWhoseZone(name, owner string) Assertion {
	return onMessage(name, "has the SOA of "+owner+" in its authority section", func(e results.Evidence, o results.Observation, m *results.Message) error {
		if len(m.Answers) > 0 || len(m.Authority) != 1 || m.Authority[0].Type != "SOA" {
			return instead(e, name, o, "should have an SOA and no answer")
		}
		if soa := m.Authority[0]; soa.Name != inDomain(e, owner) {
			return fmt.Errorf("should have the SOA of %s, but had that of %s", owner, soa.Name)
		}
		return nil
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
