package assertions

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dnslab/dnslab/results"
)

// An Assertion is a judgement on evidence.
type Assertion interface {
	// String states the expectation: "answer has the address of web".
	String() string

	// Uses names the observations it judges.
	Uses() []string

	// Check returns nil if e meets the expectation. Otherwise the error says
	// what was seen instead: "answer: answered NXDOMAIN".
	Check(e results.Evidence) error
}

// All holds when each of its assertions does. It reports every one that does
// not, since the second failure often explains the first. An empty All fails.
type All []Assertion

func (as All) String() string {
	var says []string
	for _, a := range as {
		says = append(says, a.String())
	}
	return strings.Join(says, "; ")
}

// Uses names what any of its assertions uses, each once.
func (as All) Uses() []string {
	var all []string
	for _, a := range as {
		for _, u := range a.Uses() {
			if !slices.Contains(all, u) {
				all = append(all, u)
			}
		}
	}
	return all
}

// Check joins the errors of its assertions.
func (as All) Check(e results.Evidence) error {
	if len(as) == 0 {
		return errors.New("nothing was asserted")
	}
	var errs []error
	said := map[string]bool{}
	for _, a := range as {
		if err := a.Check(e); err != nil && !said[err.Error()] {
			said[err.Error()] = true
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// assertion is every judge of this package: words, and a function that is
// given the observations in the order of uses, all of them made.
type assertion struct {
	says  string
	uses  []string
	check func(e results.Evidence, seen ...results.Observation) error
}

func (a assertion) String() string { return a.says }
func (a assertion) Uses() []string { return a.uses }

func (a assertion) Check(e results.Evidence) error {
	var seen []results.Observation
	for _, name := range a.uses {
		o, ok := e.Seen[name]
		if !ok {
			return fmt.Errorf("made no observation called %q", name)
		}
		seen = append(seen, o)
	}
	return a.check(e, seen...)
}

// about makes an assertion on one observation. says and errors are preceded by
// its name.
func about(name, says string, check func(e results.Evidence, o results.Observation) error) Assertion {
	return assertion{name + " " + says, []string{name}, func(e results.Evidence, seen ...results.Observation) error {
		if err := check(e, seen[0]); err != nil {
			return fmt.Errorf("%s %w", name, err)
		}
		return nil
	}}
}

// instead says what an observation was, where something else was wanted.
func instead(e results.Evidence, name string, o results.Observation, format string, args ...any) error {
	return fmt.Errorf("%s, but was: %s", fmt.Sprintf(format, args...), Describe(e, name, o))
}
