package serve

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/agent"
)

// flushRules flushes one chain, or all.
func (w *worker) flushRules(a agent.FlushRules) error {
	flush := w.flushAll
	if a.Chain != "" {
		flush = func() error { return w.flushChain(a.Chain) }
	}
	if err := flush(); err != nil {
		return fmt.Errorf("flushing NAT rules: %w", err)
	}
	return nil
}

// flushChain empties a chain in the nat tables that have rules in it.
func (w *worker) flushChain(chain string) error {
	set, err := w.readRules()
	if err != nil {
		return err
	}
	flushed := false
	for _, t := range set.nat {
		if !slices.ContainsFunc(set.rules, func(r results.Rule) bool {
			return r.Backend == t.backend && r.Family == t.family && r.Table == "nat" && r.Chain == chain
		}) {
			continue
		}
		if _, err := w.tool(t.command, "-w", "-t", "nat", "-F", chain); err != nil {
			return err
		}
		flushed = true
	}
	if !flushed {
		return fmt.Errorf("there are none in the chain %q", chain)
	}
	return nil
}

// flushAll empties the nat tables of both variants of iptables, removes
// Docker's own tables of nftables, and then looks whether they are gone.
func (w *worker) flushAll() error {
	set, err := w.readRules()
	if err != nil {
		return err
	}
	for _, t := range set.nat {
		if _, err := w.tool(t.command, "-w", "-t", "nat", "-F"); err != nil {
			return err
		}
	}
	for _, t := range set.native {
		if !ofDocker(t.name) {
			continue
		}
		if _, err := w.tool("nft", "delete", "table", t.family, t.name); err != nil {
			return err
		}
	}
	if set, err = w.readRules(); err != nil {
		return fmt.Errorf("looking whether they are gone: %w", err)
	}
	for _, r := range set.rules {
		native := r.Backend == "nftables"
		if !native && r.Table == "nat" || native && ofDocker(r.Table) || r.Chain == "DOCKER_OUTPUT" {
			return fmt.Errorf("%s table %q still has %q in chain %q", r.Backend, r.Table, r.Spec, r.Chain)
		}
	}
	return nil
}

func ofDocker(table string) bool { return strings.HasPrefix(table, "docker") }
