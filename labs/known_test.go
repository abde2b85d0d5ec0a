package labs_test

import (
	"slices"
	"testing"

	"github.com/dnslab/dnslab/labs"
	"github.com/dnslab/dnslab/runner"
)

// What is said to have been run must have been: an engine that a lab cannot run
// on, or was not run on yet, is not named.
func TestRanOn(t *testing.T) {
	lab := func(name string) labs.Lab {
		for _, l := range labs.All() {
			if l.Name == name {
				return l
			}
		}
		t.Fatalf("no lab %q", name)
		return labs.Lab{}
	}
	docker, podman, kubernetes := labs.Facts{"docker": ""}, labs.Facts{"podman": ""}, labs.Facts{"kubernetes": ""}
	for _, tt := range []struct {
		lab    string
		when   labs.Facts
		is, no string
	}{
		{"names", docker, "docker 27.5.1", "docker 31.0.0"},
		{"daemon-dns", docker, "docker 27.5.1", "docker 31.0.0"},
		{"service-names", kubernetes, "kubernetes 1.34.3", "kubernetes 1.33.0"},
		{"ipvlan", docker, "", "docker 26.1.5"},
		{"pasta-network", podman, "podman 5.4.2", "podman 3.0.1"},
		{"slirp4netns-network", podman, "podman 5.4.2", "podman 6.1.1"},
		{"host-resolved", podman, "podman 4.3.1", "podman 3.0.1"},
	} {
		ran := runner.RanOn(lab(tt.lab), tt.when)
		if slices.Contains(ran, tt.no) || tt.is != "" && !slices.Contains(ran, tt.is) {
			t.Errorf("%s was run on %q", tt.lab, ran)
		}
	}
}
