// Package results is what a run leaves behind: plain data, schema-versioned,
// written once as JSON and rendered by the writers in its subfolders.
//
// It imports only the standard library, so a result can be read, re-judged and
// published on a machine with no container runtime at all:
//
//	run, err := results.Read("run.json")
//	for _, r := range run.Results {
//		if r.Status == results.Fail {
//			fmt.Println(r.Runtime, r.Lab, r.Claim, r.Reason)
//		}
//	}
//
// A [Run] has one [Result] for each runtime, lab, claim and round. A result
// carries its evidence: every [Observation] that its claim was judged by.
package results
