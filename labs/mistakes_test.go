package labs_test

import (
	"slices"
	"strings"
	"testing"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/labs"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// plainLab is a lab without a mistake, anew each time.
func plainLab() labs.Lab {
	lan := topo.Network{Name: "lan"}
	up := topo.Node{Name: "up", Kind: topo.Upstream, On: topo.On(lan)}
	client := topo.Node{Name: "client", On: topo.On(lan), DNS: []string{"up"}}
	return labs.Lab{
		Name: "plain", Story: "One container asks.", Needs: []driver.Cap{driver.UserNetworks}, Topology: topo.Topology{up, client},
		Steps: []labs.Step{{Ask: map[string]topo.Question{"answer": topo.Wire{From: client, Name: "{up}"}}}},
		Claims: []labs.Claim{{ID: "found", Says: "it is found", Cases: []labs.Case{{
			When: labs.Facts{"docker": ""}, Expect: is.NoError("answer"), Because: "moby libnetwork/resolver.go",
		}}}},
	}
}

// TestMistakes holds that the rules of the catalogue are felt: none is broken
// by a plain lab, and each by one that is made to.
func TestMistakes(t *testing.T) {
	if found := mistakes(plainLab()); len(found) > 0 {
		t.Fatalf("found mistakes where there are none: %q", found)
	}
	client := plainLab().Topology[1]
	ask := func(name string, q topo.Question) func(*labs.Lab) {
		return func(l *labs.Lab) {
			l.Steps = append(l.Steps, labs.Step{Ask: map[string]topo.Question{name: q}})
		}
	}
	do := func(a topo.Act) func(*labs.Lab) {
		return func(l *labs.Lab) { l.Steps[0].Do = append(l.Steps[0].Do, a) }
	}
	node := func(change func(*topo.Node)) func(*labs.Lab) { return func(l *labs.Lab) { change(&l.Topology[1]) } }
	claim := func(change func(*labs.Claim)) func(*labs.Lab) { return func(l *labs.Lab) { change(&l.Claims[0]) } }
	cases := func(versions ...string) func(*labs.Lab) {
		return claim(func(c *labs.Claim) {
			only := c.Cases[0]
			c.Cases = nil
			for _, v := range versions {
				only.When = labs.Facts{"docker": v}
				c.Cases = append(c.Cases, only)
			}
		})
	}
	for _, tt := range []struct {
		mistake func(*labs.Lab)
		want    string
	}{
		{func(l *labs.Lab) { l.Name = "Plain" }, `the name "Plain" is not kebab-case`},
		{func(l *labs.Lab) { l.Story = "One container asks" }, "ends without a full stop"},
		{func(l *labs.Lab) {
			for _, name := range []string{"a", "b", "c", "d", "e", "f", "g"} {
				n := client
				n.Name = name
				l.Topology = append(l.Topology, n)
			}
		}, "9 nodes are more than 8"},
		{func(l *labs.Lab) { l.Needs = nil }, `takes "user-networks"`},
		{func(l *labs.Lab) { l.Claims = nil }, "nothing is claimed"},
		{func(l *labs.Lab) { l.Claims = append(l.Claims, l.Claims[0]) }, `two claims are called "found"`},
		{func(l *labs.Lab) { l.Topology = append(l.Topology, client) }, `two nodes are called "client"`},
		{node(func(n *topo.Node) { n.On = nil }), `client is on 0 networks with the mode ""`},
		{node(func(n *topo.Node) { n.DNS = append(n.DNS, "down") }), `the DNS server "down", which is neither`},
		{node(func(n *topo.Node) { n.DNS = nil }), "servers are the machine's"},
		{node(func(n *topo.Node) { n.DNS = []string{"192.0.2.1"} }), `the server "192.0.2.1", which is not the lab's`},
		{node(func(n *topo.Node) { n.Links = []topo.Link{{Node: "down", Alias: "x"}} }), `linked to "down", which is no node`},
		{node(func(n *topo.Node) { n.Links = []topo.Link{{Node: "up", Alias: "x"}} }), `takes "links"`},
		{node(func(n *topo.Node) { n.Mounts = []topo.Mount{{Folder: "etc", At: "/x"}} }), `takes "host-files"`},
		{node(func(n *topo.Node) { n.Mode, n.On = topo.DefaultBridge, nil }), `takes "default-bridge"`},
		{node(func(n *topo.Node) { n.Mode, n.On, n.ShareWith = topo.SharedNetwork, nil, "down" }), `shares the network of "down"`},
		{node(func(n *topo.Node) { n.On[0].Network = topo.Network{Name: "six", IPv6: true} }), `takes "ipv6"`},
		{node(func(n *topo.Node) { n.On[0].Network = topo.Network{Name: "own", Driver: topo.Macvlan, Parent: "lan"} }), `takes "macvlan"`},
		{node(func(n *topo.Node) { n.On[0].Network = topo.Network{Name: "own", Driver: topo.IPvlan, Parent: "lan"} }), `takes "ipvlan"`},
		{node(func(n *topo.Node) { n.On[0].Network = topo.Network{Name: "own", Driver: topo.Macvlan} }), `takes "dummy-parent"`},
		{node(func(n *topo.Node) { n.On[0].Network = topo.Network{Name: "own", Driver: topo.Macvlan, Parent: "yard"} }), `own hangs on "yard", which is no network of driver bridge`},
		{func(l *labs.Lab) { l.Topology[0].On[0].Network.DNS = []string{"192.0.2.1"} }, `takes "network-dns"`},
		{func(l *labs.Lab) { l.Topology[0].On[0].Network.DNS = []string{"client"} }, `lan has the DNS server "client", which is neither a neighbour of the host`},
		{node(func(n *topo.Node) { n.ExtraHosts = []string{"x:{down.addr}"} }), "nothing is called {down.addr}"},
		{ask("answer", topo.File{Of: client, Path: "/"}), `"answer" is asked in two steps`},
		{ask("more", topo.File{Of: topo.Node{Name: "down"}}), `in "down", which is no node`},
		{ask("more", topo.Wire{From: client, Name: "x", Server: "192.0.2.1"}), `is asked of "192.0.2.1", which is not the lab's`},
		{ask("more", topo.Raw{From: client, Server: "192.0.2.1:53"}), `is asked of "192.0.2.1:53", which is not the lab's`},
		{ask("more", topo.Sweep{From: topo.Node{Name: "up"}}), "servers are the machine's"},
		{ask("more", topo.Libc{From: client, Name: "x"}), "without a libc"},
		{ask("more", topo.Saw{Upstream: client}), "a node that serves nothing"},
		{ask("more", topo.Rules{Of: client}), `takes "outside"`},
		{do(topo.Write{Node: topo.Node{Name: "down"}}), `is done in "down", which is no node`},
		{do(topo.FlushRules{Of: client}), `takes "outside"`},
		{do(topo.SwarmInit{}), `takes "swarm"`},
		{claim(func(c *labs.Claim) { c.ID = "Found" }), `the claim id "Found" is not kebab-case`},
		{claim(func(c *labs.Claim) { c.Says = "It is found" }), "begins with a capital letter"},
		{claim(func(c *labs.Claim) { c.Says = "it is found." }), "ends with a full stop"},
		{claim(func(c *labs.Claim) { c.Cases[0].Because = "" }), "nothing proves it"},
		{claim(func(c *labs.Claim) { c.Cases[0].Expect = is.All{} }), "expects nothing"},
		{claim(func(c *labs.Claim) { c.Cases[0].Expect = is.NoError("other") }), `judged by "other", which no step asks`},
		{claim(func(c *labs.Claim) { c.Cases[0].Sources = []results.Source{{ID: "S7-1"}} }), `"S7-1" is no id of a source`},
		{cases(), "found has no case"},
		{cases("<29.0", ">=28.5"), "found has no case, or more than one for Docker 28.5.2 iptables"},
		{cases("<28.5", ">=29.0"), "found has only a case that is near for Docker 28.5.2 iptables"},
	} {
		l := plainLab()
		tt.mistake(&l)
		found := mistakes(l)
		if !slices.ContainsFunc(found, func(m string) bool { return strings.Contains(m, tt.want) }) {
			t.Errorf("found %q, want %q among them", found, tt.want)
		}
	}
}
