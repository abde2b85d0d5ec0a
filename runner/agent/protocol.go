package agent

import (
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/topo"
)

// Version is the protocol's. An agent of another version is refused.
const Version = 1

// A Request is one line towards the agent: acts, in order, then all asks at once.
type Request struct {
	ID   int            `json:"id"`
	Acts []Act          `json:"acts,omitempty"`
	Asks map[string]Ask `json:"asks,omitempty"`
}

// A Response is one line back. Error says which act could not be done; what
// was to be asked after it was not asked.
type Response struct {
	ID       int                            `json:"id"`
	Version  int                            `json:"version"`
	Error    string                         `json:"error,omitempty"`
	Observed map[string]results.Observation `json:"observed,omitempty"`
}

// An Ask is one question; exactly one field is set.
// The agent fills in everything of an observation but Place and Asked.
type Ask struct {
	Wire      *Wire     `json:"wire,omitempty"`
	Sweep     *Sweep    `json:"sweep,omitempty"`
	Raw       *Raw      `json:"raw,omitempty"`
	Libc      *Libc     `json:"libc,omitempty"`
	File      *File     `json:"file,omitempty"`
	Sockets   *Sockets  `json:"sockets,omitempty"`
	Processes *struct{} `json:"processes,omitempty"`
	Rules     *struct{} `json:"rules,omitempty"`
	Log       *struct{} `json:"log,omitempty"`
	Command   *Command  `json:"command,omitempty"`
	Ping      *Ping     `json:"ping,omitempty"`
	Runs      *Runs     `json:"runs,omitempty"`
}

// Wire is topo.Wire with its names and addresses filled in. Server is an
// address, or an address and port; empty is the first one in /etc/resolv.conf.
type Wire struct {
	Name      string `json:"name"`
	Type      string `json:"type"`
	Class     string `json:"class,omitempty"`
	Server    string `json:"server,omitempty"`
	Search    bool   `json:"search,omitempty"`
	TCP       bool   `json:"tcp,omitempty"`
	EDNS      int    `json:"edns,omitempty"`
	DO        bool   `json:"do,omitempty"`
	NoRD      bool   `json:"no_rd,omitempty"`
	Times     int    `json:"times,omitempty"`
	TimeoutMS int    `json:"timeout_ms"`
}

// Sweep asks the first server of /etc/resolv.conf for each name.
type Sweep struct {
	Names []string `json:"names"`
	Type  string   `json:"type"`
}

// Raw sends octets to Server, as in Wire.
type Raw struct {
	Server    string `json:"server,omitempty"`
	TCP       bool   `json:"tcp,omitempty"`
	Octets    []byte `json:"octets"`
	TimeoutMS int    `json:"timeout_ms"`
}

// Libc calls getaddrinfo.
type Libc struct {
	Name   string `json:"name"`
	Family string `json:"family,omitempty"` // "v4", "v6"
}

// File reads a file. What the API server of a cluster says is one, too, to
// whoever is there: then Field, if there is one, is a template of what is wanted
// of it; see topo.Object.
type File struct {
	Path  string `json:"path"`
	Field string `json:"field,omitempty"`
}

// Sockets lists sockets; with Owners also the processes that hold them, which
// takes the host's PID namespace.
type Sockets struct {
	Owners bool `json:"owners,omitempty"`
}

// Command runs a program with an empty input, in the words of AsEngine before
// it unless it is to be root.
type Command struct {
	Args []string `json:"args"`
	Root bool     `json:"root,omitempty"`
}

// Ping sends one ICMP echo request to an address.
type Ping struct {
	To        string `json:"to"`
	TimeoutMS int    `json:"timeout_ms"`
}

// Runs tells whether a program that was started still runs.
type Runs struct {
	Name string `json:"name"`
}

// Start starts a program as the agent's user, and returns when it answers.
type Start struct {
	Name    string   `json:"name"`
	Args    []string `json:"args"`
	Answers string   `json:"answers,omitempty"` // address and port where it answers DNS over UDP; empty returns at once
}

// Stop ends a program that was started and still runs: one that has ended by
// itself is an error.
type Stop struct {
	Name string `json:"name"`
}

// AsEngine is the variable in the environment of an agent on a lab host that
// has the words of a command that runs another as the engine's user.
const AsEngine = "DNSLAB_AS_ENGINE"

// An Act is one thing to do; exactly one field is set.
type Act struct {
	Serve      *Serve       `json:"serve,omitempty"`
	Program    []topo.Reply `json:"program,omitempty"` // adds to the replies of the server
	Close      *Close       `json:"close,omitempty"`
	Write      *Write       `json:"write,omitempty"`
	FlushRules *FlushRules  `json:"flush_rules,omitempty"`
	Await      *Await       `json:"await,omitempty"`
	Run        *Command     `json:"run,omitempty"` // which must succeed
	Start      *Start       `json:"start,omitempty"`
	Stop       *Stop        `json:"stop,omitempty"`
}

// Serve starts a DNS server on port 53 of all addresses, UDP and TCP, unless
// this agent has started it before. See topo.Reply for what it answers.
type Serve struct {
	Name    string       `json:"name"`   // of the upstream
	Number  int          `json:"number"` // N in 203.0.113.N
	Zone    string       `json:"zone"`   // "k3v9x2m8.lab.test."
	Replies []topo.Reply `json:"replies,omitempty"`
}

// Close closes the server's port of one transport.
type Close struct {
	Transport string `json:"transport"` // "udp", "tcp"
}

// FlushRules flushes NAT rules; see topo.FlushRules.
type FlushRules struct {
	Chain string `json:"chain,omitempty"`
}

// Await asks until an answer has this rcode and, unless it is nil, just this
// data, in any order, or until that is refused; see topo.Await.
type Await struct {
	Ask      Wire      `json:"ask"`
	Rcode    string    `json:"rcode"`
	Refused  bool      `json:"refused,omitempty"`
	Answers  *[]string `json:"answers,omitempty"`
	InARow   int       `json:"in_a_row"`
	WithinMS int       `json:"within_ms"`
}

// Write writes a file; see topo.Write.
type Write struct {
	Path    string `json:"path"`
	Content string `json:"content"`
	From    string `json:"from,omitempty"`
	Rename  bool   `json:"rename,omitempty"`
	Append  bool   `json:"append,omitempty"`
}

// Rule is one of what Rules brings back, for drivers, which know no results.
type Rule = results.Rule
