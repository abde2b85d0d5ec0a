package assertions

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/dnslab/dnslab/results"
)

// HostServerBefore expects the nameserver lines of a resolv.conf to name one
// server that is neither a node nor loopback, the engine's, and behind it
// exactly these.
func HostServerBefore(name string, then ...string) Assertion {
	says := "names a server that is no node, then " + strings.Join(then, ", ")
	return about(name, says, func(e results.Evidence, o results.Observation) error {
		if o.Text == nil {
			return instead(e, name, o, "should be a file")
		}
		got := values(*o.Text, "nameserver")
		if len(got) > 0 {
			a, err := netip.ParseAddr(got[0])
			if err == nil && !a.IsLoopback() && len(then) > 0 && slices.Equal(got[1:], then) {
				return nil
			}
		}
		return fmt.Errorf("should name a server that is no node and then %q, but names %s", then, nobodys(fmt.Sprintf("%q", got)))
	})
}
