package results

import "slices"

// A Status is one of four words. Only [Fail] says anything about the runtime.
type Status string

const (
	Pass  Status = "pass"  // every assertion held
	Fail  Status = "fail"  // an assertion did not hold
	Skip  Status = "skip"  // the runtime lacks a capability the claim needs
	Error Status = "error" // the lab could not be built or asked
)

// Statuses lists them all, worst last.
var Statuses = []Status{Skip, Pass, Error, Fail}

// A Basis says whether somebody looked at the version that a case was applied to.
type Basis string

const (
	Verified     Basis = "verified"     // the version lies in what the case was read from or run on
	Extrapolated Basis = "extrapolated" // it lies beyond; the nearest open range was applied
)

// A Verdict is what a passing claim says of a source, on one runtime.
type Verdict string

const (
	Holds   Verdict = "holds"
	Refuted Verdict = "refuted"
	Partly  Verdict = "partly"
)

// A Source is where a claim comes from: a claim of the ledger ("S2-7"), a test
// of an engine's own suite ("moby:TestDNSOptions") or an issue ("moby#47716").
type Source struct {
	ID      string  `json:"id"`
	Verdict Verdict `json:"verdict,omitempty"` // only on pass
}

// A Result is what one run found about one claim on one runtime.
// (Runtime, Lab, Claim, Round) is unique in a run.
type Result struct {
	Runtime string `json:"runtime"`
	Lab     string `json:"lab"`
	Claim   string `json:"claim"` // kebab-case id, never reused
	Says    string `json:"says"`  // the claim as a sentence
	Round   int    `json:"round"` // from 1; see --repeat

	Status Status   `json:"status"`
	Reason string   `json:"reason"` // empty only on pass
	Needs  []string `json:"needs"`  // on skip: the capabilities that lack

	Case     string `json:"case"` // "docker >=24.0"; empty where none was reached
	Basis    Basis  `json:"basis"`
	Because  string `json:"because,omitempty"` // where the case was read or seen
	Expected string `json:"expected"`          // in words
	Seen     string `json:"seen"`              // in words, without addresses or times

	Observed map[string]Observation `json:"observed"` // never empty on pass and fail
	Sources  []Source               `json:"sources"`

	Attempts   int       `json:"attempts"`    // 1 without --retries
	Earlier    []Attempt `json:"earlier"`     // the attempts before the one that counts
	DurationMS float64   `json:"duration_ms"` // of the steps whose observations it is judged by
}

// Flaky tells whether r held, but only after a retry. That an earlier attempt
// is there is not enough: --retries builds a whole lab again, and a claim that
// held every time is as good as any.
func (r Result) Flaky() bool {
	return r.Status == Pass && slices.ContainsFunc(r.Earlier, func(a Attempt) bool {
		return a.Status == Fail || a.Status == Error
	})
}

// Path is what --run matches: "docker/names/alias". See also [Result.Rerun].
func (r Result) Path() string { return InPath(r.Runtime) + "/" + r.Lab + "/" + r.Claim }

// An Attempt is an earlier try of the same claim, kept by --retries.
type Attempt struct {
	Status   Status                 `json:"status"`
	Reason   string                 `json:"reason"`
	Observed map[string]Observation `json:"observed"`
}
