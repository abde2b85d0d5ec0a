// Package runner plans and runs labs: the only package that sees labs and
// drivers.
//
//	plan, err := runner.Choose(labs.All(), runner.Filter{Run: "//alias"})
//	run := runner.Run(ctx, plan, runtimes, runner.Options{Parallel: 4})
//
// A plan says which claims of which labs are wanted. A run asks each runtime
// what it is, skips what its capabilities rule out, builds the other labs side
// by side in networks of their own, does their steps, and judges. What comes
// out is data; writing it is the business of package results.
package runner
