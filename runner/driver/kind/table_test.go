package kind

import (
	"slices"
	"testing"

	"github.com/dnslab/dnslab/images"
	"github.com/dnslab/dnslab/runner/host"
)

// Every cluster has a lab host to be on, and an image for its nodes.
func TestTable(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range Specs() {
		if seen[s.Name] {
			t.Errorf("two clusters are called %q", s.Name)
		}
		seen[s.Name] = true
		on, err := host.Find(s.Host)
		if err != nil {
			t.Errorf("%s: %v", s.Name, err)
		}
		if on.Rootless() {
			t.Errorf("%s is on an engine without root, which needs cgroup v2 with controllers", s.Name)
		}
		if !slices.Contains(images.NodeImageNames(), s.Image()) {
			t.Errorf("%s: there is no image %q", s.Name, s.Image())
		}
	}
}
