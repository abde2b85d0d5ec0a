package terminal

import (
	"fmt"
	"io"
	"slices"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/results/internal/digest"
	"github.com/dnslab/dnslab/results/internal/ink"
)

// WriteDiff writes d for people: what the two sides are, what differs, the
// gravest first, and one line of counts. With all it lists claims that were
// judged by another case to the same end, too.
func WriteDiff(w io.Writer, d results.Diff, all bool, o Options) error {
	if o.Width <= 0 {
		o.Width = 80
	}
	p := &page{Ink: ink.Ink{Color: o.Color, ASCII: o.ASCII}, width: max(o.Width, 40)}
	p.sides(d)
	for _, s := range digest.DiffSections(d, all) {
		p.section(s)
	}
	p.line("")
	if n := len(d.Cases); n > 0 && !all {
		p.line("%s", p.Dim(digest.Plural(n, "claim")+" more judged by another case, to the same end (--all)"))
	}
	status := results.Fail
	if d.Same {
		status = results.Pass
	}
	p.line("%s", p.As(status, p.Line(digest.DiffCounts(d))))
	if _, err := w.Write(p.out.Bytes()); err != nil {
		return fmt.Errorf("writing a diff: %w", err)
	}
	return nil
}

func (p *page) sides(d results.Diff) {
	for _, s := range digest.DiffSides(d) {
		p.field(0, s.Label, 3, s.Text)
	}
	for i, rt := range digest.DiffRuntimes(d) {
		if i == 0 {
			p.heading("Runtimes")
		}
		p.line("%s", p.Bold(p.Line(digest.Names(rt.Names, 3))))
		p.field(2, "", 0, rt.Says)
	}
}

func (p *page) section(s digest.DiffSection) {
	p.heading(p.Line(s.Title) + fmt.Sprintf(" (%d)", s.Count))
	for rows := s.Rows; len(rows) > 0; {
		n := slices.IndexFunc(rows, func(r digest.DiffRow) bool { return r.Lab != rows[0].Lab })
		if n < 0 {
			n = len(rows)
		}
		p.lab(rows[:n])
		rows = rows[n:]
	}
}

// lab shows rows of one lab. What is the same for all of them, as the reason
// for which a whole lab was skipped, is said once.
func (p *page) lab(rows []digest.DiffRow) {
	p.line("%s", p.Bold(p.Line(rows[0].Lab)))
	once := len(rows) > 1 && !slices.ContainsFunc(rows, func(r digest.DiffRow) bool { return !r.SaysAs(rows[0]) })
	if once {
		p.both(rows[0])
	}
	for _, r := range rows {
		p.field(2, "", 0, r.Claim+": "+r.Says)
		if !once {
			p.both(r)
		}
	}
}

func (p *page) both(r digest.DiffRow) {
	if len(r.On) > 0 {
		p.field(4, "on", label+2, digest.Names(r.On, 3))
	}
	p.words("", r.Both)
	p.words("A", r.A)
	p.words("B", r.B)
}

// words are what one side says; its letter stands before the first of them.
func (p *page) words(side string, all []digest.Words) {
	for _, w := range all {
		p.field(4, ink.Pad(side, 2)+w.Label, label+2, w.Text)
		side = ""
	}
}
