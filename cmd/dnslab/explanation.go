package main

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/dnslab/dnslab/labs"
	"github.com/dnslab/dnslab/runner"
	"github.com/dnslab/dnslab/runner/topo"
)

// An explanation is a lab in words, all of it from the same data that runs.
type explanation struct {
	lab   labs.Lab
	width int
	ascii bool
}

func (e explanation) write(w io.Writer) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\n%s\n", e.lab.Name, e.wrap(e.lab.Story, 0))
	if len(e.lab.Needs) > 0 {
		fmt.Fprintf(&b, "Needs: %v\n", e.lab.Needs)
	}
	if e.lab.Manual {
		fmt.Fprintln(&b, "Runs only when named.")
	}
	fmt.Fprintf(&b, "\nPlace\n%s", drawing(e.lab.Topology, e.ascii))
	fmt.Fprintln(&b, "\nSteps")
	for i, s := range e.lab.Steps {
		for j, line := range e.step(s) {
			number := "  "
			if j == 0 {
				number = fmt.Sprintf("%2d", i+1)
			}
			fmt.Fprintf(&b, "%s  %s\n", number, line)
		}
	}
	fmt.Fprintln(&b, "\nClaims")
	for _, c := range e.lab.Claims {
		fmt.Fprintf(&b, "  %s\n%s\n", c.ID, e.wrap(c.Says, 4))
		if len(c.Needs) > 0 {
			fmt.Fprintf(&b, "    needs: %v\n", c.Needs)
		}
		for _, cs := range c.Cases {
			e.example(&b, cs)
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

func (e explanation) step(s labs.Step) []string {
	var lines []string
	for _, a := range s.Do {
		lines = append(lines, "do   "+a.String())
	}
	for _, name := range slices.Sorted(maps.Keys(s.Ask)) {
		q := s.Ask[name].String()
		lines = append(lines, fmt.Sprintf("ask  %s: %s", name, q))
	}
	return lines
}

// example tells one case, and whether anything that dnslab runs on has shown it.
func (e explanation) example(b io.Writer, c labs.Case) {
	ran := runner.RanOn(e.lab, c.When)
	basis := "read from code, run on none of the versions that dnslab is tested on"
	if len(ran) > 0 {
		basis = "run on " + strings.Join(ran, ", ")
	}
	fmt.Fprintf(b, "    %s (%s)\n", c.When, basis)
	fmt.Fprintln(b, e.labelled("expected", c.Expect.String()))
	fmt.Fprintln(b, e.labelled("because", c.Because))
	if len(c.Sources) > 0 {
		var said []string
		for _, s := range c.Sources {
			said = append(said, fmt.Sprintf("%s %s", s.ID, s.Verdict))
		}
		fmt.Fprintln(b, e.labelled("sources", strings.Join(said, ", ")))
	}
}

func (e explanation) labelled(label, text string) string {
	return fmt.Sprintf("      %-9s %s", label, strings.Join(wrapped(topo.Plain(text), e.width-17), "\n"+strings.Repeat(" ", 16)))
}

func (e explanation) wrap(text string, indent int) string {
	blank := strings.Repeat(" ", indent)
	return blank + strings.Join(wrapped(text, e.width-indent), "\n"+blank)
}

// wrapped breaks text between words, and nowhere else: "--dns" stays whole.
func wrapped(text string, width int) []string {
	var lines []string
	for _, word := range strings.Fields(text) {
		if last := len(lines) - 1; last >= 0 && utf8.RuneCountInString(lines[last]+" "+word) <= width {
			lines[last] += " " + word
			continue
		}
		lines = append(lines, word)
	}
	return lines
}
