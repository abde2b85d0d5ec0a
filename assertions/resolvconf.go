package assertions

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dnslab/dnslab/results"
)

// OptionsInAnyOrder expects the options of a resolv.conf to be exactly these,
// each once, in whatever order: kubelet keeps them in a map
// (kubernetes pkg/kubelet/network/dns/dns.go mergeDNSOptions).
func OptionsInAnyOrder(name string, want ...string) Assertion {
	return onText(name, "has the options "+strings.Join(want, " ")+" in any order", func(text string) error {
		if got := values(text, "options"); !slices.Equal(sorted(got), sorted(want)) {
			return fmt.Errorf("should have the options %q in any order, but has %q", want, got)
		}
		return nil
	})
}

// SameResolver expects two files of a resolver to mean the same: the same
// servers, one at least, and the same search list, in their order, and the same
// options in any.
func SameResolver(a, b string) Assertion {
	says := fmt.Sprintf("%s names the servers, search list and options of %s", a, b)
	return assertion{says, []string{a, b}, func(e results.Evidence, seen ...results.Observation) error {
		for i, o := range seen {
			if o.Text == nil {
				return instead(e, []string{a, b}[i], o, "%s should be a file", []string{a, b}[i])
			}
		}
		for _, key := range []string{"nameserver", "search", "options"} {
			got, want := values(*seen[0].Text, key), values(*seen[1].Text, key)
			if key == "options" {
				got, want = sorted(got), sorted(want)
			}
			if !slices.Equal(got, want) {
				return fmt.Errorf("%s should have %s %s as %s has, but has %s", a, key, nobodys(fmt.Sprintf("%q", want)), b, nobodys(fmt.Sprintf("%q", got)))
			}
			if key == "nameserver" && len(got) == 0 {
				return fmt.Errorf("%s and %s name no server", a, b)
			}
		}
		return nil
	}}
}

// settled are the lines of a file, with options of a resolv.conf in one order.
func settled(text string) []string {
	all := lines(text)
	for i, l := range all {
		if f := strings.Fields(l); f[0] == "options" {
			slices.Sort(f[1:])
			all[i] = strings.Join(f, " ")
		}
	}
	return all
}
