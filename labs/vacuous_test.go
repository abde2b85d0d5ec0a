package labs_test

import (
	"maps"
	"sync"
	"testing"

	"github.com/dnslab/dnslab/labs"
	"github.com/dnslab/dnslab/results"
)

// A judged claim, as the shared run had it.
type judged struct {
	lab, claim string
	c          labs.Case
	evidence   results.Evidence
}

var (
	judgedMu sync.Mutex
	judgings []judged
)

func keep(lab labs.Lab, claim labs.Claim, c labs.Case, e results.Evidence) {
	judgedMu.Lock()
	defer judgedMu.Unlock()
	judgings = append(judgings, judged{lab.Name, claim.ID, c, e})
}

// TestNothingPassesOnNothing takes away, one at a time, what each claim of a
// real run was judged by, or only its content. None may hold then.
func TestNothingPassesOnNothing(t *testing.T) {
	run := whole(t)
	if len(run.Results) == 0 {
		t.Skip("no runtime is ready")
	}
	if len(judgings) == 0 {
		t.Fatal("nothing was judged")
	}
	for _, j := range judgings {
		uses := j.c.Expect.Uses()
		if len(uses) == 0 {
			t.Errorf("%s/%s is judged by nothing", j.lab, j.claim)
		}
		for _, name := range uses {
			real := j.evidence.Seen[name]
			for what, empty := range hollow(real) {
				e := j.evidence
				e.Seen = maps.Clone(e.Seen)
				e.Seen[name] = empty
				if j.c.Expect.Check(e) == nil {
					t.Errorf("%s/%s holds although %q is %s", j.lab, j.claim, name, what)
				}
			}
		}
	}
}

// hollow returns versions of o that say nothing.
func hollow(o results.Observation) map[string]results.Observation {
	all := map[string]results.Observation{"no observation": {}}
	if o.Outcome != results.TimedOutAsk {
		all["a time-out"] = results.Observation{Kind: o.Kind, Place: o.Place, Outcome: results.TimedOutAsk}
	}
	// That there are no rules, or no sockets, is something to have seen.
	none := o.Kind == results.KindRules && len(o.Rules) == 0 || o.Kind == results.KindSockets && len(o.Sockets) == 0
	if (o.Outcome == results.Answered || o.Outcome == results.Value) && !none {
		all["without content"] = results.Observation{Kind: o.Kind, Place: o.Place, Outcome: o.Outcome}
	}
	return all
}
