package digest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dnslab/dnslab/results"
)

// A Finding is one failure, wherever and however often it was seen alike: of
// one claim, with one expectation, in the same words.
type Finding struct {
	Result results.Result // the first of them
	Where  []Place
}

// A Place is a runtime and the rounds in which it was so there.
type Place struct {
	Runtime string
	Rounds  []int
}

func failures(all []results.Result) []Finding {
	var out []Finding
	index := map[[6]string]int{}
	for _, r := range all {
		if r.Status != results.Fail {
			continue
		}
		k := [6]string{r.Lab, r.Claim, r.Case, r.Expected, r.Seen, r.Reason}
		i, ok := index[k]
		if !ok {
			i = len(out)
			index[k] = i
			out = append(out, Finding{Result: r})
		}
		f := &out[i]
		at := slices.IndexFunc(f.Where, func(p Place) bool { return p.Runtime == r.Runtime })
		if at < 0 {
			at = len(f.Where)
			f.Where = append(f.Where, Place{Runtime: r.Runtime})
		}
		f.Where[at].Rounds = append(f.Where[at].Rounds, r.Round)
	}
	return out
}

// Runtimes are those that it was seen on.
func (f Finding) Runtimes() []string {
	var all []string
	for _, p := range f.Where {
		all = append(all, p.Runtime)
	}
	return all
}

// Rerun is the command that repeats the claim wherever it failed like this.
func (f Finding) Rerun() string { return results.Rerun(f.Result.Lab, f.Result.Claim, f.Runtimes()...) }

// Said is the reason, unless it only repeats what is expected and seen.
func (f Finding) Said() string {
	r := f.Result
	if r.Reason == r.Seen || r.Expected != "" && strings.Contains(r.Reason, r.Expected) && strings.Contains(r.Reason, r.Seen) {
		return ""
	}
	return r.Reason
}

// Case is the case that applied, and whether anybody had looked at such a version.
func (f Finding) Case() string {
	if f.Result.Basis == results.Extrapolated {
		return f.Result.Case + " (extrapolated)"
	}
	return f.Result.Case
}

// InRounds says which of several rounds it was: "rounds 1, 3"; empty where
// there is only one.
func (p Place) InRounds(of int) string {
	switch {
	case of < 2:
		return ""
	case len(p.Rounds) == of:
		return fmt.Sprintf("all %d rounds", of)
	case len(p.Rounds) == 1:
		return fmt.Sprintf("round %d of %d", p.Rounds[0], of)
	}
	slices.Sort(p.Rounds)
	return fmt.Sprintf("rounds %s of %d", strings.Trim(strings.Join(strings.Fields(fmt.Sprint(p.Rounds)), ", "), "[]"), of)
}
