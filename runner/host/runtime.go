package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/netip"
	"slices"
	"sync"

	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// Runtime is an engine on a lab host: what its driver makes of it, and the
// host as a place of its own, with neighbours on the engine outside.
type Runtime struct {
	driver.Runtime
	host   *Host
	beside driver.Runtime // the engine outside

	mu     sync.Mutex
	worlds map[driver.World]bool // of neighbours, that are up
}

// On joins a lab host, the engine on it and the engine outside, where the
// host's neighbours run. Closing it closes the first two.
func On(h *Host, inside, beside driver.Runtime) *Runtime {
	return &Runtime{Runtime: inside, host: h, beside: beside, worlds: map[driver.World]bool{}}
}

// About adds that the host is ours to change.
func (r *Runtime) About(ctx context.Context) (driver.About, error) {
	a, err := r.Runtime.About(ctx)
	if err == nil {
		maps.Copy(a.Facts, r.host.Facts())
		a.Caps[driver.OwnHost] = "dnslab made this host: a container on the user's Docker"
		err = r.addResolved(ctx, a.Caps)
	}
	return a, err
}

// resolvedProgram is where Debian has it since bookworm, in a package of its own.
const resolvedProgram = "/usr/lib/systemd/systemd-resolved"

func (r *Runtime) addResolved(ctx context.Context, caps driver.Caps) error {
	out, err := r.host.Exec(ctx, "test", "-x", resolvedProgram)
	if err == nil && out.Status == 0 {
		caps[driver.Resolved] = "trial: " + resolvedProgram + " is there"
	}
	return err
}

// Exec runs a command on the host, as the user that the engine runs as.
func (r *Runtime) Exec(ctx context.Context, args ...string) (Output, error) {
	return r.host.Exec(ctx, args...)
}

// Ping asks whether the engine still answers.
func (r *Runtime) Ping(ctx context.Context) error {
	if p, ok := r.Runtime.(driver.Pinger); ok {
		return p.Ping(ctx)
	}
	return nil
}

// Prepare makes what the nodes on either engine need.
func (r *Runtime) Prepare(ctx context.Context, t topo.Topology, places []topo.Place) error {
	inside, beside, _ := split(t)
	if len(beside) > 0 {
		if err := r.beside.Prepare(ctx, beside, nil); err != nil {
			return err
		}
	}
	places = slices.DeleteFunc(slices.Clone(places), func(p topo.Place) bool {
		_, ok := inside.Node(p.Name)
		return !ok
	})
	return r.Runtime.Prepare(ctx, inside, places)
}

// Up builds the host's neighbours first: nodes inside may name them as servers.
func (r *Runtime) Up(ctx context.Context, tag driver.Tag, t topo.Topology) (driver.World, error) {
	inside, beside, serving := split(t)
	w := &world{r: r, beside: nowhere{}, serving: serving}
	if len(beside) > 0 {
		out, err := r.beside.Up(ctx, tag, beside)
		if err != nil {
			return nil, err
		}
		w.beside = out
		r.note(out, true)
	}
	in, err := r.Runtime.Up(ctx, tag, served(inside, w.beside.Known()))
	if err != nil {
		return nil, errors.Join(err, w.closeBeside(context.WithoutCancel(ctx)))
	}
	w.World = in
	return w, nil
}

// Close removes the host, and with it all that the engine on it has, and the
// neighbours that are still up.
func (r *Runtime) Close(ctx context.Context) error {
	errs := []error{r.Runtime.Close(ctx), r.host.Close(ctx)}
	r.mu.Lock()
	defer r.mu.Unlock()
	for w := range r.worlds {
		errs = append(errs, w.Close(ctx))
	}
	clear(r.worlds)
	return errors.Join(errs...)
}

func (r *Runtime) note(w driver.World, up bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if up {
		r.worlds[w] = true
	} else {
		delete(r.worlds, w)
	}
}

// split tells the host's neighbours, and the host's own upstream, from what
// runs on the host. Outside they are nodes of the default bridge, where the
// host is.
func split(t topo.Topology) (inside, beside, serving topo.Topology) {
	for _, n := range t {
		switch n.Mode {
		case topo.BesideHost:
			n.Mode = topo.DefaultBridge
			beside = append(beside, n)
		case topo.ServesHost:
			serving = append(serving, n)
		default:
			inside = append(inside, n)
		}
	}
	return inside, beside, serving
}

// served is t with the addresses of neighbours instead of their names, as
// servers of nodes and of networks.
func served(t topo.Topology, beside driver.Known) topo.Topology {
	addresses := func(servers []string) []string {
		servers = slices.Clone(servers)
		for i, server := range servers {
			if addr, ok := beside.Lookup(server + ".addr"); ok {
				servers[i] = addr
			}
		}
		return servers
	}
	t = slices.Clone(t)
	for i := range t {
		t[i].DNS = addresses(t[i].DNS)
		t[i].On = slices.Clone(t[i].On)
		for j := range t[i].On {
			t[i].On[j].Network.DNS = addresses(t[i].On[j].Network.DNS)
		}
	}
	return t
}

// A world is one on the host's engine, with the host and its neighbours.
type world struct {
	driver.World
	r       *Runtime
	beside  driver.World
	serving topo.Topology // the host's own upstream, if a lab asks it
}

func (w *world) Known() driver.Known {
	in, out := w.World.Known(), w.beside.Known()
	k := driver.Known{Names: maps.Clone(in.Names), IDs: maps.Clone(in.IDs), Addrs: maps.Clone(in.Addrs)}
	maps.Copy(k.Names, out.Names)
	maps.Copy(k.IDs, out.IDs)
	maps.Copy(k.Addrs, out.Addrs)
	for _, n := range w.serving {
		k.Addrs[n.Name] = map[string][]netip.Addr{string(n.Mode): {w.r.host.Upstream()}}
	}
	return k
}

func (w *world) Dial(ctx context.Context, p topo.Place) (io.ReadWriteCloser, error) {
	if p.At == topo.Host {
		return w.r.host.Agent(ctx)
	}
	if _, ok := w.serving.Node(p.Name); ok {
		return w.r.host.upstream.dial(ctx)
	}
	if _, ok := w.beside.Known().IDs[p.Name]; ok {
		return w.beside.Dial(ctx, p)
	}
	return w.World.Dial(ctx, p)
}

func (w *world) Close(ctx context.Context) error {
	return errors.Join(w.World.Close(ctx), w.closeBeside(ctx))
}

func (w *world) closeBeside(ctx context.Context) error {
	w.r.note(w.beside, false)
	return w.beside.Close(ctx)
}

// nowhere is a world without nodes.
type nowhere struct{}

func (nowhere) Known() driver.Known         { return driver.Known{} }
func (nowhere) Close(context.Context) error { return nil }
func (nowhere) Dial(_ context.Context, p topo.Place) (io.ReadWriteCloser, error) {
	return nil, fmt.Errorf("reaching %q: %w", p.Name, driver.ErrNoPlace)
}
func (nowhere) Do(context.Context, topo.Act) error { return driver.ErrNoAct }
