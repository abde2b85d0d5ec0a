package labs

import (
	"time"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/topo"
)

// askHost is a question for a name that the host's server knows, and that no
// other lab asks it for.
func askHost(n topo.Node, name string) topo.Wire {
	return topo.Wire{From: n, Name: name + ".{" + n.Name + "}.lab.test."}
}

// at is q to a forwarder, which may be silent.
func at(server string, q topo.Wire) topo.Wire {
	q.Server, q.Timeout = server, 2*time.Second
	return q
}

// overTCP is q over TCP.
func overTCP(q topo.Wire) topo.Wire {
	q.TCP = true
	return q
}

// answeredThrough expects questions to be sent to a forwarder, and answered by
// the server of the host.
func answeredThrough(server string, names ...string) (all is.All) {
	for _, n := range names {
		all = append(all, is.SentTo(n, server), is.AnsweredBy(n, ofHost))
	}
	return all
}
