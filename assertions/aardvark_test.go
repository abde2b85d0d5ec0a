package assertions

import (
	"strings"
	"testing"

	"github.com/dnslab/dnslab/results"
)

func TestAardvarkJudges(t *testing.T) {
	text := func(s string) results.Observation {
		return results.Observation{Kind: results.KindCommand, Outcome: results.Value, Text: &s}
	}
	const two = "{web.full-id} 10.89.0.2  web,www,{web.id}\n{own.full-id} {own}  own,{own.id} {third}\n"
	e := results.Evidence{Seen: map[string]results.Observation{
		"bare":   text("10.89.0.1\n" + strings.ReplaceAll(two, "10.89.0.2", "{web}")),
		"served": text("10.89.0.1 {first},{second}\n{web.full-id} {web} fd00::2 website,{web.id}\n"),
		"alone":  text("10.89.0.1\n"),
		"empty":  text(""),
		"none":   {Kind: results.KindCommand, Outcome: results.TimedOutAsk},
	}}
	for _, c := range []struct {
		a    Assertion
		want string // empty where it holds
	}{
		{NetworkLine("bare"), ""},
		{NetworkLine("served", "{first}", "{second}"), ""},
		{NetworkLine("served"), `should begin with a gateway and [], but begins with "10.89.0.1 {first},{second}"`},
		{NetworkLine("bare", "{first}"), `but begins with "10.89.0.1"`},
		{NetworkLine("empty"), "has no first line"},
		{NetworkLine("none"), "should be a file, but was: timeout"},
		{ContainerLine("bare", "web"), ""},
		{ContainerLine("bare", "own", "{third}"), ""},
		{ContainerLine("bare", "own"), "ends in []"},
		{ContainerLine("bare", "web", "{third}"), `ends in ["{third}"]`},
		{ContainerLine("served", "web"), "should have a line for web"}, // its name is another
		{ContainerLine("alone", "web"), "should have one line for web"},
		{NoContainerLine("bare", "late"), ""},
		{NoContainerLine("bare", "own"), "should have no line for own"},
		{NoContainerLine("alone", "late"), "which says nothing of late"},
		{NoContainerLine("none", "late"), "but was: timeout"},
	} {
		err := c.a.Check(e)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.a, err, c.want)
		}
	}
}
