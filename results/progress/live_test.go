package progress_test

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"charm.land/lipgloss/v2"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/results/internal/writertest"
	"github.com/dnslab/dnslab/results/progress"
)

// The block follows the run; in the end only what stays is on the screen.
func TestLive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s screen
		p := progress.Live(&s, progress.Options{})
		var film strings.Builder
		for _, e := range story() {
			p.Report(e)
			time.Sleep(2 * time.Second)
			synctest.Wait()
			fmt.Fprintf(&film, "%T\n%s\n", e, indent(s.String()))
		}
		if err := p.Close(); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&film, "Close\n%s\n", indent(s.String()))
		p.Report(progress.Say{Text: "too late"})
		p.Close()
		writertest.Golden(t, "live.txt", []byte(film.String()))
	})
}

// In any window, also one that shrinks, no line is broken and nothing is left
// behind.
func TestLiveResized(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := screen{columns: 100, rows: 30}
		p := progress.Live(&s, progress.Options{Size: s.size, Color: true, ASCII: true})
		p.Report(progress.Planned{Results: 100})
		for i := range 20 {
			p.Report(progress.LabStarted{Runtime: "docker-26.1-rootless-pasta", Lab: fmt.Sprintf("a-lab-with-a-rather-long-name-%d", i)})
		}
		time.Sleep(time.Second)
		for _, size := range [][2]int{{80, 24}, {40, 10}, {20, 3}, {1, 1}, {0, 0}, {200, 50}} {
			columns, rows := size[0], size[1]
			s.resize(columns, rows)
			time.Sleep(time.Second)
			synctest.Wait()
			block := strings.Split(strings.TrimSpace(s.String()), "\n")
			if columns < 20 {
				continue
			}
			for _, l := range block {
				if lipgloss.Width(l) >= columns {
					t.Errorf("%d × %d: %d columns: %q", columns, rows, lipgloss.Width(l), l)
				}
			}
			if len(block) >= rows && rows > 3 {
				t.Errorf("%d × %d: %d lines", columns, rows, len(block))
			}
		}
		p.Close()
		if got := strings.TrimSpace(s.String()); got != "" {
			t.Errorf("left behind: %q", got)
		}
	})
}

// Where nothing happens, nothing is written but the seconds.
func TestLiveCalm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s screen
		p := progress.Live(&s, progress.Options{})
		p.Report(progress.LabStarted{Runtime: "docker", Lab: "names"})
		time.Sleep(10 * time.Second)
		p.Close()
		if s.writes > 15 {
			t.Errorf("%d writes in ten seconds", s.writes)
		}
	})
}

// However much happens, the terminal gets no more than a few writes a second.
func TestLiveThrottled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s screen
		p := progress.Live(&s, progress.Options{})
		var wg sync.WaitGroup
		for i := range 50 {
			wg.Go(func() {
				name := fmt.Sprintf("lab-%d", i)
				for range 100 {
					p.Report(progress.LabStarted{Runtime: "docker", Lab: name})
					time.Sleep(10 * time.Millisecond)
					p.Report(progress.LabDone{Runtime: "docker", Lab: name, Tally: results.Tally{Pass: 1}})
				}
			})
		}
		wg.Wait()
		p.Close()
		if s.writes > 10 {
			t.Errorf("%d writes in one second", s.writes)
		}
	})
}

// A terminal that went away ends the watching, not the run.
func TestLiveGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gone := errors.New("input/output error")
		p := progress.Live(broken{gone}, progress.Options{})
		p.Report(progress.Say{Text: "anybody there?"})
		time.Sleep(time.Second)
		if err := p.Close(); !errors.Is(err, gone) {
			t.Errorf("got %v, want %v", err, gone)
		}
	})
}

type broken struct{ err error }

func (b broken) Write([]byte) (int, error) { return 0, b.err }

func indent(s string) string { return "\t" + strings.ReplaceAll(strings.TrimSpace(s), "\n", "\n\t") }

// A screen is a terminal that understands as much as [progress.Live] may use.
type screen struct {
	mu            sync.Mutex
	columns, rows int
	lines         []string
	row           int
	writes        int
}

var sequence = regexp.MustCompile(`^\x1b\[([0-9;]*)([A-Za-z])`)

func (s *screen) size() (int, int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.columns, s.rows
}

// resize empties the screen, as a terminal that cannot reflow.
func (s *screen) resize(columns, rows int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.columns, s.rows, s.lines, s.row = columns, rows, nil, 0
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writes++
	text := string(p)
	for text != "" {
		switch m := sequence.FindStringSubmatch(text); {
		case m != nil:
			n, _ := strconv.Atoi(m[1])
			switch m[2] {
			case "A":
				s.row = max(0, s.row-n)
			case "J":
				s.lines = s.lines[:min(s.row, len(s.lines))]
			case "m":
			default:
				return 0, fmt.Errorf("an escape sequence that this screen does not have: %q", m[0])
			}
			text = text[len(m[0]):]
		case text[0] == '\r':
			text = text[1:]
		case text[0] == '\n':
			s.row++
			text = text[1:]
		default:
			end := strings.IndexAny(text, "\n\x1b\r")
			for len(s.lines) <= s.row {
				s.lines = append(s.lines, "")
			}
			s.lines[s.row] += text[:end]
			text = text[end:]
		}
	}
	return len(p), nil
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.lines, "\n")
}
