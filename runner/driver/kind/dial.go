package kind

import (
	"context"
	"fmt"
	"io"

	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// Dial attaches to a pod's agent, or to the API server.
func (w *world) Dial(ctx context.Context, p topo.Place) (io.ReadWriteCloser, error) {
	s, err := w.dial(ctx, p)
	if err != nil {
		return nil, fmt.Errorf("reaching %s %q: %w", p.At, p.Name, err)
	}
	return s, nil
}

func (w *world) dial(ctx context.Context, p topo.Place) (io.ReadWriteCloser, error) {
	if p == topo.TheAPI {
		return w.c.objects(), nil
	}
	n, ok := w.Topology.Node(p.Name)
	if !ok || p.At != topo.Inside || n.Mode == topo.ServiceAddress {
		return nil, driver.ErrNoPlace
	}
	if _, err := w.Running(n.Name); err != nil {
		return nil, err
	}
	return w.c.attach(ctx, w.Name(space(n)), w.Name(n.Name))
}

// Dial attaches to a pod's agent, or starts one around a pod or on a node of
// the cluster.
func (w *ownWorld) Dial(ctx context.Context, p topo.Place) (io.ReadWriteCloser, error) {
	n, ok := w.Topology.Node(p.Name)
	switch {
	case p == topo.TheAPI:
		return w.world.Dial(ctx, p)
	case !ok:
		return w.beside.Dial(ctx, p)
	case n.Mode == topo.ServiceAddress, p.At == topo.Inside && n.Mode != topo.ClusterNode && n.Mode != topo.BareNode:
		return w.world.Dial(ctx, p)
	}
	s, err := w.dialOutside(ctx, n)
	if err != nil {
		return nil, fmt.Errorf("reaching %s %q: %w", p.At, p.Name, err)
	}
	return s, nil
}

func (w *ownWorld) dialOutside(ctx context.Context, n topo.Node) (io.ReadWriteCloser, error) {
	switch {
	case n.Mode == topo.BareNode:
		return w.r.host.Stream(ctx, w.r.onNode(bareNode(w.Name(n.Name)), agentProgram)...)
	case n.Mode != topo.ClusterNode:
		id, err := w.Running(n.Name)
		if err != nil {
			return nil, err
		}
		return w.around(ctx, n, id)
	case w.stopped(n.Name):
		return nil, driver.ErrNoPlace
	}
	w.touched.Store(true) // whoever is there has the node's rights
	return w.r.host.Stream(ctx, w.r.onNode(nodeName(n.Name), agentProgram)...)
}

// enter becomes the agent in the network namespace of a container, $1, of
// containerd's. What it sees besides is the node's: its processes, among them
// all pods', and its iptables.
const enter = `ctr -n k8s.io tasks ls | while read -r id pid rest; do
	[ "$id" = "$1" ] && echo "$pid"
done`

// around starts an agent in a pod's network namespace, with the rights of the
// pod's node.
func (w *ownWorld) around(ctx context.Context, n topo.Node, id string) (io.ReadWriteCloser, error) {
	pod, err := w.c.core.Pods(w.Name(space(n))).Get(ctx, w.Name(n.Name), get)
	if err != nil {
		return nil, err
	}
	command := `exec nsenter --net --target "$(` + enter + `)" "$0"`
	return w.r.host.Stream(ctx, w.r.onNode(pod.Spec.NodeName, "sh", "-eu", "-c", command, agentProgram, id)...)
}

// none is a world without nodes.
type none struct{}

func (none) Known() driver.Known                { return driver.Known{} }
func (none) Close(context.Context) error        { return nil }
func (none) Do(context.Context, topo.Act) error { return driver.ErrNoAct }
func (none) Dial(_ context.Context, p topo.Place) (io.ReadWriteCloser, error) {
	return nil, fmt.Errorf("reaching %s %q: %w", p.At, p.Name, driver.ErrNoPlace)
}
