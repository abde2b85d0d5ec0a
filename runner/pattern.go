package runner

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A pattern is what --run says: alternatives, each of regular expressions for
// runtime, lab and claim. What an alternative does not say it does not ask
// for. There is at least one.
type pattern [][]*regexp.Regexp

// readPattern splits s as go test splits -run (testing/match.go splitRegexp):
// at each / and |, unless it is in brackets.
func readPattern(s string) (pattern, error) {
	var p pattern
	for _, parts := range alternatives(s) {
		if len(parts) > 3 {
			return nil, fmt.Errorf("bad --run pattern %q: it has %d parts, there are three: runtime/lab/claim", s, len(parts))
		}
		var a []*regexp.Regexp
		for _, part := range parts {
			re, err := regexp.Compile(part)
			if err != nil {
				return nil, fmt.Errorf("bad --run pattern %q: %s", part, strings.TrimPrefix(err.Error(), "error parsing regexp: "))
			}
			a = append(a, re)
		}
		p = append(p, a)
	}
	return p, nil
}

func alternatives(s string) (all [][]string) {
	var parts []string
	square, round := 0, 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\':
			i++
		case c == '[':
			square++
		case c == ']':
			square = max(0, square-1)
		case c == '(' && square == 0:
			round++
		case c == ')' && square == 0:
			round--
		case (c == '/' || c == '|') && square == 0 && round == 0:
			parts = append(parts, s[:i])
			if c == '|' {
				all, parts = append(all, parts), nil
			}
			s, i = s[i+1:], -1
		}
	}
	return append(all, append(parts, s))
}

// matches tells whether an alternative fits; an empty name fits all.
func (p pattern) matches(runtime, lab, claim string) bool {
	return slices.ContainsFunc(p, func(a []*regexp.Regexp) bool {
		for i, name := range []string{runtime, lab, claim} {
			if i < len(a) && name != "" && !a[i].MatchString(name) {
				return false
			}
		}
		return true
	})
}

// names tells whether an alternative asks for that lab and no other.
func (p pattern) names(lab string) bool {
	return slices.ContainsFunc(p, func(a []*regexp.Regexp) bool {
		return len(a) > 1 && a[1].String() == "^"+regexp.QuoteMeta(lab)+"$"
	})
}
