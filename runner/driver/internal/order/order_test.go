package order

import (
	"strings"
	"testing"

	"github.com/dnslab/dnslab/runner/topo"
)

// A node is made after those that it refers to, by whatever field.
func TestWaves(t *testing.T) {
	n := func(name string) topo.Node { return topo.Node{Name: name} }
	with := func(name string, set func(*topo.Node)) topo.Node {
		n := n(name)
		set(&n)
		return n
	}
	for _, tt := range []struct {
		name string
		t    topo.Topology
		want string // waves, in the order of the topology
	}{
		{"nothing", nil, ""},
		{"strangers", topo.Topology{n("b"), n("a")}, "b a"},
		{"server by name", topo.Topology{with("c", func(n *topo.Node) { n.DNS = []string{"127.0.0.1", "up"} }), n("up")}, "up | c"},
		{"server by placeholder", topo.Topology{with("c", func(n *topo.Node) { n.DNS = []string{"{up.addr}"} }), n("up")}, "up | c"},
		{"extra host", topo.Topology{with("c", func(n *topo.Node) { n.ExtraHosts = []string{"x:{web.addr6}"} }), n("web")}, "web | c"},
		{"link", topo.Topology{with("c", func(n *topo.Node) { n.Links = []topo.Link{{Node: "web", Alias: "db"}} }), n("web")}, "web | c"},
		{"file", topo.Topology{with("c", func(n *topo.Node) { n.Files = map[string]string{"/x": "nameserver {up.addr}"} }), n("up")}, "up | c"},
		{"mount", topo.Topology{with("c", func(n *topo.Node) { n.Mounts = []topo.Mount{{Content: "{up.id}"}} }), n("up")}, "up | c"},
		{"another's network", topo.Topology{with("c", func(n *topo.Node) { n.ShareWith = "web" }), n("web")}, "web | c"},
		{"its own name", topo.Topology{with("c", func(n *topo.Node) { n.Files = map[string]string{"/x": "{c}"} })}, "c"},
		{"part of a name", topo.Topology{with("c", func(n *topo.Node) { n.Files = map[string]string{"/x": "{web2.addr} web"} }), n("web")}, "c web"},
		{"a chain", topo.Topology{
			with("c", func(n *topo.Node) { n.DNS = []string{"b"} }), with("b", func(n *topo.Node) { n.DNS = []string{"a"} }), n("a"), n("d"),
		}, "a d | b | c"},
		{"a ring", topo.Topology{
			n("a"), with("b", func(n *topo.Node) { n.ShareWith = "c" }), with("c", func(n *topo.Node) { n.ShareWith = "b" }),
		}, "a | b c"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var all []string
			for _, w := range Waves(tt.t) {
				var names []string
				for _, n := range w {
					names = append(names, n.Name)
				}
				all = append(all, strings.Join(names, " "))
			}
			if got := strings.Join(all, " | "); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
