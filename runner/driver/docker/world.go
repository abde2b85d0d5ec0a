package docker

import (
	"context"
	"errors"
	"net/netip"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/client"
	"golang.org/x/sync/errgroup"

	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/driver/internal/book"
	"github.com/dnslab/dnslab/runner/driver/internal/gate"
	"github.com/dnslab/dnslab/runner/topo"
)

// A world is one topology on the engine.
type world struct {
	*book.Book
	r   *Runtime
	nth int // of the runtime's worlds
}

// Up builds t.
func (r *Runtime) Up(ctx context.Context, tag driver.Tag, t topo.Topology) (driver.World, error) {
	w := &world{Book: book.New(tag, t), r: r, nth: int(r.worlds.Add(1))}
	if err := w.Build(ctx, w); err != nil {
		return nil, err
	}
	return w, nil
}

// pass does what costs the engine much when there is a place for it.
func (w *world) pass(ctx context.Context, f func() error) error { return w.r.gate.Pass(ctx, w.nth, f) }

// Network makes a network.
func (w *world) Network(ctx context.Context, n topo.Network) error {
	if len(n.DNS) > 0 {
		return errors.New("an engine of this kind makes networks without DNS servers of their own")
	}
	return w.pass(ctx, func() error {
		parent, err := w.parent(ctx, n)
		if err != nil {
			return err
		}
		id, err := w.r.createNetwork(ctx, networkSpec{
			name: w.Name(n.Name), internal: n.Internal, ipv6: n.IPv6, noIPv4: n.NoIPv4,
			driver: n.Driver, parent: parent, labels: w.r.labels(w.Tag.Lab, n.Name),
		})
		if err == nil {
			w.NoteNetwork(id)
		}
		return err
	})
}

// Node makes a node, and starts it unless it is to come later.
func (w *world) Node(ctx context.Context, n topo.Node) error {
	var id string
	err := w.pass(ctx, func() (err error) {
		id, err = w.create(ctx, n)
		return err
	})
	if err != nil || n.Later {
		return err
	}
	return w.start(ctx, n, id)
}

func (w *world) start(ctx context.Context, n topo.Node, id string) error {
	end := w.turn(n)
	err := w.pass(ctx, func() error {
		_, err := w.r.api.ContainerStart(ctx, id, client.ContainerStartOptions{})
		return err
	})
	end()
	if err != nil {
		return err
	}
	return w.learn(ctx, n, id)
}

// learn asks the engine where a node is now.
func (w *world) learn(ctx context.Context, n topo.Node, id string) error {
	res, err := w.r.api.ContainerInspect(ctx, id, client.ContainerInspectOptions{})
	if err != nil {
		return err
	}
	addrs := map[string][]netip.Addr{}
	for name, e := range res.Container.NetworkSettings.Networks {
		for _, a := range []netip.Addr{e.IPAddress, e.GlobalIPv6Address} {
			if a.IsValid() {
				net := w.Lab(name, n)
				addrs[net] = append(addrs[net], a)
			}
		}
	}
	w.Runs(n.Name, addrs)
	return nil
}

// Close removes containers, then networks and volumes. It goes on past errors.
func (w *world) Close(ctx context.Context) error {
	made := w.Empty()
	containers := made.Nodes
	for _, id := range made.Extra {
		containers[id] = id
	}
	var g errgroup.Group
	for name, id := range containers {
		g.Go(func() error {
			n, _ := w.Topology.Node(name)
			defer w.turn(n)()
			return w.r.gate.Pass(ctx, gate.Leaving, func() error {
				_, err := w.r.api.ContainerRemove(ctx, id, client.ContainerRemoveOptions{Force: true, RemoveVolumes: true})
				return unlessGone(err)
			})
		})
	}
	err := g.Wait()
	var g2 errgroup.Group
	for _, id := range made.Networks {
		g2.Go(func() error {
			return w.r.gate.Pass(ctx, gate.Leaving, func() error {
				_, err := w.r.api.NetworkRemove(ctx, id, client.NetworkRemoveOptions{})
				return unlessGone(err)
			})
		})
	}
	for _, f := range made.Folders {
		g2.Go(func() error {
			_, err := w.r.api.VolumeRemove(ctx, w.Name(f), client.VolumeRemoveOptions{Force: true})
			return unlessGone(err)
		})
	}
	if e := g2.Wait(); err == nil {
		err = e
	}
	return err
}

func unlessGone(err error) error {
	if errdefs.IsNotFound(err) {
		return nil
	}
	return err
}

func (r *Runtime) createContainer(ctx context.Context, o client.ContainerCreateOptions) (client.ContainerCreateResult, error) {
	ctx, cancel, err := book.Making(ctx)
	if err != nil {
		return client.ContainerCreateResult{}, err
	}
	defer cancel()
	return r.api.ContainerCreate(ctx, o)
}
