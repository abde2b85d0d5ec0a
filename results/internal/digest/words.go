package digest

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/dnslab/dnslab/results"
)

// Verdict is the whole run in a few words: "every claim holds". It says the
// same as the exit status of the run: a fail before what could not be done.
func (d Digest) Verdict() string {
	t, n := d.Tally, len(d.Run.Problems)
	switch {
	case t.Fail > 0:
		paths := map[string]bool{}
		for _, r := range d.Run.Results {
			if r.Status == results.Fail {
				paths[r.Path()] = true
			}
		}
		return Plural(len(paths), "claim") + " failed"
	case t.Error > 0:
		return "not every claim could be judged"
	case t.Total() == 0:
		return "nothing was run"
	case t.Pass == 0:
		return "nothing but skips"
	case n > 0:
		return "every claim holds, with " + Plural(n, "problem") + " beside"
	case d.Cut() != "":
		return "every claim that was reached holds"
	}
	return "every claim holds"
}

// Good tells whether nothing went wrong.
func (d Digest) Good() bool {
	return d.Tally.Fail == 0 && d.Tally.Error == 0 && d.Tally.Pass > 0 && len(d.Run.Problems) == 0 && d.Cut() == ""
}

// Cut says how a run ended that did not get to its end: "interrupted: 47 of
// 60 results". Of a complete run it is empty.
func (d Digest) Cut() string {
	how := cut[d.Run.Ended]
	if how == "" {
		return ""
	}
	return fmt.Sprintf("%s: %d of %s", how, len(d.Run.Results), Plural(d.Run.Planned, "result"))
}

// cut says how runs ended that did not get to their end.
var cut = map[string]string{
	results.Interrupted: "interrupted",
	results.TimedOut:    "out of time",
	results.FailFast:    "stopped at the first failure",
}

// Counts is the closing line: "142 passed, 0 failed, 3 skipped, 0 errors in
// 41 s on docker 20.10.24".
func (d Digest) Counts() string {
	t := d.Tally
	passed := fmt.Sprintf("%d passed", t.Pass)
	if t.Flaky > 0 {
		passed += fmt.Sprintf(" (%d flaky)", t.Flaky)
	}
	return fmt.Sprintf("%s, %d failed, %d skipped, %s in %s on %s",
		passed, t.Fail, t.Skip, Plural(t.Error, "error"), Took(d.Run.Finished.Sub(d.Run.Started)), d.on())
}

func (d Digest) on() string {
	switch len(d.Runtimes) {
	case 0:
		return "no runtime"
	case 1:
		return Title(d.Runtime(d.Runtimes[0]))
	}
	return fmt.Sprintf("%d runtimes", len(d.Runtimes))
}

// Title is a runtime with its version, where its name does not tell: "docker
// 20.10.24", "docker-26.1.5".
func Title(rt results.Runtime) string {
	if rt.Version == "" || strings.Contains(rt.Name, rt.Version) {
		return rt.Name
	}
	return rt.Name + " " + rt.Version
}

// Plural is "1 claim", "2 claims".
func Plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// Took writes a duration for people: "120 ms", "4.1 s", "41 s", "2 min 05 s".
func Took(d time.Duration) string {
	switch {
	case d < 0:
		return "0 ms"
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < 9950*time.Millisecond:
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	s := int(d.Round(time.Second) / time.Second)
	switch {
	case s < 60:
		return fmt.Sprintf("%d s", s)
	case s < 3600:
		return fmt.Sprintf("%d min %02d s", s/60, s%60)
	}
	return fmt.Sprintf("%d h %02d min", s/3600, s/60%60)
}

// Names lists names, of many only the first few: "docker, podman and 28 more".
func Names(all []string, most int) string {
	if len(all) <= most+1 {
		return strings.Join(all, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(all[:most], ", "), len(all)-most)
}

// Printable makes what was observed safe to show: control characters, what is
// no UTF-8 and what turns the direction of writing read \x1b, \xff, \u202e.
// Line feeds and tabs stay.
func Printable(s string) string {
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[0])
		case r == '\n' || r == '\t':
			b.WriteRune(r)
		case r < 0xa0 && unicode.IsControl(r):
			fmt.Fprintf(&b, `\x%02x`, r)
		case !unicode.IsPrint(r) && !unicode.IsSpace(r):
			if r > 0xffff {
				fmt.Fprintf(&b, `\U%08x`, r)
			} else {
				fmt.Fprintf(&b, `\u%04x`, r)
			}
		default:
			b.WriteString(s[:n])
		}
		s = s[n:]
	}
	return b.String()
}
