package assertions_test

import (
	"net/netip"
	"strings"
	"testing"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/results"
)

func TestChains(t *testing.T) {
	rule := func(backend, table, chain, spec string) results.Rule {
		return results.Rule{Backend: backend, Family: "ip", Table: table, Chain: chain, Spec: spec}
	}
	all := []results.Rule{
		rule("nft", "nat", "PREROUTING", `-m comment --comment "kubernetes service portals" -j KUBE-SERVICES`),
		rule("nft", "nat", "KUBE-SERVICES", `-d 10.96.0.10/32 -p udp -m comment --comment "say \"dns\" -j KUBE-SEP-X" -m udp --dport 53 -j KUBE-SVC-A`),
		rule("nft", "nat", "KUBE-SVC-A", `! -s 10.244.0.0/16 -d 10.96.0.10/32 -p udp -m comment --comment dns -j KUBE-MARK-MASQ`),
		rule("nft", "nat", "KUBE-SVC-A", `-m comment --comment "dns -> 10.244.0.5:53" -m statistic --mode random --probability 0.50000000000 -j KUBE-SEP-AAAAAAAAAAAAAAAA`),
		rule("nft", "nat", "KUBE-SVC-A", `-j KUBE-SEP-BBBBBBBBBBBBBBBB`),
		rule("nft", "nat", "KUBE-SEP-AAAAAAAAAAAAAAAA", `-p udp -m udp -j DNAT --to-destination 10.244.0.5:53`),
		rule("nft", "nat", "KUBE-SEP-BBBBBBBBBBBBBBBB", `-p udp -m udp -j DNAT --to-destination 10.244.0.6:53`),
		rule("nft", "nat", "OUTPUT", `-j GONE`),
		rule("nft", "filter", "KUBE-SERVICES", `-j REJECT --reject-with icmp-port-unreachable`),
		rule("nftables", "kube-proxy", "services", `ip daddr . meta l4proto . th dport vmap @service-ips comment "x y"`),
		rule("nftables", "kube-proxy", "nat-output", `jump services`),
		{Backend: "nft", Family: "ip6", Table: "nat", Chain: "SIX", Spec: "-j RETURN"},
	}
	e := results.Evidence{
		Seen: map[string]results.Observation{
			"rules": {Kind: results.KindRules, Outcome: results.Value, Rules: all},
			"none":  {Kind: results.KindRules, Outcome: results.Value},
			"bare":  {},
		},
		Addrs: map[string]results.Addresses{"rules": {
			"vip": {"": {netip.MustParseAddr("10.96.0.10")}}, "web": {"": {netip.MustParseAddr("10.244.0.5")}},
		}},
	}
	svc := []string{
		"! -s 10.244.0.0/16 -d {vip}/32 -p udp -j KUBE-MARK-MASQ",
		"-m statistic --mode random --probability 0.50000000000 -j KUBE-SEP-*",
		"-j KUBE-SEP-*",
	}
	for _, c := range []struct {
		a    is.Assertion
		want string // empty where it holds
	}{
		{is.ChainRules("rules", "KUBE-SVC-A", svc...), ""},
		{is.ChainRules("rules", "KUBE-SVC-A", svc[1], svc[0], svc[2]), `but have ["! -s {nobody}/16 -d {vip}/32 -p udp -j KUBE-MARK-MASQ" "-m statistic --mode random --probability 0.50000000000 -j KUBE-SEP-*" "-j KUBE-SEP-*"]`},
		{is.ChainRules("rules", "KUBE-SVC-A", svc[:2]...), "exactly"},
		{is.ChainRules("rules", "KUBE-SVC-A", append(svc, "")...), "exactly"},
		{is.ChainRules("rules", "KUBE-SERVICES", "-d {vip}/32 -p udp -m udp --dport 53 -j KUBE-SVC-A"), ""},
		{is.ChainRules("rules", "filter KUBE-SERVICES", "-j REJECT --reject-with icmp-port-unreachable"), ""},
		{is.ChainRules("rules", "kube-proxy services", "ip daddr . meta l4proto . th dport vmap @service-ips"), ""},
		{is.ChainRules("rules", "KUBE-SEP-*", "-p udp -m udp -j DNAT --to-destination {web}:53"), ""},
		{is.ChainRules("rules", "KUBE-SEP-*", "-p udp -m udp -j DNAT --to-destination {web}:54"),
			`but have ["-p udp -m udp -j DNAT --to-destination {nobody}:53"] and ["-p udp -m udp -j DNAT --to-destination {web}:53"]`},
		{is.ChainRules("rules", "KUBE-SVC-B"), "but there is no rule in it"},
		{is.ChainRules("none", "KUBE-SVC-A"), "are no rules at all"},
		{is.ChainRules("bare", "KUBE-SVC-A"), "should be a list of rules, but was: nothing"},

		{is.HasRule("rules", "KUBE-SVC-A", svc[1]), ""},
		{is.HasRule("rules", "KUBE-SVC-A", "-j KUBE-SEP-B"), `but have ["! -s {nobody}/16 -d {vip}/32 -p udp -j KUBE-MARK-MASQ" "-m statistic`},
		{is.HasRule("rules", "filter KUBE-SERVICES", "-j REJECT --reject-with icmp-port-unreachable"), ""},
		{is.HasRule("rules", "filter KUBE-NOWHERE", "-j REJECT"), "but have []"},
		{is.HasRule("none", "KUBE-SVC-A", svc[1]), "no rules at all"},

		{is.HasChain("rules", "KUBE-SVC-A"), ""},
		{is.HasChain("rules", "SIX"), "should have a rule in a chain SIX, but have none among 12 rules"},
		{is.HasChain("none", "KUBE-SVC-A"), "no rules at all"},

		{is.NoChain("rules", "KUBE-SVC-B", "KUBE-SERVICES"), ""},
		{is.NoChain("rules", "KUBE-SVC-A", "KUBE-SERVICES"), "but have 3 rules in it"},
		{is.NoChain("rules", "GONE", "KUBE-SERVICES"), "but OUTPUT leads to it"},
		{is.NoChain("rules", "KUBE-SVC-B", "KUBE-NOWHERE"), "so that none in chain KUBE-SVC-B says nothing"},
		{is.NoChain("none", "KUBE-SVC-B", "KUBE-SERVICES"), "no rules at all"},

		{is.ChainJumps("rules", "PREROUTING", "KUBE-SERVICES"), ""},
		{is.ChainJumps("rules", "KUBE-SVC-A", "KUBE-SEP-*"), ""},
		{is.ChainJumps("rules", "kube-proxy nat-output", "services"), ""},
		{is.ChainJumps("rules", "KUBE-SERVICES", "KUBE-SEP-X"), `but have ["-d {vip}/32 -p udp -m udp --dport 53 -j KUBE-SVC-A"] there`}, // which a comment names
		{is.ChainJumps("rules", "KUBE-NOWHERE", "KUBE-SEP-X"), "but there is no rule in it"},
		{is.ChainJumps("none", "PREROUTING", "KUBE-SERVICES"), "no rules at all"},

		{is.NoJump("rules", "KUBE-SERVICES", "KUBE-MARK-MASQ"), ""},
		{is.NoJump("rules", "KUBE-SVC-A", "KUBE-MARK-MASQ"), `but have ["! -s {nobody}/16 -d {vip}/32 -p udp -j KUBE-MARK-MASQ"] there`},
		{is.NoJump("rules", "KUBE-NOWHERE", "KUBE-MARK-MASQ"), "have no rule in chain KUBE-NOWHERE"},
		{is.NoJump("none", "KUBE-SERVICES", "KUBE-MARK-MASQ"), "no rules at all"},
	} {
		err := c.a.Check(e)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.a, err, c.want)
		}
	}
}
