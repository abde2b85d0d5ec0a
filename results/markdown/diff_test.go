package markdown_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/results/internal/writertest"
	"github.com/dnslab/dnslab/results/markdown"
)

func TestWriteDiff(t *testing.T) {
	before, after := writertest.Upgrade(t)
	for golden, d := range map[string]results.Diff{
		"diff.md":         results.DiffRuns(before, after),
		"diff.engines.md": results.DiffRuntimes(after, "docker", "podman-5.4"),
		"diff.same.md":    results.DiffRuns(before, before),
	} {
		var out bytes.Buffer
		if err := markdown.WriteDiff(&out, d, true); err != nil {
			t.Fatal(err)
		}
		writertest.Golden(t, golden, out.Bytes())
		tables(t, golden, out.String())
	}
}

func TestDiffEscaped(t *testing.T) {
	var out bytes.Buffer
	d := writertest.NastyDiff("a|b `c` <script>x</script> *d* [f](g) @h \x1b[31m\n| i | j |\n```\\")
	if err := markdown.WriteDiff(&out, d, true); err != nil {
		t.Fatal(err)
	}
	tables(t, "what is nasty", out.String())
	for _, bad := range []string{"<script", "```", " `c`", " *d*", "[f](", "@h", "\x1b"} {
		if strings.Contains(out.String(), bad) {
			t.Errorf("%q is still there", bad)
		}
	}
}

// GitHub takes no issue above 65536 characters.
func TestDiffFitsAnIssue(t *testing.T) {
	a, b := writertest.Wide(30, 60, 12), writertest.Wide(30, 60, 12)
	for i := range b.Results {
		b.Results[i].Seen = strings.Repeat("x", 500+i%7)
	}
	var out bytes.Buffer
	if err := markdown.WriteDiff(&out, results.DiffRuns(a, b), false); err != nil {
		t.Fatal(err)
	}
	if n := len([]rune(out.String())); n > 65536 {
		t.Errorf("%d characters", n)
	}
	if !strings.Contains(out.String(), "which --json tells") {
		t.Error("it does not say that there is more")
	}
}
