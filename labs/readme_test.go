package labs_test

import (
	"os"
	"strings"
	"testing"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/labs"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/topo"
)

// NeighbourByName is the lab that README shows.
func NeighbourByName() labs.Lab {
	lan := topo.Network{Name: "lan"}
	up := topo.Node{Name: "up", Kind: topo.Upstream, On: topo.On(lan)}
	web := topo.Node{Name: "web", On: topo.On(lan, "www")}
	client := topo.Node{Name: "client", On: topo.On(lan), DNS: []string{"up"}}

	return labs.Lab{
		Name:     "neighbour-by-name",
		Story:    "Two containers on one network; one looks for the other, and for one that is not there.",
		Topology: topo.Topology{up, web, client},
		Steps: []labs.Step{{Ask: map[string]topo.Question{
			"web":    topo.Wire{From: client, Name: "{web}"},
			"www":    topo.Wire{From: client, Name: "www"},
			"absent": topo.Wire{From: client, Name: "absent.lab.test."},
		}}, {Ask: map[string]topo.Question{
			"up's log": topo.Saw{Upstream: up},
		}}},
		Claims: []labs.Claim{{
			ID:   "answered-here",
			Says: "names of neighbours are answered by the engine, others by the server behind it",
			Cases: []labs.Case{{
				When: labs.Facts{"docker": ">=20.10"},
				Expect: is.All{
					is.AddressOf(web, "web"), is.AddressOf(web, "www"), is.AnsweredBy("absent", 1),
					is.NotAskedBut("up's log", "www.", "absent.lab.test."),
				},
				Because: "moby libnetwork resolver.go serveDNS: what ResolveName does not know is forwarded",
				Sources: []results.Source{{ID: "S0-1", Verdict: results.Holds}},
			}},
		}},
	}
}

// TestReadme holds README's lab to the one that is compiled and run here.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("readme_test.go")
	if err != nil {
		t.Fatal(err)
	}
	_, lab, _ := strings.Cut(string(source), "\nfunc NeighbourByName")
	lab, _, _ = strings.Cut("func NeighbourByName"+lab, "\n}\n")
	if !strings.Contains(string(readme), lab+"\n}\n") {
		t.Errorf("README should show this lab as it is here:\n%s\n}", lab)
	}
	runOne(t, NeighbourByName(), nil)
}
