package markdown

import (
	"fmt"
	"strings"

	"github.com/dnslab/dnslab/results"
)

// few is how many columns can have names and counts; more have numbers, with
// the names below, and one sign in each cell.
const few = 8

// matrix has what there is less of, labs or runtimes, in columns.
func (p *page) matrix() {
	rows, columns := p.d.Labs, p.d.Runtimes
	cell, corner := func(r, c string) results.Tally { return p.d.Cell(c, r) }, "lab"
	if len(columns) > len(rows) {
		rows, columns = columns, rows
		cell, corner = p.d.Cell, "runtime"
	}
	if len(columns) == 0 {
		return
	}
	heads := []string{corner}
	for i, c := range columns {
		if len(columns) > few {
			c = fmt.Sprint(i + 1)
		}
		heads = append(heads, text(c))
	}
	p.printf("\n%s", head(":-:", heads...))
	show, pass, skip := counts, "✅", "➖"
	if len(columns) > few {
		show, pass, skip = sign, "·", "–"
	}
	for _, r := range rows {
		cells := []string{text(r)}
		for _, c := range columns {
			cells = append(cells, show(cell(r, c)))
		}
		p.printf("%s", row(cells...))
	}
	if len(columns) > few {
		var names []string
		for i, c := range columns {
			names = append(names, fmt.Sprintf("**%d** %s", i+1, text(c)))
		}
		p.printf("\n%s\n", strings.Join(names, ", "))
	}
	p.printf("\n<sub>%s holds, ❌ failed, ⚠️ not judged, 🔁 flaky, %s skipped, blank: not claimed</sub>\n", pass, skip)
}

// counts has a sign and a number for each status that there is, the worst first.
func counts(t results.Tally) string {
	var parts []string
	for _, c := range []struct {
		sign string
		n    int
	}{{"❌", t.Fail}, {"⚠️", t.Error}, {"🔁", t.Flaky}, {"✅", t.Pass - t.Flaky}, {"➖", t.Skip}} {
		if c.n > 0 {
			parts = append(parts, fmt.Sprintf("%s&nbsp;%d", c.sign, c.n))
		}
	}
	return strings.Join(parts, " ")
}

// sign is one sign for all of them.
func sign(t results.Tally) string {
	switch worst := t.Worst(); {
	case worst == results.Fail:
		return "❌"
	case worst == results.Error:
		return "⚠️"
	case worst == results.Pass && t.Flaky > 0:
		return "🔁"
	case worst == results.Pass:
		return "·"
	case worst == results.Skip:
		return "–"
	}
	return ""
}
