package assertions

import (
	"fmt"
	"slices"
	"strings"
)

// Variable expects an environment, as /proc/PID/environ has it, to give key
// this value.
func Variable(name, key, value string) Assertion {
	return onText(name, fmt.Sprintf("gives %s the value %s", key, value), func(text string) error {
		for _, v := range variables(text) {
			if k, got, _ := strings.Cut(v, "="); k == key {
				if got != value {
					return fmt.Errorf("should give %s the value %s, but gives it %s", key, value, got)
				}
				return nil
			}
		}
		return fmt.Errorf("should give %s the value %s, but has only %s", key, value, orNothing(keys(text)))
	})
}

// NoVariables expects an environment to have no variable whose name begins
// with prefix, and one that is called but: an empty one proves nothing.
func NoVariables(name, prefix, but string) Assertion {
	return onText(name, fmt.Sprintf("has no variable %s*, while it has %s", prefix, but), func(text string) error {
		all := keys(text)
		if !slices.Contains(all, but) {
			return fmt.Errorf("has no %s, so that no %s* says nothing: it has %s", but, prefix, orNothing(all))
		}
		if i := slices.IndexFunc(all, func(k string) bool { return strings.HasPrefix(k, prefix) }); i >= 0 {
			return fmt.Errorf("should have no variable %s*, but has %s", prefix, all[i])
		}
		return nil
	})
}

// variables are those of an environment, sorted: whoever starts a process may
// give them in any order. Each ends in NUL (proc(5)).
func variables(environ string) []string {
	all := strings.FieldsFunc(environ, func(r rune) bool { return r == 0 })
	slices.Sort(all)
	return all
}

func keys(environ string) []string {
	var all []string
	for _, v := range variables(environ) {
		k, _, _ := strings.Cut(v, "=")
		all = append(all, k)
	}
	return all
}
