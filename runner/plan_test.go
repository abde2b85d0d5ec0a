package runner

import (
	"strings"
	"testing"

	"github.com/dnslab/dnslab/labs"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/topo"
)

// catalogue is three labs for docker, the last of them manual, and one claim
// that is for podman.
func catalogue() []labs.Lab {
	one, two, three := yes("one", "alias", "name"), yes("two", "name", "name-long"), yes("three", "name")
	three.Manual = true
	two.Claims[0].Cases[0].Sources = []results.Source{{ID: "S2-7"}}
	two.Claims[1].Cases[0].When = labs.Facts{"podman": ""}
	return []labs.Lab{one, two, three}
}

func TestChoose(t *testing.T) {
	for _, tt := range []struct {
		name string
		f    Filter
		want string // claims, on a runtime called docker; an error has its text
	}{
		{"all but the manual", Filter{}, "one/alias one/name two/name"},
		{"named", Filter{Labs: []string{"two"}}, "two/name"},
		{"in reading order", Filter{Labs: []string{"two", "one"}}, "one/alias one/name two/name"},
		{"manual, named", Filter{Labs: []string{"three"}}, "three/name"},
		{"manual, named by a pattern", Filter{Run: "/^three$"}, "three/name"},
		{"manual, only met by a pattern", Filter{Run: "/three"}, `no claim matches --run "/three" (`},
		{"a pattern for each part", Filter{Run: "docker/one/name"}, "one/name"},
		{"parts may be empty", Filter{Run: "//name"}, "one/name two/name"},
		{"a part is found anywhere in a name", Filter{Run: "ock/n/lia"}, "one/alias"},
		{"anchors", Filter{Run: "^docker$/^one$/^name$"}, "one/name"},
		{"alternatives within a part", Filter{Run: "/(one|two)/^name$"}, "one/name two/name"},
		{"alternatives of all parts", Filter{Run: "/one/alias|/two"}, "one/alias two/name"},
		{"a slash in brackets", Filter{Run: "/one/alias[/]?"}, "one/alias"},
		{"a bar in brackets", Filter{Run: "//[|a]lias"}, "one/alias"},
		{"an escaped bar", Filter{Run: `//alias\|name`}, `no claim matches --run "//alias\\|name" (`},
		{"another runtime", Filter{Run: "podman"}, ""},
		{"a manual lab as an alternative", Filter{Run: "/^three$|/one/alias"}, "one/alias three/name"},
		{"labs that speak about a source", Filter{Source: "S2-7"}, "two/name"},
		{"which is a matter of labs", Filter{Source: "S0-1", Run: "//alias"}, "one/alias"},
		{"a source, elsewhere", Filter{Source: "S2-7", Labs: []string{"one"}}, `no claim speaks about "S2-7" in ["one"] (`},
		{"no such source", Filter{Source: "S2-8"}, `no claim that speaks about "S2-8": did you mean "S2-7"? (`},
		{"no such lab", Filter{Labs: []string{"on"}}, `no lab "on": did you mean "one"? (dnslab list shows all)`},
		{"nothing like it", Filter{Labs: []string{"xyzzy-plugh"}}, `no lab "xyzzy-plugh" (dnslab list shows all)`},
		{"no such claim", Filter{Run: "//nothing"}, `no claim matches --run "//nothing" (`},
		{"broken pattern", Filter{Run: "/o(ne"}, `bad --run pattern`},
		{"broken in the third part", Filter{Run: "//na[me"}, `bad --run pattern`},
		{"too many parts", Filter{Run: "a/b/c/d"}, "it has 4 parts, there are three: runtime/lab/claim"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			plan, err := Choose(catalogue(), tt.f)
			if err != nil {
				if !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "\n") || tt.want == "" {
					t.Errorf("error %q, want %q", err, tt.want)
				}
				return
			}
			if got := claims(plan.For("docker", "docker")); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func claims(all []labs.Lab) string {
	var paths []string
	for _, l := range all {
		for _, c := range l.Claims {
			paths = append(paths, l.Name+"/"+c.ID)
		}
	}
	return strings.Join(paths, " ")
}

// A claim is planned on engines that it is about, and a runtime is matched by
// its name as paths have it.
func TestFor(t *testing.T) {
	plan, err := Choose(catalogue(), Filter{Run: "kubeconfig_my_context"})
	if err != nil {
		t.Fatal(err)
	}
	if got := claims(plan.For("kubeconfig:My context", "docker")); got != "" {
		t.Errorf("got %q: capitals become _ too", got)
	}
	if got := claims(plan.For("kubeconfig:my context", "docker")); got != "one/alias one/name two/name" {
		t.Errorf("got %q", got)
	}
	if got := claims(plan.For("kubeconfig:my context", "podman")); got != "two/name-long" {
		t.Errorf("got %q", got)
	}
	if got := claims(plan.For("docker", "docker")); got != "" {
		t.Errorf("got %q", got)
	}
}

// Only the steps up to the last question that a wanted claim needs are done;
// the acts before it all are.
func TestSteps(t *testing.T) {
	l := yes("l", "a", "b", "c")
	ask := l.Steps[0].Ask
	l.Steps = nil
	for _, name := range []string{"a", "b", "c"} {
		l.Steps = append(l.Steps, labs.Step{Ask: map[string]topo.Question{name: ask[name]}})
	}
	for _, tt := range []struct {
		run  string
		want int
	}{{"//a", 1}, {"//b", 2}, {"//[ab]", 2}, {"//c", 3}, {"", 3}} {
		plan, err := Choose([]labs.Lab{l}, Filter{Run: tt.run})
		if err != nil {
			t.Fatal(err)
		}
		a := attempt{lab: plan.For("straw", "docker")[0]}
		a.about.Facts = straw().facts
		if got := len(a.steps()); got != tt.want {
			t.Errorf("--run %q: %d steps, want %d", tt.run, got, tt.want)
		}
	}
}

func TestNearest(t *testing.T) {
	known := []string{"names", "forwarding", "large-answers", "neighbour-by-name"}
	for name, want := range map[string]string{
		"nmaes": "names", "name": "names", "fowarding": "forwarding", "large": "large-answers",
		"neighbor-by-name": "neighbour-by-name", "xyzzy": "", "": "", "names": "names",
	} {
		if got := Nearest(name, known); got != want {
			t.Errorf("nearest to %q is %q, want %q", name, got, want)
		}
	}
}
