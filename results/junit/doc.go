// Package junit writes a run as JUnit XML, the way CI systems read it:
//
//	err := junit.Write(f, run)
//
// A suite is a lab on a runtime, with the facts of the runtime as properties;
// a case is a claim. A flaky claim has the elements flakyFailure and
// flakyError of Maven Surefire, one for each attempt that did not hold.
package junit
