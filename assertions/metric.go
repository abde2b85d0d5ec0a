package assertions

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Metric expects metrics, as Prometheus reads them, to have this series with a
// value from least to most: `coredns_cache_entries{type="success"}`. Labels are
// those that must be among its own, which are sorted by name.
func Metric(name, series string, least, most float64) Assertion {
	says := fmt.Sprintf("has %s from %v to %v", series, least, most)
	if least == most {
		says = fmt.Sprintf("has %s %v", series, least)
	}
	return onText(name, says, func(text string) error {
		values := valuesOf(text, series)
		switch {
		case len(values) != 1:
			return fmt.Errorf("should have one series %s, but has %d", series, len(values))
		case values[0] < least || values[0] > most:
			return fmt.Errorf("should have %s from %v to %v, but has %v", series, least, most, values[0])
		}
		return nil
	})
}

// NoMetric expects metrics to have no such series, and one that is called other.
func NoMetric(name, series, other string) Assertion {
	return onText(name, fmt.Sprintf("has no %s", series), func(text string) error {
		if len(valuesOf(text, other)) == 0 {
			return fmt.Errorf("has no %s, so that it lacks %s says nothing", other, series)
		}
		if values := valuesOf(text, series); len(values) > 0 {
			return fmt.Errorf("should have no %s, but has one of %v", series, values[0])
		}
		return nil
	})
}

// valuesOf are the values of the series that have that name and those labels.
func valuesOf(text, series string) []float64 {
	want, labels := labelled(series)
	var all []float64
	for line := range strings.Lines(text) {
		end := strings.LastIndexByte(line, ' ')
		if end < 0 || strings.HasPrefix(line, "#") {
			continue
		}
		name, its := labelled(line[:end])
		value, err := strconv.ParseFloat(strings.TrimSpace(line[end:]), 64)
		if name == want && err == nil && !slices.ContainsFunc(labels, func(l string) bool { return !slices.Contains(its, l) }) {
			all = append(all, value)
		}
	}
	return all
}

// labelled splits NAME{A="B",C="D"}. No value of CoreDNS's has a comma in it.
func labelled(series string) (name string, labels []string) {
	name, rest, some := strings.Cut(series, "{")
	if some {
		labels = strings.Split(strings.TrimSuffix(rest, "}"), ",")
	}
	return name, labels
}
