package docker

import (
	"context"
	"fmt"

	"github.com/moby/moby/client"

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
		if err := w.connect(ctx, id, a.Node, a.Network, a.Aliases); err != nil {
			return err
		}
		return w.learn(ctx, a.Node, id)
	case topo.Disconnect:
		id, err := w.ID(a.Node.Name)
		if err != nil {
			return err
		}
		_, err = w.r.api.NetworkDisconnect(ctx, w.Name(a.Network.Name), client.NetworkDisconnectOptions{Container: id})
		if err != nil {
			return err
		}
		return w.learn(ctx, a.Node, id)
	case topo.Rename:
		id, err := w.ID(a.Node.Name)
		if err != nil {
			return err
		}
		if _, err := w.r.api.ContainerRename(ctx, id, client.ContainerRenameOptions{NewName: w.Name(a.Name)}); err != nil {
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
	case topo.SwarmInit:
		_, err := w.r.api.SwarmInit(ctx, client.SwarmInitOptions{ListenAddr: "127.0.0.1:2377", AdvertiseAddr: "127.0.0.1"})
		return err
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
	defer w.turn(n)()
	if _, err := w.r.api.ContainerStop(ctx, id, client.ContainerStopOptions{}); err != nil {
		return err
	}
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
	defer w.turn(n)()
	if _, err := w.r.api.ContainerRemove(ctx, id, client.ContainerRemoveOptions{Force: true, RemoveVolumes: true}); err != nil {
		return err
	}
	w.Removed(n.Name)
	return nil
}
