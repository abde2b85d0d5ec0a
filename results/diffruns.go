package results

import (
	"cmp"
	"slices"
)

// DiffRuns tells what b found differently from a: after an upgrade, say.
// Results are matched by runtime, lab and claim, all rounds together.
func DiffRuns(a, b Run) Diff {
	d := Diff{Of: OfRuns, A: a.side(), B: b.side()}
	d.Runtimes = diffRuntimes(a.Runtimes, b.Runtimes)
	d.claims(a.Results, b.Results)
	return d
}

// DiffRuntimes tells what two runtimes of a run, by name, do differently.
// Results are matched by lab and claim, all rounds together.
func DiffRuntimes(run Run, a, b string) Diff {
	d := Diff{Of: OfRuntimes, A: run.side(), B: run.side()}
	d.A.Runtime, d.B.Runtime = a, b
	if changes := changes(run.runtime(a), run.runtime(b)); len(changes) > 0 {
		d.Runtimes = []RuntimeDiff{{A: a, B: b, Changes: changes}}
	}
	d.claims(run.alone(a), run.alone(b))
	return d
}

// RuntimeNames are the runtimes that r speaks about, in its order.
func (r Run) RuntimeNames() []string {
	var names []string
	for _, rt := range r.Runtimes {
		names = append(names, rt.Name)
	}
	for _, res := range r.Results {
		if !slices.Contains(names, res.Runtime) {
			names = append(names, res.Runtime)
		}
	}
	return names
}

func (r Run) side() Side {
	return Side{Run: r.ID, Started: r.Started, Ended: r.Ended, Build: r.Build}
}

func (r Run) runtime(name string) Runtime {
	if i := slices.IndexFunc(r.Runtimes, func(rt Runtime) bool { return rt.Name == name }); i >= 0 {
		return r.Runtimes[i]
	}
	return Runtime{Name: name}
}

// alone are the results of one runtime, without its name.
func (r Run) alone(runtime string) []Result {
	var all []Result
	for _, res := range r.Results {
		if res.Runtime == runtime {
			res.Runtime = ""
			all = append(all, res)
		}
	}
	return all
}

// A subject is what results of two sides are matched by.
type subject struct{ lab, claim, runtime string }

func (r Result) subject() subject { return subject{r.Lab, r.Claim, r.Runtime} }

// claims compares the results of both sides.
func (d *Diff) claims(a, b []Result) {
	d.Schema = DiffSchema
	inA, inB := bySubject(a), bySubject(b)
	for _, s := range subjects(a, b) {
		d.Compared++
		if s.runtime != "" && !slices.Contains(d.On, s.runtime) {
			d.On = append(d.On, s.runtime)
		}
		switch c := diffClaim(s, inA[s], inB[s]); {
		case slices.Equal(c.Differs, []string{InCase}):
			d.Cases = append(d.Cases, c)
		case len(c.Differs) > 0:
			d.Claims = append(d.Claims, c)
		case !c.A.Steady() || !c.B.Steady():
			d.Unsteady = append(d.Unsteady, c)
		}
	}
	slices.SortStableFunc(d.Claims, func(x, y ClaimDiff) int { return cmp.Compare(x.place(), y.place()) })
	d.Same = len(d.Claims) == 0
}

func bySubject(all []Result) map[subject][]Result {
	m := map[subject][]Result{}
	for _, r := range all {
		m[r.subject()] = append(m[r.subject()], r)
	}
	return m
}

// subjects are those of both sides: lab by lab, claim by claim, runtime by
// runtime, each in order of first appearance.
func subjects(a, b []Result) []subject {
	first := map[string]int{} // also of claims and runtimes: the names are kept apart
	note := func(key string) {
		if _, ok := first[key]; !ok {
			first[key] = len(first)
		}
	}
	lab := func(s subject) string { return "lab " + s.lab }
	claim := func(s subject) string { return "claim " + s.lab + "/" + s.claim }
	runtime := func(s subject) string { return "runtime " + s.runtime }

	there := map[subject]bool{}
	var all []subject
	for _, r := range slices.Concat(a, b) {
		s := r.subject()
		if there[s] {
			continue
		}
		there[s] = true
		all = append(all, s)
		note(lab(s))
		note(claim(s))
		note(runtime(s))
	}
	slices.SortFunc(all, func(x, y subject) int {
		return cmp.Or(
			cmp.Compare(first[lab(x)], first[lab(y)]),
			cmp.Compare(first[claim(x)], first[claim(y)]),
			cmp.Compare(first[runtime(x)], first[runtime(y)]))
	})
	return all
}
