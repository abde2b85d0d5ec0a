package assertions_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/topo"
)

const (
	chainSVC = "KUBE-SVC-AAAAAAAAAAAAAAAA"
	chainOne = "KUBE-SEP-BBBBBBBBBBBBBBBB"
	chainTwo = "KUBE-SEP-CCCCCCCCCCCCCCCC"
	native   = "service-AAAAAAAA-lab/front/udp/dns"
	toOne    = "endpoint-BBBBBBBB-lab/front/udp/dns__10.244.0.5/53"
	toTwo    = "endpoint-CCCCCCCC-lab/front/udp/dns__10.244.0.6/53"
)

// Both modes of kube-proxy, as version 1.34.3 writes its rules.
var (
	byIptables = []results.Rule{
		{Table: "nat", Chain: "KUBE-SERVICES", Spec: `-d 10.96.0.7/32 -p udp -m comment --comment "lab/front:dns cluster IP" -m udp --dport 53 -j ` + chainSVC},
		{Table: "nat", Chain: chainSVC, Spec: `! -s 10.244.0.0/16 -d 10.96.0.7/32 -p udp -m comment --comment "lab/front:dns cluster IP" -m udp --dport 53 -j KUBE-MARK-MASQ`},
		{Table: "nat", Chain: chainSVC, Spec: `-m comment --comment "lab/front:dns -> 10.244.0.5:53" -m statistic --mode random --probability 0.50000000000 -j ` + chainOne},
		{Table: "nat", Chain: chainSVC, Spec: `-m comment --comment "lab/front:dns -> 10.244.0.6:53" -j ` + chainTwo},
		{Table: "nat", Chain: chainOne, Spec: `-s 10.244.0.5/32 -m comment --comment "lab/front:dns" -j KUBE-MARK-MASQ`},
		{Table: "nat", Chain: chainOne, Spec: `-p udp -m comment --comment "lab/front:dns" -m udp -j DNAT --to-destination 10.244.0.5:53`},
		{Table: "nat", Chain: chainTwo, Spec: `-p udp -m comment --comment "lab/front:dns" -m udp -j DNAT --to-destination 10.244.0.6:53`},
	}
	byNftables = []results.Rule{
		{Table: "kube-proxy", Chain: native, Spec: `ip daddr 10.96.0.7 ip saddr != 10.244.0.0/16 jump mark-for-masquerade`},
		{Table: "kube-proxy", Chain: native, Spec: `numgen random mod 2 vmap { 0 : goto ` + toOne + `, 1 : goto ` + toTwo + ` }`},
		{Table: "kube-proxy", Chain: toOne, Spec: `ip saddr 10.244.0.5 jump mark-for-masquerade`},
		{Table: "kube-proxy", Chain: toOne, Spec: `meta l4proto udp dnat to 10.244.0.5:53`},
		{Table: "kube-proxy", Chain: toTwo, Spec: `meta l4proto udp dnat to 10.244.0.6:53`},
	}
)

// changed is rules with other words in their specs.
func changed(rules []results.Rule, pairs ...string) []results.Rule {
	all := slices.Clone(rules)
	for i := range all {
		all[i].Family = "ip"
		all[i].Spec = strings.NewReplacer(pairs...).Replace(all[i].Spec)
	}
	return all
}

func TestLeadsTo(t *testing.T) {
	front, one, two := topo.Node{Name: "front"}, topo.Node{Name: "one"}, topo.Node{Name: "two"}
	for _, c := range []struct {
		what  string
		rules []results.Rule
		pods  []topo.Node
		want  string // empty where it holds
	}{
		{"both pods", changed(byIptables), []topo.Node{two, one}, ""},
		{"both pods, native", changed(byNftables), []topo.Node{one, two}, ""},
		{"one too many", changed(byIptables), []topo.Node{one}, "to one, but lead to one, two"},
		{"one too many, native", changed(byNftables), []topo.Node{one}, "to one, but lead to one, two"},
		{"another pod", changed(byIptables, "10.244.0.6:53", "10.244.0.9:53"), []topo.Node{one, two}, "but lead to an address of no node, one"},
		{"another pod, native", changed(byNftables, "10.244.0.6:53", "10.244.0.9:53"), []topo.Node{one, two}, "but lead to an address of no node, one"},
		{"another port", changed(byIptables, "10.244.0.6:53", "10.244.0.6:54"), []topo.Node{one, two}, "lead to port 54 of two"},
		{"uneven", changed(byIptables, "0.50000000000", "0.33333333349"), []topo.Node{one, two}, "likelihood of 0.333"},
		{"no mark", changed(byIptables, "KUBE-MARK-MASQ", "ACCEPT"), []topo.Node{one, two}, "a rule of another kind"},
		{"no mark, native", changed(byNftables, "jump mark-for-masquerade", "accept"), []topo.Node{one, two}, "no rule leads on from its address"},
		{"a chain flushed", slices.DeleteFunc(changed(byIptables), func(r results.Rule) bool { return r.Chain == chainSVC }), []topo.Node{one, two}, "its chain leads nowhere"},
		{"an endpoint flushed", slices.DeleteFunc(changed(byIptables), func(r results.Rule) bool { return r.Chain == chainTwo }), []topo.Node{one, two}, "the chain of an endpoint translates nothing"},
		{"an endpoint flushed, native", slices.DeleteFunc(changed(byNftables), func(r results.Rule) bool { return r.Chain == toTwo }), []topo.Node{one, two}, "the chain of an endpoint translates nothing"},
		{"only IPv6", func() []results.Rule {
			all := changed(byIptables)
			for i := range all {
				all[i].Family = "ip6"
			}
			return all
		}(), []topo.Node{one}, "no rule leads on from its address"},
		{"nothing", nil, nil, "no rules at all"},
		{"no pods", changed(byIptables), nil, "but lead to one, two"},
	} {
		e := results.Evidence{
			Seen: map[string]results.Observation{"rules": {Kind: results.KindRules, Outcome: results.Value, Rules: c.rules}},
			Addrs: map[string]results.Addresses{"rules": {
				"front": {"": {netip.MustParseAddr("10.96.0.7")}},
				"one":   {"": {netip.MustParseAddr("10.244.0.5")}}, "two": {"": {netip.MustParseAddr("10.244.0.6")}},
			}},
		}
		err := is.LeadsTo("rules", front, "udp", c.pods...).Check(e)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.what, err, c.want)
		}
		if c.want == "" && is.LeadsTo("rules", front, "tcp", c.pods...).Check(e) == nil {
			t.Errorf("%s: holds for TCP, of which no rule speaks", c.what)
		}
	}
	none := results.Evidence{Seen: map[string]results.Observation{"rules": {Kind: results.KindRules, Outcome: results.Value, Rules: changed(byIptables)}}}
	if err := is.LeadsTo("rules", front, "udp", one).Check(none); err == nil || !strings.Contains(err.Error(), "has 0 addresses") {
		t.Errorf("a service that is not there: %v", err)
	}
}

// Two runs read the same whatever services there were beside.
func TestDescribeRulesOfServices(t *testing.T) {
	o := results.Observation{Kind: results.KindRules, Outcome: results.Value, Rules: slices.Concat(changed(byIptables), changed(byNftables),
		[]results.Rule{{Table: "kube-proxy", Chain: "services"}, {Table: "nat", Chain: "CNI-DN-0123456789abcdef01234"}})}
	if got := is.Describe(results.Evidence{}, "rules", o); got != "nat KUBE-SERVICES; kube-proxy services" {
		t.Errorf("reads %q", got)
	}
}

func TestAnsweredByEach(t *testing.T) {
	answer := func(addrs ...string) results.Observation {
		m := &results.Message{Rcode: "NOERROR"}
		for _, a := range addrs {
			m.Addrs = append(m.Addrs, netip.MustParseAddr(a))
		}
		return results.Observation{Kind: results.KindDNS, Outcome: results.Answered, DNS: m}
	}
	several := func(first results.Observation, more ...results.Observation) results.Observation {
		first.More = more
		return first
	}
	one, two, other := answer("203.0.113.1"), answer("203.0.113.2"), answer("203.0.113.3")
	for _, c := range []struct {
		o       results.Observation
		numbers []int
		want    string // empty where it holds
	}{
		{several(two, one, two), []int{1, 2}, ""},
		{several(two, two), []int{2}, ""},
		{several(two, two), []int{1, 2}, "but the answers were 203.0.113.2"},
		{several(two, one), []int{2}, "but the answers were 203.0.113.1, 203.0.113.2"},
		{several(one, other), []int{1, 2}, "but the answers were 203.0.113.1, 203.0.113.3"},
		{several(one, results.Observation{Kind: results.KindDNS, Outcome: results.TimedOutAsk}), []int{1}, "but was: timeout"},
		{several(one, answer()), []int{1}, "but was: NOERROR, no records"},
		{results.Observation{Kind: results.KindDNS, Outcome: results.Refused}, []int{1}, "should be an answer, but was: refused"},
	} {
		err := is.AnsweredByEach("o", c.numbers...).Check(results.Evidence{Seen: map[string]results.Observation{"o": c.o}})
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v, want %q", c.numbers, err, c.want)
		}
	}
}
