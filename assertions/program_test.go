package assertions

import (
	"strings"
	"testing"

	"github.com/dnslab/dnslab/results"
)

func TestProgramJudges(t *testing.T) {
	ran := func(exit int, out, complaint string) results.Observation {
		return results.Observation{Kind: results.KindCommand, Outcome: results.Value, Exit: &exit, Text: &out, Complaint: complaint}
	}
	e := results.Evidence{Seen: map[string]results.Observation{
		"good":  ran(0, "netavark\n", ""),
		"bad":   ran(125, "", "Error: unknown flag: --dns-search\n"),
		"runs":  {Kind: results.KindCommand, Outcome: results.Value, Processes: []results.Process{{Name: "dnsmasq"}}},
		"ended": {Kind: results.KindCommand, Outcome: results.NotFound, Detail: "it has ended: signal: killed"},
		"late":  {Kind: results.KindCommand, Outcome: results.TimedOutAsk},
	}}
	for _, c := range []struct {
		a    Assertion
		want string // empty where it holds
	}{
		{Exited("good", 0), ""},
		{Exited("bad", 0), `should end with status 0, but ended with 125: "Error: unknown flag: --dns-search"`},
		{Exited("late", 0), "should be what a program printed, but was: timeout"},
		{Printed("good", "netavark"), ""},
		{Printed("good", "cni"), `should print "cni", but ended with 0: "netavark"`},
		{PrintedText("good", "avark"), ""},
		{PrintedText("bad", ""), `should print "" somewhere, but ended with 125`},
		{Complained("bad", 125, "unknown flag: --dns-search"), ""},
		{Complained("bad", 1, "unknown flag"), `should end with status 1 and complain of "unknown flag", but ended with 125`},
		{Runs("runs"), ""},
		{Runs("ended"), "should still run, but it has ended: signal: killed"},
		{Runs("late"), "should still run, but was: timeout"},
		{Complained("bad", 125, ""), "should end with status 125 and complain"},
		{Complained("good", 0, ""), "should end with status 0 and complain"},
	} {
		err := c.a.Check(e)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.a, err, c.want)
		}
	}
}
