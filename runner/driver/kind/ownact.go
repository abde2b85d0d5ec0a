package kind

import (
	"context"
	"fmt"
	"net/netip"

	"github.com/dnslab/dnslab/runner/topo"
)

// Do carries out an act on the cluster itself, on a pod, or on a container
// beside it.
func (w *ownWorld) Do(ctx context.Context, act topo.Act) error {
	n, about := of(act)
	if about {
		if _, inside := w.Topology.Node(n.Name); !inside {
			return w.beside.Do(ctx, act)
		}
	}
	own := w.ownAct(act, n)
	if own == nil {
		return w.world.Do(ctx, act)
	}
	if about {
		w.touched.Store(true)
	} else {
		w.started.Store(true)
	}
	if err := own(ctx); err != nil {
		return fmt.Errorf("doing %q: %w", act, err)
	}
	return nil
}

// ownAct is what carries out an act on CoreDNS or on a node of the cluster, n;
// nil for any other.
func (w *ownWorld) ownAct(act topo.Act, n topo.Node) func(context.Context) error {
	switch a := act.(type) {
	case topo.Scale:
		return func(ctx context.Context) error { return w.r.scale(ctx, w.c, a.Replicas) }
	case topo.SetCorefile:
		return func(ctx context.Context) error {
			text, err := topo.Expand(a.Corefile, w.Known().Lookup)
			if err != nil {
				return err
			}
			return w.r.setCorefile(ctx, w.c, text)
		}
	case topo.RestartCoreDNS:
		return func(ctx context.Context) error { return w.r.restartCoreDNS(ctx, w.c) }
	case topo.SetProxy:
		return func(ctx context.Context) error { return w.r.setProxyMode(ctx, w.c, a.Mode) }
	}
	if n.Mode != topo.ClusterNode {
		return nil
	}
	stop := func(ctx context.Context) error { return w.stopNode(ctx, n) }
	start := func(ctx context.Context) error { return w.startNode(ctx, n) }
	switch a := act.(type) {
	case topo.SetKubelet:
		return func(ctx context.Context) error { return w.r.setKubelet(ctx, nodeName(n.Name), a.Patch) }
	case topo.Start:
		return start
	case topo.Stop:
		return stop
	case topo.Restart:
		return func(ctx context.Context) error {
			if err := stop(ctx); err != nil {
				return err
			}
			return start(ctx)
		}
	}
	return nil
}

// stopNode ends the container that is a node of the cluster.
func (w *ownWorld) stopNode(ctx context.Context, n topo.Node) error {
	if _, err := w.r.host.Run(ctx, nil, w.r.under.Engine, "stop", nodeName(n.Name)); err != nil {
		return err
	}
	w.note(n.Name, true)
	w.Stopped(n.Name)
	return nil
}

// startNode starts it again, and returns when it is ready and CoreDNS answers.
func (w *ownWorld) startNode(ctx context.Context, n topo.Node) error {
	if _, err := w.r.host.Run(ctx, nil, w.r.under.Engine, "start", nodeName(n.Name)); err != nil {
		return err
	}
	w.note(n.Name, false)
	var addr netip.Addr
	err := until(ctx, "waiting for the node", func(ctx context.Context) (ok bool, err error) {
		addr, ok = w.c.ready(ctx, nodeName(n.Name))
		return ok, nil // its API server may not be there yet
	})
	if err != nil {
		return err
	}
	w.Runs(n.Name, map[string][]netip.Addr{string(n.Mode): {addr}})
	return w.r.answers(ctx, w.c, anything)
}

func (w *ownWorld) note(node string, stopped bool) {
	w.ownMu.Lock()
	defer w.ownMu.Unlock()
	w.hosts[node] = stopped
}

func (w *ownWorld) stopped(node string) bool {
	w.ownMu.Lock()
	defer w.ownMu.Unlock()
	return w.hosts[node]
}
