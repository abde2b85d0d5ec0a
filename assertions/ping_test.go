package assertions_test

import (
	"testing"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/results"
)

func TestPingJudges(t *testing.T) {
	for came, want := range map[results.Outcome]string{
		results.Answered:    `ping should be "malformed", but was: an echo`,
		results.TimedOutAsk: `ping should be "malformed", but was: no echo`,
		results.Refused:     `ping should be "malformed", but was: refused`,
		results.Unreachable: `ping should be "malformed", but was: unreachable`,
		"":                  `ping should be "malformed", but was: nothing`,
	} {
		o := results.Observation{Kind: results.KindCommand, Transport: results.ICMP, Outcome: came}
		e := results.Evidence{Seen: map[string]results.Observation{"ping": o}}
		if err := is.Outcome("ping", results.Malformed).Check(e); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", came, err, want)
		}
		if err := is.Outcome("ping", came).Check(e); came != "" && err != nil {
			t.Errorf("%q: %v", came, err)
		}
	}
}
