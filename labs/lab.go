package labs

import (
	"github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// A Lab is a place and what is claimed to be true there. It is data: building
// one touches nothing, and any runtime that has what it needs can run it.
type Lab struct {
	Name     string        // kebab-case; subtest name, JSON key, --run pattern
	Story    string        // one or two sentences, shown by "dnslab list" and "explain"
	Needs    []driver.Cap  // without these the lab is skipped, never failed
	Manual   bool          // runs only when named
	Alone    bool          // has its runtime alone: what other labs do to the engine can be seen in it
	Topology topo.Topology // what is built, once, for all claims
	Steps    []Step        // done and asked in order
	Claims   []Claim       // judged afterwards
}

// A Step does its acts in order, then asks its questions at once. What a
// question brings back is known to the claims by its name.
type Step struct {
	Do  []topo.Act
	Ask map[string]topo.Question
}

// A Claim is one sentence that is either true of a runtime or not.
type Claim struct {
	ID    string // kebab-case, never reused
	Says  string // "the second server answers what the first one failed"
	Needs []driver.Cap
	Cases []Case // at most one fits a runtime
}

// A Case is what is expected of some engines and versions, and why.
type Case struct {
	When    Facts
	Expect  assertions.Assertion
	Because string           // what proves it and its boundary: repository, file, function, version
	Sources []results.Source // what a pass says about them
}

// Facts are constraints on what a runtime says of itself: {"docker": ">=24.0"}.
// An empty constraint asks only that the fact is there.
type Facts map[string]string

// Scope is the widest of the lab's acts: with whom it can share a runtime.
func (l Lab) Scope() topo.Scope {
	widest := topo.World
	for _, s := range l.Steps {
		for _, a := range s.Do {
			widest = max(widest, a.Touches())
		}
	}
	return widest
}

// FromOutside tells whether l asks or does anything in a node's network
// namespace with the host's rights.
func (l Lab) FromOutside() bool {
	for _, s := range l.Steps {
		for _, q := range s.Ask {
			if q.Place().At == topo.Netns {
				return true
			}
		}
		for _, a := range s.Do {
			if a, ok := a.(topo.AgentAct); ok && a.Place().At == topo.Netns {
				return true
			}
		}
	}
	return false
}
