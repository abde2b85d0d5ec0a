package assertions

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dnslab/dnslab/results"
)

// Lines expects the file to have exactly these lines, in this order, comments
// and blank lines left out.
func Lines(name string, want ...string) Assertion {
	return onText(name, fmt.Sprintf("has exactly the lines %q", want), func(text string) error {
		if got := lines(text); !slices.Equal(got, want) {
			return fmt.Errorf("should have the lines %q, but has %q", want, got)
		}
		return nil
	})
}

// HasLine expects the file to have this line, comments included.
func HasLine(name, want string) Assertion {
	return onText(name, fmt.Sprintf("has the line %q", want), func(text string) error {
		if !slices.Contains(strings.Split(text, "\n"), want) {
			return fmt.Errorf("should have the line %q, but has %q", want, strings.Split(strings.TrimSpace(text), "\n"))
		}
		return nil
	})
}

// HasText expects the file to hold want somewhere.
func HasText(name, want string) Assertion {
	return onText(name, fmt.Sprintf("holds %q", want), func(text string) error {
		if !strings.Contains(text, want) {
			return fmt.Errorf("should hold %q, but has %q", want, strings.Split(strings.TrimSpace(text), "\n"))
		}
		return nil
	})
}

// LacksText expects the file to be there, to have some text, and not this one.
func LacksText(name, unwanted string) Assertion {
	return onText(name, fmt.Sprintf("does not hold %q", unwanted), func(text string) error {
		switch {
		case strings.TrimSpace(text) == "":
			return fmt.Errorf("is empty, which says nothing")
		case strings.Contains(text, unwanted):
			return fmt.Errorf("should not hold %q, but has %q", unwanted, strings.Split(strings.TrimSpace(text), "\n"))
		}
		return nil
	})
}

// HasTextTimes expects the file to hold want so often, apart from where it
// overlaps itself: a log with a line for each question.
func HasTextTimes(name, want string, times int) Assertion {
	return onText(name, fmt.Sprintf("holds %q %d times", want, times), func(text string) error {
		if got := strings.Count(text, want); got != times || times == 0 {
			return fmt.Errorf("should hold %q %d times, but holds it %d times", want, times, got)
		}
		return nil
	})
}

// Nameservers expects the nameserver lines of a resolv.conf to name exactly
// these, in this order.
func Nameservers(name string, want ...string) Assertion {
	return directive(name, "nameserver", "names the servers", want)
}

// SearchList expects the last search line of a resolv.conf to be exactly this
// list; none wanted expects no search line.
func SearchList(name string, want ...string) Assertion {
	return directive(name, "search", "has the search list", want)
}

// ResolvOptions expects the options of a resolv.conf to be exactly these, in
// this order.
func ResolvOptions(name string, want ...string) Assertion {
	return directive(name, "options", "has the options", want)
}

// HasOption expects the options of a resolv.conf to have this one.
func HasOption(name, want string) Assertion {
	return onText(name, "has the option "+want, func(text string) error {
		if got := values(text, "options"); !slices.Contains(got, want) {
			return fmt.Errorf("should have the option %s, but has %q", want, got)
		}
		return nil
	})
}

// Comments expects the lines of a file that begin with "#" to be exactly these.
func Comments(name string, want ...string) Assertion {
	says := "has exactly the comments " + fmt.Sprintf("%q", want)
	if len(want) == 0 {
		says = "has no comments"
	}
	return onText(name, says, func(text string) error {
		if got := comments(text); !slices.Equal(got, want) {
			return fmt.Errorf("should have the comments %q, but has %q", want, got)
		}
		return nil
	})
}

// SameComments expects the lines that begin with "#" to be the same in two
// files. Both may have none.
func SameComments(a, b string) Assertion {
	return assertion{fmt.Sprintf("%s has the comments of %s", a, b), []string{a, b}, func(e results.Evidence, seen ...results.Observation) error {
		for i, o := range seen {
			if o.Text == nil {
				return instead(e, []string{a, b}[i], o, "%s should be a file", []string{a, b}[i])
			}
		}
		if got, want := comments(*seen[0].Text), comments(*seen[1].Text); !slices.Equal(got, want) {
			return fmt.Errorf("%s should have the comments %q of %s, but has %q", a, want, b, got)
		}
		return nil
	}}
}

// SameText expects two files to be equal and not empty, or with want false to differ.
func SameText(a, b string, want bool) Assertion {
	says := map[bool]string{true: " is equal to ", false: " differs from "}
	return assertion{a + says[want] + b, []string{a, b}, func(e results.Evidence, seen ...results.Observation) error {
		for i, o := range seen {
			if o.Text == nil || *o.Text == "" {
				return instead(e, []string{a, b}[i], o, "should be a file with text")
			}
		}
		if got := *seen[0].Text == *seen[1].Text; got != want {
			return fmt.Errorf("%s%s%s", a, says[got], b)
		}
		return nil
	}}
}

func directive(name, key, says string, want []string) Assertion {
	words := fmt.Sprintf("%s %s", says, strings.Join(want, " "))
	switch {
	case len(want) == 0:
		words = "has no " + key + " line"
	case len(want) > 8:
		words = fmt.Sprintf("%s %s and so on, %d in all", says, strings.Join(want[:6], " "), len(want))
	}
	return onText(name, words, func(text string) error {
		if got := values(text, key); !slices.Equal(got, want) {
			return fmt.Errorf("should have %s %q, but has %q", key, want, got)
		}
		return nil
	})
}

// values returns what stands behind a directive of resolv.conf: all
// nameservers; of search and options the last line, which is what counts for
// search, and all lines for options, which add up (resolv.conf(5)).
func values(text, key string) []string {
	var all []string
	for _, l := range lines(text) {
		f := strings.Fields(l)
		if f[0] != key {
			continue
		}
		if key == "search" {
			all = nil
		}
		all = append(all, f[1:]...)
	}
	return all
}

func lines(text string) []string {
	var all []string
	for l := range strings.Lines(text) {
		l = strings.TrimSpace(l)
		if l != "" && !strings.HasPrefix(l, "#") && !strings.HasPrefix(l, ";") {
			all = append(all, l)
		}
	}
	return all
}

func comments(text string) []string {
	var all []string
	for l := range strings.Lines(text) {
		if strings.HasPrefix(l, "#") {
			all = append(all, strings.TrimSpace(l))
		}
	}
	return all
}

func onText(name, says string, check func(text string) error) Assertion {
	return aboutText(name, says, func(_ results.Evidence, text string) error { return check(text) })
}

func aboutText(name, says string, check func(e results.Evidence, text string) error) Assertion {
	return about(name, says, func(e results.Evidence, o results.Observation) error {
		if o.Text == nil {
			return instead(e, name, o, "should be a file")
		}
		return check(e, *o.Text)
	})
}
