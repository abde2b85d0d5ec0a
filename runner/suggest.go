package runner

import (
	"fmt"
	"strings"

	"github.com/agnivade/levenshtein"
)

// unknown says that there is no such thing, and which one was perhaps meant.
func unknown(what, name string, known []string, where string) error {
	if near := Nearest(name, known); near != "" {
		return fmt.Errorf("no %s %q: did you mean %q? (%s)", what, name, near, where)
	}
	return fmt.Errorf("no %s %q (%s)", what, name, where)
}

// Nearest returns the one of known that differs least from name, or "" where
// none is near: more than a third of its letters would have to change.
func Nearest(name string, known []string) string {
	best, least := "", len(name)/3+2
	for _, k := range known {
		if d := levenshtein.ComputeDistance(name, k); d < least {
			best, least = k, d
		}
		if len(name) >= 3 && least > 1 && len(k) > len(name) && strings.Contains(k, name) {
			best, least = k, 1
		}
	}
	return best
}
