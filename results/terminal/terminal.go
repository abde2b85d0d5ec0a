package terminal

import (
	"bytes"
	"fmt"
	"io"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/results/internal/digest"
	"github.com/dnslab/dnslab/results/internal/ink"
)

// Options say what a terminal can show.
type Options struct {
	Width int  // columns; 0 is 80
	Color bool // whether colour is wanted
	ASCII bool // no character beyond ASCII
}

// Detect finds out what w can show: its width and colour if it is a terminal,
// unless NO_COLOR is set; characters beyond ASCII where the locale has UTF-8.
func Detect(w io.Writer, getenv func(string) string) Options {
	k, _ := ink.Detect(w, getenv)
	columns, _ := ink.Size(w)
	return Options{Width: columns, Color: k.Color, ASCII: k.ASCII}
}

// Write writes a summary of run for people.
func Write(w io.Writer, run results.Run, o Options) error {
	if o.Width <= 0 {
		o.Width = 80
	}
	p := &page{Ink: ink.Ink{Color: o.Color, ASCII: o.ASCII}, width: max(o.Width, 40), d: digest.Of(run)}
	p.matrix()
	p.missing()
	p.failures()
	p.errors()
	p.flaky()
	p.skips()
	p.problems()
	p.closing()
	if _, err := w.Write(p.out.Bytes()); err != nil {
		return fmt.Errorf("writing the summary of run %q: %w", run.ID, err)
	}
	return nil
}

// A page is a summary while it is written.
type page struct {
	ink.Ink
	width int
	d     digest.Digest
	out   bytes.Buffer
}

func (p *page) line(format string, args ...any) { fmt.Fprintf(&p.out, format+"\n", args...) }

func (p *page) heading(s string) { p.line("\n%s", p.Bold(s)) }

// field writes a label and text beside it, wrapped to the width.
func (p *page) field(indent int, label string, width int, text string) {
	blank := fmt.Sprintf("%*s", indent, "")
	for i, l := range ink.Wrap(p.Line(text), p.width-indent-width) {
		if i > 0 {
			p.line("%s%s%s", blank, ink.Pad("", width), l)
			continue
		}
		p.line("%s%s%s", blank, p.Dim(ink.Pad(label, width)), l)
	}
}
