package all

import (
	"fmt"
	"path"
	"slices"
)

// ErrPattern is an error of a pattern that could match no name at all.
type ErrPattern struct{ Pattern string }

func (e ErrPattern) Error() string { return fmt.Sprintf("bad runtime pattern %q", e.Pattern) }

// ErrNobody is an error of a name or pattern that no candidate has.
type ErrNobody struct{ Pattern string }

func (e ErrNobody) Error() string { return fmt.Sprintf("no runtime %q", e.Pattern) }

// Choose returns those that patterns name, in the order of candidates. A
// pattern is a name, a glob, "all", or "default": one runtime for each behaviour.
// The error is an [ErrPattern] or [ErrNobody].
func Choose(candidates []Candidate, patterns []string) ([]Candidate, error) {
	wanted := map[string]bool{}
	for _, p := range patterns {
		found := false
		for _, c := range candidates {
			ok, err := path.Match(p, c.Name)
			if err != nil {
				return nil, ErrPattern{p}
			}
			if ok || p == "all" || p == "default" && c.Default {
				wanted[c.Name], found = true, true
			}
		}
		if !found {
			return nil, ErrNobody{p}
		}
	}
	return slices.DeleteFunc(slices.Clone(candidates), func(c Candidate) bool { return !wanted[c.Name] }), nil
}
