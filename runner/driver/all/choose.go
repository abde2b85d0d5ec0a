package all

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dnslab/dnslab/runner/driver/kind"
)

// ErrPattern is an error of a pattern that could match no name at all.
type ErrPattern struct{ Pattern string }

func (e ErrPattern) Error() string { return fmt.Sprintf("bad runtime pattern %q", e.Pattern) }

// ErrNobody is an error of a name or pattern that no candidate has.
type ErrNobody struct{ Pattern string }

func (e ErrNobody) Error() string { return fmt.Sprintf("no runtime %q", e.Pattern) }

// Choose returns those that patterns name, in the order of candidates. A
// pattern is a name, a glob, "all", or "default": one runtime for each behaviour.
// One that is "kubeconfig:CONTEXT" adds a cluster of the user's.
// The error is an [ErrPattern] or [ErrNobody], or says in one line what is wrong
// with a context.
func Choose(candidates []Candidate, patterns []string) ([]Candidate, error) {
	wanted := map[string]bool{}
	var yours []Candidate
	for _, p := range patterns {
		if strings.HasPrefix(p, kind.ContextPrefix) {
			c, err := kind.FindContext(p)
			if err != nil {
				return nil, err
			}
			if !wanted[p] {
				yours = append(yours, Candidate{Name: p, Engine: "kubernetes", fix: "kubectl get nodes", context: &c})
			}
			wanted[p] = true
			continue
		}
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
	chosen := slices.DeleteFunc(slices.Clone(candidates), func(c Candidate) bool { return !wanted[c.Name] })
	return append(chosen, yours...), nil
}

// Contexts returns the names of the clusters of the user's that may be chosen.
func Contexts() ([]string, error) { return kind.Contexts() }
