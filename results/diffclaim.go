package results

import (
	"maps"
	"slices"
	"strings"
)

// diffClaim compares all rounds that both sides have of one claim.
func diffClaim(s subject, a, b []Result) ClaimDiff {
	c := ClaimDiff{Runtime: s.runtime, Lab: s.lab, Claim: s.claim, A: stand(a), B: stand(b)}
	c.Says = slices.Concat(b, a)[0].Says // as B has it, which is mostly the newer one
	differ := func(in string, is bool) {
		if is {
			c.Differs = append(c.Differs, in)
		}
	}
	if len(a) == 0 || len(b) == 0 {
		differ(InPresence, true)
		return c
	}
	differ(InStatus, c.A.Status != c.B.Status)
	if !c.A.Judged() || !c.B.Judged() {
		return c // why something was not judged is told in words that are this machine's
	}
	differ(InExpected, c.A.Expected != c.B.Expected)
	a, b = having(c.A.Status, a), having(c.B.Status, b)
	if slices.Equal(c.A.Seen, c.B.Seen) {
		c.Observed = slices.DeleteFunc(diffObserved(outlines(a), outlines(b)), ObservationDiff.oneSided)
		differ(InOutcome, len(c.Observed) > 0)
	} else {
		c.Observed = diffObserved(words(a), words(b))
		differ(InSeen, true)
	}
	differ(InCase, c.A.Case != c.B.Case)
	return c
}

// having are the rounds that ended so.
func having(status Status, rounds []Result) []Result {
	return slices.DeleteFunc(slices.Clone(rounds), func(r Result) bool { return r.Status != status })
}

func (o ObservationDiff) oneSided() bool { return o.A == "" || o.B == "" }

// stand takes the rounds of one claim together.
func stand(rounds []Result) Standing {
	s := Standing{Status: Sum(rounds...).Worst(), Rounds: len(rounds), Statuses: map[Status]int{}, Flaky: Sum(rounds...).Flaky}
	told := false
	for _, r := range rounds {
		s.Statuses[r.Status]++
		if r.Status != s.Status {
			continue
		}
		if !told {
			s.Reason, s.Needs, s.Case, s.Basis, s.Because, s.Expected = r.Reason, r.Needs, r.Case, r.Basis, r.Because, r.Expected
			told = true
		}
		if r.Seen != "" && !slices.Contains(s.Seen, r.Seen) {
			s.Seen = append(s.Seen, r.Seen)
		}
	}
	slices.Sort(s.Seen)
	return s
}

// A telling is what each observation read like, in any of some rounds.
type telling map[string][]string

func (t telling) add(name, words string) {
	if !slices.Contains(t[name], words) {
		t[name] = append(t[name], words)
		slices.Sort(t[name])
	}
}

func diffObserved(a, b telling) []ObservationDiff {
	names := maps.Clone(a)
	maps.Copy(names, b)
	var all []ObservationDiff
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if !slices.Equal(a[name], b[name]) {
			all = append(all, ObservationDiff{name, strings.Join(a[name], "; or "), strings.Join(b[name], "; or ")})
		}
	}
	return all
}

// words takes apart what was seen: "NAME: words; NAME: words". What has
// another shape is left out.
func words(rounds []Result) telling {
	t := telling{}
	for _, r := range rounds {
		const mark = "; "
		rest := mark + r.Seen
		names := slices.Collect(maps.Keys(r.Observed))
		next := func(s string) (at int, name string) { // where the next observation begins
			at = -1
			for _, n := range names {
				if i := strings.Index(s, mark+n+": "); i >= 0 && (at < 0 || i < at) {
					at, name = i, n
				}
			}
			return at, name
		}
		at, name := next(rest)
		if at != 0 {
			continue
		}
		for at >= 0 {
			rest = rest[len(mark+name+": "):]
			names = slices.DeleteFunc(names, func(n string) bool { return n == name })
			end, following := next(rest)
			if end < 0 {
				t.add(name, rest)
				break
			}
			t.add(name, rest[:end])
			rest, at, name = rest[end:], end, following
		}
	}
	return t
}

// outlines are how observations ended: "timeout", "answer NXDOMAIN".
func outlines(rounds []Result) telling {
	t := telling{}
	for _, r := range rounds {
		for name, o := range r.Observed {
			t.add(name, o.outline())
			for _, more := range o.More {
				t.add(name, more.outline())
			}
		}
	}
	return t
}

func (o Observation) outline() string {
	switch {
	case o.DNS != nil:
		return string(o.Outcome) + " " + o.DNS.Rcode
	case o.Libc != nil:
		return string(o.Outcome) + " " + o.Libc.Code
	}
	return string(o.Outcome)
}

// place is where a claim stands in a diff, the gravest first: another status,
// another expectation, another thing seen, one side alone.
func (c ClaimDiff) place() int {
	switch {
	case slices.Contains(c.Differs, InPresence) && c.B.Rounds == 0:
		return 200
	case slices.Contains(c.Differs, InPresence):
		return 201
	case slices.Contains(c.Differs, InStatus):
		a, b := gravity[c.A.Status], gravity[c.B.Status]
		return 16*(3-max(a, b)) + 4*(3-b) + a // what fails now, then what failed
	case slices.Contains(c.Differs, InExpected):
		return 100
	}
	return 101
}

var gravity = map[Status]int{Pass: 0, Skip: 1, Error: 2, Fail: 3}
