package runner

import (
	"fmt"
	"slices"

	"github.com/dnslab/dnslab/labs"
	"github.com/dnslab/dnslab/results"
)

// A Filter says which labs and claims are wanted. The zero value wants all
// that are not manual.
type Filter struct {
	Labs   []string // names; these may be manual
	Run    string   // regular expressions for runtime/lab/claim, part by part as go test -run does
	Source string   // labs with a claim that speaks about it, as "S2-7"
}

// A Plan is what a filter left of the catalogue.
type Plan struct {
	labs []labs.Lab // with the claims that are wanted on some runtime
	run  pattern
}

// Choose applies a filter. The error is one line fit for a user.
func Choose(all []labs.Lab, f Filter) (Plan, error) {
	run, err := readPattern(f.Run)
	if err != nil {
		return Plan{}, err
	}
	for _, name := range f.Labs {
		if !slices.ContainsFunc(all, func(l labs.Lab) bool { return l.Name == name }) {
			return Plan{}, unknown("lab", name, names(all), "dnslab list shows all")
		}
	}
	if f.Source != "" && !slices.Contains(sources(all), f.Source) {
		return Plan{}, unknown("claim that speaks about", f.Source, sources(all), "dnslab list --json shows all sources")
	}
	p := Plan{run: run}
	for _, l := range all {
		named := slices.Contains(f.Labs, l.Name)
		switch {
		case len(f.Labs) > 0 && !named, l.Manual && !named && !run.names(l.Name), f.Source != "" && !speaks(l, f.Source):
			continue
		}
		l.Claims = slices.DeleteFunc(slices.Clone(l.Claims), func(c labs.Claim) bool { return !run.matches("", l.Name, c.ID) })
		if len(l.Claims) > 0 {
			p.labs = append(p.labs, l)
		}
	}
	if len(p.labs) == 0 {
		return Plan{}, f.nothing()
	}
	return p, nil
}

// nothing says which flags together leave no claim.
func (f Filter) nothing() error {
	said := ""
	if f.Run != "" {
		said += fmt.Sprintf(" matches --run %q", f.Run)
	}
	if f.Source != "" {
		said += fmt.Sprintf(" speaks about %q", f.Source)
	}
	if len(f.Labs) > 0 {
		said += fmt.Sprintf(" in %q", f.Labs)
	}
	return fmt.Errorf("no claim%s (patterns are for runtime/lab/claim; dnslab list shows labs and claims)", said)
}

// For returns the labs planned for a runtime of that name and engine: claims
// that are not about the engine are left out.
func (p Plan) For(runtime, engine string) []labs.Lab {
	var mine []labs.Lab
	for _, l := range p.labs {
		l.Claims = slices.DeleteFunc(slices.Clone(l.Claims), func(c labs.Claim) bool {
			return !slices.Contains(c.Engines(), engine) || !p.run.matches(results.InPath(runtime), l.Name, c.ID)
		})
		if len(l.Claims) > 0 {
			mine = append(mine, l)
		}
	}
	return mine
}

func speaks(l labs.Lab, source string) bool {
	for _, c := range l.Claims {
		for _, cs := range c.Cases {
			if slices.ContainsFunc(cs.Sources, func(s results.Source) bool { return s.ID == source }) {
				return true
			}
		}
	}
	return false
}

func names(all []labs.Lab) []string {
	var names []string
	for _, l := range all {
		names = append(names, l.Name)
	}
	return names
}

func sources(all []labs.Lab) []string {
	var ids []string
	for _, l := range all {
		for _, c := range l.Claims {
			for _, cs := range c.Cases {
				for _, s := range cs.Sources {
					ids = append(ids, s.ID)
				}
			}
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// Lab returns the lab called name. The error is one line fit for a user.
func Lab(all []labs.Lab, name string) (labs.Lab, error) {
	for _, l := range all {
		if l.Name == name {
			return l, nil
		}
	}
	return labs.Lab{}, unknown("lab", name, names(all), "dnslab list shows all")
}
