package labs_test

import (
	"strings"
	"testing"

	"github.com/dnslab/dnslab/labs"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/results/progress"
	"github.com/dnslab/dnslab/runner"
	"github.com/dnslab/dnslab/runner/driver"
)

// runOne runs one lab by itself, on a runtime that was changed. The claims in fails must fail, in words that
// hold the text there; all others must hold.
func runOne(t *testing.T, lab labs.Lab, fails map[string]string, change ...func(driver.Runtime) driver.Runtime) {
	t.Helper()
	plan, err := runner.Choose([]labs.Lab{lab}, runner.Filter{Labs: []string{lab.Name}})
	if err != nil {
		t.Fatal(err)
	}
	id := runner.NewID()
	ctx := inTime(t)
	targets := targets(ctx, t, id, progress.Discard)[:1]
	switch {
	case targets[0].Runtime == nil && targets[0].Required:
		t.Fatal(targets[0].Reason)
	case targets[0].Runtime == nil:
		t.Skip(targets[0].Reason)
	}
	for _, c := range change {
		targets[0].Runtime = c(targets[0].Runtime)
	}
	run := runner.Run(ctx, plan, targets, runner.Options{ID: id})
	for _, p := range run.Problems {
		t.Errorf("%s: %s", p.Stage, p.Reason)
	}
	for _, r := range run.Results {
		judgeOne(t, r, fails)
	}
}

func judgeOne(t *testing.T, r results.Result, fails map[string]string) {
	t.Helper()
	want, failing := fails[r.Claim]
	switch {
	case r.Status == results.Skip:
		t.Logf("%s was skipped: %s", r.Claim, r.Reason)
	case failing && r.Status != results.Fail:
		t.Errorf("%s should fail, but is %s: %s", r.Claim, r.Status, r.Reason)
	case failing && !strings.Contains(r.Reason, want):
		t.Errorf("%s fails, but its reason does not say %q: %s", r.Claim, want, r.Reason)
	case !failing && r.Status != results.Pass:
		t.Errorf("%s should hold, but is %s: %s", r.Claim, r.Status, r.Reason)
	}
}
