package podman

import (
	"context"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"sync"

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
	networks []string           // their names in the engine
	extra    []string           // ids of containers beside the nodes: those removed from known and helpers
	folders  map[string]string  // folder to its path on the engine's host
	helpers  map[string]string  // node to the container that shares its namespace
	sockets  map[string]*socket // container to what is attached to it
}

// Up builds t: networks, then nodes, each as soon as those it refers to are there.
func (r *Runtime) Up(ctx context.Context, tag driver.Tag, t topo.Topology) (driver.World, error) {
	w := &world{
		r: r, nth: int(r.worlds.Add(1)), tag: tag, t: t,
		folders: map[string]string{}, helpers: map[string]string{}, sockets: map[string]*socket{},
	}
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
	s := networkSpec{w.engineName(n.Name), n.Internal, n.IPv6, n.NoIPv4, w.r.labels(w.tag.Lab, n.Name)}
	if err := w.r.createNetwork(ctx, s); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.networks = append(w.networks, s.name)
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
	if err := w.pass(ctx, func() error { return w.r.startContainer(ctx, id) }); err != nil {
		return err
	}
	return w.learn(ctx, n, id)
}

// learn asks the engine where a node is now.
func (w *world) learn(ctx context.Context, n topo.Node, id string) error {
	addrs := map[string][]netip.Addr{}
	if n.Mode != topo.HostNetwork && n.Mode != topo.SharedNetwork { // these have none of their own
		on, err := w.r.addresses(ctx, id)
		if err != nil {
			return err
		}
		for network, its := range on {
			addrs[w.labName(network, n)] = its
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.known.Addrs = maps.Clone(w.known.Addrs)
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
	nodes, extra := w.known.IDs, w.extra
	networks, folders, sockets := w.networks, slices.Collect(maps.Keys(w.folders)), w.sockets
	w.known.IDs, w.extra, w.networks, w.folders, w.sockets = map[string]string{}, nil, nil, map[string]string{}, map[string]*socket{}
	w.mu.Unlock()

	err := w.r.each(ctx, extra, func(id string) error { return w.r.removeOutside(ctx, id) })
	for _, sharing := range w.byDepth(nodes) {
		if e := w.r.each(ctx, sharing, func(id string) error { return w.r.removeContainer(ctx, id) }); err == nil {
			err = e
		}
	}
	for _, s := range sockets {
		s.hangUp()
	}
	if e := w.r.each(ctx, networks, func(name string) error { return w.r.removeNetwork(ctx, name) }); err == nil {
		err = e
	}
	if e := w.r.each(ctx, folders, func(f string) error { return w.r.removeVolume(ctx, w.engineName(f)) }); err == nil {
		err = e
	}
	return err
}

// each does f with all of them at once, as there is room, and returns the first error.
func (r *Runtime) each(ctx context.Context, all []string, f func(string) error) error {
	var g errgroup.Group
	for _, one := range all {
		g.Go(func() error {
			return r.gate.Pass(ctx, gate.Leaving, func() error { return f(one) })
		})
	}
	return g.Wait()
}

// byDepth groups the containers of nodes such that none comes before those
// that share its network: the engine removes no container that another needs.
func (w *world) byDepth(ids map[string]string) [][]string {
	var all [][]string
	for name, id := range ids {
		depth := 0
		for n, ok := w.t.Node(name); ok && n.ShareWith != "" && depth < len(w.t); n, ok = w.t.Node(n.ShareWith) {
			depth++
		}
		for len(all) <= depth {
			all = append(all, nil)
		}
		all[depth] = append(all[depth], id)
	}
	slices.Reverse(all)
	return all
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
