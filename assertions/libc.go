package assertions

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/topo"
)

// LibcFinds expects getaddrinfo to return exactly these addresses, in any order.
func LibcFinds(name string, want ...string) Assertion {
	var addrs []netip.Addr
	for _, w := range want {
		addrs = append(addrs, netip.MustParseAddr(w))
	}
	return onLibc(name, "finds "+strings.Join(want, ", "), func(e results.Evidence, o results.Observation) error {
		if o.Libc.Code != "0" || !sameSet(o.Libc.Addrs, addrs) {
			return instead(e, name, o, "should find %s", strings.Join(want, ", "))
		}
		return nil
	})
}

// LibcFindsNode expects getaddrinfo to return all addresses of a node.
func LibcFindsNode(n topo.Node, name string) Assertion {
	return onLibc(name, "finds "+n.Name, func(e results.Evidence, o results.Observation) error {
		want := e.Addrs[name].Of(n.Name)
		if len(want) == 0 {
			return fmt.Errorf("cannot be compared: %s has no address", n.Name)
		}
		if o.Libc.Code != "0" || !sameSet(o.Libc.Addrs, want) {
			return instead(e, name, o, "should find %s", n.Name)
		}
		return nil
	})
}

// LibcFails expects getaddrinfo to fail with one of these codes, such as
// "EAI_NONAME".
func LibcFails(name string, codes ...string) Assertion {
	return onLibc(name, "fails with "+strings.Join(codes, " or "), func(e results.Evidence, o results.Observation) error {
		for _, c := range codes {
			if o.Libc.Code == c {
				return nil
			}
		}
		return instead(e, name, o, "should fail with %s", strings.Join(codes, " or "))
	})
}

func onLibc(name, says string, check func(results.Evidence, results.Observation) error) Assertion {
	return about(name, says, func(e results.Evidence, o results.Observation) error {
		if o.Libc == nil {
			return instead(e, name, o, "should be a look-up through libc")
		}
		return check(e, o)
	})
}
