package serve

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"

	"github.com/dnslab/dnslab/results"
)

// An iptables is one variant of the command for one family; each has its own
// tables. Its rules are printed by the command with -save behind its name.
type iptables struct{ command, backend, family string }

var allIptables = []iptables{
	{"iptables-legacy", "legacy", "ip"},
	{"ip6tables-legacy", "legacy", "ip6"},
	{"iptables-nft", "nft", "ip"},
	{"ip6tables-nft", "nft", "ip6"},
}

// A ruleset is all of a network namespace's packet filter.
type ruleset struct {
	rules  []results.Rule
	nat    []iptables    // those that have a nat table
	native []nativeTable // of nftables, those of iptables-nft among them
}

type nativeTable struct{ family, name string }

func (w *worker) rules() (results.Observation, error) {
	o := results.Observation{Kind: results.KindRules, Outcome: results.Value}
	set, err := w.readRules()
	o.Rules = set.rules
	return o, err
}

// readRules asks every tool that is there; that none is there, or that one of
// them fails, is an error, as its rules would seem not to exist.
func (w *worker) readRules() (ruleset, error) {
	var set ruleset
	var asked bool
	for _, t := range allIptables {
		out, err := w.tool(t.command + "-save")
		if errors.Is(err, exec.ErrNotFound) {
			continue
		}
		if err != nil {
			return set, err
		}
		asked = true
		rules, tables := parseSave(string(out), t)
		set.rules = append(set.rules, rules...)
		if tables["nat"] {
			set.nat = append(set.nat, t)
		}
	}
	// Stateless: what counters say is no part of a rule.
	out, err := w.tool("nft", "-s", "list", "ruleset")
	switch {
	case err == nil:
		var rules []results.Rule
		rules, set.native = parseNft(string(out))
		set.rules = append(set.rules, without(rules, set.rules)...)
	case !errors.Is(err, exec.ErrNotFound):
		return set, err
	case !asked:
		return set, errors.New("reading rules: there is no iptables-legacy-save, ip6tables-legacy-save, iptables-nft-save, ip6tables-nft-save or nft here")
	}
	return set, nil
}

// tool runs a program found on PATH.
func (w *worker) tool(name string, args ...string) ([]byte, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		return nil, fmt.Errorf("running %q: %w", name, err)
	}
	return w.command(context.Background(), path, args...)
}

// parseSave reads what iptables-save prints: a "*table", its ":CHAIN POLICY"
// lines, "-A CHAIN SPEC" lines and "COMMIT".
func parseSave(text string, t iptables) (rules []results.Rule, tables map[string]bool) {
	tables = map[string]bool{}
	var table string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if name, ok := strings.CutPrefix(line, "*"); ok {
			table = name
			tables[table] = true
		}
		if rule, ok := strings.CutPrefix(line, "-A "); ok {
			chain, spec, _ := strings.Cut(rule, " ")
			rules = append(rules, results.Rule{Backend: t.backend, Family: t.family, Table: table, Chain: chain, Spec: spec})
		}
	}
	return rules, tables
}

// without leaves out the chains of nftables that iptables-nft has printed
// rules of already: they are the same chains. One that it could not read, and
// so printed nothing of, stays.
func without(native, printed []results.Rule) []results.Rule {
	type chain struct{ family, table, chain string }
	known := map[chain]bool{}
	for _, r := range printed {
		if r.Backend == "nft" {
			known[chain{r.Family, r.Table, r.Chain}] = true
		}
	}
	var rest []results.Rule
	for _, r := range native {
		if !known[chain{r.Family, r.Table, r.Chain}] {
			rest = append(rest, r)
		}
	}
	return rest
}
