package assertions

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"

	"github.com/dnslab/dnslab/results"
)

// SentTo expects a question to have gone to the server at this address,
// whatever became of it.
func SentTo(name, addr string) Assertion {
	return onSent(name, "is sent to "+addr, func(e results.Evidence, o results.Observation, to netip.Addr) error {
		if to != netip.MustParseAddr(addr) {
			return fmt.Errorf("should be sent to %s, but was sent to %s", addr, Whose(e, name, to))
		}
		return nil
	})
}

// SentToHost expects questions to have gone all to one server, at an address
// that no node has: one of the engine's for all of them.
func SentToHost(names ...string) Assertion {
	says := strings.Join(names, ", ") + " went to one server, which is no node"
	return assertion{says, names, func(e results.Evidence, seen ...results.Observation) error {
		first := netip.Addr{}
		for i, o := range seen {
			to, err := sentTo(e, names[i], o)
			switch {
			case err != nil:
				return fmt.Errorf("%s %w", names[i], err)
			case owned(e.Addrs[names[i]], to) || to.IsLoopback():
				return fmt.Errorf("%s should be sent to a server that is no node, but was sent to %s", names[i], Whose(e, names[i], to))
			case i > 0 && to != first:
				return fmt.Errorf("%s and %s should be sent to one server, but were sent to two", names[0], names[i])
			}
			first = to
		}
		return nil
	}}
}

// NoSocket expects each of the observations to be a list of sockets, and empty.
// That sockets can be seen at all must be shown elsewhere.
func NoSocket(names ...string) Assertion {
	says := strings.Join(names, ", ") + " have no socket"
	return assertion{says, names, func(e results.Evidence, seen ...results.Observation) error {
		for i, o := range seen {
			if o.Kind != results.KindSockets || o.Outcome != results.Value || len(o.Sockets) > 0 {
				return fmt.Errorf("%s %w", names[i], instead(e, names[i], o, "should be a list of no sockets"))
			}
		}
		return nil
	}}
}

// HostServers expects the nameserver lines of a resolv.conf to name so many
// servers, all different, that are neither nodes nor loopback: the engine's.
func HostServers(name string, count int) Assertion {
	return onText(name, fmt.Sprintf("names %d servers, none of them a node", count), func(text string) error {
		got := values(text, "nameserver")
		for i, s := range got {
			a, err := netip.ParseAddr(s)
			if err != nil || a.IsLoopback() || slices.Contains(got[:i], s) {
				return fmt.Errorf("should name %d servers that are no nodes, but names %s", count, nobodys(fmt.Sprintf("%q", got)))
			}
		}
		if len(got) != count {
			return fmt.Errorf("should name %d servers that are no nodes, but names %s", count, nobodys(fmt.Sprintf("%q", got)))
		}
		return nil
	})
}

// NamesServerOf expects a resolv.conf to name, among others, the server that a
// question went to, by whomever it was asked.
func NamesServerOf(file, question string) Assertion {
	says := fmt.Sprintf("%s names the server that %s went to", file, question)
	return assertion{says, []string{file, question}, func(e results.Evidence, seen ...results.Observation) error {
		if seen[0].Text == nil {
			return fmt.Errorf("%s %w", file, instead(e, file, seen[0], "should be a file"))
		}
		to, err := sentTo(e, question, seen[1])
		if err != nil {
			return fmt.Errorf("%s %w", question, err)
		}
		if got := values(*seen[0].Text, "nameserver"); !slices.Contains(got, to.String()) {
			return fmt.Errorf("%s should name the server that %s went to, but names %s", file, question, nobodys(fmt.Sprintf("%q", got)))
		}
		return nil
	}}
}

// Directives expects the lines of a resolv.conf to begin with these words, in
// this order, comments and blank lines left out.
func Directives(name string, want ...string) Assertion {
	return onText(name, "has the lines "+strings.Join(want, ", "), func(text string) error {
		var got []string
		for _, l := range lines(text) {
			got = append(got, strings.Fields(l)[0])
		}
		if !slices.Equal(got, want) {
			return fmt.Errorf("should have the lines %s, but has %s", strings.Join(want, ", "), orNothing(got))
		}
		return nil
	})
}

func onSent(name, says string, check func(results.Evidence, results.Observation, netip.Addr) error) Assertion {
	return about(name, says, func(e results.Evidence, o results.Observation) error {
		to, err := sentTo(e, name, o)
		if err != nil {
			return err
		}
		return check(e, o, to)
	})
}

// sentTo is the server of a question: "127.0.0.11:53" is 127.0.0.11.
func sentTo(e results.Evidence, name string, o results.Observation) (netip.Addr, error) {
	host, _, err := net.SplitHostPort(o.Server)
	if err != nil {
		return netip.Addr{}, instead(e, name, o, "should be sent to a server")
	}
	return netip.ParseAddr(host)
}

func owned(where results.Addresses, a netip.Addr) bool {
	for _, nets := range where {
		for _, addrs := range nets {
			if slices.Contains(addrs, a) {
				return true
			}
		}
	}
	return false
}
