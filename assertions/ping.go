package assertions

import (
	"fmt"

	"github.com/dnslab/dnslab/results"
)

// Echo expects a ping to be heard.
func Echo(ping string) Assertion {
	return assertion{ping + " has its echo", []string{ping}, func(e results.Evidence, seen ...results.Observation) error {
		if seen[0].Transport != results.ICMP || seen[0].Outcome != results.Answered {
			return fmt.Errorf("%s %w", ping, instead(e, ping, seen[0], "should have an echo"))
		}
		return nil
	}}
}

// NoEcho expects a ping to end without an echo and without a refusal, while the
// one called but has its echo. Whether a router says that there is no way on, or
// nobody says anything, is all the same: a router says so only some times a second.
func NoEcho(ping, but string) Assertion {
	return assertion{fmt.Sprintf("%s has no echo, while %s has", ping, but), []string{ping, but}, func(e results.Evidence, seen ...results.Observation) error {
		its, other := seen[0], seen[1]
		switch {
		case other.Transport != results.ICMP || other.Outcome != results.Answered:
			return fmt.Errorf("%s %w", but, instead(e, but, other, "should have an echo"))
		case its.Transport != results.ICMP || its.Outcome != results.TimedOutAsk && its.Outcome != results.Unreachable:
			return fmt.Errorf("%s %w", ping, instead(e, ping, its, "should have no echo"))
		}
		return nil
	}}
}
