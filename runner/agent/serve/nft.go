package serve

import (
	"strings"

	"github.com/dnslab/dnslab/results"
)

// parseNft reads what "nft list ruleset" prints. Its nesting is in its tabs:
// tables have none, chains and sets one, rules two, and what a rule holds in
// braces, such as a chain without a name, more. The JSON form is not used as
// rules would have to be written out again to be read by people.
func parseNft(text string) (rules []results.Rule, tables []nativeTable) {
	var table nativeTable
	var chain string // empty in a set or map
	for line := range strings.Lines(text) {
		inner := strings.TrimLeft(line, "\t")
		depth := len(line) - len(inner)
		inner = strings.TrimSpace(inner)
		if inner == "" || strings.HasPrefix(inner, "#") {
			continue
		}
		fields := strings.Fields(inner)
		last := len(rules) - 1
		switch {
		case depth == 0 && fields[0] == "table" && len(fields) >= 3:
			table = nativeTable{fields[1], fields[2]}
			tables = append(tables, table)
			chain = ""
		case depth == 1:
			chain = ""
			if fields[0] == "chain" && len(fields) >= 2 {
				chain = fields[1]
			}
		case chain == "":
		case depth == 2 && inner == "}":
			if last >= 0 {
				rules[last].Spec += " }"
			}
		case depth == 2 && !describesChain(fields):
			rules = append(rules, results.Rule{
				Backend: "nftables", Family: table.family, Table: table.name, Chain: chain, Spec: inner,
			})
		case depth > 2 && last >= 0:
			rules[last].Spec += " " + inner + ";"
		}
	}
	return rules, tables
}

// describesChain tells a line about the chain itself from a rule.
func describesChain(fields []string) bool {
	switch fields[0] {
	case "type":
		return len(fields) > 2 && fields[2] == "hook"
	case "policy", "comment":
		return true
	}
	return false
}
