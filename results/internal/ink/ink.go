// Package ink has what terminal output is drawn with: a few colours, a glyph
// for each status, and the same without colour or beyond ASCII:
//
//	k := ink.Ink{Color: true}
//	fmt.Println(k.Glyph(results.Fail), k.Bold("docker/names/alias"))
package ink

import (
	"fmt"
	"io"
	"os"
	"strings"

	"charm.land/lipgloss/v2"
	"golang.org/x/term"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/results/internal/digest"
)

// Ink is what a terminal can show.
type Ink struct {
	Color bool
	ASCII bool // no character beyond ASCII
}

// The styles use the terminal's own 16 colours, so that they suit its background.
var (
	good = lipgloss.NewStyle().Foreground(lipgloss.Color("2"))
	bad  = lipgloss.NewStyle().Foreground(lipgloss.Color("1")).Bold(true)
	warn = lipgloss.NewStyle().Foreground(lipgloss.Color("3"))
	dim  = lipgloss.NewStyle().Faint(true)
	bold = lipgloss.NewStyle().Bold(true)
)

// Flaky is the glyph's name for a claim that held only after a retry.
const Flaky results.Status = "flaky"

// Good, Bad, Warn, Dim and Bold colour s, which has one line.
func (k Ink) Good(s string) string { return k.render(good, s) }

// Bad is for what failed.
func (k Ink) Bad(s string) string { return k.render(bad, s) }

// Warn is for what could not be judged, or held late.
func (k Ink) Warn(s string) string { return k.render(warn, s) }

// Dim is for what need not be read.
func (k Ink) Dim(s string) string { return k.render(dim, s) }

// Bold is for names.
func (k Ink) Bold(s string) string { return k.render(bold, s) }

// As colours s as befits a status.
func (k Ink) As(status results.Status, s string) string {
	switch status {
	case results.Pass:
		return k.Good(s)
	case results.Fail:
		return k.Bad(s)
	case results.Error, Flaky:
		return k.Warn(s)
	}
	return k.Dim(s)
}

func (k Ink) render(style lipgloss.Style, s string) string {
	if !k.Color || s == "" {
		return s
	}
	return style.Render(s)
}

// Glyph is the sign of a status, one column wide and without colour.
func (k Ink) Glyph(status results.Status) string {
	switch status {
	case results.Pass:
		return k.either("✓", "+")
	case results.Fail:
		return k.either("✗", "X")
	case results.Error:
		return "!"
	case results.Skip:
		return "-"
	case Flaky:
		return "~"
	}
	return " "
}

// Dot is a pass in a dense matrix, where ticks would hide the crosses.
func (k Ink) Dot() string { return k.either("·", ".") }

// Ellipsis is what stands for what was cut off.
func (k Ink) Ellipsis() string { return k.either("…", "~") }

func (k Ink) either(utf8, ascii string) string {
	if k.ASCII {
		return ascii
	}
	return utf8
}

// Text makes s safe to show here: printable, and ASCII where nothing else is
// understood.
func (k Ink) Text(s string) string {
	s = digest.Printable(s)
	if !k.ASCII {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch plain, ok := spelled[r]; {
		case r < 0x80:
			b.WriteRune(r)
		case ok:
			b.WriteString(plain)
		case r > 0xffff:
			fmt.Fprintf(&b, `\U%08x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

var spelled = map[rune]string{'…': "...", '–': "-", '—': "-", '’': "'", '‘': "'", '“': `"`, '”': `"`, '×': "x", '→': "->", '≥': ">=", '≤': "<=", '\u00a0': " "}

// Line is Text on one line.
func (k Ink) Line(s string) string { return strings.Join(strings.Fields(k.Text(s)), " ") }

// Cut shortens s, which has no colour, to so many columns.
func (k Ink) Cut(s string, columns int) string {
	if lipgloss.Width(s) <= columns {
		return s
	}
	if columns < 1 {
		return ""
	}
	var b strings.Builder
	used := 0
	for _, r := range s {
		w := lipgloss.Width(string(r))
		if used+w > columns-1 {
			break
		}
		b.WriteRune(r)
		used += w
	}
	return b.String() + k.Ellipsis()
}

// Pad fills s, which may have colour, with blanks to so many columns.
func Pad(s string, columns int) string {
	return s + strings.Repeat(" ", max(0, columns-lipgloss.Width(s)))
}

// Wrap breaks s into lines of so many columns, between words where it can.
func Wrap(s string, columns int) []string {
	lines := strings.Split(lipgloss.Wrap(s, max(columns, 20), ""), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	return lines
}

// Detect finds out what w can show: colour on a terminal, unless NO_COLOR is
// set or TERM is dumb; characters beyond ASCII where the locale has UTF-8.
func Detect(w io.Writer, getenv func(string) string) (k Ink, terminal bool) {
	f, ok := w.(*os.File)
	terminal = ok && term.IsTerminal(int(f.Fd())) && getenv("TERM") != "dumb"
	k.Color = terminal && getenv("NO_COLOR") == ""
	locale := ""
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if locale = getenv(name); locale != "" {
			break
		}
	}
	locale = strings.ToLower(locale)
	k.ASCII = !strings.Contains(locale, "utf-8") && !strings.Contains(locale, "utf8")
	return k, terminal
}

// Size is how many columns and rows w has; 80 and 24 if it is no terminal.
func Size(w io.Writer) (columns, rows int) {
	if f, ok := w.(*os.File); ok {
		if columns, rows, err := term.GetSize(int(f.Fd())); err == nil && columns > 0 {
			return columns, rows
		}
	}
	return 80, 24
}
