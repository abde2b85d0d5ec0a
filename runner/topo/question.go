package topo

import (
	"fmt"
	"strings"
	"time"
)

// A Place is where a question is asked.
type Place struct {
	At   Where
	Name string // of the node; empty for the host
}

// Where tells the sides of a node apart: what it sees itself is asked inside,
// what the engine put around it (NAT rules, owners of sockets) from outside.
type Where string

const (
	Inside Where = "container"
	Netns  Where = "netns" // the node's network namespace, with the host's rights
	Host   Where = "host"  // the lab host
	API    Where = "api"   // the API server of a cluster
)

// A Question is asked at one place and brings back one observation.
type Question interface {
	Place() Place
	String() string // "client asks web A", without addresses
}

// Wire asks a DNS server on the wire, past libc. It brings back the whole
// message, or that none came: a time-out, a refused connection and an rcode
// are three different observations.
type Wire struct {
	From    Node
	Name    string        // as typed; see Search
	Type    string        // "A", "TYPE65280"; empty is A
	Class   string        // "CH"; empty is IN
	Server  string        // node, or literal address with or without port; empty is the first one in resolv.conf
	Search  bool          // use the search list and ndots of resolv.conf, as a stub resolver does
	TCP     bool          // ask over TCP instead of UDP
	EDNS    int           // advertised UDP size in octets; 0 sends no OPT record
	DO      bool          // with EDNS: set the DNSSEC OK bit
	NoRD    bool          // clear "recursion desired"
	Times   int           // ask so often, one after another; 0 is once
	Timeout time.Duration // how long to wait for each answer; 0 is 10 s, longer than two servers of an engine's resolver take
}

func (q Wire) Place() Place { return Place{Inside, q.From.Name} }
func (q Wire) String() string {
	s := fmt.Sprintf("%s asks %s %s", q.From.Name, Plain(q.Name), orA(q.Type))
	if q.Class != "" {
		s += " class " + q.Class
	}
	if q.Server != "" {
		s += " @" + q.Server
	}
	if q.TCP {
		s += " over TCP"
	}
	if q.EDNS > 0 {
		s += fmt.Sprintf(" with EDNS %d", q.EDNS)
	}
	if q.Search {
		s += " with the search list"
	}
	if q.Times > 1 {
		s += fmt.Sprintf(", %d times", q.Times)
	}
	return s
}

// Sweep asks for many names of one type over UDP and brings back a table:
// name to addresses. It is Wire where hundreds of messages would only fill
// the run file.
type Sweep struct {
	From  Node
	Names []string
	Type  string // empty is A
}

func (q Sweep) Place() Place { return Place{Inside, q.From.Name} }
func (q Sweep) String() string {
	return fmt.Sprintf("%s asks %d names %s", q.From.Name, len(q.Names), orA(q.Type))
}

// Raw sends octets as they are to a server and brings back what answers: for
// messages that no library would build.
type Raw struct {
	From    Node
	Server  string // as in Wire
	TCP     bool   // Octets are then preceded by their length
	Octets  []byte
	What    string        // "two questions": for people
	Timeout time.Duration // 0 is 2 s: silence is a usual answer
}

func (q Raw) Place() Place { return Place{Inside, q.From.Name} }
func (q Raw) String() string {
	s := fmt.Sprintf("%s sends %s", q.From.Name, q.What)
	if q.TCP {
		s += " over TCP"
	}
	return s
}

// Ping sends one ICMP echo request, over IPv6 if the address is one, and brings
// back how that ended: "answer" is an echo, "refused" that the port is said to
// be unreachable, as a rule that rejects says by default, and "unreachable" that
// the host or the network is. A kernel says so only some times a second (icmp(7),
// icmp_ratelimit), so many pings at once may end in silence instead.
type Ping struct {
	From    Node
	To      string        // node, or literal address
	Timeout time.Duration // 0 is 2 s, before the kernel gives up on a neighbour that is not there
}

func (q Ping) Place() Place   { return Place{Inside, q.From.Name} }
func (q Ping) String() string { return q.From.Name + " pings " + Plain(q.To) }

// Libc calls getaddrinfo in a node whose image has a libc.
type Libc struct {
	From   Node
	Name   string // as a program would give it
	Family string // "v4", "v6"; empty is any, which asks for both
}

func (q Libc) Place() Place { return Place{Inside, q.From.Name} }
func (q Libc) String() string {
	return strings.TrimSpace(fmt.Sprintf("getaddrinfo %s in %s %s", Plain(q.Name), q.From.Name, q.Family))
}

// File reads a file in a node; a path with a * in it, all files that fit, one
// after the other.
type File struct {
	Of   Node
	Path string
}

func (q File) Place() Place   { return Place{Inside, q.Of.Name} }
func (q File) String() string { return q.Path + " in " + q.Of.Name }

// Sockets lists the listening sockets of a node's network namespace, from
// inside or, with Owners, from outside together with the processes that hold them.
// The agent leaves its own out, but for those of an upstream it serves.
type Sockets struct {
	Of     Node
	Owners bool
}

func (q Sockets) Place() Place {
	if q.Owners {
		return Place{Netns, q.Of.Name}
	}
	return Place{Inside, q.Of.Name}
}
func (q Sockets) String() string {
	if q.Owners {
		return "sockets of " + q.Of.Name + " and their owners, from outside"
	}
	return "sockets of " + q.Of.Name
}

// Processes lists the processes that a node sees, as ps would.
type Processes struct{ Of Node }

func (q Processes) Place() Place   { return Place{Inside, q.Of.Name} }
func (q Processes) String() string { return "processes in " + q.Of.Name }

// Rules reads the packet filter of a node's network namespace, from outside:
// both variants of iptables, for IPv4 and IPv6, and native nftables.
type Rules struct{ Of Node }

func (q Rules) Place() Place   { return Place{Netns, q.Of.Name} }
func (q Rules) String() string { return "NAT rules around " + q.Of.Name }

// Saw reads the log of an upstream: of one that other labs ask as well, what
// was asked for one name.
type Saw struct {
	Upstream Node
	Of       string // this name, and those below it, as in "{client}.lab.test."; empty is all
}

func (q Saw) Place() Place { return Place{Inside, q.Upstream.Name} }
func (q Saw) String() string {
	if q.Of != "" {
		return "what " + q.Upstream.Name + " saw of " + Plain(q.Of)
	}
	return "what " + q.Upstream.Name + " saw"
}

func orA(t string) string {
	if t == "" {
		return "A"
	}
	return t
}
