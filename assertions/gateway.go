package assertions

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/dnslab/dnslab/results"
)

// AskedFromHost expects every question for qname, and at least one, to come
// from an address that no node has: the engine asks from the host's side of
// the network, not from the container's.
func AskedFromHost(log, qname string) Assertion {
	return onQueries(log, qname, "from the host", func(e results.Evidence, q results.Query) error {
		for node, nets := range e.Addrs[log] {
			for _, addrs := range nets {
				if slices.Contains(addrs, q.From) {
					return fmt.Errorf("from %s", node)
				}
			}
		}
		return nil
	})
}

// GatewayServer expects the nameserver lines of a resolv.conf to be the
// node's default gateway, as the observation called routes, /proc/net/route of
// the same node, has it, and behind it exactly the servers in then.
func GatewayServer(file, routes string, then ...string) Assertion {
	says := strings.TrimSuffix(fmt.Sprintf("%s names the gateway of %s, then %s", file, routes, strings.Join(then, " ")), ", then ")
	return assertion{says, []string{file, routes}, func(e results.Evidence, seen ...results.Observation) error {
		if seen[0].Text == nil {
			return instead(e, file, seen[0], "%s should be a file", file)
		}
		gateway, err := defaultGateway(e, routes, seen[1])
		if err != nil {
			return err
		}
		got := values(*seen[0].Text, "nameserver")
		if !slices.Equal(got, append([]string{gateway}, then...)) {
			return fmt.Errorf("%s should name the gateway and then %s, but names %s", file, nobodys(fmt.Sprintf("%q", then)), nobodys(fmt.Sprintf("%q", got)))
		}
		return nil
	}}
}

// defaultGateway is the gateway of the first default route.
func defaultGateway(e results.Evidence, name string, o results.Observation) (string, error) {
	_, gateway, err := defaultRoute(e, name, o)
	return gateway, err
}

// defaultRoute reads /proc/net/route: the first word of a line is the
// interface, the second one the destination and the third the gateway, these
// as the four octets of an IPv4 address in the machine's order, in hexadecimal
// (kernel, net/ipv4/fib_trie.c fib_route_seq_show). Of several default routes the first one counts.
func defaultRoute(e results.Evidence, name string, o results.Observation) (through, gateway string, err error) {
	if o.Text == nil {
		return "", "", instead(e, name, o, "%s should be a file", name)
	}
	for _, l := range lines(*o.Text) {
		if f := strings.Fields(l); len(f) > 2 && f[1] == "00000000" && f[2] != "00000000" {
			gateway, err = hexAddr(f[2])
			return f[0], gateway, err
		}
	}
	return "", "", fmt.Errorf("%s has no default route", name)
}

// SameDefaultRoute expects the default routes of two observations of
// /proc/net/route to go through an interface of one name to one gateway.
func SameDefaultRoute(a, b string) Assertion {
	says := fmt.Sprintf("%s has the interface and gateway of %s", a, b)
	return assertion{says, []string{a, b}, func(e results.Evidence, seen ...results.Observation) error {
		var ways [2]string
		for i, name := range []string{a, b} {
			through, gateway, err := defaultRoute(e, name, seen[i])
			if err != nil {
				return err
			}
			ways[i] = fmt.Sprintf("through %s to %s", through, gateway)
		}
		if ways[0] != ways[1] {
			return fmt.Errorf("%s should lead %s, but leads %s", a, nobodys(ways[1]), nobodys(ways[0]))
		}
		return nil
	}}
}

func hexAddr(digits string) (string, error) {
	b, err := hex.DecodeString(digits)
	if err != nil {
		return "", err
	}
	if len(b) != 4 {
		return "", errors.New("an IPv4 address has four octets, not " + digits)
	}
	var a [4]byte
	// Written by a printf of the number that has the octets in network order,
	// on whatever machine; every machine that dnslab runs on is little-endian.
	binary.LittleEndian.PutUint32(a[:], binary.BigEndian.Uint32(b))
	return netip.AddrFrom4(a).String(), nil
}

// GatewayLines expects a resolv.conf to have exactly these lines, in this
// order, comments and blank lines left out; {gateway} in them stands for the
// node's default gateway, as the observation called routes has it.
func GatewayLines(file, routes string, want ...string) Assertion {
	says := fmt.Sprintf("%s has exactly the lines %q, by %s", file, want, routes)
	return assertion{says, []string{file, routes}, func(e results.Evidence, seen ...results.Observation) error {
		if seen[0].Text == nil {
			return instead(e, file, seen[0], "%s should be a file", file)
		}
		gateway, err := defaultGateway(e, routes, seen[1])
		if err != nil {
			return err
		}
		got := lines(strings.ReplaceAll(*seen[0].Text, "nameserver "+gateway+"\n", "nameserver {gateway}\n"))
		if !slices.Equal(got, want) {
			return fmt.Errorf("%s should have the lines %q, but has %s", file, want, nobodys(fmt.Sprintf("%q", got)))
		}
		return nil
	}}
}

// GatewaySockets expects exactly one socket for each of transports on port 53
// of the node's default gateway, as the observation called routes has it, and
// owner to hold them; on other ports of it, and over other transports, none.
func GatewaySockets(sockets, routes, owner string, transports ...string) Assertion {
	says := fmt.Sprintf("%s has %s sockets on port 53 of the gateway of %s, held by %s", sockets, strings.Join(transports, " and "), routes, owner)
	return assertion{says, []string{sockets, routes}, func(e results.Evidence, seen ...results.Observation) error {
		its, err := gatewaySockets(e, sockets, routes, seen[0], seen[1])
		if err != nil {
			return err
		}
		var got, want []string
		for _, s := range its {
			got = append(got, fmt.Sprintf("%s %d %s", s.Transport, s.Port, s.Owner))
		}
		for _, t := range transports {
			want = append(want, fmt.Sprintf("%s 53 %s", t, owner))
		}
		if !slices.Equal(sorted(got), sorted(want)) {
			return fmt.Errorf("%s should have on the gateway %q, but has %q", sockets, sorted(want), sorted(got))
		}
		return nil
	}}
}

// NoGatewaySocket expects no socket on the node's default gateway, and as proof
// that sockets can be seen at all, some on port 53 in the observation called but.
func NoGatewaySocket(sockets, routes, but string) Assertion {
	says := fmt.Sprintf("%s has no socket on the gateway of %s, while %s has one on port 53", sockets, routes, but)
	return assertion{says, []string{sockets, routes, but}, func(e results.Evidence, seen ...results.Observation) error {
		its, err := gatewaySockets(e, sockets, routes, seen[0], seen[1])
		switch {
		case err != nil:
			return err
		case !slices.ContainsFunc(seen[2].Sockets, func(s results.Socket) bool { return s.Port == 53 }):
			return fmt.Errorf("%s has no socket on port 53, so that of %s says nothing", but, sockets)
		case len(its) > 0:
			return fmt.Errorf("%s should have no socket on the gateway, but has one of %s", sockets, its[0].Owner)
		}
		return nil
	}}
}

// NoSockets expects no listening socket at all, and as proof that they can be
// seen, some on port 53 in the observation called but.
func NoSockets(sockets, but string) Assertion {
	says := fmt.Sprintf("%s is empty, while %s has a socket on port 53", sockets, but)
	return assertion{says, []string{sockets, but}, func(e results.Evidence, seen ...results.Observation) error {
		o := seen[0]
		switch {
		case o.Kind != results.KindSockets || o.Outcome != results.Value:
			return instead(e, sockets, o, "%s should be a list of sockets", sockets)
		case !slices.ContainsFunc(seen[1].Sockets, func(s results.Socket) bool { return s.Port == 53 }):
			return fmt.Errorf("%s has no socket on port 53, so that of %s says nothing", but, sockets)
		case len(o.Sockets) > 0:
			return instead(e, sockets, o, "%s should be empty", sockets)
		}
		return nil
	}}
}

func gatewaySockets(e results.Evidence, sockets, routes string, seen, way results.Observation) ([]results.Socket, error) {
	if seen.Kind != results.KindSockets || seen.Outcome != results.Value {
		return nil, instead(e, sockets, seen, "%s should be a list of sockets", sockets)
	}
	gateway, err := defaultGateway(e, routes, way)
	if err != nil {
		return nil, err
	}
	return append(at(seen, gateway, "udp"), at(seen, gateway, "tcp")...), nil
}

// GatewayBeforeHosts expects a resolv.conf to name the node's default gateway,
// as the observation called routes has it, and behind it the servers of the
// resolv.conf called host, at least one.
func GatewayBeforeHosts(file, routes, host string) Assertion {
	says := fmt.Sprintf("%s names the gateway of %s, then the servers of %s", file, routes, host)
	return assertion{says, []string{file, routes, host}, func(e results.Evidence, seen ...results.Observation) error {
		if seen[2].Text == nil {
			return instead(e, host, seen[2], "%s should be a file", host)
		}
		theirs := values(*seen[2].Text, "nameserver")
		if len(theirs) == 0 {
			return fmt.Errorf("%s names no server", host)
		}
		return GatewayServer(file, routes, theirs...).Check(e)
	}}
}

// GatewaysFirst expects the first nameservers of a resolv.conf to be the
// default gateways of these observations of /proc/net/route, in this order.
func GatewaysFirst(file string, routes ...string) Assertion {
	says := fmt.Sprintf("%s names first the gateways of %s", file, strings.Join(routes, " and "))
	return assertion{says, append([]string{file}, routes...), func(e results.Evidence, seen ...results.Observation) error {
		if seen[0].Text == nil {
			return instead(e, file, seen[0], "%s should be a file", file)
		}
		var want []string
		for i, name := range routes {
			gateway, err := defaultGateway(e, name, seen[i+1])
			if err != nil {
				return err
			}
			want = append(want, gateway)
		}
		got := values(*seen[0].Text, "nameserver")
		if len(want) == 0 || len(got) < len(want) || !slices.Equal(got[:len(want)], want) {
			return fmt.Errorf("%s should name first the gateways of %s, but has %d servers in another order or others", file, strings.Join(routes, " and "), len(got))
		}
		return nil
	}}
}
