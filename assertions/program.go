package assertions

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/dnslab/dnslab/results"
)

// Exited expects a program to have ended with this status.
func Exited(name string, status int) Assertion {
	return onProgram(name, fmt.Sprintf("ends with status %d", status), func(o results.Observation) error {
		if *o.Exit != status {
			return fmt.Errorf("should end with status %d, but ended with %d: %s", status, *o.Exit, said(o))
		}
		return nil
	})
}

// Printed expects a program to have ended with status 0 and to have printed
// exactly this text, apart from space around it.
func Printed(name, want string) Assertion {
	return onProgram(name, fmt.Sprintf("prints %q", want), func(o results.Observation) error {
		if got := strings.TrimSpace(*o.Text); got != want || *o.Exit != 0 {
			return fmt.Errorf("should print %q, but ended with %d: %s", want, *o.Exit, said(o))
		}
		return nil
	})
}

// PrintedText expects a program to have ended with status 0 and to have printed
// this text somewhere.
func PrintedText(name, want string) Assertion {
	return onProgram(name, fmt.Sprintf("prints %q somewhere", want), func(o results.Observation) error {
		if !strings.Contains(*o.Text, want) || *o.Exit != 0 {
			return fmt.Errorf("should print %q somewhere, but ended with %d: %s", want, *o.Exit, said(o))
		}
		return nil
	})
}

// Complained expects a program to have ended with this status, and to have
// written this text, which is not empty, somewhere on standard error.
func Complained(name string, status int, want string) Assertion {
	return onProgram(name, fmt.Sprintf("ends with status %d and complains of %q", status, want), func(o results.Observation) error {
		if want == "" || *o.Exit != status || !strings.Contains(o.Complaint, want) {
			return fmt.Errorf("should end with status %d and complain of %q, but ended with %d: %s", status, want, *o.Exit, said(o))
		}
		return nil
	})
}

// Runs expects a program that an act started to be running still.
func Runs(name string) Assertion {
	return about(name, "still runs", func(e results.Evidence, o results.Observation) error {
		if o.Outcome != results.Value || len(o.Processes) == 0 {
			return fmt.Errorf("should still run, but %s", cmp.Or(o.Detail, "was: "+Describe(e, name, o)))
		}
		return nil
	})
}

func onProgram(name, says string, check func(o results.Observation) error) Assertion {
	return about(name, says, func(e results.Evidence, o results.Observation) error {
		if o.Exit == nil || o.Text == nil {
			return instead(e, name, o, "should be what a program printed")
		}
		return check(o)
	})
}

// said is what a program printed and complained of, in few words.
func said(o results.Observation) string {
	text := strings.TrimSpace(*o.Text + o.Complaint)
	if text == "" {
		return "it said nothing"
	}
	if len(text) > 300 {
		text = text[:300] + "..."
	}
	return fmt.Sprintf("%q", text)
}
