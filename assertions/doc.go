// Package assertions judges evidence.
//
// It is meant to be imported as "is", so a lab reads aloud:
//
//	Expect: is.All{is.NoError("answer"), is.Asked("second's log", "out.lab.test.")}
//
// A judge performs no I/O, keeps no state and never sees a runtime: evidence
// from a run file is enough to judge again. None is satisfied by nothing: an
// observation that was not made, a question that timed out, a list that is
// empty fail whoever wanted something of them.
package assertions
