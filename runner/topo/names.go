package topo

import (
	"fmt"
	"regexp"
	"strings"
)

var placeholder = regexp.MustCompile(`\{([A-Za-z0-9.-]+)\}`)

// Zone is the zone that every upstream serves, as labs write it.
const Zone = "lab.test"

// Expand replaces each {placeholder} in s by what of returns for it. One that
// of does not know is an error.
func Expand(s string, of func(string) (string, bool)) (string, error) {
	var unknown []string
	out := placeholder.ReplaceAllStringFunc(s, func(p string) string {
		v, ok := of(p[1 : len(p)-1])
		if !ok {
			unknown = append(unknown, p)
		}
		return v
	})
	if len(unknown) > 0 {
		return "", fmt.Errorf("expanding %q: nothing is called %s", s, strings.Join(unknown, ", "))
	}
	return out, nil
}

// Plain writes placeholders for people: "{web}.{lan}" is "web.lan".
func Plain(s string) string { return placeholder.ReplaceAllString(s, "$1") }
