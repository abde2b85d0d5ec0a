package digest

import (
	"slices"
	"strings"

	"github.com/dnslab/dnslab/results"
)

// A Gap is what runtimes lack, and so what was skipped on them.
type Gap struct {
	Needs    string // "host", "host, ipv6"; empty where none was named
	Results  int
	Labs     []string
	Runtimes []string
	Reasons  []string // the different ones
}

func skips(all []results.Result) []Gap {
	groups := map[string][]results.Result{}
	var order []string
	for _, r := range all {
		if r.Status != results.Skip {
			continue
		}
		needs := slices.Clone(r.Needs)
		slices.Sort(needs)
		k := strings.Join(needs, ", ")
		if _, ok := groups[k]; !ok {
			order = append(order, k)
		}
		groups[k] = append(groups[k], r)
	}
	var out []Gap
	for _, k := range order {
		rs := groups[k]
		out = append(out, Gap{
			Needs:    k,
			Results:  len(rs),
			Labs:     distinct(rs, func(r results.Result) string { return r.Lab }),
			Runtimes: distinct(rs, func(r results.Result) string { return r.Runtime }),
			Reasons:  distinct(rs, func(r results.Result) string { return r.Reason }),
		})
	}
	return out
}
