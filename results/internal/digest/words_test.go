package digest

import (
	"slices"
	"testing"
	"time"

	"github.com/dnslab/dnslab/results"
)

func TestTook(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Second: "0 ms", 0: "0 ms", 120 * time.Millisecond: "120 ms", 4100 * time.Millisecond: "4.1 s",
		9949 * time.Millisecond: "9.9 s", 9950 * time.Millisecond: "10 s", 41 * time.Second: "41 s",
		59600 * time.Millisecond: "1 min 00 s", 125 * time.Second: "2 min 05 s", 3*time.Hour + 4*time.Minute: "3 h 04 min",
	} {
		if got := Took(d); got != want {
			t.Errorf("Took(%v) is %q, want %q", d, got, want)
		}
	}
}

func TestPrintable(t *testing.T) {
	for s, want := range map[string]string{
		"plain\ttext\n": "plain\ttext\n", "\x1b[31m": `\x1b[31m`, "\x00\x7f": `\x00\x7f`, "a\xffb": `a\xffb`,
		"\u009b": `\x9b`, "\u202e": `\u202e`, "\ufffe": `\ufffe`, "\U000e0001": `\U000e0001`, "grün ✓": "grün ✓", "\ufffd": "\ufffd",
	} {
		if got := Printable(s); got != want {
			t.Errorf("Printable(%q) is %q, want %q", s, got, want)
		}
	}
}

func TestNaturally(t *testing.T) {
	want := []string{"S0-1", "S0-9", "S0-10", "S2-1", "S10-1", "moby#5", "moby#47716", "moby:TestDNSOptions"}
	got := slices.Clone(want)
	slices.Reverse(got)
	slices.SortFunc(got, naturally)
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// The verdict is never better than the exit status.
func TestVerdict(t *testing.T) {
	pass, fail := results.Result{Status: results.Pass}, results.Result{Status: results.Fail, Claim: "a"}
	again, other := fail, results.Result{Status: results.Fail, Claim: "b"}
	again.Round = 2
	skip, failed := results.Result{Status: results.Skip}, results.Result{Status: results.Error}
	for _, tt := range []struct {
		results  []results.Result
		problems int
		ended    string
		want     string
		good     bool
	}{
		{nil, 0, results.Complete, "nothing was run", false},
		{[]results.Result{pass, skip}, 0, results.Complete, "every claim holds", true},
		{[]results.Result{skip}, 0, results.Complete, "nothing but skips", false},
		{[]results.Result{pass, fail, again, failed}, 1, results.Complete, "1 claim failed", false},
		{[]results.Result{fail, other}, 0, results.FailFast, "2 claims failed", false},
		{[]results.Result{pass, failed}, 1, results.Complete, "not every claim could be judged", false},
		{[]results.Result{pass}, 2, results.Complete, "every claim holds, with 2 problems beside", false},
		{[]results.Result{pass}, 0, results.Interrupted, "every claim that was reached holds", false},
	} {
		run := results.Run{Results: tt.results, Problems: make([]results.Problem, tt.problems), Ended: tt.ended}
		d := Of(run)
		if got := d.Verdict(); got != tt.want || d.Good() != tt.good {
			t.Errorf("%v: %q, good %v, want %q, %v", tt.results, got, d.Good(), tt.want, tt.good)
		}
	}
}

func TestInRounds(t *testing.T) {
	for _, tt := range []struct {
		rounds []int
		of     int
		want   string
	}{
		{[]int{1}, 1, ""}, {[]int{2}, 3, "round 2 of 3"}, {[]int{3, 1}, 3, "rounds 1, 3 of 3"}, {[]int{1, 2, 3}, 3, "all 3 rounds"},
	} {
		if got := (Place{Rounds: tt.rounds}).InRounds(tt.of); got != tt.want {
			t.Errorf("%v of %d: %q, want %q", tt.rounds, tt.of, got, tt.want)
		}
	}
}
