package assertions

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dnslab/dnslab/results"
)

// NATRules expects the rules of an iptables table "nat" for IPv4 to be exactly
// these, each as "CHAIN SPEC", in any order of chains but in the order given
// within one. {udp} and {tcp} stand for the ports of the sockets on addr in
// the observation called sockets.
func NATRules(rules, sockets, addr string, want ...string) Assertion {
	says := fmt.Sprintf("%s are exactly these %d, with the ports of %s", rules, len(want), sockets)
	return exactRules(says, rules, sockets, addr, want, ofIptables)
}

// NativeRules expects the rules of a native nftables table for IPv4 to be
// exactly these, with order and ports as for NATRules.
func NativeRules(rules, table, sockets, addr string, want ...string) Assertion {
	says := fmt.Sprintf("%s of table %s are exactly these %d, with the ports of %s", rules, table, len(want), sockets)
	return exactRules(says, rules, sockets, addr, want, func(r results.Rule) bool {
		return r.Backend == "nftables" && r.Family == "ip" && r.Table == table
	})
}

// GatewayRules is NATRules of those rules alone that are in a chain whose name
// begins with chains, or lead into one. {gateway} in them stands for the
// default gateway, as the observation called routes has it.
func GatewayRules(rules, sockets, routes, chains string, want ...string) Assertion {
	says := fmt.Sprintf("%s of %s* are exactly these %d, with the ports of %s and the gateway of %s", rules, chains, len(want), sockets, routes)
	return assertion{says, []string{rules, sockets, routes}, func(e results.Evidence, seen ...results.Observation) error {
		gateway, err := defaultGateway(e, routes, seen[2])
		if err != nil {
			return err
		}
		all := seen[0]
		all.Rules = nil
		for _, r := range seen[0].Rules {
			if strings.HasPrefix(r.Chain, chains) || strings.Contains(r.Spec, " "+chains) {
				r.Spec = strings.ReplaceAll(r.Spec, gateway, "{gateway}")
				all.Rules = append(all.Rules, r)
			}
		}
		return checkRules(e, rules, sockets, "127.0.0.11", all, seen[1], want, ofIptables)
	}}
}

func exactRules(says, rules, sockets, addr string, want []string, of func(results.Rule) bool) Assertion {
	return assertion{says, []string{rules, sockets}, func(e results.Evidence, seen ...results.Observation) error {
		return checkRules(e, rules, sockets, addr, seen[0], seen[1], want, of)
	}}
}

func checkRules(e results.Evidence, rules, sockets, addr string, has, listens results.Observation, want []string, of func(results.Rule) bool) error {
	udp, tcp := at(listens, addr, "udp"), at(listens, addr, "tcp")
	if len(udp) != 1 || len(tcp) != 1 {
		return instead(e, sockets, listens, "%s should have one UDP and one TCP socket on %s", sockets, addr)
	}
	port := strings.NewReplacer("{udp}", fmt.Sprint(udp[0].Port), "{tcp}", fmt.Sprint(tcp[0].Port))
	var wanted, got []string
	for _, w := range want {
		wanted = append(wanted, port.Replace(w))
	}
	for _, r := range has.Rules {
		if of(r) {
			got = append(got, r.Chain+" "+r.Spec)
		}
	}
	byChain := func(a, b string) int {
		ca, _, _ := strings.Cut(a, " ")
		cb, _, _ := strings.Cut(b, " ")
		return strings.Compare(ca, cb)
	}
	slices.SortStableFunc(wanted, byChain)
	slices.SortStableFunc(got, byChain)
	if !slices.Equal(got, wanted) {
		return fmt.Errorf("%s should be %q, but are %q", rules, want, plainPorts(got, udp[0].Port, tcp[0].Port))
	}
	return nil
}

// ofIptables tells whether a rule is of an iptables table "nat" for IPv4.
func ofIptables(r results.Rule) bool {
	return r.Backend != "nftables" && r.Family == "ip" && r.Table == "nat"
}

// NoRuleFor expects that no rule mentions what, and that the observation
// called but has one that does.
func NoRuleFor(rules, what, but string) Assertion {
	return assertion{fmt.Sprintf("%s have none about %s, while %s have", rules, what, but), []string{rules, but}, func(e results.Evidence, seen ...results.Observation) error {
		switch {
		case seen[0].Kind != results.KindRules || seen[0].Outcome != results.Value:
			return fmt.Errorf("%s %w", rules, instead(e, rules, seen[0], "should be a list of rules"))
		case !mentions(seen[1], what):
			return fmt.Errorf("%s have no rule about %s, so that of %s says nothing", but, what, rules)
		case mentions(seen[0], what):
			return fmt.Errorf("%s have a rule about %s", rules, what)
		}
		return nil
	}}
}

// NoRuleOf expects that no table of the backend ("legacy", "nft", "nftables")
// has a rule about what, while another backend's has.
func NoRuleOf(rules, backend, what string) Assertion {
	return about(rules, fmt.Sprintf("about %s are not in %s", what, backend), func(e results.Evidence, o results.Observation) error {
		elsewhere := false
		for _, r := range o.Rules {
			if !strings.Contains(r.Spec, what) {
				continue
			}
			if r.Backend == backend {
				return fmt.Errorf("about %s are in %s, table %s, chain %s", what, r.Backend, r.Table, r.Chain)
			}
			elsewhere = true
		}
		if !elsewhere {
			return instead(e, rules, o, "should have a rule about %s", what)
		}
		return nil
	})
}

func mentions(o results.Observation, what string) bool {
	return slices.ContainsFunc(o.Rules, func(r results.Rule) bool { return strings.Contains(r.Spec, what) })
}

func plainPorts(rules []string, udp, tcp uint16) []string {
	r := strings.NewReplacer(fmt.Sprint(":", udp), ":{udp}", fmt.Sprint(":", tcp), ":{tcp}",
		fmt.Sprint("sport ", udp), "sport {udp}", fmt.Sprint("sport ", tcp), "sport {tcp}")
	var all []string
	for _, s := range rules {
		all = append(all, r.Replace(s))
	}
	return all
}
