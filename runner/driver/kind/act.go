package kind

import (
	"context"
	"fmt"
	"net/netip"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// Do carries out an act of the cluster's own, or on a container beside it.
func (w *world) Do(ctx context.Context, act topo.Act) error {
	if n, ok := of(act); ok {
		if _, inside := w.Topology.Node(n.Name); !inside {
			return w.beside.Do(ctx, act)
		}
	}
	if err := w.do(ctx, act); err != nil {
		return fmt.Errorf("doing %q: %w", act, err)
	}
	return nil
}

func (w *world) do(ctx context.Context, act topo.Act) error {
	switch a := act.(type) {
	case topo.Start:
		return w.start(ctx, a.Node)
	case topo.Stop:
		return w.stop(ctx, a.Node)
	case topo.Restart:
		if err := w.stop(ctx, a.Node); err != nil {
			return err
		}
		return w.start(ctx, a.Node)
	case topo.Remove:
		if err := w.stop(ctx, a.Node); err != nil {
			return err
		}
		w.Removed(a.Node.Name)
		return nil
	case topo.Scale:
		w.touched.Store(true)
		return w.r.scale(ctx, w.c, a.Replicas)
	case topo.SetCorefile:
		w.touched.Store(true)
		text, err := topo.Expand(a.Corefile, w.Known().Lookup)
		if err != nil {
			return err
		}
		return w.r.setCorefile(ctx, w.c, text)
	}
	return driver.ErrNoAct
}

// of is the node that an act is about.
func of(act topo.Act) (topo.Node, bool) {
	switch a := act.(type) {
	case topo.Connect:
		return a.Node, true
	case topo.Disconnect:
		return a.Node, true
	case topo.Rename:
		return a.Node, true
	case topo.Start:
		return a.Node, true
	case topo.Stop:
		return a.Node, true
	case topo.Restart:
		return a.Node, true
	case topo.Remove:
		return a.Node, true
	}
	return topo.Node{}, false
}

// stop ends a pod: a pod that has ended is started by making it again.
func (w *world) stop(ctx context.Context, n topo.Node) error {
	switch n.Mode {
	case topo.ClusterNode:
		return w.stopNode(ctx, n)
	case topo.ServiceAddress:
		return driver.ErrNoAct
	}
	pods, name := w.c.core.Pods(w.Name(space(n))), w.Name(n.Name)
	if err := pods.Delete(ctx, name, ended()); unlessGone(err) != nil {
		return err
	}
	err := until(ctx, "waiting for the end of the pod", func(ctx context.Context) (bool, error) {
		_, err := pods.Get(ctx, name, get)
		return apierrors.IsNotFound(err), unlessGone(err)
	})
	w.Stopped(n.Name)
	return err
}

func (w *world) start(ctx context.Context, n topo.Node) error {
	switch n.Mode {
	case topo.ClusterNode:
		return w.startNode(ctx, n)
	case topo.ServiceAddress:
		return driver.ErrNoAct
	}
	return w.startPod(ctx, n)
}

// stopNode ends the container that is a node of the cluster.
func (w *world) stopNode(ctx context.Context, n topo.Node) error {
	w.touched.Store(true)
	if _, err := w.r.host.Run(ctx, nil, w.r.under.Engine, "stop", nodeName(n.Name)); err != nil {
		return err
	}
	w.note(n.Name, true)
	w.Stopped(n.Name)
	return nil
}

// startNode starts it again, and returns when it is ready and CoreDNS answers.
func (w *world) startNode(ctx context.Context, n topo.Node) error {
	w.touched.Store(true)
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

func (w *world) note(node string, stopped bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hosts[node] = stopped
}

func (w *world) stopped(node string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.hosts[node]
}
