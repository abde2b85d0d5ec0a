// Package order says in which order nodes are made.
package order

import (
	"strings"

	"github.com/dnslab/dnslab/runner/topo"
)

// Waves groups nodes so that each comes after those it refers to. Nodes that
// refer to each other in a ring come last, together, and fail by themselves.
func Waves(t topo.Topology) [][]topo.Node {
	done := map[string]bool{}
	var all [][]topo.Node
	for rest := t; len(rest) > 0; {
		var now, later []topo.Node
		for _, n := range rest {
			if waits(n, t, done) {
				later = append(later, n)
			} else {
				now = append(now, n)
			}
		}
		if len(now) == 0 {
			return append(all, later)
		}
		for _, n := range now {
			done[n.Name] = true
		}
		all = append(all, now)
		rest = later
	}
	return all
}

func waits(n topo.Node, t topo.Topology, done map[string]bool) bool {
	for _, other := range t {
		if other.Name != n.Name && !done[other.Name] && refers(n, other.Name) {
			return true
		}
	}
	return false
}

func refers(n topo.Node, to string) bool {
	texts := append([]string{}, n.ExtraHosts...)
	for _, d := range n.DNS {
		if d == to {
			return true
		}
		texts = append(texts, d)
	}
	for _, l := range n.Links {
		if l.Node == to {
			return true
		}
	}
	for _, c := range n.Files {
		texts = append(texts, c)
	}
	for _, m := range n.Mounts {
		texts = append(texts, m.Content)
	}
	texts = append(texts, n.Service.External, n.Pod.CoreDNS.Corefile)
	for _, c := range n.Pod.CoreDNS.Files {
		texts = append(texts, c)
	}
	for _, s := range texts {
		if strings.Contains(s, "{"+to+"}") || strings.Contains(s, "{"+to+".") {
			return true
		}
	}
	return n.ShareWith == to
}
