package terminal_test

import (
	"bytes"
	"strings"
	"testing"
	"unicode"

	"charm.land/lipgloss/v2"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/results/internal/writertest"
	"github.com/dnslab/dnslab/results/terminal"
)

func TestWrite(t *testing.T) {
	absent := results.Run{Ended: results.Complete, Runtimes: []results.Runtime{{Name: "podman", Status: results.Absent, Reason: "no podman command"}}}
	for _, tt := range []struct {
		name   string
		run    results.Run
		golden string
		o      terminal.Options
	}{
		{"some of everything", writertest.Run(t), "run.txt", terminal.Options{}},
		{"in colour", writertest.Run(t), "run.color.txt", terminal.Options{Width: 100, Color: true}},
		{"in ASCII", writertest.Run(t), "run.ascii.txt", terminal.Options{ASCII: true}},
		{"all is well", writertest.Calm(8), "calm.txt", terminal.Options{}},
		{"30 runtimes and 60 labs", writertest.Wide(30, 60, 4), "wide.txt", terminal.Options{Width: 80}},
		{"more than fit side by side", writertest.Wide(70, 3, 1), "panels.txt", terminal.Options{Width: 80}},
		{"nothing ran", absent, "nothing.txt", terminal.Options{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			if err := terminal.Write(&out, tt.run, tt.o); err != nil {
				t.Fatal(err)
			}
			writertest.Golden(t, tt.golden, out.Bytes())
			width := tt.o.Width
			if width == 0 {
				width = 80
			}
			for l := range strings.Lines(out.String()) {
				l = strings.TrimSuffix(l, "\n")
				oneLine := strings.Contains(l, "dnslab run") || strings.Contains(l, " passed") // to be copied, or searched for
				if lipgloss.Width(l) > width && !oneLine {
					t.Errorf("%d columns: %s", lipgloss.Width(l), l)
				}
				if strings.TrimRight(l, " ") != l {
					t.Errorf("blanks at the end of %q", l)
				}
				if !tt.o.Color && strings.Contains(l, "\x1b") {
					t.Errorf("colour in %q", l)
				}
				for _, r := range l {
					if tt.o.ASCII && r > 0x7e {
						t.Errorf("%q beyond ASCII in %q", r, l)
					}
				}
			}
		})
	}
}

// What a container answered cannot reach the terminal as an escape sequence.
func TestNoEscapes(t *testing.T) {
	nasty := "\x1b]0;owned\x07\xc2\x9b31m\u202e"
	run := results.Run{
		Problems: []results.Problem{{Runtime: nasty, Lab: nasty, Stage: nasty, Reason: nasty}},
		Runtimes: []results.Runtime{{Name: nasty, Status: nasty, Reason: nasty}},
	}
	for _, s := range results.Statuses {
		run.Results = append(run.Results, results.Result{
			Runtime: nasty, Lab: nasty, Claim: string(s), Says: nasty, Status: s, Reason: nasty, Case: nasty,
			Expected: nasty, Seen: nasty, Needs: []string{nasty}, Earlier: []results.Attempt{{Status: results.Fail, Reason: nasty}},
		})
	}
	var out bytes.Buffer
	if err := terminal.Write(&out, run, terminal.Options{}); err != nil {
		t.Fatal(err)
	}
	if bytes.ContainsFunc(out.Bytes(), func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }) {
		t.Errorf("%q", out.String())
	}
}
