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
		results.Unreachable: `ping should be "malformed", but was: no echo`,
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

func TestNoEcho(t *testing.T) {
	for came, want := range map[results.Outcome]string{
		results.TimedOutAsk: "",
		results.Unreachable: "",
		results.Answered:    "ping should have no echo, but was: an echo",
		results.Refused:     "ping should have no echo, but was: refused",
		"":                  "ping should have no echo, but was: nothing",
	} {
		ping := func(o results.Outcome) results.Observation {
			return results.Observation{Kind: results.KindCommand, Transport: results.ICMP, Outcome: o}
		}
		e := results.Evidence{Seen: map[string]results.Observation{"ping": ping(came), "other": ping(results.Answered), "silent": ping(results.TimedOutAsk)}}
		err := is.NoEcho("ping", "other").Check(e)
		if (err == nil) != (want == "") || err != nil && err.Error() != want {
			t.Errorf("%q: %v, want %q", came, err, want)
		}
		if is.NoEcho("ping", "silent").Check(e) == nil {
			t.Errorf("%q holds where nobody hears an echo", came)
		}
	}
	echoed := func(o results.Observation) error {
		return is.Echo("ping").Check(results.Evidence{Seen: map[string]results.Observation{"ping": o}})
	}
	if err := echoed(results.Observation{Kind: results.KindCommand, Transport: results.ICMP, Outcome: results.Answered}); err != nil {
		t.Error(err)
	}
	if err := echoed(results.Observation{Kind: results.KindCommand, Transport: results.ICMP, Outcome: results.TimedOutAsk}); err == nil || err.Error() != "ping should have an echo, but was: no echo" {
		t.Error(err)
	}
	if echoed(results.Observation{Kind: results.KindCommand, Outcome: results.Answered}) == nil {
		t.Error("what was no ping has an echo")
	}
	dns := results.Observation{Kind: results.KindDNS, Outcome: results.TimedOutAsk}
	echo := results.Observation{Kind: results.KindCommand, Transport: results.ICMP, Outcome: results.Answered}
	if is.NoEcho("dns", "echo").Check(results.Evidence{Seen: map[string]results.Observation{"dns": dns, "echo": echo}}) == nil {
		t.Error("a question that was no ping holds")
	}
}
