package progress

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"charm.land/lipgloss/v2"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/results/internal/digest"
	"github.com/dnslab/dnslab/results/internal/ink"
)

// every is how often the block is redrawn: often enough to look alive, seldom
// enough for a slow line.
const every = 125 * time.Millisecond

// most is how many running labs the block names.
const most = 12

// Options say what a terminal can show.
type Options struct {
	Size  func() (columns, rows int) // asked before every redraw; nil is 80 × 24
	Color bool                       // whether colour is wanted
	ASCII bool                       // no character beyond ASCII
}

// Live keeps a block of lines up to date on a terminal: what runs now, how
// much is done, and what failed. Above it stay the announcements and the labs
// that failed or could not be judged. Close removes the block.
func Live(w io.Writer, o Options) Reporter {
	if o.Size == nil {
		o.Size = func() (int, int) { return 80, 24 }
	}
	l := &live{
		Ink: ink.Ink{Color: o.Color, ASCII: o.ASCII}, w: w, size: o.Size, began: time.Now(),
		stop: make(chan struct{}), stopped: make(chan struct{}),
	}
	go l.draw()
	return l
}

type live struct {
	ink.Ink
	w             io.Writer
	size          func() (int, int)
	began         time.Time
	stop, stopped chan struct{}
	once          sync.Once
	err           error // of writing; read when stopped

	mu      sync.Mutex // guards what follows
	planned int
	tally   results.Tally
	running []job
	above   []string // what is yet to be written above the block

	shown []string // the lines on the screen; only draw uses it
}

type job struct {
	runtime, lab string
	round        int
	since        time.Time
}

func (l *live) Report(e Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case <-l.stop:
		return
	default:
	}
	switch e := e.(type) {
	case Planned:
		l.planned = e.Results
	case Say:
		l.above = append(l.above, l.Dim(l.Line(e.Text)))
	case Page:
		l.above = append(l.above, strings.Split(strings.TrimRight(e.Text, "\n"), "\n")...)
	case RuntimeDone:
		l.above = append(l.above, l.Dim(l.Line(done(e))))
	case LabStarted:
		l.running = append(l.running, job{e.Runtime, e.Lab, e.Round, time.Now()})
	case LabDone:
		if i := slices.IndexFunc(l.running, func(j job) bool {
			return j.runtime == e.Runtime && j.lab == e.Lab && j.round == e.Round
		}); i >= 0 {
			l.running = slices.Delete(l.running, i, i+1)
		}
		l.tally = l.tally.Plus(e.Tally)
		if worst := e.Tally.Worst(); worst == results.Fail || worst == results.Error {
			l.above = append(l.above, fmt.Sprintf("%s %s  %s", l.As(worst, l.Glyph(worst)),
				l.Bold(l.Line(e.Runtime+"/"+lab(e.Lab, e.Round))), l.Line(says(e)+firstLine(e.Reason))))
		}
	}
}

// Close removes the block, and says if writing failed.
func (l *live) Close() error {
	l.once.Do(func() {
		l.mu.Lock()
		close(l.stop)
		l.mu.Unlock()
		<-l.stopped
	})
	return l.err
}

func (l *live) draw() {
	defer close(l.stopped)
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			l.redraw(l.block)
		case <-l.stop:
			l.redraw(func(int, int) []string { return nil })
			return
		}
	}
}

// redraw puts the block on the screen in one write: up to its first line,
// erase all below, what stays above, the block anew.
func (l *live) redraw(block func(columns, rows int) []string) {
	columns, rows := l.size()
	l.mu.Lock()
	above := l.above
	l.above = nil
	lines := block(columns, rows)
	l.mu.Unlock()

	if len(above) == 0 && slices.Equal(lines, l.shown) {
		return
	}
	var out bytes.Buffer
	up := 0
	for _, s := range l.shown { // in a window made narrower, lines take several rows
		up += max(1, (lipgloss.Width(s)+columns-1)/max(1, columns))
	}
	if up > 0 {
		fmt.Fprintf(&out, "\x1b[%dA\r\x1b[J", min(up, max(1, rows-1)))
	}
	for _, s := range slices.Concat(above, lines) {
		out.WriteString(s + "\n")
	}
	l.shown = lines
	if _, err := l.w.Write(out.Bytes()); err != nil && l.err == nil {
		l.err = fmt.Errorf("showing progress: %w", err)
	}
}

// block is what runs now and, last, how far it all is.
func (l *live) block(columns, rows int) []string {
	room := max(0, min(most, rows-3, len(l.running)))
	if room < len(l.running) && room > 0 {
		room-- // for the line that counts the others
	}
	now := time.Now()
	var lines []string
	for _, j := range l.running[:room] {
		name := l.Cut(l.Line(j.runtime+"/"+lab(j.lab, j.round)), columns-16)
		lines = append(lines, fmt.Sprintf("  %s %s", name, l.Dim(whole(now.Sub(j.since)))))
	}
	if more := len(l.running) - room; more > 0 {
		lines = append(lines, l.Dim(l.Cut(fmt.Sprintf("  and %d more", more), columns-1)))
	}
	return append(lines, l.status(columns, now))
}

// whole is a duration without anything that changes more often than a second.
func whole(d time.Duration) string {
	if d < 10*time.Second {
		return fmt.Sprintf("%d s", d/time.Second)
	}
	return digest.Took(d.Truncate(time.Second))
}

// bar is how many columns the bar has.
const bar = 20

func (l *live) status(columns int, now time.Time) string {
	t := l.tally
	counts := []string{fmt.Sprintf("%d/%d", t.Total(), l.planned), whole(now.Sub(l.began))}
	colored := slices.Clone(counts)
	for _, c := range []struct {
		status results.Status
		n      int
		says   string
	}{{results.Fail, t.Fail, fmt.Sprintf("%d failed", t.Fail)}, {results.Error, t.Error, digest.Plural(t.Error, "error")}, {ink.Flaky, t.Flaky, fmt.Sprintf("%d flaky", t.Flaky)}} {
		if c.n > 0 {
			counts, colored = append(counts, c.says), append(colored, l.As(c.status, c.says))
		}
	}
	plain := strings.Join(counts, "  ")
	if lipgloss.Width(plain) >= columns {
		return l.Cut(plain, columns-1)
	}
	s := strings.Join(colored, "  ")
	if lipgloss.Width(plain)+bar+2 >= columns {
		return s
	}
	return l.bar(t) + "  " + s
}

func (l *live) bar(t results.Tally) string {
	full := 0
	if l.planned > 0 {
		full = min(bar, bar*t.Total()/l.planned)
	}
	on, off := "━", "─"
	if l.ASCII {
		on, off = "#", "-"
	}
	status := results.Pass
	if t.Fail > 0 || t.Error > 0 {
		status = t.Worst()
	}
	return l.As(status, strings.Repeat(on, full)) + l.Dim(strings.Repeat(off, bar-full))
}
