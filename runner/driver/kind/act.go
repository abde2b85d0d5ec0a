package kind

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// Do carries out an act on a pod.
func (w *world) Do(ctx context.Context, act topo.Act) error {
	if err := w.do(ctx, act); err != nil {
		return fmt.Errorf("doing %q: %w", act, err)
	}
	return nil
}

func (w *world) do(ctx context.Context, act topo.Act) error {
	n, ok := of(act)
	if !ok || n.Mode != topo.PodNetwork && n.Mode != topo.HostNetwork {
		return driver.ErrNoAct
	}
	switch act.(type) {
	case topo.Start:
		return w.startPod(ctx, n)
	case topo.Stop:
		return w.stopPod(ctx, n)
	case topo.Restart:
		if err := w.stopPod(ctx, n); err != nil {
			return err
		}
		return w.startPod(ctx, n)
	case topo.Remove:
		if err := w.stopPod(ctx, n); err != nil {
			return err
		}
		w.Removed(n.Name)
		return nil
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

// stopPod ends a pod: one that has ended is started by making it again.
func (w *world) stopPod(ctx context.Context, n topo.Node) error {
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
