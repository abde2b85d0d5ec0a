package kind

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// Do carries out an act on a pod or a service.
func (w *world) Do(ctx context.Context, act topo.Act) error {
	if err := w.do(ctx, act); err != nil {
		return fmt.Errorf("doing %q: %w", act, err)
	}
	return nil
}

func (w *world) do(ctx context.Context, act topo.Act) error {
	n, ok := of(act)
	if !ok || !inNamespace(n) {
		return driver.ErrNoAct
	}
	switch a := act.(type) {
	case topo.Start:
		return w.start(ctx, n)
	case topo.Stop:
		return w.end(ctx, n)
	case topo.Restart:
		if err := w.end(ctx, n); err != nil {
			return err
		}
		return w.start(ctx, n)
	case topo.Remove:
		if err := w.end(ctx, n); err != nil {
			return err
		}
		w.Removed(n.Name)
		return nil
	case topo.Ready:
		return w.setReady(ctx, n, a.Is)
	case topo.SetService:
		return w.setService(ctx, n)
	case topo.SetConfig:
		return w.setConfig(ctx, n, a.Files)
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
	case topo.Ready:
		return a.Node, true
	case topo.SetService:
		return a.Node, true
	case topo.SetConfig:
		return a.Node, true
	case topo.SetKubelet:
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
