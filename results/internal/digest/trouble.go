package digest

import (
	"fmt"

	"github.com/dnslab/dnslab/results"
)

// A Trouble is why claims of one runtime could not be judged: often one reason
// for a whole lab, or for all labs.
type Trouble struct {
	Runtime, Reason string
	Results         []results.Result
}

func troubles(all []results.Result) []Trouble {
	var out []Trouble
	index := map[[2]string]int{}
	for _, r := range all {
		if r.Status != results.Error {
			continue
		}
		k := [2]string{r.Runtime, r.Reason}
		i, ok := index[k]
		if !ok {
			i = len(out)
			index[k] = i
			out = append(out, Trouble{Runtime: r.Runtime, Reason: r.Reason})
		}
		out[i].Results = append(out[i].Results, r)
	}
	return out
}

// Where says how much it concerns: "docker/names/alias", "docker/names, 12
// claims", "docker, 40 claims in 6 labs".
func (t Trouble) Where() string {
	lab, claim := t.common()
	claims := distinct(t.Results, func(r results.Result) string { return r.Lab + "/" + r.Claim })
	switch {
	case claim != "":
		return t.Results[0].Path()
	case lab != "":
		return fmt.Sprintf("%s/%s, %d claims", t.Runtime, lab, len(claims))
	}
	labs := distinct(t.Results, func(r results.Result) string { return r.Lab })
	return fmt.Sprintf("%s, %d claims in %d labs", t.Runtime, len(claims), len(labs))
}

// Rerun is the command that tries it again.
func (t Trouble) Rerun() string {
	lab, claim := t.common()
	return results.Rerun(lab, claim, t.Runtime)
}

// common is the lab and the claim, if it concerns only one.
func (t Trouble) common() (lab, claim string) {
	labs := distinct(t.Results, func(r results.Result) string { return r.Lab })
	if len(labs) > 1 {
		return "", ""
	}
	claims := distinct(t.Results, func(r results.Result) string { return r.Claim })
	if len(claims) > 1 {
		return labs[0], ""
	}
	return labs[0], claims[0]
}

// distinct are the different values of of, in order of first appearance.
func distinct(all []results.Result, of func(results.Result) string) []string {
	var out []string
	seen := map[string]bool{}
	for _, r := range all {
		if s := of(r); !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}
