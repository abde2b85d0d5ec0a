package assertions_test

import (
	"strings"
	"testing"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/topo"
)

func TestSweepJudges(t *testing.T) {
	table := func(a, b results.TableEntry) results.Observation {
		return results.Observation{Kind: results.KindCommand, Outcome: results.Value, Table: map[string]results.TableEntry{"a": a, "b": b}}
	}
	has := func(addr string) results.TableEntry {
		return results.TableEntry{Outcome: results.Answered, Rcode: "NOERROR", Addrs: addrs(addr)}
	}
	none := results.TableEntry{Outcome: results.Answered, Rcode: "NXDOMAIN"}
	e := results.Evidence{Seen: map[string]results.Observation{
		"web's": table(has("172.18.0.3"), has("172.18.0.3")),
		"up's":  table(has("192.0.2.66"), has("192.0.2.66")),
		"half":  table(has("192.0.2.66"), none),
		"blank": {Kind: results.KindCommand, Outcome: results.Value},
	}, Addrs: map[string]results.Addresses{"web's": {"web": {"lan": addrs("172.18.0.3")}}, "up's": {"web": {"lan": addrs("172.18.0.3")}}}}
	names, twice := []string{"a", "b"}, []topo.Node{web, web}
	for _, c := range []struct {
		yes, no is.Assertion
		instead string // what the error of no says
	}{
		{is.EachFound("web's", names, twice), is.EachFound("up's", names, twice), "but 2 were wrong: a was answer NOERROR, 192.0.2.66"},
		{is.EachFound("web's", names, twice), is.EachFound("web's", names, twice[:1]), "but 2 were wrong"},
		{is.EachHas("up's", names, "192.0.2.66"), is.EachHas("half", names, "192.0.2.66"), "but 1 were wrong: b was answer NXDOMAIN, no address"},
		{is.EachHas("up's", names, "192.0.2.66"), is.EachHas("blank", names, "192.0.2.66"), "should be a table of 2 names"},
		{is.EachHas("up's", names, "192.0.2.66"), is.EachHas("up's", append(names, "c"), "192.0.2.66"), "c was"},
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
