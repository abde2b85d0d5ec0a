package results_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/results/schema"
)

// seen is a result that passed, judged by one answer.
func seen(status results.Status, expected, words string) results.Result {
	return results.Result{
		Runtime: "docker", Lab: "names", Claim: "alias", Says: "so it is", Round: 1, Status: status, Case: "docker", Expected: expected, Seen: words,
		Observed: map[string]results.Observation{"answer": {Outcome: results.Answered, DNS: &results.Message{Rcode: "NOERROR"}}},
	}
}

func but(r results.Result, change func(*results.Result)) results.Result {
	change(&r)
	return r
}

func TestDiffClaims(t *testing.T) {
	same := seen(results.Pass, "x", "answer: x")
	second := but(same, func(r *results.Result) { r.Round = 2 })
	fails := but(seen(results.Fail, "x", "answer: y"), func(r *results.Result) { r.Round = 2 })
	skipped := results.Result{Runtime: "docker", Lab: "names", Claim: "alias", Round: 1, Status: results.Skip, Reason: "lacks host"}
	for _, tt := range []struct {
		name string
		a, b []results.Result
		want string // what differs; "(case)" and "(unsteady)" are listed apart
	}{
		{"the same", []results.Result{same}, []results.Result{same}, ""},
		{"nothing at all", nil, nil, ""},
		{"only in A", []results.Result{same}, nil, "presence"},
		{"only in B", nil, []results.Result{same}, "presence"},
		{"status and what was seen", []results.Result{same}, []results.Result{seen(results.Fail, "x", "answer: y")}, "status seen"},
		{"expectation", []results.Result{same}, []results.Result{seen(results.Pass, "y", "answer: x")}, "expected"},
		{"what was seen", []results.Result{same}, []results.Result{seen(results.Pass, "x", "answer: y")}, "seen"},
		{"another case and all else", []results.Result{same}, []results.Result{but(seen(results.Pass, "y", "answer: y"), func(r *results.Result) { r.Case = "docker >=24" })}, "expected seen case"},
		{"another case to the same end", []results.Result{same}, []results.Result{but(same, func(r *results.Result) { r.Case = "docker >=24" })}, "(case)"},
		{"the same words for another outcome", []results.Result{same}, []results.Result{but(same, func(r *results.Result) {
			r.Observed = map[string]results.Observation{"answer": {Outcome: results.TimedOutAsk}}
		})}, "outcome"},
		{"the same words for another rcode", []results.Result{same}, []results.Result{but(same, func(r *results.Result) {
			r.Observed = map[string]results.Observation{"answer": {Outcome: results.Answered, DNS: &results.Message{Rcode: "SERVFAIL"}}}
		})}, "outcome"},
		{"another outcome the second time", []results.Result{same}, []results.Result{but(same, func(r *results.Result) {
			o := r.Observed["answer"]
			o.More = []results.Observation{{Outcome: results.TimedOutAsk}}
			r.Observed = map[string]results.Observation{"answer": o}
		})}, "outcome"},
		{"one observation more", []results.Result{same}, []results.Result{but(same, func(r *results.Result) {
			r.Observed = map[string]results.Observation{"answer": r.Observed["answer"], "log": {Outcome: results.Value}}
		})}, ""},
		{"other addresses, times, evidence and sentence", []results.Result{same}, []results.Result{but(same, func(r *results.Result) {
			o := r.Observed["answer"]
			o.Server, o.DurationMS = "10.0.0.1:53", 12
			r.Observed, r.DurationMS, r.Says = map[string]results.Observation{"answer": o}, 99, "so it is said"
		})}, ""},
		{"skipped for another reason", []results.Result{skipped}, []results.Result{but(skipped, func(r *results.Result) { r.Reason = "lacks ipv6" })}, ""},
		{"skipped now", []results.Result{same}, []results.Result{skipped}, "status"},
		{"the worst round speaks", []results.Result{same, second}, []results.Result{same, fails}, "status seen"},
		{"as bad, but not as often", []results.Result{same, fails}, []results.Result{but(fails, func(r *results.Result) { r.Round = 1 }), fails}, "(unsteady)"},
		{"the same, but oftener", []results.Result{same}, []results.Result{same, second}, ""},
		{"seen in another order", []results.Result{same, but(second, func(r *results.Result) { r.Seen = "answer: y" })},
			[]results.Result{but(same, func(r *results.Result) { r.Seen = "answer: y" }), second}, ""},
		{"held only after a retry", []results.Result{same}, []results.Result{but(same, func(r *results.Result) {
			r.Attempts, r.Earlier = 2, []results.Attempt{{Status: results.Fail, Reason: "no"}}
		})}, "(unsteady)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := results.DiffRuns(results.Run{Results: tt.a}, results.Run{Results: tt.b})
			var got []string
			for _, c := range d.Claims {
				got = append(got, c.Differs...)
			}
			if len(d.Cases) > 0 {
				got = append(got, "(case)")
			}
			if len(d.Unsteady) > 0 {
				got = append(got, "(unsteady)")
			}
			if s := strings.Join(got, " "); s != tt.want {
				t.Errorf("it differs in %q, want %q", s, tt.want)
			}
			if counts := tt.want != "" && tt.want[0] != '('; d.Same == counts {
				t.Errorf("same is %v", d.Same)
			}
		})
	}
}

// What was seen is taken apart by the names of observations, and only what
// differs is told.
func TestDiffObserved(t *testing.T) {
	observed := map[string]results.Observation{}
	for _, name := range []string{"name", "name.network", "first's log"} {
		observed[name] = results.Observation{}
	}
	for _, tt := range []struct {
		a, b string
		want []results.ObservationDiff
	}{
		{"name: x; first's log: p. A; q. A; name.network: y", "name: x; first's log: p. A; name.network: z",
			[]results.ObservationDiff{{"first's log", "p. A; q. A", "p. A"}, {"name.network", "y", "z"}}},
		{"name: x; first's log: nothing", "name: x", []results.ObservationDiff{{"first's log", "nothing", ""}}},
		{"name.network: x; name: x", "name.network: y; name: x", []results.ObservationDiff{{"name.network", "x", "y"}}},
		{"in other words", "in others", nil},
	} {
		side := func(words string) results.Run {
			return results.Run{Results: []results.Result{{Status: results.Pass, Seen: words, Observed: observed}}}
		}
		d := results.DiffRuns(side(tt.a), side(tt.b))
		if got := d.Claims[0].Observed; !slices.Equal(got, tt.want) {
			t.Errorf("%q and %q: got %v, want %v", tt.a, tt.b, got, tt.want)
		}
	}
}

// What fails now comes first, then what failed, and so on.
func TestDiffOrder(t *testing.T) {
	var a, b results.Run
	var want []string
	for _, pair := range []string{
		"pass fail", "skip fail", "error fail", "fail pass", "pass error", "skip error", "error pass", "pass skip", "skip pass",
	} {
		was, is, _ := strings.Cut(pair, " ")
		r := results.Result{Lab: "names", Claim: pair, Status: results.Status(was)}
		a.Results = slices.Insert(a.Results, 0, r)
		r.Status = results.Status(is)
		b.Results = append(b.Results, r)
		want = append(want, pair)
	}
	add := func(claim string, to *[]results.Result, expected, words string) {
		r := seen(results.Pass, expected, words)
		r.Claim = claim
		*to = append(*to, r)
	}
	for _, claim := range []string{"only A", "seen", "expected"} {
		add(claim, &a.Results, "x", "answer: x")
	}
	add("only B", &b.Results, "x", "answer: x")
	add("seen", &b.Results, "x", "answer: y")
	add("expected", &b.Results, "y", "answer: x")
	want = append(want, "expected", "seen", "only A", "only B")
	var got []string
	for _, c := range results.DiffRuns(a, b).Claims {
		got = append(got, c.Claim)
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestDiffRuntimes(t *testing.T) {
	old := results.Runtime{
		Name: "docker", Status: results.Ran, Engine: "docker", Version: "20.10.24+dfsg1", Versions: map[string]string{"docker": "20.10.24+dfsg1", "runc": "1.1"},
		Facts: map[string]string{"docker": "20.10.24+dfsg1", "runc": "1.1", "firewall": "iptables", "rootless": "false"}, Caps: map[string]string{"links": "trial", "udp": "asked"},
	}
	current := results.Runtime{
		Name: "docker", Status: results.Ran, Engine: "docker", Version: "26.1.5", Rootless: true, Versions: map[string]string{"docker": "26.1.5", "runc": "1.2"},
		Facts: map[string]string{"docker": "26.1.5", "runc": "1.2", "firewall": "nftables", "rootless": "true"}, Caps: map[string]string{"ipv6": "trial", "udp": "asked again"},
	}
	podman := results.Runtime{Name: "podman", Status: results.Absent, Reason: "no such command", Engine: "podman"}
	gone := results.Runtime{Name: "kind", Status: results.Ran, Engine: "kubernetes"}

	d := results.DiffRuns(results.Run{Runtimes: []results.Runtime{old, gone}}, results.Run{Runtimes: []results.Runtime{podman, current}})
	want := []results.Change{
		{results.ChangedVersion, "docker", "20.10.24+dfsg1", "26.1.5"}, {results.ChangedVersion, "runc", "1.1", "1.2"},
		{results.ChangedRootless, "", "false", "true"}, {results.ChangedFact, "firewall", "iptables", "nftables"},
		{results.ChangedCap, "ipv6", "", "trial"}, {results.ChangedCap, "links", "trial", ""},
	}
	if len(d.Runtimes) != 3 || !slices.Equal(d.Runtimes[0].Changes, want) {
		t.Errorf("got %v, want docker with %v", d.Runtimes, want)
	} else if d.Runtimes[1].A != "kind" || d.Runtimes[1].B != "" || d.Runtimes[2].A != "" || d.Runtimes[2].B != "podman" {
		t.Errorf("got %v, want kind only in A and podman only in B", d.Runtimes[1:])
	}
	if !d.Same {
		t.Error("runtimes that changed count, and should not")
	}

	d = results.DiffRuntimes(results.Run{Runtimes: []results.Runtime{old, podman}}, "docker", "podman")
	if c := d.Runtimes[0].Changes; c[0] != (results.Change{What: results.ChangedStatus, A: "ran", B: "absent: no such command"}) ||
		c[1] != (results.Change{What: results.ChangedEngine, A: "docker", B: "podman"}) || c[2].Name != "" {
		t.Errorf("got %v, want status, engine and a version of neither first", c)
	}
}

// What programs read keeps its promise, of two runs and of two runtimes.
func TestWriteDiff(t *testing.T) {
	before, after := read(t, "testdata/before.json"), read(t, "testdata/after.json")
	run := read(t, "testdata/run.json")
	for name, d := range map[string]results.Diff{
		"two runs": results.DiffRuns(before, after), "backwards": results.DiffRuns(after, before), "the same": results.DiffRuns(before, before),
		"two runtimes": results.DiffRuntimes(after, "docker", "podman-5.4"), "some of everything": results.DiffRuntimes(run, "docker", "podman-5.4"),
		"nothing alike": results.DiffRuns(before, run),
	} {
		var out bytes.Buffer
		if err := results.WriteDiff(&out, d); err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(schema.Diff, out.Bytes()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if same := name == "the same"; d.Same != same {
			t.Errorf("%s: same is %v", name, d.Same)
		}
	}
}

// Whoever changes sides finds the same differences.
func TestDiffBothWays(t *testing.T) {
	before, after := read(t, "testdata/before.json"), read(t, "testdata/after.json")
	d, back := results.DiffRuns(before, after), results.DiffRuns(after, before)
	if len(d.Claims) != len(back.Claims) || len(d.Cases) != len(back.Cases) || len(d.Unsteady) != len(back.Unsteady) || d.Compared != back.Compared {
		t.Errorf("%d, %d and %d of %d; backwards %d, %d and %d of %d", len(d.Claims), len(d.Cases), len(d.Unsteady), d.Compared,
			len(back.Claims), len(back.Cases), len(back.Unsteady), back.Compared)
	}
}

func read(t *testing.T, path string) results.Run {
	t.Helper()
	run, err := results.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// The schema notices what breaks the promise.
func TestDiffBrokenPromises(t *testing.T) {
	var out bytes.Buffer
	if err := results.WriteDiff(&out, results.DiffRuns(read(t, "testdata/before.json"), read(t, "testdata/after.json"))); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ from, to, want string }{
		{`"same": false`, `"same": true`, "/claims"},
		{`"of": "runs"`, `"of": "labs"`, "/of"},
		{`"status": "pass"`, `"status": "good"`, "/status"},
		{`"what": "version"`, `"what": "colour"`, "/what"},
		{`"presence"`, `"case"`, "/differs"},
		{`"unsteady"`, `"shaky"`, "unsteady"},
	} {
		spoilt := strings.Replace(out.String(), tt.from, tt.to, 1)
		if err := schema.Validate(schema.Diff, []byte(spoilt)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s for %s: got %v, want something about %s", tt.to, tt.from, err, tt.want)
		}
	}
}
