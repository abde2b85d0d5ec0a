package labs_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/dnslab/dnslab/labs"
	"github.com/dnslab/dnslab/runner"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// A sabotage breaks one mechanism of one lab for real. The claims named must
// fail, in words that say what was seen; all others of the lab must hold, or
// what they say would not depend on what they are about.
type sabotage struct {
	name  string
	lab   string
	step  int // the acts are done first thing in this step, from 0
	do    func(labs.Lab) []topo.Act
	swaps []string          // in Corefiles of the lab's own servers: old text, new text, and so on
	back  bool              // behind dnslab's back: it does not know of new addresses
	soak  bool              // takes long: done where DNSLAB_SOAK is set, and not in every run of the tests
	fails map[string]string // claim to a part of the reason
}

// TestSabotage shows that the labs can fail.
func TestSabotage(t *testing.T) {
	if wanted() != "" {
		t.Skip("only some labs are wanted")
	}
	for _, s := range sabotages {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			if s.back {
				runOne(t, s.broken(t), s.fails, func(r driver.Runtime) driver.Runtime { return unseen{r} })
				return
			}
			runOne(t, s.broken(t), s.fails)
		})
	}
}

// notYet skips what is one for the soak where that is not on.
func notYet(t *testing.T, soak bool) {
	t.Helper()
	if soak && os.Getenv("DNSLAB_SOAK") == "" {
		t.Skip("one for the nightly soak (DNSLAB_SOAK=1)")
	}
}

// broken is the lab with the act of sabotage in it.
func (s sabotage) broken(t *testing.T) labs.Lab {
	t.Helper()
	lab, err := runner.Lab(labs.All(), s.lab)
	if err != nil {
		t.Fatal(err)
	}
	for claim := range s.fails {
		if !slices.ContainsFunc(lab.Claims, func(c labs.Claim) bool { return c.ID == claim }) {
			t.Fatalf("lab %s has no claim %q", s.lab, claim)
		}
	}
	lab.Steps = slices.Clone(lab.Steps)
	step := &lab.Steps[s.step]
	if s.do != nil {
		step.Do = slices.Concat(s.do(lab), step.Do)
	}
	lab.Topology = slices.Clone(lab.Topology)
	for i := 0; i < len(s.swaps); i += 2 {
		before, after, swapped := s.swaps[i], s.swaps[i+1], false
		for n := range lab.Topology {
			text := &lab.Topology[n].Pod.CoreDNS.Corefile
			swapped = swapped || strings.Contains(*text, before)
			*text = strings.ReplaceAll(*text, before, after)
		}
		if !swapped {
			t.Fatalf("no Corefile of lab %s has %q", s.lab, before)
		}
	}
	return lab
}

func node(l labs.Lab, name string) topo.Node {
	n, ok := l.Topology.Node(name)
	if !ok {
		panic("lab " + l.Name + " has no node " + name)
	}
	return n
}

// lie, silence and the like are acts on the upstream called name.
func program(name, says string, r topo.Reply) func(labs.Lab) []topo.Act {
	return func(l labs.Lab) []topo.Act {
		return []topo.Act{topo.Program{Upstream: node(l, name), Replies: []topo.Reply{r}, Says: says}}
	}
}

func flush(name string) func(labs.Lab) []topo.Act {
	return func(l labs.Lab) []topo.Act { return []topo.Act{topo.FlushRules{Of: node(l, name)}} }
}

func swap(name, path, content string) func(labs.Lab) []topo.Act {
	return func(l labs.Lab) []topo.Act {
		return []topo.Act{topo.Write{Node: node(l, name), Path: path, Content: content}}
	}
}

// leave takes a node off its first network; again puts it back, at another address.
func leave(name string, again bool) func(labs.Lab) []topo.Act {
	return func(l labs.Lab) []topo.Act {
		n := node(l, name)
		acts := []topo.Act{topo.Disconnect{Node: n, Network: n.On[0].Network}}
		if again {
			squatter := node(l, "client")
			acts = append(acts,
				topo.Disconnect{Node: squatter, Network: n.On[0].Network}, topo.Connect{Node: squatter, Network: n.On[0].Network},
				topo.Connect{Node: n, Network: n.On[0].Network, Aliases: n.On[0].Aliases})
		}
		return acts
	}
}

func opens(name string) func(labs.Lab) []topo.Act {
	return func(l labs.Lab) []topo.Act { return []topo.Act{topo.Serve{Node: node(l, name)}} }
}

func removed(name string) func(labs.Lab) []topo.Act {
	return func(l labs.Lab) []topo.Act { return []topo.Act{topo.Remove{Node: node(l, name)}} }
}

// fail gives claims the same part of a reason.
func fail(because string, claims ...string) map[string]string {
	all := map[string]string{}
	for _, c := range claims {
		all[c] = because
	}
	return all
}

var sabotages = []sabotage{{
	name: "rules flushed", lab: "names", do: flush("client"),
	fails: fail("should be an answer, but was: refused", "name", "short-id", "hostname", "alias", "dotted-alias", "with-network",
		"dotted-name", "letter-case", "full-id", "answer", "no-edns", "other-network", "with-domain"),
}, {
	name: "rules flushed, rules read", lab: "nat-rules", do: flush("web"),
	fails: map[string]string{"rules": "but are []", "where": "but was: nothing"},
}, {
	name: "resolv.conf replaced", lab: "resolv-conf", do: swap("flagged", "/etc/resolv.conf", "nameserver 192.0.2.1\n"),
	fails: fail("192.0.2.1", "server", "which-file", "lines"),
}, {
	name: "upstream lies", lab: "forwarding", do: program("first", "192.0.2.66 to everything", topo.Reply{Answers: []string{"A 192.0.2.66"}, Type: "A"}),
	fails: fail("but was: NOERROR, 192.0.2.66", "behind-the-resolver", "same-transport", "in-order", "three-at-most"),
}, {
	name: "upstream is silent", lab: "forwarding", do: program("first", "nothing", topo.Reply{Silent: true}),
	fails: map[string]string{
		"behind-the-resolver": "but was: NOERROR, 203.0.113.2", "same-transport": "but was: NOERROR, 203.0.113.2",
		"in-order": "second's log was asked for udp.lab.test.",
	},
}, {
	name: "second upstream says NXDOMAIN", lab: "failover", do: program("second", "NXDOMAIN to everything", topo.Reply{Rcode: "NXDOMAIN"}),
	fails: fail("but was: NXDOMAIN", "silence", "closed", "servfail", "refused", "other-rcode", "nxdomain-without-aa"),
}, {
	name: "neighbour removed unseen", lab: "names", do: removed("web"), back: true,
	fails: fail("NXDOMAIN", "name", "short-id", "hostname", "alias", "dotted-alias", "with-network", "letter-case", "answer", "no-edns", "other-network"),
}, {
	name: "neighbour moved unseen", lab: "names", do: leave("web", true), back: true,
	fails: fail("was", "dotted-name", "full-id", "name", "short-id", "hostname", "alias", "dotted-alias", "with-network", "letter-case", "no-edns", "other-network", "with-domain"),
}, {
	name: "one of three leaves unseen", lab: "shared-alias", do: leave("three", false), back: true,
	fails: fail("should have the addresses of one, two, three", "all-addresses", "shuffled", "those-that-run"),
}, {
	name: "hosts file emptied", lab: "libc-hosts-file", do: swap("glibc", "/etc/hosts", "127.0.0.1 localhost\n"),
	fails: map[string]string{"not-in-dns": "but was: EAI_NONAME", "hosts-before-dns": "should find 192.0.2.10"},
}, {
	name: "rules flushed around who asks for itself", lab: "own-hostname", do: flush("self"),
	fails: fail("but was: refused", "dns"),
}, {
	name: "closed server opens", lab: "failover", do: opens("closed"),
	fails: fail("but was: NOERROR, 203.0.113.3", "closed"),
}, {
	name: "server of one's own on the bridge", lab: "past-the-resolver", do: opens("plain"),
	fails: fail("but was: NOERROR, 203.0.113.4", "nobody-there"),
}, {
	name: "rules flushed around one's own server", lab: "own-loopback", do: flush("own"),
	fails: fail("but was: NXDOMAIN", "behind-the-resolver", "names-first"),
}, {
	name: "rules flushed after rubbish", lab: "hostile-questions", step: 2, do: flush("client"),
	fails: fail("but was: refused", "lives-on"),
}}
