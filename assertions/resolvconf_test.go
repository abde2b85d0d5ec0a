package assertions_test

import (
	"strings"
	"testing"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/results"
)

func TestPodFileJudges(t *testing.T) {
	e := results.Evidence{Seen: map[string]results.Observation{
		"gone":    {Kind: results.KindFile, Outcome: results.NotFound},
		"blank":   file(""),
		"node":    file("# by hand\nsearch b.test\nnameserver 192.0.2.1\noptions edns0\noptions ndots:2\n"),
		"pod":     file("search b.test\nnameserver 192.0.2.1\noptions ndots:2 edns0\n"),
		"cluster": file("search a.test b.test\nnameserver 192.0.2.1\noptions ndots:5\n"),
		"distant": file("search b.test\nnameserver 10.96.0.10\n"),
		"env":     file("PATH=/bin\x00WEB_SERVICE_HOST={web}\x00WEB_SERVICE_PORT=53\x00"),
	}}
	for _, c := range []struct {
		yes, no is.Assertion
		instead string // what the error of no says
	}{
		{is.OptionsInAnyOrder("pod", "edns0", "ndots:2"), is.OptionsInAnyOrder("pod", "ndots:2"), `should have the options ["ndots:2"] in any order, but has ["ndots:2" "edns0"]`},
		{is.OptionsInAnyOrder("distant"), is.OptionsInAnyOrder("gone"), "should be a file, but was: not-found"},
		{is.SameResolver("pod", "node"), is.SameResolver("cluster", "node"), `cluster should have search ["b.test"] as node has, but has ["a.test" "b.test"]`},
		{is.SameResolver("node", "pod"), is.SameResolver("distant", "pod"), `distant should have nameserver ["192.0.2.1"] as pod has, but has ["{nobody}"]`},
		{is.SameResolver("pod", "pod"), is.SameResolver("blank", "blank"), "blank and blank name no server"},
		{is.SameResolver("pod", "node"), is.SameResolver("pod", "gone"), "gone should be a file, but was: not-found"},
		{is.Variable("env", "WEB_SERVICE_HOST", "{web}"), is.Variable("env", "WEB_SERVICE_HOST", "{up}"), "should give WEB_SERVICE_HOST the value {up}, but gives it {web}"},
		{is.Variable("env", "WEB_SERVICE_PORT", "53"), is.Variable("env", "UP_SERVICE_PORT", "53"), "should give UP_SERVICE_PORT the value 53, but has only PATH, WEB_SERVICE_HOST, WEB_SERVICE_PORT"},
		{is.NoVariables("env", "UP_", "PATH"), is.NoVariables("env", "WEB_", "PATH"), "should have no variable WEB_*, but has WEB_SERVICE_HOST"},
		{is.NoVariables("env", "UP_", "WEB_SERVICE_PORT"), is.NoVariables("blank", "UP_", "PATH"), "has no PATH, so that no UP_* says nothing: it has nothing"},
	} {
		if err := c.yes.Check(e); err != nil {
			t.Errorf("%s: %v", c.yes, err)
		}
		switch err := c.no.Check(e); {
		case err == nil:
			t.Errorf("%s: holds, but should not", c.no)
		case !strings.Contains(err.Error(), c.instead):
			t.Errorf("%s: the error should say %q, but says %q", c.no, c.instead, err)
		}
	}
}
