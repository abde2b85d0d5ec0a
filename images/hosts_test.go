package images

import (
	"strings"
	"testing"

	"github.com/dnslab/dnslab/runner/agent/binary"
)

// With another agent only the last layer is made again, and hosts of one suite
// share its packages.
func TestHostIsMadeOfLayers(t *testing.T) {
	e := newFake("dnslab/base:trixie")
	h, err := hostImageOf("host-trixie")
	if err != nil {
		t.Fatal(err)
	}
	sibling := h
	sibling.name = "host-sibling"
	other := binary.Program{Files: map[string][]byte{"/x": []byte("another")}, Args: []string{"/x", "agent"}}
	for _, agent := range []binary.Program{anAgent, anAgent, other} {
		if _, err := h.make(t.Context(), makerFor(e), agent); err != nil {
			t.Fatal(err)
		}
	}
	if e.args["PART"] == "" || e.context["agent/x"] != "another" {
		t.Errorf("made of %v, with the agent %q", e.args, e.context["agent/x"])
	}
	if got := e.context["sbin/dnslab-agent"]; got != "#!/bin/sh\nexec /x agent \"$@\"\n" {
		t.Errorf("the agent is called by %q", got)
	}
	if _, err := sibling.make(t.Context(), makerFor(e), anAgent); err != nil {
		t.Fatal(err)
	}
	if got := madeNames(e); got != "packages-trixie host-trixie host-trixie host-sibling" {
		t.Errorf("made %s", got)
	}
}

// What an image is called follows from what it is made of.
func TestHostHash(t *testing.T) {
	was, _ := hostImageOf("host-forky")
	sum := func(h hostImage, platform string) string {
		s, err := h.hash(t.Context(), anAgent, platform)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	first := sum(was, "linux/amd64")
	for what, change := range map[string]func(*hostImage){
		"package": func(h *hostImage) { h.packages += " x" },
		"suite":   func(h *hostImage) { h.suite = "sid" },
		"more":    func(h *hostImage) { h.more = "experimental" },
		"name":    func(h *hostImage) { h.name = "host-x" },
	} {
		h := was
		change(&h)
		if sum(h, "linux/amd64") == first {
			t.Errorf("another %s has the same hash", what)
		}
	}
	if sum(was, "linux/arm64") == first {
		t.Error("another platform has the same hash")
	}
	was.bytes++
	if sum(was, "linux/amd64") != first {
		t.Error("what is only told to people changes the hash")
	}
}

// Every image has a name that tells it from those of nodes, and every engine
// from Go modules has one.
func TestHostTable(t *testing.T) {
	seen, engines := map[string]bool{}, map[string]bool{}
	for _, h := range hostImages {
		if seen[h.name] || !strings.HasPrefix(h.name, "host-") || h.suite == "" || h.packages == "" || h.bytes == 0 {
			t.Errorf("the row of %s is not complete, or there twice", h.name)
		}
		seen[h.name], engines[h.engine] = true, true
	}
	for _, name := range EngineNames() {
		if !engines[name] {
			t.Errorf("no lab host has the engine %s", name)
		}
	}
}
