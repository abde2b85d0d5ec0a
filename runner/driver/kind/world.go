package kind

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"sync"
	"sync/atomic"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/driver/internal/book"
	"github.com/dnslab/dnslab/runner/topo"
)

// A world is a namespace of the cluster, or several, and containers beside it.
type world struct {
	*book.Book
	r       *Runtime
	c       *cluster
	beside  driver.World // of the engine under the cluster
	touched atomic.Bool  // the cluster itself was

	mu     sync.Mutex
	spaces []string        // namespaces that were made
	hosts  map[string]bool // nodes of the cluster that are stopped
}

// Up builds containers beside the cluster first: pods may name them as servers.
func (r *Runtime) Up(ctx context.Context, tag driver.Tag, t topo.Topology) (driver.World, error) {
	inside, beside := split(t)
	w := &world{Book: book.New(tag, inside), r: r, c: r.now(), beside: none{}, hosts: map[string]bool{}}
	if len(beside) > 0 {
		out, err := r.engine.Up(ctx, tag, beside)
		if err != nil {
			return nil, err
		}
		w.beside = out
	}
	if err := w.Build(ctx, w); err != nil {
		return nil, err
	}
	return w, nil
}

// Build makes the namespaces, and in them what the book does.
func (w *world) Build(ctx context.Context, by book.Builder) error {
	if err := w.home(ctx); err != nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), book.MakeTimeout)
		defer cancel()
		if e := w.Close(ctx); e != nil {
			err = fmt.Errorf("%w (and %w: %w)", err, driver.ErrLeft, e)
		}
		return err
	}
	return w.Book.Build(ctx, by)
}

// home makes the namespaces that the nodes are in.
func (w *world) home(ctx context.Context) error {
	all := map[string]bool{topo.Home: true}
	for _, n := range w.Topology {
		all[space(n)] = true
	}
	for name := range all {
		making, cancel, err := book.Making(ctx)
		if err != nil {
			return err
		}
		defer cancel()
		w.mu.Lock()
		w.spaces = append(w.spaces, w.Name(name))
		w.mu.Unlock()
		_, err = w.c.core.Namespaces().Create(making, &corev1.Namespace{ObjectMeta: meta.ObjectMeta{
			Name: w.Name(name), Labels: w.labels(""), Annotations: map[string]string{labelOwner: w.r.owner},
		}}, create)
		if err != nil {
			return fmt.Errorf("making the namespace %q: %w", name, err)
		}
		w.Named(name)
	}
	return nil
}

// space is the namespace of a node, as the lab calls it.
func space(n topo.Node) string {
	if n.Pod.Namespace == "" {
		return topo.Home
	}
	return n.Pod.Namespace
}

// Network fails: whatever a pod is on is the cluster's.
func (w *world) Network(context.Context, topo.Network) error {
	return errors.New("a cluster has no networks of the user's")
}

// Node makes a pod or a service, or finds a node of the cluster.
func (w *world) Node(ctx context.Context, n topo.Node) error {
	switch n.Mode {
	case topo.PodNetwork, topo.HostNetwork:
		if n.Later {
			return nil
		}
		return w.startPod(ctx, n)
	case topo.ServiceAddress:
		return w.makeService(ctx, n)
	case topo.ClusterNode:
		return w.find(n)
	}
	return fmt.Errorf("a cluster has no nodes of mode %q", n.Mode)
}

// find notes where a node of the cluster is.
func (w *world) find(n topo.Node) error {
	for _, m := range w.c.nodes {
		if labName(m.name) == n.Name {
			w.Runs(n.Name, map[string][]netip.Addr{string(n.Mode): {m.addr}})
			return nil
		}
	}
	return fmt.Errorf("the cluster has no node %q", n.Name)
}

// Known adds what is beside the cluster.
func (w *world) Known() driver.Known {
	k, out := w.Book.Known(), w.beside.Known()
	for _, n := range w.Topology {
		if n.Mode == topo.ClusterNode {
			k.Names[n.Name] = nodeName(n.Name)
		}
	}
	maps.Copy(k.Names, out.Names)
	maps.Copy(k.IDs, out.IDs)
	maps.Copy(k.Addrs, out.Addrs)
	return k
}

// Close removes the world's namespaces, and gives the cluster back as it was.
func (w *world) Close(ctx context.Context) error {
	w.mu.Lock()
	spaces := w.spaces
	w.spaces = nil
	w.mu.Unlock()
	errs := []error{w.beside.Close(ctx)}
	w.Empty()
	if w.touched.Swap(false) {
		// Where it is made anew, the namespaces are gone with it.
		errs = append(errs, w.r.restore(ctx, w.c))
		if w.r.now() != w.c {
			return errors.Join(errs...)
		}
	}
	var all sync.WaitGroup
	gone := make([]error, len(spaces))
	for i, name := range spaces {
		all.Go(func() { gone[i] = w.removeSpace(ctx, name) })
	}
	all.Wait()
	return errors.Join(append(errs, gone...)...)
}

// removeSpace removes a namespace with what is in it. Its controller looks
// first after 5 s, and then every 15 s whether pods have ended (kubernetes
// v1.34.3 pkg/controller/namespace, namespaceDeletionGracePeriod), so they are
// told to end meanwhile.
func (w *world) removeSpace(ctx context.Context, name string) error {
	if err := w.c.core.Namespaces().Delete(ctx, name, meta.DeleteOptions{}); unlessGone(err) != nil {
		return fmt.Errorf("removing the namespace %q: %w", name, err)
	}
	if err := w.c.core.Pods(name).DeleteCollection(ctx, ended(), meta.ListOptions{}); unlessGone(err) != nil {
		return fmt.Errorf("removing the pods of %q: %w", name, err)
	}
	return until(ctx, fmt.Sprintf("waiting for the end of the namespace %q", name), func(ctx context.Context) (bool, error) {
		_, err := w.c.core.Namespaces().Get(ctx, name, get)
		return apierrors.IsNotFound(err), unlessGone(err)
	})
}

// ended are the options for ending a pod: an agent ends when it is told to.
func ended() meta.DeleteOptions {
	grace := int64(1)
	return meta.DeleteOptions{GracePeriodSeconds: &grace}
}

func unlessGone(err error) error {
	if apierrors.IsNotFound(err) {
		return nil
	}
	return err
}
