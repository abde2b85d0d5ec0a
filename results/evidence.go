package results

import "net/netip"

// Evidence is all that a claim may be judged by: what was seen, under the names
// that the lab gave it, and where everything was when it was seen.
//
// Names in it are those of the lab: the run's suffixes and zone label are
// taken off, and addresses of nodes in files read as {node}.
type Evidence struct {
	Seen  map[string]Observation
	Addrs map[string]Addresses // by observation: addresses at that moment
	Facts map[string]string    // "docker" to "20.10.24"
}

// Addresses tells where each node was: node to network to addresses. What is
// on no user-defined network is under the mode's name ("default-bridge").
type Addresses map[string]map[string][]netip.Addr

// Of returns all addresses of node, or those on the networks named.
func (a Addresses) Of(node string, networks ...string) []netip.Addr {
	var all []netip.Addr
	for net, addrs := range a[node] {
		if len(networks) == 0 {
			all = append(all, addrs...)
			continue
		}
		for _, want := range networks {
			if net == want {
				all = append(all, addrs...)
			}
		}
	}
	return all
}
