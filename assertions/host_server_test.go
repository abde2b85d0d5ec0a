package assertions_test

import (
	"strings"
	"testing"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/results"
)

// TestHostServerBefore tests the judge of a server that the engine put before
// those that were there.
func TestHostServerBefore(t *testing.T) {
	for _, c := range []struct {
		text string
		want string // what the error says; empty for none
	}{
		{"search a.test\nnameserver 10.89.0.1\nnameserver {second}\n", ""},
		{"nameserver {second}\n", `then ["{second}"], but names ["{second}"]`},
		{"nameserver {second}\nnameserver 10.89.0.1\n", `but names ["{second}" "{nobody}"]`},
		{"nameserver {first}\nnameserver {second}\n", `but names ["{first}" "{second}"]`},
		{"nameserver 127.0.0.1\nnameserver {second}\n", `but names ["127.0.0.1" "{second}"]`},
		{"nameserver 10.89.0.1\nnameserver {second}\nnameserver {second}\n", "but names"},
		{"search a.test\n", "but names []"},
	} {
		err := is.HostServerBefore("file", "{second}").Check(results.Evidence{Seen: map[string]results.Observation{"file": file(c.text)}})
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%q: %v", c.text, err)
		case c.want != "" && err == nil:
			t.Errorf("%q: holds, but should not", c.text)
		case c.want != "" && !strings.Contains(err.Error(), c.want):
			t.Errorf("%q: the error should say %q, but says %q", c.text, c.want, err)
		}
	}
	none := results.Evidence{Seen: map[string]results.Observation{"file": {Kind: results.KindFile, Outcome: results.NotFound}}}
	if err := is.HostServerBefore("file", "{second}").Check(none); err == nil {
		t.Error("holds of a file that is not there")
	}
	if err := is.HostServerBefore("file").Check(results.Evidence{Seen: map[string]results.Observation{"file": file("nameserver 10.89.0.1\n")}}); err == nil {
		t.Error("holds with nothing behind the server")
	}
}
