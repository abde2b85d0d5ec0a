package results

import (
	"regexp"
	"strings"
)

// Rerun is the command that repeats one claim of a lab on the runtimes named,
// ready to be pasted into a shell:
//
//	dnslab run -r docker --run '^docker$/^names$/^alias$'
//
// Without a claim it repeats the lab, without a lab all of them.
func Rerun(lab, claim string, runtimes ...string) string {
	first := ".*"
	if len(runtimes) == 1 {
		first = exactly(InPath(runtimes[0]))
	}
	parts := []string{first}
	for _, name := range []string{lab, claim} {
		if name == "" {
			break
		}
		parts = append(parts, exactly(name))
	}
	words := []string{"dnslab", "run"}
	if len(runtimes) > 0 {
		words = append(words, "-r", quoted(strings.Join(runtimes, ",")))
	}
	if lab != "" {
		words = append(words, "--run", quoted(strings.Join(parts, "/")))
	}
	return strings.Join(words, " ")
}

// Rerun is the command that repeats just the claim of r.
func (r Result) Rerun() string { return Rerun(r.Lab, r.Claim, r.Runtime) }

// InPath is the name of a runtime as paths have it: every character outside
// a-z0-9.- is "_".
func InPath(runtime string) string { return outside.ReplaceAllString(runtime, "_") }

var (
	outside = regexp.MustCompile(`[^a-z0-9.-]`)
	unsafe  = regexp.MustCompile(`[^A-Za-z0-9_.,:/=@+-]`)
)

func exactly(s string) string { return "^" + regexp.QuoteMeta(s) + "$" }

// quoted is s as one word of a shell, in quotes only where it needs them.
func quoted(s string) string {
	if s != "" && !unsafe.MatchString(s) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
