package runner

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"

	"github.com/dnslab/dnslab/labs"
	"github.com/dnslab/dnslab/results"
)

// Fit returns the case of c that a run applies to a runtime with these facts,
// and whether somebody looked at that version. No case, or two, is an error.
func Fit(c labs.Claim, facts map[string]string) (labs.Case, results.Basis, error) {
	return fit(c, facts)
}

// fit returns the case of c that applies to a runtime with these facts. A
// version outside every case takes the nearest one whose range is open.
// Two cases that both fit are an error of the lab; none at all is an error too,
// never a pass.
func fit(c labs.Claim, facts map[string]string) (labs.Case, results.Basis, error) {
	var fits []labs.Case
	for _, cs := range c.Cases {
		ok, err := matches(cs.When, facts)
		if err != nil {
			return labs.Case{}, "", fmt.Errorf("claim %q, case %q: %w", c.ID, cs.When, err)
		}
		if ok {
			fits = append(fits, cs)
		}
	}
	switch len(fits) {
	case 1:
		return fits[0], basis(fits[0], facts), nil
	case 0:
		if cs, ok := nearest(c, facts); ok {
			return cs, results.Extrapolated, nil
		}
		return labs.Case{}, "", fmt.Errorf("claim %q has no case for %s", c.ID, said(c, facts))
	}
	return labs.Case{}, "", fmt.Errorf("claim %q has %d cases for %s", c.ID, len(fits), said(c, facts))
}

// matches tells whether facts meet every constraint.
func matches(when labs.Facts, facts map[string]string) (bool, error) {
	for fact, constraint := range when {
		value, ok := facts[fact]
		if !ok {
			return false, nil
		}
		ok, err := meets(value, constraint)
		if !ok || err != nil {
			return false, err
		}
	}
	return true, nil
}

// meets compares versions by number, without a suffix, and all else as text.
func meets(value, constraint string) (bool, error) {
	if constraint == "" {
		return true, nil
	}
	if !ranged(constraint) {
		return value == constraint, nil
	}
	c, err := semver.NewConstraint(constraint)
	if err != nil {
		return false, fmt.Errorf("reading the constraint %q: %w", constraint, err)
	}
	v, err := version(value)
	return err == nil && c.Check(v), err
}

var (
	comparison = regexp.MustCompile(`(<=?|>=?|=)\s*([0-9.]+)`)
	number     = regexp.MustCompile(`^v?[0-9]+(\.[0-9]+){0,2}`)
)

func ranged(constraint string) bool { return comparison.MatchString(constraint) }

// version reads the number in front of any pre-release or distribution suffix:
// "20.10.24+dfsg1" is 20.10.24, "29.8.0-dev" is 29.8.0.
func version(s string) (*semver.Version, error) {
	v, err := semver.NewVersion(number.FindString(s))
	if err != nil {
		return nil, fmt.Errorf("reading the version %q: %w", s, err)
	}
	return v, nil
}

func basis(c labs.Case, facts map[string]string) results.Basis {
	for fact := range c.When {
		known, ok := labs.Known[fact]
		if !ok {
			continue
		}
		if ok, err := meets(facts[fact], known); err != nil || !ok {
			return results.Extrapolated
		}
	}
	return results.Verified
}

// nearest returns the case that fits but for one version, whose range has an
// open end, and whose bound is closest to it.
func nearest(c labs.Claim, facts map[string]string) (best labs.Case, found bool) {
	least := math.Inf(1)
	for _, cs := range c.Cases {
		off, open := 0, true
		distance := 0.0
		for fact, constraint := range cs.When {
			if ok, err := meets(facts[fact], constraint); ok && err == nil {
				continue
			}
			bounds := comparison.FindAllStringSubmatch(constraint, -1)
			v, err := version(facts[fact])
			if len(bounds) != 1 || err != nil {
				open = false
				break
			}
			off++
			distance = math.Abs(scale(v) - scale(semver.MustParse(bounds[0][2])))
		}
		if open && off == 1 && distance < least {
			best, found, least = cs, true, distance
		}
	}
	return best, found
}

func scale(v *semver.Version) float64 {
	return float64(v.Major())*1e6 + float64(v.Minor())*1e3 + float64(v.Patch())
}

func said(c labs.Claim, facts map[string]string) string {
	var parts []string
	for _, cs := range c.Cases {
		for _, fact := range slices.Sorted(maps.Keys(cs.When)) {
			p := fact + " " + facts[fact]
			if !strings.Contains(strings.Join(parts, ", "), p) {
				parts = append(parts, p)
			}
		}
	}
	return strings.Join(parts, ", ")
}

// RanOn returns the engines and versions, of those that a lab was run on, that
// a case of it applies to.
func RanOn(lab labs.Lab, when labs.Facts) []string {
	var ran []string
	for _, facts := range labs.Tested {
		if ok, err := matches(when, facts); ok && err == nil && lab.Ran(facts) {
			for fact, engine := range labs.Engines {
				if it := engine + " " + facts[fact]; fact == engine && facts[fact] != "" && !slices.Contains(ran, it) {
					ran = append(ran, it)
				}
			}
		}
	}
	return ran
}
