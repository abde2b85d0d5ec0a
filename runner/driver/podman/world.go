package podman

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"sync"

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

	mu      sync.Mutex
	sockets map[string]*socket // container to what is attached to it
}

// Up builds t.
func (r *Runtime) Up(ctx context.Context, tag driver.Tag, t topo.Topology) (driver.World, error) {
	w := &world{Book: book.New(tag, t), r: r, nth: int(r.worlds.Add(1)), sockets: map[string]*socket{}}
	if err := w.Build(ctx, w); err != nil {
		return nil, err
	}
	return w, nil
}

// pass does what costs the engine much when there is a place for it.
func (w *world) pass(ctx context.Context, f func() error) error { return w.r.gate.Pass(ctx, w.nth, f) }

// Network makes a network.
func (w *world) Network(ctx context.Context, n topo.Network) error {
	if n.Driver != topo.Bridge {
		return fmt.Errorf("this driver makes no networks of driver %s", n.Driver)
	}
	return w.pass(ctx, func() error {
		servers, err := w.Servers(topo.Node{Name: n.Name, DNS: n.DNS})
		if err != nil {
			return err
		}
		s := networkSpec{w.Name(n.Name), n.Internal, n.IPv6, n.NoIPv4, servers, w.r.labels(w.Tag.Lab, n.Name)}
		err = w.r.createNetwork(ctx, s)
		if err == nil {
			w.NoteNetwork(s.name)
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
			addrs[w.Lab(network, n)] = its
		}
	}
	w.Runs(n.Name, addrs)
	return nil
}

// Close removes containers, then networks and volumes. It goes on past errors.
func (w *world) Close(ctx context.Context) error {
	made := w.Empty()
	w.mu.Lock()
	sockets := w.sockets
	w.sockets = map[string]*socket{}
	w.mu.Unlock()

	err := w.r.each(ctx, made.Extra, func(id string) error { return w.r.removeOutside(ctx, id) })
	for _, sharing := range w.byDepth(made.Nodes) {
		if e := w.r.each(ctx, sharing, func(id string) error { return w.r.removeContainer(ctx, id) }); err == nil {
			err = e
		}
	}
	for _, s := range sockets {
		s.hangUp()
	}
	if e := w.r.each(ctx, made.Networks, func(name string) error { return w.r.removeNetwork(ctx, name) }); err == nil {
		err = e
	}
	if e := w.r.each(ctx, made.Folders, func(f string) error { return w.r.removeVolume(ctx, w.Name(f)) }); err == nil {
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
		for n, ok := w.Topology.Node(name); ok && n.ShareWith != "" && depth < len(w.Topology); n, ok = w.Topology.Node(n.ShareWith) {
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
