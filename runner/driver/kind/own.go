package kind

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"sync"
	"sync/atomic"

	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/driver/internal/book"
	"github.com/dnslab/dnslab/runner/topo"
)

// An ownWorld is one on a cluster of ours: beside its pods and services it has
// nodes of the cluster, and containers beside them.
type ownWorld struct {
	*world
	r       *Runtime
	beside  driver.World // of the engine under the cluster
	touched atomic.Bool  // somebody was on a node, or did something to one
	started atomic.Bool  // CoreDNS was

	ownMu sync.Mutex
	hosts map[string]bool // nodes of the cluster that are stopped
	bare  []string        // clusters without Kubernetes that were made
}

// Up builds containers beside the cluster first: pods may name them as servers.
func (r *Runtime) Up(ctx context.Context, tag driver.Tag, t topo.Topology) (driver.World, error) {
	c, err := r.sound(ctx)
	if err != nil {
		return nil, err
	}
	inside, beside := split(t)
	w := &ownWorld{world: newWorld(&r.tenant, c, tag, inside), r: r, beside: none{}, hosts: map[string]bool{}}
	if len(beside) > 0 {
		out, err := r.engine.Up(ctx, tag, beside)
		if err != nil {
			return nil, err
		}
		w.beside = out
	}
	if err := w.Build(ctx, w); err != nil {
		return nil, err
	}
	return w, nil
}

// Node makes a pod or a service, or finds a node of the cluster.
func (w *ownWorld) Node(ctx context.Context, n topo.Node) error {
	switch n.Mode {
	case topo.ClusterNode:
		return w.find(n)
	case topo.BareNode:
		return w.makeBare(ctx, n)
	}
	return w.world.Node(ctx, n)
}

// find notes where a node of the cluster is.
func (w *ownWorld) find(n topo.Node) error {
	for _, m := range w.c.nodes {
		if labName(m.name) == n.Name {
			w.Runs(n.Name, map[string][]netip.Addr{string(n.Mode): {m.addr}})
			return nil
		}
	}
	return fmt.Errorf("the cluster has no node %q", n.Name)
}

// Known adds what is beside the cluster.
func (w *ownWorld) Known() driver.Known {
	k, out := w.world.Known(), w.beside.Known()
	for _, n := range w.Topology {
		if n.Mode == topo.ClusterNode {
			k.Names[n.Name] = nodeName(n.Name)
		}
	}
	maps.Copy(k.Names, out.Names)
	maps.Copy(k.IDs, out.IDs)
	maps.Copy(k.Addrs, out.Addrs)
	return k
}

// Close removes the world, and gives the cluster back as it was.
func (w *ownWorld) Close(ctx context.Context) error {
	errs := []error{w.beside.Close(ctx), w.removeBare(ctx)}
	if started := w.started.Swap(false); w.touched.Swap(false) || started {
		w.r.restore(ctx, w.c, started)
	}
	if !w.r.uses(w.c) { // the namespaces go with it
		w.Empty()
		return errors.Join(errs...)
	}
	return errors.Join(append(errs, w.close(ctx, w.c.leaveSpaces))...)
}

var _ book.Builder = (*ownWorld)(nil)
