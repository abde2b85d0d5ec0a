// Package digest arranges a run for people, so that every writer shows the
// same things in the same order:
//
//	d := digest.Of(run)
//	for _, f := range d.Failures {
//		fmt.Println(f.Runtimes(), f.Result.Expected, f.Result.Seen)
//	}
//
// Runtimes are in the order of the run, labs in that of their first
// appearance; nothing depends on the order of a map.
package digest
