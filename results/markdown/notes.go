package markdown

import (
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/results/internal/digest"
)

// WriteNotes writes a diff of two runtimes as release notes: what is expected of
// B and was not of A, and was so on both, by the part and the version since which
// it is so. That is the lower bound of the case that judged B or, where it has
// none, the upper bound of that of A. What was seen is in the run file.
func WriteNotes(w io.Writer, d results.Diff) error {
	p := &page{}
	p.printf("# DNS from %s to %s\n\n", text(d.A.Runtime), text(d.B.Runtime))
	for _, side := range digest.DiffSides(d)[2:] {
		p.printf("Written by `dnslab diff --runtime %s,%s --notes` %s %s: %s compared.\n", d.A.Runtime, d.B.Runtime, side.Label, text(side.Text), digest.Plural(d.Compared, "claim"))
	}
	for _, rt := range digest.DiffRuntimes(d) {
		p.printf("\n%s\n", text(rt.Says))
	}
	since, other := map[string][]results.ClaimDiff{}, []results.ClaimDiff{}
	for _, c := range d.Claims {
		if !slices.Contains(c.Differs, results.InExpected) || c.A.Status != results.Pass || c.B.Status != results.Pass {
			other = append(other, c)
			continue
		}
		version := boundary(c)
		since[version] = append(since[version], c)
	}
	for _, version := range slices.SortedFunc(maps.Keys(since), byVersion) {
		if version == "" {
			p.printf("\n## Otherwise\n")
		} else {
			p.printf("\n## Since %s\n", version)
		}
		for _, c := range since[version] {
			before, now := digest.Parting(c.A.Expected, c.B.Expected)
			p.printf("\n- **%s/%s** %s\n", text(c.Lab), text(c.Claim), text(c.Says))
			p.printf("  - before: %s\n  - now: %s\n", text(short(before)), text(short(now)))
			if c.B.Because != "" {
				p.printf("  - because: %s\n", text(c.B.Because))
			}
		}
	}
	p.rest(other)
	if _, err := w.Write(p.out.Bytes()); err != nil {
		return fmt.Errorf("writing release notes: %w", err)
	}
	return nil
}

// rest tells of claims that changed in another way than in what is expected.
func (p *page) rest(all []results.ClaimDiff) {
	count := map[string]int{}
	for _, c := range all {
		switch {
		case slices.Contains(c.Differs, results.InStatus):
			for _, s := range []struct {
				results.Standing
				in string
			}{{c.A, "the first"}, {c.B, "the second"}} {
				if s.Status == results.Skip && len(s.Needs) > 0 {
					count[fmt.Sprintf("were skipped on %s, which lacks %s", s.in, strings.Join(s.Needs, ", "))]++
				} else if s.Status == results.Fail || s.Status == results.Error {
					count[fmt.Sprintf("ended with %s on %s", s.Status, s.in)]++
				}
			}
		case slices.Contains(c.Differs, results.InPresence):
			count["are about one of the two alone"]++
		default:
			count["hold on both as before, with other details seen"]++
		}
	}
	if len(count) > 0 {
		p.printf("\n## Beside these\n\n")
	}
	for _, what := range slices.Sorted(maps.Keys(count)) {
		p.printf("- %s %s\n", digest.Plural(count[what], "claim"), text(what))
	}
}

var (
	lower = regexp.MustCompile(`([a-z0-9-]+) [^,]*>=(\d+(?:\.\d+)*)`)
	upper = regexp.MustCompile(`([a-z0-9-]+) [^,]*<(\d+(?:\.\d+)*)`)
)

// boundary is the part and the version since which B's case applies, "docker
// 24.0"; empty where cases are told apart by something else.
func boundary(c results.ClaimDiff) string {
	m := lower.FindStringSubmatch(c.B.Case)
	if m == nil {
		m = upper.FindStringSubmatch(c.A.Case)
	}
	switch {
	case m == nil:
		return ""
	case !strings.Contains(m[2], "."):
		m[2] += ".0"
	}
	return m[1] + " " + m[2]
}

// byVersion puts the versions of each part in their order, and what has none last.
func byVersion(a, b string) int {
	partA, versionA, _ := strings.Cut(a, " ")
	partB, versionB, _ := strings.Cut(b, " ")
	if partA != partB && a != "" && b != "" {
		return strings.Compare(partA, partB)
	}
	va, errA := semver.NewVersion(versionA)
	vb, errB := semver.NewVersion(versionB)
	switch {
	case errA != nil && errB != nil:
		return strings.Compare(a, b)
	case errA != nil:
		return 1
	case errB != nil:
		return -1
	}
	return va.Compare(vb)
}
