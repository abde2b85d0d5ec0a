package results_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dnslab/dnslab/results"
)

// Whoever hands dnslab the wrong file learns on one line what it is instead.
func TestReadRefuses(t *testing.T) {
	const head = `{"schema": "dnslab.run/v1", `
	for _, tt := range []struct{ name, content, want string }{
		{"empty", "", `it is empty`},
		{"blank", " \n\t", `it is empty`},
		{"text", "no JSON at all", `not JSON at octet 2: invalid character`},
		{"cut off", head + `"results": [{"runtime": "do`, `it is cut off after 55 octets`},
		{"two of them", head + `"id": "a"} {}`, `not JSON at octet 40: invalid character '{' after top-level value`},
		{"array", `[1, 2]`, `it is JSON, but an array and not a run`},
		{"string", `"run"`, `it is JSON, but a string and not a run`},
		{"number", ` 7`, `it is JSON, but a number and not a run`},
		{"null", `null`, `it is JSON, but null and not a run`},
		{"other object", `{"name": "x"}`, `it has no schema, so it is no run file of dnslab`},
		{"other schema", `{"schema": "foo/v9", "results": 7}`, `schema is "foo/v9", this dnslab reads dnslab.run/v1`},
		{"schema a number", `{"schema": 1}`, `schema is a JSON number at octet 12, which a run file does not have there`},
		{"wrong type", head + `"results": [{"round": "one"}]}`, `results.round is a JSON string at octet`},
		{"no time", head + `"started": "yesterday"}`, `"yesterday" is no time as RFC 3339 writes it`},
		{"no address", head + `"results": [{"status": "pass", "observed": {"x": {"libc": {"addrs": ["up"]}}}}]}`, `ParseAddr("up")`},
		{"status", head + `"results": [{"status": "passed"}]}`, `results[0].status is "passed", not one of pass, fail, skip, error`},
		{"twice", head + `"results": [{"status": "pass", "lab": "a"}, {"status": "fail", "lab": "a"}]}`, `results[0] and results[1] are both round 0 of`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "x.json")
			if err := os.WriteFile(path, []byte(tt.content), 0o644); err != nil {
				t.Fatal(err)
			}
			_, err := results.Read(path)
			if err == nil {
				t.Fatal("no error")
			}
			got := err.Error()
			if !strings.Contains(got, tt.want) || !strings.HasPrefix(got, "reading ") || !strings.Contains(got, "x.json") {
				t.Errorf("got %q, want the path and %q", got, tt.want)
			}
			if strings.Contains(got, "\n") {
				t.Errorf("more than one line: %q", got)
			}
		})
	}
}

func TestReadNoFile(t *testing.T) {
	dir := t.TempDir()
	for path, want := range map[string]string{dir: "is a directory", filepath.Join(dir, "none"): "no such file or directory"} {
		_, err := results.Read(path)
		if err == nil || !strings.HasSuffix(err.Error(), ": "+want) || strings.Count(err.Error(), path) != 1 {
			t.Errorf("reading %s: got %v, want the path once and %q", path, err, want)
		}
	}
}

func TestReadForgives(t *testing.T) {
	run, err := results.Decode(strings.NewReader(`{"schema": "dnslab.run/v1", "mood": "fine", "results": null}`))
	if err != nil {
		t.Fatal(err)
	}
	if run.Results == nil || run.Problems == nil || run.Args == nil {
		t.Error("what is missing in the file is nil, want it empty")
	}
}
