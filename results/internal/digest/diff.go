package digest

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/dnslab/dnslab/results"
)

// A DiffSection is what differs in one way: "pass → fail", "expectation".
type DiffSection struct {
	Title string
	Count int // of claims, each on each runtime
	Rows  []DiffRow
}

// A DiffRow is a claim, on all runtimes where its two sides differ alike.
type DiffRow struct {
	Lab, Claim, Says string
	On               []string // runtimes; empty where a diff is of two runtimes, or has only one
	Both             []Words  // what both sides say
	A, B             []Words
}

// SaysAs tells whether r says of its claim what o says of another.
func (r DiffRow) SaysAs(o DiffRow) bool {
	return slices.Equal(r.On, o.On) && slices.Equal(r.Both, o.Both) && slices.Equal(r.A, o.A) && slices.Equal(r.B, o.B)
}

// Words are something that one side says, under a label: "expected", "seen".
type Words struct{ Label, Text string }

// DiffSections arranges d, the gravest first. With all it has claims that were
// judged by another case to the same end, too. Runtimes that only one side has
// are left to [DiffRuntimes].
func DiffSections(d results.Diff, all bool) []DiffSection {
	var sections []DiffSection
	each := func(claims []results.ClaimDiff, title func(results.ClaimDiff) string, row func(results.ClaimDiff) DiffRow) {
		for _, g := range alike(claims) {
			c := g[0]
			r := row(c)
			r.Lab, r.Claim, r.Says = c.Lab, c.Claim, c.Says
			if len(d.On) > 1 {
				for _, c := range g {
					r.On = append(r.On, c.Runtime)
				}
			}
			if n := len(sections); n == 0 || sections[n-1].Title != title(c) {
				sections = append(sections, DiffSection{Title: title(c)})
			}
			last := &sections[len(sections)-1]
			last.Count += len(g)
			last.Rows = append(last.Rows, r)
		}
	}
	always := func(s string) func(results.ClaimDiff) string { return func(results.ClaimDiff) string { return s } }
	each(slices.DeleteFunc(slices.Clone(d.Claims), func(c results.ClaimDiff) bool { return oneSided(d, c.Runtime) }), title, diffRow)
	if all {
		each(d.Cases, always("judged by another case, to the same end (not counted)"), func(c results.ClaimDiff) DiffRow {
			return DiffRow{A: []Words{{"case", caseOf(c.A)}}, B: []Words{{"case", caseOf(c.B)}}}
		})
	}
	each(d.Unsteady, always("alike, but not every time (not counted)"), func(c results.ClaimDiff) DiffRow {
		return DiffRow{A: []Words{{"rounds", rounds(c.A)}}, B: []Words{{"rounds", rounds(c.B)}}}
	})
	return sections
}

// oneSided tells whether only one side has a runtime.
func oneSided(d results.Diff, runtime string) bool {
	return slices.ContainsFunc(d.Runtimes, func(rt results.RuntimeDiff) bool {
		return rt.A == runtime && rt.B == "" || rt.A == "" && rt.B == runtime
	})
}

// alike puts together what differs in nothing but the runtime. The runtimes of
// a claim are neighbours.
func alike(all []results.ClaimDiff) [][]results.ClaimDiff {
	var groups [][]results.ClaimDiff
	first := 0 // group of the claim
	for i, c := range all {
		if i == 0 || c.Lab != all[i-1].Lab || c.Claim != all[i-1].Claim {
			first = len(groups)
		}
		at := slices.IndexFunc(groups[first:], func(g []results.ClaimDiff) bool { return reflect.DeepEqual(bare(g[0]), bare(c)) })
		if at < 0 {
			groups = append(groups, nil)
			at = len(groups) - 1 - first
		}
		groups[first+at] = append(groups[first+at], c)
	}
	return groups
}

// bare is c without its runtime, in words of dnslab's own, too.
func bare(c results.ClaimDiff) results.ClaimDiff {
	c.Runtime = ""
	for _, s := range []*results.Standing{&c.A, &c.B} {
		if len(s.Needs) > 0 {
			s.Reason = ""
		}
	}
	return c
}

func title(c results.ClaimDiff) string {
	has := func(in string) bool { return slices.Contains(c.Differs, in) }
	switch {
	case has(results.InPresence) && c.B.Rounds == 0:
		return "only in A"
	case has(results.InPresence):
		return "only in B"
	case has(results.InStatus):
		return fmt.Sprintf("%s → %s", c.A.Status, c.B.Status)
	case has(results.InExpected):
		return "another expectation"
	}
	return "the same expectation, another thing seen"
}

func diffRow(c results.ClaimDiff) DiffRow {
	var row DiffRow
	if slices.Contains(c.Differs, results.InPresence) {
		return row // the sentence says it; what was seen is in the run file
	}
	judged := c.A.Judged() && c.B.Judged()
	switch expectedA, expectedB := Parting(c.A.Expected, c.B.Expected); {
	case !judged:
	case c.A.Expected == c.B.Expected:
		row.Both = append(row.Both, Words{"expected", c.A.Expected})
	default:
		row.A = append(row.A, Words{"expected", expectedA})
		row.B = append(row.B, Words{"expected", expectedB})
	}
	seenA, seenB := seen(c)
	row.A = append(row.A, standing(c.A, seenA, judged)...)
	row.B = append(row.B, standing(c.B, seenB, judged)...)
	if judged && slices.Contains(c.Differs, results.InCase) {
		row.A, row.B = append(row.A, because(c.A)...), append(row.B, because(c.B)...)
	}
	if !c.A.Steady() || !c.B.Steady() {
		row.A, row.B = append(row.A, Words{"rounds", rounds(c.A)}), append(row.B, Words{"rounds", rounds(c.B)})
	}
	return row
}

// because is which case applied, and where it was read or seen.
func because(s results.Standing) []Words {
	words := []Words{{"case", caseOf(s)}}
	if s.Because != "" {
		words = append(words, Words{"because", s.Because})
	}
	return words
}

// standing is what is to be said of one side beside its expectation.
func standing(s results.Standing, seen string, compared bool) []Words {
	switch {
	case compared && seen != "":
		return []Words{{"seen", seen}}
	case s.Status == results.Fail:
		return []Words{{"expected", s.Expected}, {"seen", strings.Join(s.Seen, "; or ")}}
	case s.Status == results.Skip && len(s.Needs) > 0:
		return []Words{{"skip", "lacks " + strings.Join(s.Needs, ", ")}}
	case !s.Judged():
		return []Words{{string(s.Status), s.Reason}}
	}
	return nil // what passed here was not judged there: the title says so
}

// seen is what only one side saw: the observations that differ, or all that was
// seen where it cannot be told apart.
func seen(c results.ClaimDiff) (a, b string) {
	if slices.Equal(c.A.Seen, c.B.Seen) && len(c.Observed) == 0 {
		return "", ""
	}
	if len(c.Observed) == 0 {
		return strings.Join(c.A.Seen, "; or "), strings.Join(c.B.Seen, "; or ")
	}
	// Who expects more is judged by more, and that was told: what both looked
	// at is what tells them apart, if anything does.
	has := func(is func(results.ObservationDiff) bool) bool { return slices.ContainsFunc(c.Observed, is) }
	shared := has(func(o results.ObservationDiff) bool { return o.A != "" && o.B != "" })
	apart := has(func(o results.ObservationDiff) bool { return o.A == "" }) && has(func(o results.ObservationDiff) bool { return o.B == "" })
	var inA, inB []string
	for _, o := range c.Observed {
		if one := o.A == "" || o.B == ""; one && slices.Contains(c.Differs, results.InExpected) && (shared || !apart) {
			continue
		}
		if o.A != "" {
			inA = append(inA, o.Name+": "+o.A)
		}
		if o.B != "" {
			inB = append(inB, o.Name+": "+o.B)
		}
	}
	return strings.Join(inA, "; "), strings.Join(inB, "; ")
}

// Parting leaves out what both expect: expectations are joined by semicolons.
func Parting(a, b string) (onlyA, onlyB string) {
	const and = "; "
	inA, inB := strings.Split(a, and), strings.Split(b, and)
	less := func(all, others []string) string {
		var rest []string
		for _, s := range all {
			if !slices.Contains(others, s) {
				rest = append(rest, s)
			}
		}
		if len(rest) == 0 {
			return "nothing more"
		}
		return strings.Join(rest, and)
	}
	return less(inA, inB), less(inB, inA)
}

func caseOf(s results.Standing) string {
	return Finding{Result: results.Result{Case: s.Case, Basis: s.Basis}}.Case()
}

// rounds says how often a claim stood how: "fail in 2 of 5, pass in 3".
func rounds(s results.Standing) string {
	var parts []string
	for _, status := range []results.Status{results.Fail, results.Error, results.Pass, results.Skip} {
		n := s.Statuses[status]
		if n == 0 {
			continue
		}
		words := fmt.Sprintf("%s in %d", status, n)
		if len(parts) == 0 {
			words += fmt.Sprintf(" of %d", s.Rounds)
		}
		if status == results.Pass && s.Flaky > 0 {
			words += fmt.Sprintf(" (%d flaky)", s.Flaky)
		}
		parts = append(parts, words)
	}
	return strings.Join(parts, ", ")
}

// DiffSides say what A and B are; of two runtimes, also which run they are of.
func DiffSides(d results.Diff) []Words {
	if d.Of == results.OfRuntimes {
		return []Words{{"A", d.A.Runtime}, {"B", d.B.Runtime}, {"of", side(d.A)}}
	}
	return []Words{{"A", side(d.A)}, {"B", side(d.B)}}
}

func side(s results.Side) string {
	words := []string{strings.TrimSpace("run " + s.Run)}
	if !s.Started.IsZero() {
		words[0] += s.Started.UTC().Format(" of 2006-01-02 15:04 UTC")
	}
	if s.File != "" {
		words = append([]string{s.File}, words...)
	}
	if s.Build.Version != "" {
		words = append(words, "dnslab "+s.Build.Version)
	}
	if how := cut[s.Ended]; how != "" {
		words = append(words, how+", so that claims may be missing")
	}
	return strings.Join(words, ", ")
}

// A DiffRuntime is how some runtimes changed alike.
type DiffRuntime struct {
	Names []string
	Says  string // "docker 20.10.24 → 26.1.5; firewall iptables → nftables"
}

// DiffRuntimes says how the runtimes of d differ.
func DiffRuntimes(d results.Diff) []DiffRuntime {
	var all []DiffRuntime
	for _, rt := range d.Runtimes {
		name, says := rt.A, changed(rt.Changes)
		switch {
		case rt.B == "":
			says = "only in A, with " + Plural(claims(d, rt.A), "claim")
		case rt.A == "":
			name, says = rt.B, "only in B, with "+Plural(claims(d, rt.B), "claim")
		case rt.A != rt.B:
			name = rt.A + " → " + rt.B
		}
		at := slices.IndexFunc(all, func(r DiffRuntime) bool { return r.Says == says })
		if at < 0 {
			all = append(all, DiffRuntime{Says: says})
			at = len(all) - 1
		}
		all[at].Names = append(all[at].Names, name)
	}
	return all
}

// claims is how many claims differ on a runtime.
func claims(d results.Diff, runtime string) (n int) {
	for _, c := range d.Claims {
		if c.Runtime == runtime {
			n++
		}
	}
	return n
}

func changed(changes []results.Change) string {
	var parts, gains, lacks []string
	or := func(s string) string {
		if s == "" {
			return "none"
		}
		return s
	}
	for _, c := range changes {
		name := c.Name
		if name == "" {
			name = c.What
		}
		switch {
		case c.What != results.ChangedCap:
			parts = append(parts, fmt.Sprintf("%s %s → %s", name, or(c.A), or(c.B)))
		case c.A == "":
			gains = append(gains, name)
		default:
			lacks = append(lacks, name)
		}
	}
	if len(gains) > 0 {
		parts = append(parts, "capabilities only in B: "+strings.Join(gains, ", "))
	}
	if len(lacks) > 0 {
		parts = append(parts, "capabilities only in A: "+strings.Join(lacks, ", "))
	}
	return strings.Join(parts, "; ")
}

// DiffCounts is the closing line: "3 differences in 227 claims: 1 in status, 2
// expected", "no difference in 227 claims".
func DiffCounts(d results.Diff) string {
	in := " in " + Plural(d.Compared, "claim")
	if d.Same {
		return "no difference" + in
	}
	counts := map[string]int{}
	for _, c := range d.Claims {
		counts[kind(c)]++
	}
	var parts []string
	for _, k := range []string{"in status", "expected", "seen", "only in A", "only in B"} {
		if n := counts[k]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, k))
		}
	}
	return Plural(len(d.Claims), "difference") + in + ": " + strings.Join(parts, ", ")
}

func kind(c results.ClaimDiff) string {
	switch s := title(c); {
	case strings.HasPrefix(s, "only in"):
		return s
	case slices.Contains(c.Differs, results.InStatus):
		return "in status"
	case slices.Contains(c.Differs, results.InExpected):
		return "expected"
	}
	return "seen"
}
