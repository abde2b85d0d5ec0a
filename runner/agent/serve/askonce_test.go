package serve

import (
	"strings"
	"testing"

	"github.com/dnslab/dnslab/runner/topo"
)

func TestAskOnce(t *testing.T) {
	_, server := serving(t, topo.Reply{Name: "no." + zoneName, Rcode: "NXDOMAIN"})
	for _, q := range []struct{ name, qtype, want string }{
		{"one." + zoneName, "A", "NOERROR 203.0.113.7\n"},
		{"one." + zoneName, "AAAA", "NOERROR 2001:db8::7\n"},
		{"no." + zoneName, "A", "NXDOMAIN\n"},
	} {
		var out strings.Builder
		if err := askOnce(&out, q.name, q.qtype, server); err != nil || out.String() != q.want {
			t.Errorf("%s %s: %q, %v", q.name, q.qtype, out.String(), err)
		}
	}
	var out strings.Builder
	if err := askOnce(&out, "one.", "A", closedPort(t)); err == nil || !strings.Contains(err.Error(), "refused") || out.Len() > 0 {
		t.Errorf("where nobody listens: %q, %v", out.String(), err)
	}
}
