// Package progress shows a run while it goes on: as a block that is redrawn in
// place on a terminal, as plain lines in a pipe.
//
//	p := progress.For(os.Stderr, os.Getenv)
//	defer p.Close()
//	p.Report(progress.Planned{Results: 412})
//	p.Report(progress.LabStarted{Runtime: "docker", Lab: "names"})
//	p.Report(progress.LabDone{Runtime: "docker", Lab: "names", Tally: results.Tally{Pass: 12}, Duration: took})
//
// A [Reporter] may be called from many goroutines. The block on a terminal
// needs nothing to be put back: the cursor is never hidden, always at the
// beginning of the line below the block, and no mode is changed.
package progress
