package docker

import (
	"context"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/client"
	"golang.org/x/sync/errgroup"

	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/driver/internal/gate"
	"github.com/dnslab/dnslab/runner/driver/internal/order"
	"github.com/dnslab/dnslab/runner/topo"
)

// A world is one topology on the engine.
type world struct {
	r   *Runtime
	nth int // of the runtime's worlds
	tag driver.Tag
	t   topo.Topology

	mu       sync.Mutex
	known    driver.Known
	networks []string          // ids
	extra    []string          // ids of containers beside the nodes: those removed from known and helpers
	folders  map[string]string // folder to its path on the engine's host
	helpers  map[string]string // node to the container that shares its namespace
}

// Up builds t: networks, then nodes, each as soon as those it refers to are there.
func (r *Runtime) Up(ctx context.Context, tag driver.Tag, t topo.Topology) (driver.World, error) {
	w := &world{r: r, nth: int(r.worlds.Add(1)), tag: tag, t: t, folders: map[string]string{}, helpers: map[string]string{}}
	w.known = driver.Known{Names: map[string]string{}, IDs: map[string]string{}, Addrs: map[string]map[string][]netip.Addr{}}
	if err := w.build(ctx); err != nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), makeTimeout)
		defer cancel()
		if e := w.Close(ctx); e != nil {
			err = fmt.Errorf("%w (and %w: %w)", err, driver.ErrLeft, e)
		}
		return nil, err
	}
	return w, nil
}

func (w *world) build(ctx context.Context) error {
	for _, n := range w.t {
		w.known.Names[n.Name] = w.engineName(n.Name)
	}
	g, gctx := errgroup.WithContext(ctx)
	for _, n := range w.t.Networks() {
		w.known.Names[n.Name] = w.engineName(n.Name)
		g.Go(func() error {
			if err := w.pass(gctx, func() error { return w.network(gctx, n) }); err != nil {
				return fmt.Errorf("making network %q: %w", n.Name, err)
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	for _, wave := range order.Waves(w.t) {
		g, gctx := errgroup.WithContext(ctx)
		for _, n := range wave {
			g.Go(func() error {
				if err := w.begin(gctx, n); err != nil {
					return fmt.Errorf("starting %q: %w", n.Name, err)
				}
				return nil
			})
		}
		if err := g.Wait(); err != nil {
			return err
		}
	}
	return nil
}

// pass does what costs the engine much when there is a place for it.
func (w *world) pass(ctx context.Context, f func() error) error { return w.r.gate.Pass(ctx, w.nth, f) }

func (w *world) network(ctx context.Context, n topo.Network) error {
	id, err := w.r.createNetwork(ctx, networkSpec{w.engineName(n.Name), n.Internal, n.IPv6, n.NoIPv4, w.r.labels(w.tag.Lab, n.Name)})
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.networks = append(w.networks, id)
	return nil
}

func (w *world) begin(ctx context.Context, n topo.Node) error {
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
				net := w.labName(name, n)
				addrs[net] = append(addrs[net], a)
			}
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.known.Addrs[n.Name] = addrs
	return nil
}

// Known returns a copy of what is known now.
func (w *world) Known() driver.Known {
	w.mu.Lock()
	defer w.mu.Unlock()
	return driver.Known{Names: maps.Clone(w.known.Names), IDs: maps.Clone(w.known.IDs), Addrs: maps.Clone(w.known.Addrs)}
}

// Close removes containers, then networks and volumes. It goes on past errors.
func (w *world) Close(ctx context.Context) error {
	w.mu.Lock()
	containers := maps.Clone(w.known.IDs)
	for _, id := range w.extra {
		containers[id] = id
	}
	networks, folders := w.networks, slices.Collect(maps.Keys(w.folders))
	w.known.IDs, w.extra, w.networks, w.folders = map[string]string{}, nil, nil, map[string]string{}
	w.mu.Unlock()

	var g errgroup.Group
	for name, id := range containers {
		g.Go(func() error {
			n, _ := w.t.Node(name)
			defer w.turn(n)()
			return w.r.gate.Pass(ctx, gate.Leaving, func() error {
				_, err := w.r.api.ContainerRemove(ctx, id, client.ContainerRemoveOptions{Force: true, RemoveVolumes: true})
				return unlessGone(err)
			})
		})
	}
	err := g.Wait()
	var g2 errgroup.Group
	for _, id := range networks {
		g2.Go(func() error {
			return w.r.gate.Pass(ctx, gate.Leaving, func() error {
				_, err := w.r.api.NetworkRemove(ctx, id, client.NetworkRemoveOptions{})
				return unlessGone(err)
			})
		})
	}
	for _, f := range folders {
		g2.Go(func() error {
			_, err := w.r.api.VolumeRemove(ctx, w.engineName(f), client.VolumeRemoveOptions{Force: true})
			return unlessGone(err)
		})
	}
	if e := g2.Wait(); err == nil {
		err = e
	}
	return err
}

func (w *world) remember(node, id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.known.IDs[node] = id
}

func (w *world) engineName(name string) string { return name + "-" + w.tag.Name }

// labName turns the engine's name of a network into the lab's; what is not the
// lab's own is known by the node's mode.
func (w *world) labName(network string, n topo.Node) string {
	for _, net := range w.t.Networks() {
		if w.engineName(net.Name) == network {
			return net.Name
		}
	}
	return string(n.Mode)
}

func unlessGone(err error) error {
	if errdefs.IsNotFound(err) {
		return nil
	}
	return err
}

// making is the context for a call that makes something: it is not begun where
// ctx has ended, but once begun it is not cut off, since the engine would go
// on and nobody would know what it made.
func making(ctx context.Context) (context.Context, context.CancelFunc, error) {
	if err := context.Cause(ctx); err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), makeTimeout)
	return ctx, cancel, nil
}

func (r *Runtime) createContainer(ctx context.Context, o client.ContainerCreateOptions) (client.ContainerCreateResult, error) {
	ctx, cancel, err := making(ctx)
	if err != nil {
		return client.ContainerCreateResult{}, err
	}
	defer cancel()
	return r.api.ContainerCreate(ctx, o)
}

// makeTimeout bounds one such call, and taking down a world that could not be
// built; the slowest seen took 3 s on a busy machine.
const makeTimeout = 90 * time.Second
