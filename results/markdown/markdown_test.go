package markdown_test

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/results/internal/writertest"
	"github.com/dnslab/dnslab/results/markdown"
)

func TestWrite(t *testing.T) {
	for golden, run := range map[string]results.Run{
		"run.md":  writertest.Run(t),
		"calm.md": writertest.Calm(8),
		"wide.md": writertest.Wide(30, 60, 4),
		"tall.md": writertest.Wide(30, 3, 2),
	} {
		var out bytes.Buffer
		if err := markdown.Write(&out, run); err != nil {
			t.Fatal(err)
		}
		writertest.Golden(t, golden, out.Bytes())
		tables(t, golden, out.String())
	}
}

// Whatever was observed, it is shown, and is no markup.
func TestEscaped(t *testing.T) {
	nasty := "a|b `c` <script>x</script> *d* _e_ [f](g) @h \x1b[31m\n| i | j |\n```\n</details>\\"
	o := results.Observation{Asked: nasty, Outcome: results.Value, Text: &nasty}
	run := results.Run{
		Problems: []results.Problem{{Runtime: nasty, Lab: nasty, Stage: nasty, Reason: nasty}},
		Runtimes: []results.Runtime{{Name: nasty, Reason: nasty, Versions: map[string]string{nasty: nasty}, Facts: map[string]string{nasty: nasty}}},
	}
	for _, s := range results.Statuses {
		run.Results = append(run.Results, results.Result{
			Runtime: nasty, Lab: nasty, Claim: string(s), Says: nasty, Status: s, Reason: nasty, Expected: nasty, Seen: nasty, Case: nasty,
			Needs: []string{nasty}, Sources: []results.Source{{ID: nasty, Verdict: results.Holds}},
			Observed: map[string]results.Observation{nasty: o}, Earlier: []results.Attempt{{Status: results.Fail, Reason: nasty}},
		})
	}
	var out bytes.Buffer
	if err := markdown.Write(&out, run); err != nil {
		t.Fatal(err)
	}
	tables(t, "what is nasty", out.String())
	outside := regexp.MustCompile("(?s)\n```sh\n.*?\n```\n").ReplaceAllString(out.String(), "\n")
	for _, bad := range []string{"<script", "</details", "```", " `c`", " *d*", " _e_", "[f](", "@h", "\x1b"} {
		if strings.Contains(outside, bad) {
			t.Errorf("%q is still there", bad)
		}
	}
}

// GitHub shows no summary above 1 MiB.
func TestFitsGitHub(t *testing.T) {
	run := writertest.Wide(30, 60, 12)
	for i := range run.Results {
		r := &run.Results[i]
		r.Status, r.Reason, r.Seen = results.Fail, fmt.Sprintf("unlike any other: %d", i), strings.Repeat("x", 500)
	}
	var out bytes.Buffer
	if err := markdown.Write(&out, run); err != nil {
		t.Fatal(err)
	}
	if out.Len() > 1<<20 {
		t.Errorf("%d octets", out.Len())
	}
	if !strings.Contains(out.String(), "failures more in the run file.") {
		t.Error("it does not say that there are more")
	}
}

// tables counts cells: a pipe that was not escaped makes one more.
func tables(t *testing.T, name, s string) {
	t.Helper()
	columns := 0
	for i, l := range strings.Split(s, "\n") {
		if !strings.HasPrefix(l, "|") {
			columns = 0
			continue
		}
		n := strings.Count(strings.ReplaceAll(strings.ReplaceAll(l, `\\`, ""), `\|`, ""), "|")
		if columns == 0 {
			columns = n
		}
		if n != columns {
			t.Errorf("%s: line %d has %d pipes, the head of its table %d: %s", name, i+1, n, columns, l)
		}
	}
}
