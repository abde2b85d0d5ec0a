package markdown_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/results/internal/writertest"
	"github.com/dnslab/dnslab/results/markdown"
)

func TestWriteNotes(t *testing.T) {
	_, after := writertest.Upgrade(t)
	var out bytes.Buffer
	if err := markdown.WriteNotes(&out, results.DiffRuntimes(after, "docker", "podman-5.4")); err != nil {
		t.Fatal(err)
	}
	writertest.Golden(t, "notes.md", out.Bytes())
}

// Versions come in their own order, not in that of letters, and what has none
// comes last.
func TestNotesOrder(t *testing.T) {
	d := results.Diff{A: results.Side{Runtime: "old"}, B: results.Side{Runtime: "new"}, Of: results.OfRuntimes}
	for _, c := range []struct{ a, b string }{
		{"docker <28.0", "docker >=28.0"}, {"docker <4.10", "docker"}, {"docker <4.9", "docker >=4.9 <5"}, {"rootless false", "rootless true"},
		{"network-backend cni", "docker, netavark >=1.4"},
	} {
		d.Claims = append(d.Claims, results.ClaimDiff{
			Lab: "lab", Claim: "claim", Says: "so it is", Differs: []string{results.InExpected},
			A: results.Standing{Status: results.Pass, Case: c.a, Expected: "x is y; a is b"},
			B: results.Standing{Status: results.Pass, Case: c.b, Expected: "x is z; a is b", Because: "some file"},
		})
	}
	var out bytes.Buffer
	if err := markdown.WriteNotes(&out, d); err != nil {
		t.Fatal(err)
	}
	var heads []string
	for line := range strings.Lines(out.String()) {
		if head, ok := strings.CutPrefix(line, "## "); ok {
			heads = append(heads, strings.TrimSpace(head))
		}
	}
	if want := []string{"Since docker 4.9", "Since docker 4.10", "Since docker 28.0", "Since netavark 1.4", "Otherwise"}; !slices.Equal(heads, want) {
		t.Errorf("sections are %q, want %q", heads, want)
	}
	if n := strings.Count(out.String(), "before: x is y\n  - now: x is z\n  - because: some file\n"); n != 5 {
		t.Errorf("%d of 5 claims say what changed and nothing else:\n%s", n, out.String())
	}
}
