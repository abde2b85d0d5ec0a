package terminal

import (
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/results/internal/digest"
	"github.com/dnslab/dnslab/results/internal/ink"
)

// gap is the space between columns.
const gap = 2

// matrix shows labs in rows and runtimes in columns. Its heads are the longest
// that fit: names and versions, names, letters with counts below them, letters
// with nothing but a sign below them.
func (p *page) matrix() {
	if len(p.d.Labs) == 0 {
		return
	}
	names := 0
	for _, lab := range p.d.Labs {
		names = max(names, lipgloss.Width(p.Line(lab)))
	}
	var plain, letter []string
	for i, rt := range p.d.Runtimes {
		plain = append(plain, p.Line(rt))
		letter = append(letter, letters[i%len(letters):][:1])
	}
	for _, heads := range [][]string{p.titles(p.d.Runtimes), plain} {
		if widths := p.columns(heads); p.fits(names, widths) {
			p.counts(names, heads, widths)
			return
		}
	}
	if widths := p.columns(letter); len(letter) <= len(letters) && p.fits(names, widths) {
		p.legend(p.d.Runtimes)
		p.line("")
		p.counts(names, letter, widths)
		return
	}
	n := len(p.d.Runtimes)
	p.dense(min(names, max(p.width/2, p.width-gap-n-(n-1)/block)))
}

func (p *page) titles(runtimes []string) []string {
	var all []string
	for _, rt := range runtimes {
		all = append(all, p.Line(digest.Title(p.d.Runtime(rt))))
	}
	return all
}

// columns are the widths that heads and the counts below them need.
func (p *page) columns(heads []string) []int {
	var widths []int
	for i, rt := range p.d.Runtimes {
		w := lipgloss.Width(heads[i])
		for _, lab := range p.d.Labs {
			w = max(w, lipgloss.Width(p.cell(p.d.Cell(rt, lab))))
		}
		widths = append(widths, w)
	}
	return widths
}

func (p *page) fits(names int, widths []int) bool {
	for _, w := range widths {
		names += gap + w
	}
	return names <= p.width
}

func (p *page) counts(names int, heads []string, widths []int) {
	row := ink.Pad("", names)
	for i, head := range heads {
		if i == len(heads)-1 {
			widths[i] = 0 // no blanks at the end of the line
		}
		row += ink.Pad("", gap) + p.Bold(ink.Pad(head, widths[i]))
	}
	p.line("%s", row)
	for _, lab := range p.d.Labs {
		row := ink.Pad(p.Line(lab), names)
		for i, rt := range p.d.Runtimes {
			row += ink.Pad("", gap) + ink.Pad(p.cell(p.d.Cell(rt, lab)), widths[i])
		}
		p.line("%s", strings.TrimRight(row, " "))
	}
}

// cell has a glyph and a count for each status that there is, the worst first.
func (p *page) cell(t results.Tally) string {
	var parts []string
	for _, c := range []struct {
		status results.Status
		n      int
	}{
		{results.Fail, t.Fail}, {results.Error, t.Error}, {ink.Flaky, t.Flaky},
		{results.Pass, t.Pass - t.Flaky}, {results.Skip, t.Skip},
	} {
		if c.n > 0 {
			parts = append(parts, p.As(c.status, fmt.Sprintf("%s %d", p.Glyph(c.status), c.n)))
		}
	}
	return strings.Join(parts, " ")
}

// letters name the columns of a dense matrix.
const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

// block is how many columns stand together in a dense matrix.
const block = 5

// dense gives each runtime one letter and each cell one sign. Where the
// runtimes do not fit side by side, there are several matrices.
func (p *page) dense(names int) {
	room := p.width - names - gap
	most := min(len(letters), room*block/(block+1))
	for first := 0; first < len(p.d.Runtimes); first += most {
		if first > 0 {
			p.line("")
		}
		p.panel(names, p.d.Runtimes[first:min(first+most, len(p.d.Runtimes))])
	}
	p.line("\n%s", p.key())
}

func (p *page) panel(names int, runtimes []string) {
	p.legend(runtimes)
	head := ink.Pad("", names+gap) + p.Bold(inBlocks(len(runtimes), func(i int) string { return letters[i : i+1] }))
	p.line("\n%s", head)
	for _, lab := range p.d.Labs {
		row := inBlocks(len(runtimes), func(i int) string { return p.sign(p.d.Cell(runtimes[i], lab)) })
		p.line("%s", strings.TrimRight(ink.Pad(p.Cut(p.Line(lab), names), names+gap)+row, " "))
	}
	if len(p.d.Labs) > 20 { // the head has left the screen
		p.line("%s", head)
	}
}

// legend says which letter is which runtime, in columns read downwards.
func (p *page) legend(runtimes []string) {
	titles, width := p.titles(runtimes), 0
	for _, t := range titles {
		width = max(width, lipgloss.Width(t))
	}
	perRow := max(1, (p.width+gap)/(width+2+gap))
	rows := (len(titles) + perRow - 1) / perRow
	for r := range rows {
		var row string
		for i := r; i < len(titles); i += rows {
			row += p.Bold(letters[i:i+1]) + " " + ink.Pad(titles[i], width+gap)
		}
		p.line("%s", strings.TrimRight(row, " "))
	}
}

func (p *page) sign(t results.Tally) string {
	switch worst := t.Worst(); {
	case t.Total() == 0:
		return " "
	case worst == results.Pass && t.Flaky > 0:
		return p.Warn(p.Glyph(ink.Flaky))
	case worst == results.Pass:
		return p.Good(p.Dot())
	default:
		return p.As(worst, p.Glyph(worst))
	}
}

func (p *page) key() string {
	var all []string
	for _, k := range []struct {
		status results.Status
		sign   string
		says   string
	}{
		{results.Pass, p.Dot(), "holds"}, {results.Fail, p.Glyph(results.Fail), "failed"}, {results.Error, "!", "not judged"},
		{ink.Flaky, "~", "flaky"}, {results.Skip, "-", "skipped"},
	} {
		all = append(all, p.As(k.status, k.sign)+" "+p.Dim(k.says))
	}
	return strings.Join(append(all, p.Dim("blank: not claimed")), "   ")
}

// inBlocks puts a blank after each block of signs.
func inBlocks(n int, sign func(int) string) string {
	var b strings.Builder
	for i := range n {
		if i > 0 && i%block == 0 {
			b.WriteByte(' ')
		}
		b.WriteString(sign(i))
	}
	return b.String()
}
