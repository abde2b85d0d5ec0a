// Package terminal writes a run as a summary for people:
//
//	o := terminal.Detect(os.Stdout, os.Getenv)
//	err := terminal.Write(os.Stdout, run, o)
//
// A matrix of labs and runtimes comes first. Where the names of the runtimes
// fit, its cells have counts; 30 runtimes get one letter each, and a legend.
// What failed follows, with the command that repeats just that, then what
// could not be judged, what was skipped, and one closing line of counts.
package terminal
