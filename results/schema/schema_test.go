package schema

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// The promise holds for real output (results/write_test.go looks at that); here
// each row breaks one part of it, and the schema must notice.
func TestBrokenPromises(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(run, result map[string]any)
		want  string // in the error
	}{
		{"nothing spoilt", func(run, r map[string]any) {}, ""},
		{"one field more", func(run, r map[string]any) { r["mood"] = "fine" }, ""},
		{"another schema", func(run, r map[string]any) { run["schema"] = "dnslab.run/v2" }, "/schema"},
		{"capitals in the id", func(run, r map[string]any) { run["id"] = "ABCDEFGH" }, "/id"},
		{"no time", func(run, r map[string]any) { run["started"] = "yesterday" }, "/started"},
		{"unknown end", func(run, r map[string]any) { run["ended"] = "done" }, "/ended"},
		{"null problems", func(run, r map[string]any) { run["problems"] = nil }, "/problems"},
		{"no plan", func(run, r map[string]any) { delete(run, "planned") }, "planned"},
		{"claim with capitals", func(run, r map[string]any) { r["claim"] = "Alias" }, "/claim"},
		{"round 0", func(run, r map[string]any) { r["round"] = 0 }, "/round"},
		{"reason on pass", func(run, r map[string]any) { r["reason"] = "just so" }, "/reason"},
		{"nothing observed on pass", func(run, r map[string]any) { r["observed"] = map[string]any{} }, "/observed"},
		{"no case on pass", func(run, r map[string]any) { r["case"] = "" }, "/case"},
		{"no basis on pass", func(run, r map[string]any) { r["basis"] = "" }, "/basis"},
		{"pass became fail, no reason", func(run, r map[string]any) { r["status"] = "fail"; r["sources"] = []any{} }, "/reason"},
		{"verdict on fail", func(run, r map[string]any) { r["status"], r["reason"] = "fail", "no" }, "/sources/0/verdict"},
		{"verdict made up", func(run, r map[string]any) { source(r)["verdict"] = "true" }, "/verdict"},
		{"source made up", func(run, r map[string]any) { source(r)["id"] = "somebody told me" }, "/id"},
		{"source of an issue", func(run, r map[string]any) { source(r)["id"] = "moby#47716" }, ""},
		{"source of a suite", func(run, r map[string]any) { source(r)["id"] = "moby:TestDNSOptions" }, ""},
		{"skip without a capability", func(run, r map[string]any) {
			r["status"], r["reason"], r["sources"] = "skip", "no host", []any{}
		}, "/needs"},
		{"error without a reason", func(run, r map[string]any) { r["status"], r["sources"] = "error", []any{} }, "/reason"},
		{"answer without a message", func(run, r map[string]any) { delete(answer(r), "dns") }, "dns"},
		{"unknown outcome", func(run, r map[string]any) { answer(r)["outcome"] = "nxdomain" }, "/outcome"},
		{"place without a name", func(run, r map[string]any) { answer(r)["place"] = map[string]any{"at": "host"} }, "name"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			run := sample(t)
			tt.spoil(run, first(t, run))
			data, err := json.Marshal(run)
			if err != nil {
				t.Fatal(err)
			}
			err = Validate(Run, data)
			switch {
			case tt.want == "" && err != nil:
				t.Error(err)
			case tt.want != "" && err == nil:
				t.Errorf("nothing noticed, want something about %s", tt.want)
			case err != nil && !strings.Contains(err.Error(), tt.want):
				t.Errorf("got %v, want something about %s", err, tt.want)
			}
		})
	}
}

func TestUnknownKind(t *testing.T) {
	if err := Validate("plan", []byte("{}")); err == nil || !strings.Contains(err.Error(), `"plan"`) {
		t.Errorf("got %v, want an error that names the kind", err)
	}
}

func sample(t *testing.T) map[string]any {
	t.Helper()
	data, err := os.ReadFile("../testdata/run.json")
	if err != nil {
		t.Fatal(err)
	}
	var run map[string]any
	if err := json.Unmarshal(data, &run); err != nil {
		t.Fatal(err)
	}
	return run
}

// first is the first result that passed, by a DNS answer called "answer".
func first(t *testing.T, run map[string]any) map[string]any {
	t.Helper()
	for _, r := range run["results"].([]any) {
		r := r.(map[string]any)
		if r["status"] == "pass" && r["observed"].(map[string]any)["answer"] != nil && len(r["sources"].([]any)) > 0 {
			return r
		}
	}
	t.Fatal("the sample has no such result")
	return nil
}

func source(result map[string]any) map[string]any {
	return result["sources"].([]any)[0].(map[string]any)
}

func answer(result map[string]any) map[string]any {
	return result["observed"].(map[string]any)["answer"].(map[string]any)
}
