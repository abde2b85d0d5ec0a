package digest

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/dnslab/dnslab/results"
)

// A Source is what a run says about one source: a verdict for each of the
// runtimes where a claim about it held.
type Source struct {
	ID   string
	Says []Saying // empty where no claim about it held anywhere
	Open []string // runtimes where a claim about it failed or was in error
}

// A Saying is a verdict and where it was reached.
type Saying struct {
	Verdict  results.Verdict
	Runtimes []string
}

func sources(runtimes []string, all []results.Result) []Source {
	type where struct {
		said map[results.Verdict]map[string]bool
		open map[string]bool
	}
	found := map[string]where{}
	for _, r := range all {
		for _, s := range r.Sources {
			w, ok := found[s.ID]
			if !ok {
				w = where{map[results.Verdict]map[string]bool{}, map[string]bool{}}
				found[s.ID] = w
			}
			switch {
			case r.Status == results.Pass && s.Verdict != "":
				if w.said[s.Verdict] == nil {
					w.said[s.Verdict] = map[string]bool{}
				}
				w.said[s.Verdict][r.Runtime] = true
			case r.Status == results.Fail || r.Status == results.Error:
				w.open[r.Runtime] = true
			}
		}
	}
	var out []Source
	for id, w := range found {
		s := Source{ID: id, Open: in(runtimes, w.open)}
		for _, v := range []results.Verdict{results.Holds, results.Partly, results.Refuted} {
			if names := in(runtimes, w.said[v]); len(names) > 0 {
				s.Says = append(s.Says, Saying{v, names})
			}
		}
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b Source) int { return naturally(a.ID, b.ID) })
	return out
}

// in are those of all that are in the set.
func in(all []string, set map[string]bool) []string {
	var out []string
	for _, s := range all {
		if set[s] {
			out = append(out, s)
		}
	}
	return out
}

// naturally compares as people sort: S2-9 before S2-10.
func naturally(a, b string) int {
	for a != "" && b != "" {
		x, y := number(a), number(b)
		if x != "" && y != "" {
			i, _ := strconv.Atoi(x)
			j, _ := strconv.Atoi(y)
			if c := cmp.Or(cmp.Compare(i, j), cmp.Compare(len(x), len(y))); c != 0 {
				return c
			}
			a, b = a[len(x):], b[len(y):]
			continue
		}
		if c := cmp.Compare(a[0], b[0]); c != 0 {
			return c
		}
		a, b = a[1:], b[1:]
	}
	return cmp.Compare(len(a), len(b))
}

// number is the number that s begins with.
func number(s string) string {
	n := 0
	for n < len(s) && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	return s[:n]
}
