package topo

import "fmt"

// TheHost is the lab host that the engine runs on.
var TheHost = Place{At: Host}

// HostUpstream is the server that the lab host's resolv.conf names. It answers
// A queries for every name of the lab's zone, and cannot be told otherwise.
var HostUpstream = Node{Name: "host-upstream", Mode: ServesHost}

// HostWrite writes a file of the lab host. Its content may name nodes that are
// [BesideHost], as in "nameserver {up.addr}".
type HostWrite struct {
	Path    string
	Content string
	Rename  bool // write a new file beside it and rename it over the old one; otherwise in place
}

// HostFile reads a file of the lab host.
type HostFile struct{ Path string }

func (HostWrite) Touches() Scope { return Machine }
func (HostWrite) Place() Place   { return TheHost }
func (a HostWrite) String() string {
	if a.Rename {
		return fmt.Sprintf("replace %s of the host by a new file", a.Path)
	}
	return fmt.Sprintf("write %s of the host", a.Path)
}

func (HostFile) Place() Place     { return TheHost }
func (q HostFile) String() string { return q.Path + " of the host" }
