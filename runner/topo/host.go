package topo

import (
	"fmt"
	"strings"
)

// TheHost is the lab host that the engine runs on.
var TheHost = Place{At: Host}

// HostUpstream is the server that the lab host's resolv.conf names, which all
// labs on that host ask: one that programs it names the questions of its own
// that its replies are for.
var HostUpstream = Node{Name: "host-upstream", Mode: ServesHost}

// HostWrite writes a file of the lab host. Its content may name nodes that are
// [BesideHost], as in "nameserver {up.addr}".
type HostWrite struct {
	Path    string
	Content string
	Rename  bool // write a new file beside it and rename it over the old one; otherwise in place
}

// HostRemove removes a file of the lab host.
type HostRemove struct{ Path string }

// HostLink puts a symbolic link in the place of a file of the lab host. What it
// points to need not be there.
type HostLink struct{ Path, To string }

// RestartEngine ends the lab host's engine and starts it anew. Docker's
// containers end with it and stay so until an act starts them; Podman's go on.
type RestartEngine struct{}

// HostFile reads a file of the lab host.
type HostFile struct{ Path string }

// HostCommand runs a program on the lab host and brings back what it printed
// and its exit status, whatever that is. Arguments may name nodes and networks.
type HostCommand struct {
	Args []string
	Root bool // as root; otherwise as the user that the engine runs as
}

// HostRun runs a program on the lab host, which must succeed.
type HostRun struct {
	Args    []string // may name nodes and networks
	Root    bool     // as root; otherwise as the user that the engine runs as
	Changes Scope    // what it touches
}

// HostStart starts a program on the lab host, as root, that runs on while the
// lab does: a resolver on the host's loopback. It is done when the program
// answers. The program ends with [HostStop] or with the host.
type HostStart struct {
	Name    string   // "dnsmasq": for HostStop, HostProgram and people
	Args    []string // may name nodes and networks; the program must stay in the foreground
	Answers string   // address and port where it answers DNS over UDP, "127.0.0.1:53"; empty does not wait
}

// HostStop ends a program that HostStart started. One that has ended before by
// itself is an error.
type HostStop struct{ Name string }

// HostProgram tells whether a program that HostStart started still runs; see
// the assertion Runs.
type HostProgram struct{ Name string }

func (HostWrite) Touches() Scope { return Machine }
func (HostWrite) Place() Place   { return TheHost }
func (a HostWrite) String() string {
	if a.Rename {
		return fmt.Sprintf("replace %s of the host by a new file", a.Path)
	}
	return fmt.Sprintf("write %s of the host", a.Path)
}

func (HostRemove) Touches() Scope    { return Machine }
func (HostLink) Touches() Scope      { return Machine }
func (RestartEngine) Touches() Scope { return Machine }

func (a HostRemove) String() string { return fmt.Sprintf("remove %s of the host", a.Path) }
func (a HostLink) String() string {
	return fmt.Sprintf("make %s of the host a link to %s", a.Path, a.To)
}
func (RestartEngine) String() string { return "restart the engine" }

func (HostFile) Place() Place        { return TheHost }
func (q HostFile) String() string    { return q.Path + " of the host" }
func (HostCommand) Place() Place     { return TheHost }
func (q HostCommand) String() string { return "the host runs " + line(q.Args) }

func (a HostRun) Touches() Scope { return a.Changes }
func (HostRun) Place() Place     { return TheHost }
func (a HostRun) String() string { return "the host runs " + line(a.Args) }

func (HostStart) Touches() Scope   { return Machine }
func (HostStart) Place() Place     { return TheHost }
func (a HostStart) String() string { return "the host starts " + line(a.Args) }

func (HostStop) Touches() Scope   { return Machine }
func (HostStop) Place() Place     { return TheHost }
func (a HostStop) String() string { return "the host stops " + a.Name }

func (HostProgram) Place() Place     { return TheHost }
func (q HostProgram) String() string { return "whether " + q.Name + " runs on the host" }

func line(args []string) string { return Plain(strings.Join(args, " ")) }
