package serve

import (
	"fmt"
	"strings"
)

// flushRules empties the nat tables of both variants of iptables, removes
// Docker's own tables of nftables, and then looks whether they are gone.
func (w *worker) flushRules() error {
	set, err := w.readRules()
	if err != nil {
		return fmt.Errorf("flushing NAT rules: %w", err)
	}
	for _, t := range set.nat {
		if _, err := w.tool(t.command, "-w", "-t", "nat", "-F"); err != nil {
			return fmt.Errorf("flushing NAT rules: %w", err)
		}
	}
	for _, t := range set.native {
		if !ofDocker(t.name) {
			continue
		}
		if _, err := w.tool("nft", "delete", "table", t.family, t.name); err != nil {
			return fmt.Errorf("flushing NAT rules: %w", err)
		}
	}
	if set, err = w.readRules(); err != nil {
		return fmt.Errorf("looking for NAT rules after flushing them: %w", err)
	}
	for _, r := range set.rules {
		native := r.Backend == "nftables"
		if !native && r.Table == "nat" || native && ofDocker(r.Table) || r.Chain == "DOCKER_OUTPUT" {
			return fmt.Errorf("flushing NAT rules: %s table %q still has %q in chain %q", r.Backend, r.Table, r.Spec, r.Chain)
		}
	}
	return nil
}

func ofDocker(table string) bool { return strings.HasPrefix(table, "docker") }
