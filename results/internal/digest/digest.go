package digest

import (
	"slices"

	"github.com/dnslab/dnslab/results"
)

// A Digest is a run, arranged.
type Digest struct {
	Run      results.Run
	Tally    results.Tally
	Runtimes []string // those that have results, in the order of the run
	Labs     []string // in order of first appearance
	Rounds   int      // the highest round; 1 without --repeat
	Failures []Finding
	Errors   []Trouble
	Skips    []Gap
	Flaky    []results.Result
	Sources  []Source

	cells map[[2]string]results.Tally
}

// Of arranges run.
func Of(run results.Run) Digest {
	d := Digest{Run: run, Tally: results.Sum(run.Results...), Rounds: 1, cells: map[[2]string]results.Tally{}}
	present := map[string]bool{}
	for _, r := range run.Results {
		if !slices.Contains(d.Labs, r.Lab) {
			d.Labs = append(d.Labs, r.Lab)
		}
		d.Rounds = max(d.Rounds, r.Round)
		present[r.Runtime] = true
		k := [2]string{r.Runtime, r.Lab}
		t := d.cells[k]
		t.Add(r)
		d.cells[k] = t
		if r.Flaky() {
			d.Flaky = append(d.Flaky, r)
		}
	}
	for _, rt := range run.Runtimes {
		if present[rt.Name] {
			d.Runtimes = append(d.Runtimes, rt.Name)
			delete(present, rt.Name)
		}
	}
	for _, r := range run.Results { // a runtime that the run does not describe
		if present[r.Runtime] {
			d.Runtimes = append(d.Runtimes, r.Runtime)
			delete(present, r.Runtime)
		}
	}
	d.Failures = failures(run.Results)
	d.Errors = troubles(run.Results)
	d.Skips = skips(run.Results)
	d.Sources = sources(d.Runtimes, run.Results)
	return d
}

// Cell counts the results of a lab on a runtime.
func (d Digest) Cell(runtime, lab string) results.Tally { return d.cells[[2]string{runtime, lab}] }

// Runtime is what the run says of a runtime; of one that it does not describe,
// its name.
func (d Digest) Runtime(name string) results.Runtime {
	for _, rt := range d.Run.Runtimes {
		if rt.Name == name {
			return rt
		}
	}
	return results.Runtime{Name: name}
}

// Missing are the runtimes that did not run to the end, with the reason.
func (d Digest) Missing() []results.Runtime {
	var all []results.Runtime
	for _, rt := range d.Run.Runtimes {
		if rt.Status != results.Ran {
			all = append(all, rt)
		}
	}
	return all
}
