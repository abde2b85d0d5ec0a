package terminal

import (
	"fmt"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/results/internal/digest"
	"github.com/dnslab/dnslab/results/internal/ink"
)

// label is the width of what stands left of a failure's fields.
const label = 10

// missing names the runtimes that have no result at all.
func (p *page) missing() {
	var all []results.Runtime
	width := 0
	for _, rt := range p.d.Missing() {
		if !slices.Contains(p.d.Runtimes, rt.Name) {
			all = append(all, rt)
			width = max(width, lipgloss.Width(p.Line(rt.Name)))
		}
	}
	for i, rt := range all {
		if i == 0 {
			p.heading("Runtimes that did not run")
		}
		p.entry(results.Error, rt.Name, width, rt.Status+": "+rt.Reason)
	}
}

func (p *page) failures() {
	for i, f := range p.d.Failures {
		if i == 0 {
			p.heading("Failed")
		} else {
			p.line("")
		}
		r := f.Result
		p.line("%s %s%s", p.Bad(p.Glyph(results.Fail)), p.Bold(p.Line(r.Path())), p.rounds(f.Where[0]))
		p.field(2, "", 0, r.Says)
		for _, l := range [][2]string{
			{"expected", r.Expected}, {"seen", r.Seen}, {"reason", f.Said()}, {"case", f.Case()}, {"because", r.Because}, {"also on", p.also(f)},
		} {
			if l[1] != "" {
				p.field(2, l[0], label, l[1])
			}
		}
		p.command(f.Rerun())
	}
}

// also names the other runtimes where it was the same.
func (p *page) also(f digest.Finding) string {
	var all []string
	for _, w := range f.Where[1:] {
		s := w.Runtime
		if in := w.InRounds(p.d.Rounds); in != "" {
			s += " (" + in + ")"
		}
		all = append(all, s)
	}
	return strings.Join(all, ", ")
}

func (p *page) rounds(w digest.Place) string {
	if in := w.InRounds(p.d.Rounds); in != "" {
		return "  " + p.Dim(in)
	}
	return ""
}

// command is on a line of its own, however long, so that it can be copied.
func (p *page) command(s string) { p.line("  %s%s", p.Dim(ink.Pad("repeat", label)), p.Line(s)) }

func (p *page) errors() {
	for i, t := range p.d.Errors {
		if i == 0 {
			p.heading("Could not be judged")
		} else {
			p.line("")
		}
		p.line("%s %s", p.Warn(p.Glyph(results.Error)), p.Bold(p.Line(t.Where())))
		p.field(2, "", 0, t.Reason)
		p.command(t.Rerun())
	}
}

func (p *page) flaky() {
	for i, r := range p.d.Flaky {
		if i == 0 {
			p.heading("Flaky: held only after a retry")
		}
		path := r.Path()
		if p.d.Rounds > 1 {
			path += fmt.Sprintf(", round %d", r.Round)
		}
		p.line("%s %s  %s", p.Warn(p.Glyph(ink.Flaky)), p.Bold(p.Line(path)), p.Dim(fmt.Sprintf("attempt %d held", r.Attempts)))
		for _, a := range r.Earlier {
			if a.Status != results.Pass {
				p.field(2, "", 0, string(a.Status)+": "+a.Reason)
			}
		}
	}
}

func (p *page) skips() {
	width := 0
	for i, g := range p.d.Skips {
		if i == 0 {
			p.heading("Skipped")
		}
		width = max(width, lipgloss.Width(p.Line(p.needs(g))))
	}
	for _, g := range p.d.Skips {
		says := fmt.Sprintf("%s in %s on %s", digest.Plural(g.Results, "result"), digest.Plural(len(g.Labs), "lab"), digest.Names(g.Runtimes, 3))
		if len(g.Reasons) == 1 {
			says += ": " + g.Reasons[0]
		}
		p.entry(results.Skip, p.needs(g), width, says)
	}
}

func (p *page) needs(g digest.Gap) string {
	if g.Needs == "" {
		return "for another reason"
	}
	return "needs " + g.Needs
}

// problems leaves out what the errors of the same runtime say already.
func (p *page) problems() {
	where := func(r results.Problem) string {
		return strings.TrimSpace(r.Stage + " " + strings.Trim(r.Runtime+"/"+r.Lab, "/"))
	}
	var all []results.Problem
	width := 0
	for _, r := range p.d.Run.Problems {
		if !slices.ContainsFunc(p.d.Errors, func(t digest.Trouble) bool {
			return t.Runtime == r.Runtime && strings.Contains(t.Reason, r.Reason)
		}) {
			all = append(all, r)
			width = max(width, lipgloss.Width(p.Line(where(r))))
		}
	}
	for i, r := range all {
		if i == 0 {
			p.heading("Problems")
		}
		p.entry(results.Error, where(r), width, r.Reason)
	}
}

// entry is a glyph, a name and what is to be said of it: beside it, or below
// where that would be too narrow.
func (p *page) entry(status results.Status, name string, width int, says string) {
	glyph := p.As(status, p.Glyph(status))
	if width > p.width/2 {
		p.line("%s %s", glyph, p.Line(name))
		p.field(4, "", 0, says)
		return
	}
	indent := 2 + width + gap
	for i, l := range ink.Wrap(p.Line(says), p.width-indent) {
		if i == 0 {
			p.line("%s %s%s", glyph, ink.Pad(p.Line(name), width+gap), p.Dim(l))
			continue
		}
		p.line("%*s%s", indent, "", p.Dim(l))
	}
}

func (p *page) closing() {
	if cut := p.d.Cut(); cut != "" {
		p.line("\n%s", p.Warn(cut))
	} else {
		p.line("")
	}
	status := results.Pass
	switch {
	case p.d.Tally.Fail > 0:
		status = results.Fail
	case !p.d.Good():
		status = results.Error
	}
	p.line("%s", p.As(status, p.Line(p.d.Counts())))
}
