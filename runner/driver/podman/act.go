package podman

import (
	"context"
	"fmt"

	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// Do carries out an act of the engine's own.
func (w *world) Do(ctx context.Context, act topo.Act) error {
	if err := w.do(ctx, act); err != nil {
		return fmt.Errorf("doing %q: %w", act, err)
	}
	return nil
}

func (w *world) do(ctx context.Context, act topo.Act) error {
	switch a := act.(type) {
	case topo.Connect:
		id, err := w.ID(a.Node.Name)
		if err != nil {
			return err
		}
		if err := w.connect(ctx, id, a.Network, a.Aliases); err != nil {
			return err
		}
		return w.learn(ctx, a.Node, id)
	case topo.Disconnect:
		id, err := w.ID(a.Node.Name)
		if err != nil {
			return err
		}
		err = w.r.api.do(ctx, post("networks", w.Name(a.Network.Name), "disconnect").of(struct{ Container string }{id}), nil)
		if err != nil {
			return err
		}
		return w.learn(ctx, a.Node, id)
	case topo.Rename:
		id, err := w.ID(a.Node.Name)
		if err != nil {
			return err
		}
		if err := w.r.api.do(ctx, post("containers", id, "rename").with("name", w.Name(a.Name)), nil); err != nil {
			return err
		}
		w.Named(a.Name)
		return nil
	case topo.Start:
		id, err := w.ID(a.Node.Name)
		if err != nil {
			return err
		}
		return w.start(ctx, a.Node, id)
	case topo.Stop:
		return w.stop(ctx, a.Node)
	case topo.Restart:
		if err := w.stop(ctx, a.Node); err != nil {
			return err
		}
		return w.do(ctx, topo.Start(a))
	case topo.Remove:
		return w.remove(ctx, a.Node)
	}
	return driver.ErrNoAct
}

func (w *world) stop(ctx context.Context, n topo.Node) error {
	id, err := w.ID(n.Name)
	if err != nil {
		return err
	}
	if err := w.dropHelper(ctx, n.Name); err != nil {
		return err
	}
	if err := w.r.api.do(ctx, post("containers", id, "stop"), nil); err != nil {
		return err
	}
	w.hangUp(id)
	w.Stopped(n.Name)
	return nil
}

func (w *world) remove(ctx context.Context, n topo.Node) error {
	id, err := w.ID(n.Name)
	if err != nil {
		return err
	}
	if err := w.dropHelper(ctx, n.Name); err != nil {
		return err
	}
	if err := w.r.removeContainer(ctx, id); err != nil {
		return err
	}
	w.hangUp(id)
	w.Removed(n.Name)
	return nil
}
