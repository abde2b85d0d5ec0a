package terminal_test

import (
	"bytes"
	"strings"
	"testing"

	"charm.land/lipgloss/v2"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/results/internal/writertest"
	"github.com/dnslab/dnslab/results/terminal"
)

func TestWriteDiff(t *testing.T) {
	before, after := writertest.Upgrade(t)
	named := results.DiffRuns(before, after)
	named.A.File, named.B.File = "before.json", "after.json"
	for _, tt := range []struct {
		golden string
		d      results.Diff
		all    bool
		o      terminal.Options
	}{
		{"diff.txt", named, false, terminal.Options{}},
		{"diff.ascii.txt", named, true, terminal.Options{ASCII: true, Width: 60}},
		{"diff.color.txt", results.DiffRuntimes(after, "docker", "podman-5.4"), true, terminal.Options{Color: true}},
		{"diff.engines.txt", results.DiffRuntimes(after, "docker", "podman-5.4"), false, terminal.Options{}},
		{"diff.cut.txt", results.DiffRuntimes(writertest.Run(t), "docker", "podman-5.4"), false, terminal.Options{}},
		{"diff.same.txt", results.DiffRuns(before, before), false, terminal.Options{}},
		{"diff.nothing.txt", results.DiffRuns(results.Run{}, results.Run{}), false, terminal.Options{}},
		{"diff.apart.txt", results.DiffRuns(before, writertest.Wide(5, 2, 2)), false, terminal.Options{}},
	} {
		t.Run(tt.golden, func(t *testing.T) {
			var out bytes.Buffer
			if err := terminal.WriteDiff(&out, tt.d, tt.all, tt.o); err != nil {
				t.Fatal(err)
			}
			writertest.Golden(t, tt.golden, out.Bytes())
			width := max(tt.o.Width, 60)
			if tt.o.Width == 0 {
				width = 80
			}
			for l := range strings.Lines(out.String()) {
				l = strings.TrimSuffix(l, "\n")
				if lipgloss.Width(l) > width && !strings.Contains(l, " differences in ") { // that is one line, to be searched for
					t.Errorf("%d columns: %s", lipgloss.Width(l), l)
				}
				if strings.TrimRight(l, " ") != l {
					t.Errorf("blanks at the end of %q", l)
				}
				if strings.ContainsFunc(l, func(r rune) bool { return tt.o.ASCII && r > 0x7e }) {
					t.Errorf("more than ASCII in %q", l)
				}
			}
		})
	}
}

// What a container answered cannot reach the terminal as an escape sequence.
func TestDiffNoEscapes(t *testing.T) {
	var out bytes.Buffer
	if err := terminal.WriteDiff(&out, writertest.NastyDiff("\x1b]0;owned\x07\u202e"), true, terminal.Options{}); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(out.String(), "\x1b\x07\u202e") {
		t.Errorf("an escape sequence is in %q", out.String())
	}
}
