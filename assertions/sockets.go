package assertions

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/dnslab/dnslab/results"
)

// ResolverSockets expects on addr exactly one UDP and one TCP socket, of
// different ports above 1023, neither of them 53, held by owner where that is
// not empty.
func ResolverSockets(name, addr, owner string) Assertion {
	says := "has one UDP and one TCP socket on " + addr + ", on high ports"
	if owner != "" {
		says += ", held by " + owner
	}
	return onSockets(name, says, func(e results.Evidence, o results.Observation) error {
		udp, tcp := at(o, addr, "udp"), at(o, addr, "tcp")
		if len(udp) != 1 || len(tcp) != 1 {
			return instead(e, name, o, "should have one UDP and one TCP socket on %s, not %d and %d", addr, len(udp), len(tcp))
		}
		for _, s := range append(udp, tcp...) {
			if s.Port < 1024 {
				return fmt.Errorf("should use a high port on %s, but uses %s port %d", addr, s.Transport, s.Port)
			}
			if owner != "" && s.Owner != owner {
				return fmt.Errorf("should have its %s socket held by %s, but it is held by %q", s.Transport, owner, s.Owner)
			}
		}
		if udp[0].Port == tcp[0].Port {
			return fmt.Errorf("should use different ports, but uses the same for UDP and TCP")
		}
		return nil
	})
}

// SocketOn expects a socket of transport on port, on any address, held by
// owner where that is not empty.
func SocketOn(name, transport string, port uint16, owner string) Assertion {
	says := strings.TrimSpace(fmt.Sprintf("has a socket on %s port %d %s", transport, port, owner))
	return onSockets(name, says, func(e results.Evidence, o results.Observation) error {
		for _, s := range o.Sockets {
			if s.Transport == transport && s.Port == port && (owner == "" || s.Owner == owner) {
				return nil
			}
		}
		return instead(e, name, o, "should have a socket on %s port %d", transport, port)
	})
}

// SamePorts expects the sockets on addr to have the same ports in both
// observations, or with want false to have none in common. Both must have some.
func SamePorts(a, b, addr string, want bool) Assertion {
	says := map[bool]string{true: "the same ports", false: "different ports"}
	return assertion{fmt.Sprintf("%s and %s have %s on %s", a, b, says[want], addr), []string{a, b}, func(_ results.Evidence, seen ...results.Observation) error {
		pa, pb := ports(seen[0], addr), ports(seen[1], addr)
		switch {
		case len(pa) == 0:
			return fmt.Errorf("%s has no socket on %s", a, addr)
		case len(pb) == 0:
			return fmt.Errorf("%s has no socket on %s", b, addr)
		case want && !slices.Equal(pa, pb):
			return fmt.Errorf("%s and %s have different ports on %s", a, b, addr)
		case !want && slices.ContainsFunc(pa, func(p string) bool { return slices.Contains(pb, p) }):
			return fmt.Errorf("%s and %s have a port in common on %s", a, b, addr)
		}
		return nil
	}}
}

// NoSocketOn expects no socket on addr, and as proof that sockets can be seen
// at all, some on addr in the observation called but.
func NoSocketOn(name, addr, but string) Assertion {
	return assertion{fmt.Sprintf("%s has no socket on %s, while %s has", name, addr, but), []string{name, but}, func(_ results.Evidence, seen ...results.Observation) error {
		switch {
		case len(ports(seen[1], addr)) == 0:
			return fmt.Errorf("%s has no socket on %s, so that of %s says nothing", but, addr, name)
		case len(ports(seen[0], addr)) > 0:
			return fmt.Errorf("%s has a socket on %s", name, addr)
		}
		return nil
	}}
}

// HasProcess expects a process of that name.
func HasProcess(name, process string) Assertion {
	return onProcesses(name, "shows the process "+process, func(names []string) error {
		if !slices.Contains(names, process) {
			return fmt.Errorf("should show %s, but shows %s", process, orNothing(names))
		}
		return nil
	})
}

// NoProcess expects some processes, but none of that name.
func NoProcess(name, process string) Assertion {
	return onProcesses(name, "does not show the process "+process, func(names []string) error {
		if slices.Contains(names, process) {
			return fmt.Errorf("should not show %s, but shows %s", process, orNothing(names))
		}
		return nil
	})
}

func onProcesses(name, says string, check func(names []string) error) Assertion {
	return about(name, says, func(e results.Evidence, o results.Observation) error {
		if len(o.Processes) == 0 {
			return instead(e, name, o, "should be a list of processes")
		}
		var names []string
		for _, p := range o.Processes {
			names = append(names, p.Name)
		}
		return check(names)
	})
}

func onSockets(name, says string, check func(results.Evidence, results.Observation) error) Assertion {
	return about(name, says, func(e results.Evidence, o results.Observation) error {
		if o.Kind != results.KindSockets || o.Outcome != results.Value {
			return instead(e, name, o, "should be a list of sockets")
		}
		return check(e, o)
	})
}

func at(o results.Observation, addr, transport string) []results.Socket {
	want := netip.MustParseAddr(addr)
	var all []results.Socket
	for _, s := range o.Sockets {
		if s.Addr == want && s.Transport == transport {
			all = append(all, s)
		}
	}
	return all
}

func ports(o results.Observation, addr string) []string {
	var all []string
	for _, t := range []string{"tcp", "udp"} {
		for _, s := range at(o, addr, t) {
			all = append(all, fmt.Sprintf("%s/%d", t, s.Port))
		}
	}
	slices.Sort(all)
	return all
}
