package results

import (
	"fmt"
	"io"
	"time"
)

// DiffSchema is what the output of "dnslab diff --json" says it is.
const DiffSchema = "dnslab.diff/v1"

// What a diff can be of.
const (
	OfRuns     = "runs"     // two runs, matched by runtime, lab and claim
	OfRuntimes = "runtimes" // two runtimes of one run, matched by lab and claim
)

// A Diff is what two sides, A and B, found differently. See [DiffRuns] and
// [DiffRuntimes].
//
// Only what a container could notice counts: a status, an expectation, what was
// seen. Versions may differ as they like, and another case that expects the
// same and sees the same is no difference.
type Diff struct {
	Schema   string        `json:"schema"`
	Of       string        `json:"of"`
	A        Side          `json:"a"`
	B        Side          `json:"b"`
	Same     bool          `json:"same"`     // Claims is empty
	Compared int           `json:"compared"` // claims that either side has, each on each runtime
	On       []string      `json:"on"`       // the runtimes that have them; empty where two runtimes are compared
	Runtimes []RuntimeDiff `json:"runtimes"` // those that differ in what they are
	Claims   []ClaimDiff   `json:"claims"`   // the gravest first
	Cases    []ClaimDiff   `json:"cases"`    // judged by another case to the same end; no differences
	Unsteady []ClaimDiff   `json:"unsteady"` // alike, but not in every round or attempt; no differences
}

// A Side is where one half of a diff comes from.
type Side struct {
	File    string    `json:"file"` // as the user named it; empty where there is none
	Run     string    `json:"run"`  // its id
	Started time.Time `json:"started"`
	Ended   string    `json:"ended"`   // of a run that is not complete, claims may be missing for that reason alone
	Build   Build     `json:"dnslab"`  // what made the run
	Runtime string    `json:"runtime"` // empty where whole runs are compared
}

// A RuntimeDiff is how a runtime is not what it was, or not what the other is.
type RuntimeDiff struct {
	A       string   `json:"a"` // its name; empty where A does not have it
	B       string   `json:"b"`
	Changes []Change `json:"changes"` // empty where one side does not have it
}

// What a change is of.
const (
	ChangedStatus   = "status"     // whether it ran, and why not
	ChangedEngine   = "engine"     // "docker" to "podman"
	ChangedVersion  = "version"    // of the engine, or of a part of it
	ChangedRootless = "rootless"   // "true", "false"
	ChangedFact     = "fact"       // "firewall" from "iptables" to "nftables"
	ChangedCap      = "capability" // with the evidence for it; empty where it lacks
)

// A Change is one thing that differs between two runtimes.
type Change struct {
	What string `json:"what"`
	Name string `json:"name"` // "netavark", "firewall"; empty where What says it all
	A    string `json:"a"`    // empty where A has no such thing
	B    string `json:"b"`
}

// In what a claim can differ.
const (
	InPresence = "presence" // one side has no result for it
	InStatus   = "status"
	InExpected = "expected"
	InSeen     = "seen"
	InOutcome  = "outcome" // of observations, where what was seen reads the same
	InCase     = "case"    // counts for nothing alone
)

// A ClaimDiff is one claim on both sides.
type ClaimDiff struct {
	Runtime  string            `json:"runtime"` // empty where two runtimes are compared
	Lab      string            `json:"lab"`
	Claim    string            `json:"claim"`
	Says     string            `json:"says"`
	Differs  []string          `json:"differs"` // InPresence and so on, the gravest first
	A        Standing          `json:"a"`
	B        Standing          `json:"b"`
	Observed []ObservationDiff `json:"observed"` // where InSeen or InOutcome: what makes it so, as far as it can be told apart
}

// A Standing is what one side found about a claim, all its rounds together.
type Standing struct {
	Status   Status         `json:"status"`            // the worst of all rounds; empty where there is none
	Reason   string         `json:"reason"`            // of the first round with that status, as is all that follows
	Needs    []string       `json:"needs"`             // on skip: the capabilities that lack
	Case     string         `json:"case"`              // empty where none was reached
	Basis    Basis          `json:"basis"`             // of the case
	Because  string         `json:"because,omitempty"` // where the case was read or seen
	Expected string         `json:"expected"`          // in words
	Seen     []string       `json:"seen"`              // in words, sorted: whatever was seen in a round with that status
	Rounds   int            `json:"rounds"`
	Statuses map[Status]int `json:"statuses"` // how many rounds had each
	Flaky    int            `json:"flaky"`    // rounds that held only after a retry
}

// Judged tells whether the claim was: whether there is something seen to compare.
func (s Standing) Judged() bool { return s.Status == Pass || s.Status == Fail }

// Steady tells whether every round and every attempt ended alike.
func (s Standing) Steady() bool { return len(s.Statuses) < 2 && s.Flaky == 0 }

// An ObservationDiff is one observation that reads differently.
type ObservationDiff struct {
	Name string `json:"name"`
	A    string `json:"a"` // in words; empty where A was not judged by it
	B    string `json:"b"`
}

// WriteDiff writes d as JSON, with every field that the schema names.
func WriteDiff(w io.Writer, d Diff) error {
	d.On = list(d.On)
	d.Runtimes = each(d.Runtimes, func(r RuntimeDiff) RuntimeDiff {
		r.Changes = list(r.Changes)
		return r
	})
	for _, claims := range []*[]ClaimDiff{&d.Claims, &d.Cases, &d.Unsteady} {
		*claims = each(*claims, func(c ClaimDiff) ClaimDiff {
			c.Differs, c.Observed = list(c.Differs), list(c.Observed)
			c.A, c.B = c.A.filled(), c.B.filled()
			return c
		})
	}
	if err := encode(w, d); err != nil {
		return fmt.Errorf("writing a diff: %w", err)
	}
	return nil
}

func (s Standing) filled() Standing {
	s.Needs, s.Seen, s.Statuses = list(s.Needs), list(s.Seen), dict(s.Statuses)
	return s
}
