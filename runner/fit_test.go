package runner

import (
	"strings"
	"testing"

	"github.com/dnslab/dnslab/labs"
	"github.com/dnslab/dnslab/results"
)

// Exactly one case applies to a runtime. Versions compare by number, whatever
// a distribution or a developer hung on to them.
func TestFit(t *testing.T) {
	split := []labs.Facts{{"docker": "<24.0"}, {"docker": ">=24.0"}}
	closed := []labs.Facts{{"docker": ">=23.0 <25.0"}}
	windows := []labs.Facts{{"docker": "<23.0"}, {"docker": ">=25.0"}} // nothing between
	firewalls := []labs.Facts{{"docker": ">=29.0", "firewall": "nftables"}, {"docker": ">=29.0", "firewall": "iptables"}}
	for _, tt := range []struct {
		name  string
		cases []labs.Facts
		facts map[string]string
		want  string // the case, or what the error says
		basis results.Basis
	}{
		{"distribution suffix", split, map[string]string{"docker": "20.10.24+dfsg1"}, "docker <24.0", results.Verified},
		{"pre-release is the release", split, map[string]string{"docker": "24.0.0-rc.1"}, "docker >=24.0", results.Verified},
		{"developer's build", split, map[string]string{"docker": "29.8.0-dev"}, "docker >=24.0", results.Verified},
		{"leading v", split, map[string]string{"docker": "v25.0.3"}, "docker >=24.0", results.Verified},
		{"two numbers", split, map[string]string{"docker": "24.0"}, "docker >=24.0", results.Verified},
		{"just below", split, map[string]string{"docker": "23.0.99"}, "docker <24.0", results.Verified},
		{"newer than all known", split, map[string]string{"docker": "31.0.0"}, "docker >=24.0", results.Extrapolated},
		{"older than all known", split, map[string]string{"docker": "1.13.1"}, "docker <24.0", results.Extrapolated},
		{"outside a closed range", closed, map[string]string{"docker": "29.0.0"}, `claim "c" has no case for docker 29.0.0`, ""},
		{"in a closed range", closed, map[string]string{"docker": "24.0.9"}, "docker >=23.0 <25.0", results.Verified},
		{"nearer to the upper window", windows, map[string]string{"docker": "24.9.0"}, "docker >=25.0", results.Extrapolated},
		{"nearer to the lower window", windows, map[string]string{"docker": "23.0.1"}, "docker <23.0", results.Extrapolated},
		{"two facts", firewalls, map[string]string{"docker": "29.1.0", "firewall": "nftables"}, "docker >=29.0, firewall nftables", results.Verified},
		{"one of two facts is outside", firewalls, map[string]string{"docker": "28.0.0", "firewall": "iptables"}, "docker >=29.0, firewall iptables", results.Extrapolated},
		{"a word is not nearly another", firewalls, map[string]string{"docker": "29.1.0", "firewall": "none"}, "has no case for docker 29.1.0, firewall none", ""},
		{"another engine", split, map[string]string{"podman": "5.4"}, "has no case", ""},
		{"the fact alone", []labs.Facts{{"docker": ""}}, map[string]string{"docker": "20.10.0"}, "docker", results.Verified},
		{"any engine", []labs.Facts{{}}, map[string]string{"podman": "5.4"}, "any engine", results.Verified},
		{"two that fit", []labs.Facts{{"docker": ""}, {"docker": ">=20.10"}}, map[string]string{"docker": "26.1.5"}, `claim "c" has 2 cases for docker 26.1.5`, ""},
		{"no case at all", nil, map[string]string{"docker": "26.1.5"}, "has no case", ""},
		{"not a version", split, map[string]string{"docker": "yesterday's"}, `reading the version "yesterday's"`, ""},
		{"not a constraint", []labs.Facts{{"docker": ">=24.0 <<"}}, map[string]string{"docker": "24.0"}, `reading the constraint ">=24.0 <<"`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := labs.Claim{ID: "c"}
			for _, when := range tt.cases {
				c.Cases = append(c.Cases, labs.Case{When: when})
			}
			got, basis, err := fit(c, tt.facts)
			switch {
			case err != nil && (tt.basis != "" || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("error %v, want %s", err, tt.want)
			case err == nil && (got.When.String() != tt.want || basis != tt.basis):
				t.Errorf("case %q (%s), want %q (%s)", got.When, basis, tt.want, tt.basis)
			}
		})
	}
}

// A claim without a case for a runtime is an error there, never a pass.
func TestNoCase(t *testing.T) {
	l := yes("l", "a", "b")
	l.Claims[0].Cases[0].When = labs.Facts{"docker": ">=23.0 <25.0"}
	run := runAll(t.Context(), t, straw(), Options{}, l)
	same(t, line(run), []string{"l/a error", "l/b pass"})
}
