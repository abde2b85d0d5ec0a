package docker

import (
	"strings"
	"sync"

	"github.com/moby/moby/client/pkg/versions"

	"github.com/dnslab/dnslab/runner/topo"
)

// turns lets the containers of one network come and go one at a time on
// engines that cannot bear it otherwise. Docker 20.10 locks itself up for good
// where one endpoint joins or leaves a network while another of the same
// network is being noted: libnetwork's processEndpointCreate and
// processEndpointDelete ask for the network's id with the controller locked,
// getSvcRecords locks them the other way round. From then on the engine
// answers no call about networks. In 23.0 the id is read before (libnetwork/store.go).
type turns struct {
	needed bool
	mu     sync.Mutex
	of     map[string]*sync.Mutex
}

func newTurns(engine string) *turns {
	number, _, _ := strings.Cut(engine, "+") // "20.10.24+dfsg1"
	return &turns{needed: versions.LessThan(number, "23.0"), of: map[string]*sync.Mutex{}}
}

// take waits for the turn of what shares a network, and returns what ends it.
func (t *turns) take(what string) func() {
	if !t.needed {
		return func() {}
	}
	t.mu.Lock()
	m := t.of[what]
	if m == nil {
		m = new(sync.Mutex)
		t.of[what] = m
	}
	t.mu.Unlock()
	m.Lock()
	return m.Unlock
}

// turn is that of a node: all worlds share the default bridge.
func (w *world) turn(n topo.Node) func() {
	if n.Mode == topo.DefaultBridge || n.Mode == topo.AsItComes {
		return w.r.turns.take("the default bridge")
	}
	return w.r.turns.take(w.Tag.Name)
}
