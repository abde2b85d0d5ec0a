package results

import (
	"net/netip"
	"time"
)

// A Kind says what was asked for, and so which field of an observation is set.
type Kind string

const (
	KindDNS      Kind = "dns"      // DNS, and More where one question was asked several times
	KindLibc     Kind = "libc"     // Libc
	KindFile     Kind = "file"     // Text
	KindSockets  Kind = "sockets"  // Sockets
	KindRules    Kind = "rules"    // Rules
	KindUpstream Kind = "upstream" // Log
	KindCapture  Kind = "capture"
	KindCommand  Kind = "command" // Processes, Table; Exit with Text and Complaint; nothing for a ping
)

// An Outcome keeps apart what a careless look-up lumps together.
type Outcome string

const (
	Answered    Outcome = "answer"      // a DNS message came back, whatever its rcode
	TimedOutAsk Outcome = "timeout"     // nothing came back within the bound
	Refused     Outcome = "refused"     // the port was closed
	Unreachable Outcome = "unreachable" // the network said that there is no way
	Malformed   Outcome = "malformed"   // octets came back that are no DNS message, or a stream ended in the middle
	NotFound    Outcome = "not-found"   // no such file; libc says that there is no such name
	Value       Outcome = "value"       // what was asked for, other than a DNS message
)

// ICMP is the transport of a ping, whose observation has nothing but its outcome.
const ICMP = "icmp"

// An Observation is what one question brought back, and nothing else.
type Observation struct {
	Kind    Kind    `json:"kind"`
	Place   Place   `json:"place"`
	Outcome Outcome `json:"outcome"`
	Asked   string  `json:"asked"`            // the question in words
	Detail  string  `json:"detail,omitempty"` // why it is not an answer or a value

	Server     string  `json:"server,omitempty"`    // address and port that were asked
	Transport  string  `json:"transport,omitempty"` // "udp", "tcp", ICMP
	DurationMS float64 `json:"duration_ms"`         // from sending to the last octet of the answer

	DNS       *Message              `json:"dns,omitempty"`
	More      []Observation         `json:"more,omitempty"`  // the second and later times, of a question asked several times
	Tried     []string              `json:"tried,omitempty"` // with the search list: the names asked, in order
	Libc      *Lookup               `json:"libc,omitempty"`
	Text      *string               `json:"text,omitempty"`      // of a file, or what a program printed
	Complaint string                `json:"complaint,omitempty"` // what a program wrote to standard error
	Exit      *int                  `json:"exit,omitempty"`      // status of a program
	Sockets   []Socket              `json:"sockets,omitempty"`
	Processes []Process             `json:"processes,omitempty"`
	Rules     []Rule                `json:"rules,omitempty"`
	Log       []Query               `json:"log,omitempty"`
	Table     map[string]TableEntry `json:"table,omitempty"`
}

// A Place is where a question was asked; see topo.Place.
type Place struct {
	At   string `json:"at"`   // "container", "netns", "host", "node", "upstream", "api"
	Name string `json:"name"` // of the node, as the lab calls it; empty for the host
}

// A Message is a DNS answer as it was on the wire.
type Message struct {
	ID         uint16       `json:"id"`
	Rcode      string       `json:"rcode"`    // "NOERROR"; "RCODE 11" where it has no name
	Flags      []string     `json:"flags"`    // of qr aa tc rd ra ad cd, those set, in this order
	Question   []string     `json:"question"` // "out.lab.test. IN A"
	Answers    []Record     `json:"answers"`
	Authority  []Record     `json:"authority,omitempty"`
	Additional []Record     `json:"additional,omitempty"` // without OPT
	EDNS       *EDNS        `json:"edns,omitempty"`       // of its OPT record, if it has one
	Addrs      []netip.Addr `json:"addrs"`                // of the A and AAAA answers, in order
	Size       int          `json:"size"`                 // octets
}

// A Record is one resource record.
type Record struct {
	Name string `json:"name"`
	Type string `json:"type"`
	TTL  uint32 `json:"ttl"`  // seconds
	Data string `json:"data"` // in zone-file form
}

// EDNS is what an OPT record says.
type EDNS struct {
	Version int  `json:"version"`
	UDPSize int  `json:"udp_size"` // octets
	DO      bool `json:"do"`
}

// A Lookup is what getaddrinfo returned.
type Lookup struct {
	Libc  string       `json:"libc"`            // "glibc", "musl"
	Code  string       `json:"code"`            // "0", "EAI_NONAME", "EAI_AGAIN", "EAI_NODATA"
	Addrs []netip.Addr `json:"addrs"`           // in the order returned, each once
	Canon string       `json:"canon,omitempty"` // ai_canonname
}

// A Socket is one listening TCP or bound UDP socket.
type Socket struct {
	Transport string     `json:"transport"` // "udp", "tcp"
	Addr      netip.Addr `json:"addr"`
	Port      uint16     `json:"port"`
	Owner     string     `json:"owner,omitempty"` // name of the process, where the place can see it
	PID       int        `json:"pid,omitempty"`   // as the place counts
}

// A Process is one process that a place sees.
type Process struct {
	PID  int    `json:"pid"`
	Name string `json:"name"` // as in /proc/PID/comm
}

// A Rule is one rule of a packet filter.
type Rule struct {
	Backend string `json:"backend"` // "legacy", "nft" (iptables-nft), "nftables" (native)
	Family  string `json:"family"`  // "ip", "ip6", "inet"
	Table   string `json:"table"`   // "nat", "docker-dns"
	Chain   string `json:"chain"`   // "DOCKER_OUTPUT"
	Spec    string `json:"spec"`    // as iptables-save prints it after "-A CHAIN"; for nftables as nft lists it
}

// A Query is one line of an upstream's log.
type Query struct {
	Time      time.Time  `json:"time"`
	From      netip.Addr `json:"from"`
	Port      uint16     `json:"port"`
	Transport string     `json:"transport"` // "udp", "tcp"
	Name      string     `json:"name"`      // as asked, with its final dot
	Type      string     `json:"type"`
	Class     string     `json:"class"`
	EDNS      *EDNS      `json:"edns,omitempty"`
	RD        bool       `json:"rd"`
}

// A TableEntry is what a sweep found for one name.
type TableEntry struct {
	Outcome Outcome      `json:"outcome"`
	Rcode   string       `json:"rcode,omitempty"`
	Addrs   []netip.Addr `json:"addrs,omitempty"`
}
