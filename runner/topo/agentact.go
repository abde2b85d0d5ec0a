package topo

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

// Program adds replies to the end of an upstream's list, where they decide; see Reply.
type Program struct {
	Upstream Node
	Replies  []Reply
	Says     string // "SERVFAIL to everything": for people
}

// Close closes a transport of an upstream, so that asking it is refused.
type Close struct {
	Upstream  Node
	Transport string // "udp", "tcp"; empty is both
}

// Serve makes an ordinary node answer on port 53, all addresses, as an
// upstream would.
type Serve struct {
	Node    Node
	Replies []Reply
}

// Write writes a file in a node.
type Write struct {
	Node    Node
	Path    string
	Content string
	From    string // what this file there holds, instead of Content
	Rename  bool   // write a new file beside it and rename it over the old one; otherwise in place
	Append  bool   // add to what is there
}

// FlushRules removes every NAT rule from a node's network namespace, or those
// of one chain of iptables.
type FlushRules struct {
	Of    Node
	Chain string
}

// Await asks until the answer is this one, for what reaches a server only after
// a while. Where it does not come in time the lab goes on, and what it asks next
// tells what came instead. What is asked is in caches from then on, NXDOMAIN too.
type Await struct {
	Ask     Wire          // its Times and Timeout are not used: each try has 1 s
	Rcode   string        // empty is NOERROR
	Refused bool          // no answer at all, but that nobody listens: over TCP, as of a closed UDP port the kernel may keep quiet
	Answers []string      // data of all records of the answer, in any order, as observations have it: "{web.addr}", "out.lab.test."; nil is whatever
	InARow  int           // right answers, one after another; 0 is one or, where Ask has no Server and so perhaps several behind one address, eight
	Within  time.Duration // 0 is 30 s; an act may take 90 s
}

// Row is how many right answers end a.
func (a Await) Row() int {
	if a.InARow == 0 && a.Ask.Server == "" {
		return 8 // of two servers in turn at random, one is left out once in 128 times
	}
	return max(a.InARow, 1)
}

// AwaitWithin is how long Await and AwaitText wait unless they say so.
const AwaitWithin = 30 * time.Second

func (Program) Touches() Scope      { return World }
func (Close) Touches() Scope        { return World }
func (Serve) Touches() Scope        { return World }
func (Await) Touches() Scope        { return World }
func (a Write) Touches() Scope      { return a.Node.shared() }
func (a FlushRules) Touches() Scope { return a.Of.shared() }

// shared is the scope of what changes n: a node of the cluster is everybody's.
func (n Node) shared() Scope {
	if n.Mode == ClusterNode {
		return Cluster
	}
	return World
}

func (a Program) Place() Place    { return Place{Inside, a.Upstream.Name} }
func (a Close) Place() Place      { return Place{Inside, a.Upstream.Name} }
func (a Serve) Place() Place      { return Place{Inside, a.Node.Name} }
func (a Await) Place() Place      { return a.Ask.Place() }
func (a Write) Place() Place      { return Place{Inside, a.Node.Name} }
func (a FlushRules) Place() Place { return Place{Netns, a.Of.Name} }

func (a Program) String() string { return fmt.Sprintf("from now on %s: %s", a.Upstream.Name, a.Says) }
func (a Close) String() string {
	if a.Transport == "" {
		return a.Upstream.Name + " closes its ports"
	}
	return fmt.Sprintf("%s closes its %s port", a.Upstream.Name, a.Transport)
}
func (a Serve) String() string { return a.Node.Name + " starts a DNS server of its own" }
func (a Write) String() string {
	switch {
	case a.Rename:
		return fmt.Sprintf("replace %s in %s by a new file", a.Path, a.Node.Name)
	case a.Append:
		return fmt.Sprintf("append to %s in %s", a.Path, a.Node.Name)
	case a.From != "":
		return fmt.Sprintf("copy %s over %s in %s", a.From, a.Path, a.Node.Name)
	}
	return fmt.Sprintf("write %s in %s", a.Path, a.Node.Name)
}
func (a Await) String() string {
	once := a.Ask
	once.Times = 0
	want := cmp.Or(a.Rcode, "NOERROR")
	if a.Refused {
		return fmt.Sprintf("%s until that is refused, for %v at most", once, cmp.Or(a.Within, 30*time.Second))
	}
	switch {
	case len(a.Answers) > 0 && want == "NOERROR":
		want = Plain(strings.Join(a.Answers, ", "))
	case len(a.Answers) > 0:
		want += " with " + Plain(strings.Join(a.Answers, ", "))
	case a.Answers != nil:
		want += " without records"
	}
	return fmt.Sprintf("%s until the answer is %s, for %v at most", once, want, cmp.Or(a.Within, AwaitWithin))
}
func (a FlushRules) String() string {
	if a.Chain != "" {
		return fmt.Sprintf("flush the chain %s around %s", a.Chain, a.Of.Name)
	}
	return "flush the NAT rules around " + a.Of.Name
}
