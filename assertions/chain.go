package assertions

import (
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/dnslab/dnslab/results"
)

// A chain is given to the assertions of this file by its name, with its table
// before it unless that is "nat": "KUBE-SERVICES", "filter KUBE-FORWARD". It is
// one for IPv4, of iptables or of nftables: "kube-proxy services". A name that
// ends in * is that of any chain that begins so. Rules do not show a chain that
// is empty and that nothing leads to.

// ChainRules expects a chain to have exactly these rules, in order, as
// iptables-save prints them after "-A CHAIN", but without comments and with
// {node} for the addresses of nodes. A word that ends in * stands for all that
// begin so, as the names of kube-proxy's chains have addresses hashed in them.
// Of several chains that fit the name, one must be like that.
func ChainRules(rules, chain string, want ...string) Assertion {
	says := fmt.Sprintf("have in chain %s exactly these %d", chain, len(want))
	return onRules(rules, says, func(e results.Evidence, o results.Observation) error {
		chains := map[string][]string{}
		for _, r := range inChain(o, chain) {
			chains[r.Chain] = append(chains[r.Chain], plainRule(e, rules, r.Spec))
		}
		var seen []string
		for _, got := range chains {
			if slices.EqualFunc(want, got, fits) {
				return nil
			}
			if s := fmt.Sprintf("%q", unnamed(got)); !slices.Contains(seen, s) {
				seen = append(seen, s)
			}
		}
		if len(seen) == 0 {
			return fmt.Errorf("should have in chain %s exactly %q, but there is no rule in it", chain, want)
		}
		slices.Sort(seen)
		return fmt.Errorf("should have in chain %s exactly %q, but have %s", chain, want, strings.Join(seen, " and "))
	})
}

// HasRule expects a rule in a chain, written as for ChainRules, among others.
func HasRule(rules, chain, want string) Assertion {
	return onRules(rules, fmt.Sprintf("have in chain %s the rule %q", chain, want), func(e results.Evidence, o results.Observation) error {
		var got []string
		for _, r := range inChain(o, chain) {
			plain := plainRule(e, rules, r.Spec)
			if fits(want, plain) {
				return nil
			}
			got = append(got, plain)
		}
		return fmt.Errorf("should have in chain %s the rule %q, but have %q", chain, want, unnamed(got))
	})
}

// HasChain expects a rule in a chain.
func HasChain(rules, chain string) Assertion {
	return onRules(rules, "have a chain "+chain, func(e results.Evidence, o results.Observation) error {
		if len(inChain(o, chain)) == 0 {
			return fmt.Errorf("should have a rule in a chain %s, but have none among %d rules", chain, len(o.Rules))
		}
		return nil
	})
}

// NoChain expects no rule in a chain and none that leads to it, while the chain
// called but has some: rules that were not read at all have neither.
func NoChain(rules, chain, but string) Assertion {
	return onRules(rules, fmt.Sprintf("have no chain %s, while they have %s", chain, but), func(e results.Evidence, o results.Observation) error {
		table, name := tableOf(chain)
		switch {
		case len(inChain(o, but)) == 0:
			return fmt.Errorf("have no rule in chain %s, so that none in chain %s says nothing", but, chain)
		case len(inChain(o, chain)) > 0:
			return fmt.Errorf("should have no chain %s, but have %d rules in it", chain, len(inChain(o, chain)))
		}
		for _, r := range o.Rules {
			if r.Family == "ip" && r.Table == table && leadsTo(r.Spec, name) {
				return fmt.Errorf("should have no chain %s, but %s leads to it", chain, r.Chain)
			}
		}
		return nil
	})
}

// ChainJumps expects a rule in a chain that leads to another one of its table.
func ChainJumps(rules, chain, target string) Assertion {
	return onRules(rules, fmt.Sprintf("lead from chain %s to %s", chain, target), func(e results.Evidence, o results.Observation) error {
		var got []string
		for _, r := range inChain(o, chain) {
			if leadsTo(r.Spec, target) {
				return nil
			}
			got = append(got, plainRule(e, rules, r.Spec))
		}
		if len(got) == 0 {
			return fmt.Errorf("should lead from chain %s to %s, but there is no rule in it", chain, target)
		}
		return fmt.Errorf("should lead from chain %s to %s, but have %q there", chain, target, unnamed(got))
	})
}

// NoJump expects a chain to have rules, and none that leads to another one.
func NoJump(rules, chain, target string) Assertion {
	return onRules(rules, fmt.Sprintf("do not lead from chain %s to %s", chain, target), func(e results.Evidence, o results.Observation) error {
		its := inChain(o, chain)
		if len(its) == 0 {
			return fmt.Errorf("have no rule in chain %s, which says nothing", chain)
		}
		for _, r := range its {
			if leadsTo(r.Spec, target) {
				return fmt.Errorf("should not lead from chain %s to %s, but have %q there", chain, target, unnamed([]string{plainRule(e, rules, r.Spec)}))
			}
		}
		return nil
	})
}

func onRules(name, says string, check func(e results.Evidence, o results.Observation) error) Assertion {
	return about(name, says, func(e results.Evidence, o results.Observation) error {
		if o.Kind != results.KindRules || o.Outcome != results.Value {
			return instead(e, name, o, "should be a list of rules")
		}
		if len(o.Rules) == 0 {
			return errors.New("are no rules at all, which says nothing")
		}
		return check(e, o)
	})
}

func tableOf(chain string) (table, name string) {
	if table, name, ok := strings.Cut(chain, " "); ok {
		return table, name
	}
	return "nat", chain
}

func inChain(o results.Observation, chain string) (in []results.Rule) {
	table, name := tableOf(chain)
	for _, r := range o.Rules {
		if r.Family == "ip" && r.Table == table && word(name, r.Chain) {
			in = append(in, r)
		}
	}
	return in
}

// leadsTo tells whether a rule of iptables or nftables jumps or goes to a chain.
func leadsTo(spec, target string) bool {
	words := strings.Fields(comment.ReplaceAllString(spec, ""))
	for i, w := range words[:max(0, len(words)-1)] {
		if slices.Contains([]string{"-j", "-g", "jump", "goto"}, w) && word(target, strings.TrimRight(words[i+1], ",;")) {
			return true
		}
	}
	return false
}

// fits tells whether a rule is the one wanted, word by word.
func fits(want, got string) bool {
	return slices.EqualFunc(strings.Fields(want), strings.Fields(got), word)
}

func word(want, got string) bool {
	if begin, ok := strings.CutSuffix(want, "*"); ok {
		return strings.HasPrefix(got, begin)
	}
	return got == want
}

// comment is one as iptables-save prints it or, at the end, as nft does.
var comment = regexp.MustCompile(`-m comment --comment ("(\\.|[^"\\])*"|\S+) ?| ?comment "[^"]*"$`)

var dotted = regexp.MustCompile(`\d+\.\d+\.\d+\.\d+`)

// plainRule is a rule without comments, and with {node} for addresses of nodes.
func plainRule(e results.Evidence, name, spec string) string {
	spec = strings.TrimSpace(comment.ReplaceAllString(spec, ""))
	return dotted.ReplaceAllStringFunc(spec, func(s string) string {
		a, err := netip.ParseAddr(s)
		var owners []string
		for node, nets := range e.Addrs[name] {
			for _, addrs := range nets {
				if err == nil && slices.Contains(addrs, a) {
					owners = append(owners, node)
				}
			}
		}
		if len(owners) == 0 {
			return s
		}
		return "{" + slices.Min(owners) + "}"
	})
}

// unnamed is rules without the addresses that are no node's, and without the
// names that have such hashed into them, for two runs to read the same.
func unnamed(rules []string) (all []string) {
	for _, r := range rules {
		all = append(all, hashed.ReplaceAllString(dotted.ReplaceAllStringFunc(r, nobodys), "$1*"))
	}
	return all
}

// hashed is a chain of an endpoint, as kube-proxy calls it (servicePortEndpointChainName).
var hashed = regexp.MustCompile(`\b(KUBE-SEP-)[A-Z2-7]{16}\b`)
