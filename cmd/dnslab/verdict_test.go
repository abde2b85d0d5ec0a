package main

import (
	"testing"

	"github.com/dnslab/dnslab/results"
)

// The exit status of a run is that of the worst that came out, over all rounds
// and runtimes.
func TestVerdict(t *testing.T) {
	pass, fail := results.Result{Status: results.Pass}, results.Result{Status: results.Fail}
	skip, broken := results.Result{Status: results.Skip}, results.Result{Status: results.Error}
	flaky := results.Result{Status: results.Pass, Attempts: 2, Earlier: []results.Attempt{{Status: results.Fail}}}
	problem := []results.Problem{{Stage: "down"}}
	ran, absent, dead := []results.Runtime{{Status: results.Ran}}, []results.Runtime{{Status: results.Ran}, {Status: results.Absent}}, []results.Runtime{{Status: results.Broken}}
	for _, tt := range []struct {
		name string
		run  results.Run
		want int
	}{
		{"all hold", results.Run{Results: []results.Result{pass, pass}, Runtimes: ran}, 0},
		{"one is skipped", results.Run{Results: []results.Result{skip, pass}, Runtimes: ran}, 0},
		{"one held at last", results.Run{Results: []results.Result{flaky}, Runtimes: ran}, 0},
		{"a runtime nobody required is absent", results.Run{Results: []results.Result{pass}, Runtimes: absent}, 0},
		{"one fails", results.Run{Results: []results.Result{pass, fail}, Runtimes: ran}, 1},
		{"in an earlier round", results.Run{Results: []results.Result{fail, pass}, Runtimes: ran}, 1},
		{"a fail speaks before an error", results.Run{Results: []results.Result{broken, fail}, Problems: problem, Runtimes: dead}, 1},
		{"a fail speaks before a time-out", results.Run{Results: []results.Result{fail}, Ended: results.TimedOut}, 1},
		{"one is an error", results.Run{Results: []results.Result{pass, broken}, Runtimes: ran}, 3},
		{"something is left behind", results.Run{Results: []results.Result{pass}, Problems: problem, Runtimes: ran}, 3},
		{"the engine died", results.Run{Results: []results.Result{pass}, Runtimes: dead}, 3},
		{"nothing but skips", results.Run{Results: []results.Result{skip, skip}, Runtimes: ran}, 3},
		{"nothing at all", results.Run{}, 3},
		{"it took too long", results.Run{Results: []results.Result{pass}, Ended: results.TimedOut}, 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := verdict(tt.run); got != tt.want {
				t.Errorf("status %d, want %d", got, tt.want)
			}
		})
	}
}
