package junit

import (
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/results/internal/digest"
)

// Write writes run as JUnit XML, one test case for each result.
func Write(w io.Writer, run results.Run) error {
	out, err := xml.MarshalIndent(report(digest.Of(run)), "", "  ")
	if err != nil {
		return fmt.Errorf("writing run %q as JUnit XML: %w", run.ID, err)
	}
	if _, err := fmt.Fprintf(w, "%s%s\n", xml.Header, out); err != nil {
		return fmt.Errorf("writing run %q as JUnit XML: %w", run.ID, err)
	}
	return nil
}

func report(d digest.Digest) suites {
	all := suites{
		Name: "dnslab", Tests: d.Tally.Total(), Failures: d.Tally.Fail, Errors: d.Tally.Error, Skipped: d.Tally.Skip,
		Time: seconds(d.Run.Finished.Sub(d.Run.Started).Seconds()),
	}
	cases := map[string][]results.Result{}
	for _, r := range d.Run.Results {
		k := r.Runtime + "/" + r.Lab
		cases[k] = append(cases[k], r)
	}
	problems := map[string][]string{}
	for _, p := range d.Run.Problems {
		k := p.Runtime + "/" + p.Lab
		if len(cases[k]) == 0 {
			k = "problems" // those of no lab, and of labs that have no result
		}
		problems[k] = append(problems[k], problem(p))
	}
	for _, rt := range d.Missing() {
		problems["problems"] = append(problems["problems"], clean(fmt.Sprintf("%s is %s: %s", rt.Name, rt.Status, rt.Reason)))
	}
	for _, name := range d.Runtimes {
		for _, lab := range d.Labs {
			if k := name + "/" + lab; len(cases[k]) > 0 {
				s := newSuite(d, name, lab, cases[k])
				s.SystemErr = lines(problems[k])
				all.Suites = append(all.Suites, s)
			}
		}
	}
	if rest := problems["problems"]; len(rest) > 0 {
		all.Suites = append(all.Suites, suite{Name: "problems", Timestamp: stamp(d), SystemErr: lines(rest)})
	}
	return all
}

func newSuite(d digest.Digest, runtime, lab string, all []results.Result) suite {
	t := results.Sum(all...)
	s := suite{
		Name: results.InPath(runtime) + "/" + lab, Timestamp: stamp(d),
		Tests: t.Total(), Failures: t.Fail, Errors: t.Error, Skipped: t.Skip,
		Properties: facts(d.Run, d.Runtime(runtime)),
	}
	for _, r := range all {
		s.Cases = append(s.Cases, newCase(r, d.Rounds))
		s.Time += seconds(r.DurationMS / 1000)
	}
	return s
}

func newCase(r results.Result, rounds int) testcase {
	c := testcase{
		Classname: results.InPath(r.Runtime) + "/" + r.Lab, Name: r.Claim, Time: seconds(r.DurationMS / 1000),
		Properties: []property{{"says", clean(r.Says)}},
	}
	if rounds > 1 {
		c.Name = fmt.Sprintf("%s (round %d)", r.Claim, r.Round)
	}
	for _, s := range r.Sources {
		c.Properties = append(c.Properties, property{"source", strings.TrimSpace(s.ID + " " + string(s.Verdict))})
	}
	if r.Flaky() {
		c.Properties = append(c.Properties, property{"flaky", "true"})
	}
	switch r.Status {
	case results.Skip:
		c.Skipped = &outcome{Message: clean(skipped(r))}
	case results.Error:
		c.Error = &outcome{first(r.Reason), "error", body(r)}
	case results.Fail:
		c.Failure = &outcome{first(r.Reason), "failure", body(r)}
	}
	for _, a := range r.Earlier {
		c.retry(r, a)
	}
	return c
}

// retry adds an earlier attempt: "flaky" of what held in the end, "rerun" of
// what did not.
func (c *testcase) retry(r results.Result, a results.Attempt) {
	e := retried{first(a.Reason), "failure", text{clean(a.Reason + evidence(a.Observed))}}
	var failures, errors *[]retried
	switch r.Status {
	case results.Pass:
		failures, errors = &c.FlakyFailures, &c.FlakyErrors
	case results.Fail, results.Error:
		failures, errors = &c.RerunFailures, &c.RerunErrors
	default:
		return
	}
	switch a.Status {
	case results.Fail:
		*failures = append(*failures, e)
	case results.Error:
		e.Type = "error"
		*errors = append(*errors, e)
	}
}

// body is what a reader of the CI system's page needs, the command that
// repeats the claim included.
func body(r results.Result) string {
	var b strings.Builder
	for _, line := range [][2]string{
		{"claim", r.Says}, {"expected", r.Expected}, {"seen", r.Seen}, {"reason", r.Reason},
		{"case", strings.TrimSpace(r.Case + " " + extrapolated(r))}, {"repeat", r.Rerun()},
	} {
		if line[1] != "" {
			fmt.Fprintf(&b, "\n%-9s %s", line[0]+":", line[1])
		}
	}
	b.WriteString(evidence(r.Observed))
	return clean(b.String() + "\n")
}

func evidence(observed map[string]results.Observation) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(observed)) {
		o := observed[name]
		fmt.Fprintf(&b, "\n%s (%s): %s", name, o.Asked, o.Brief())
	}
	return b.String()
}

func extrapolated(r results.Result) string {
	if r.Basis == results.Extrapolated {
		return "(extrapolated)"
	}
	return ""
}

func skipped(r results.Result) string {
	if len(r.Needs) == 0 {
		return r.Reason
	}
	return "needs " + strings.Join(r.Needs, ", ") + ": " + r.Reason
}

func lines(all []string) *text {
	if len(all) == 0 {
		return nil
	}
	return &text{strings.Join(all, "\n")}
}

func problem(p results.Problem) string {
	where := strings.Trim(p.Runtime+"/"+p.Lab, "/")
	if where != "" {
		where = " of " + where
	}
	return clean(fmt.Sprintf("%s%s: %s", p.Stage, where, p.Reason))
}

// facts is what the runtime said of itself, in one order.
func facts(run results.Run, rt results.Runtime) []property {
	all := []property{
		{"dnslab.run", run.ID}, {"runtime", rt.Name}, {"engine", rt.Engine}, {"version", rt.Version},
		{"rootless", strconv.FormatBool(rt.Rootless)},
	}
	for _, group := range []struct {
		name   string
		values map[string]string
	}{{"versions", rt.Versions}, {"facts", rt.Facts}, {"caps", rt.Caps}} {
		for _, k := range slices.Sorted(maps.Keys(group.values)) {
			all = append(all, property{group.name + "." + k, clean(group.values[k])})
		}
	}
	return all
}

// stamp is when the run began; JUnit has no time zones.
func stamp(d digest.Digest) string { return d.Run.Started.UTC().Format("2006-01-02T15:04:05") }

// first is the first line of s, for an attribute.
func first(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return clean(line)
}

// clean leaves no character that XML forbids: \x1b where encoding/xml would
// put U+FFFD and lose what it was.
func clean(s string) string { return digest.Printable(s) }

// seconds is a duration as JUnit writes it.
type seconds float64

// MarshalXMLAttr implements [xml.MarshalerAttr].
func (s seconds) MarshalXMLAttr(name xml.Name) (xml.Attr, error) {
	return xml.Attr{Name: name, Value: strconv.FormatFloat(max(0, float64(s)), 'f', 3, 64)}, nil
}
