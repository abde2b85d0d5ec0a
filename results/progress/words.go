package progress

import (
	"fmt"
	"io"
	"strings"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/results/internal/digest"
	"github.com/dnslab/dnslab/results/internal/ink"
)

// For is [Live] if w is a terminal, else [Plain].
func For(w io.Writer, getenv func(string) string) Reporter {
	k, terminal := ink.Detect(w, getenv)
	if !terminal {
		return Plain(w)
	}
	return Live(w, Options{Size: func() (int, int) { return ink.Size(w) }, Color: k.Color, ASCII: k.ASCII})
}

// lab is "names", in later rounds "names (round 2)".
func lab(name string, round int) string {
	if round > 1 {
		return fmt.Sprintf("%s (round %d)", name, round)
	}
	return name
}

// says what became of a lab: "12 claims", "2 of 12 claims failed".
func says(e LabDone) string {
	t := e.Tally
	claims := digest.Plural(t.Total(), "claim")
	switch t.Worst() {
	case results.Fail:
		return fmt.Sprintf("%d of %s failed", t.Fail, claims)
	case results.Error:
		return fmt.Sprintf("%d of %s could not be judged", t.Error, claims)
	case results.Skip:
		return claims + " skipped"
	}
	if t.Flaky > 0 {
		claims += fmt.Sprintf(", %d flaky", t.Flaky)
	}
	if t.Skip > 0 {
		claims += fmt.Sprintf(", %d skipped", t.Skip)
	}
	return claims
}

// done is what became of a runtime: "227 passed, 0 failed, … in 48 s on docker 20.10.24".
func done(e RuntimeDone) string { return digest.Of(e.Run).Counts() }

// firstLine is the first line of s, after a colon; nothing if there is none.
func firstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	if line == "" {
		return ""
	}
	return ": " + line
}
