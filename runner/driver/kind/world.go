package kind

import (
	"context"
	"errors"
	"fmt"
	"sync"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/driver/internal/book"
	"github.com/dnslab/dnslab/runner/topo"
)

// A world is a namespace of a cluster, or several, and nothing else of it.
type world struct {
	*book.Book
	t *tenant
	c *cluster

	mu     sync.Mutex
	spaces []string // namespaces that were made
}

func newWorld(t *tenant, c *cluster, tag driver.Tag, nodes topo.Topology) *world {
	return &world{Book: book.New(tag, nodes), t: t, c: c}
}

// Build makes the namespaces, and in them what the book does.
func (w *world) Build(ctx context.Context, by book.Builder) error {
	if err := w.home(ctx); err != nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), book.MakeTimeout)
		defer cancel()
		if e := by.Close(ctx); e != nil {
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
			Name: w.Name(name), Labels: w.labels(""), Annotations: map[string]string{book.LabelOwner: w.t.owner},
		}}, create)
		if apierrors.IsAlreadyExists(err) { // so it is not ours to remove
			w.mu.Lock()
			w.spaces = w.spaces[:len(w.spaces)-1]
			w.mu.Unlock()
		}
		if err != nil {
			return fmt.Errorf("making the namespace %q: %w", name, err)
		}
		w.Named(name)
	}
	for name := range all {
		if err := w.furnished(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// furnished returns when a namespace has the service account that its pods are
// given: the controller manager makes it a moment later, and no pod is admitted
// before.
func (w *world) furnished(ctx context.Context, name string) error {
	return until(ctx, fmt.Sprintf("waiting for the service account of the namespace %q", name), func(ctx context.Context) (bool, error) {
		_, err := w.c.core.ServiceAccounts(w.Name(name)).Get(ctx, "default", get)
		if apierrors.IsForbidden(err) { // whoever may not look goes on
			return true, nil
		}
		return err == nil, unlessGone(err)
	})
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

// Node makes a pod or a service.
func (w *world) Node(ctx context.Context, n topo.Node) error {
	switch {
	case !inNamespace(n):
		return fmt.Errorf("a cluster has no nodes of mode %q", n.Mode)
	case n.Later:
		return nil
	}
	return w.start(ctx, n)
}

// start makes a pod or a service.
func (w *world) start(ctx context.Context, n topo.Node) error {
	if n.Mode == topo.ServiceAddress {
		return w.makeService(ctx, n)
	}
	return w.startPod(ctx, n)
}

// end removes a pod or a service.
func (w *world) end(ctx context.Context, n topo.Node) error {
	if n.Mode == topo.ServiceAddress {
		return w.removeService(ctx, n)
	}
	return w.stopPod(ctx, n)
}

// inNamespace tells whether n is a pod or a service.
func inNamespace(n topo.Node) bool {
	return n.Mode == topo.PodNetwork || n.Mode == topo.HostNetwork || n.Mode == topo.ServiceAddress
}

// Known adds the domain of the cluster, and where its DNS is asked.
func (w *world) Known() driver.Known {
	k := w.Book.Known()
	k.Names[topo.ClusterDomain], k.Names[topo.ClusterDNS] = w.t.domain, w.t.dns
	return k
}

// Close removes the world's namespaces.
func (w *world) Close(ctx context.Context) error {
	return w.close(ctx, w.c.removeSpaces)
}

func (w *world) close(ctx context.Context, remove func(context.Context, []string) error) error {
	w.Empty()
	w.mu.Lock()
	spaces := w.spaces
	w.spaces = nil
	w.mu.Unlock()
	return errors.Join(remove(ctx, spaces), w.removeReaders(ctx, spaces))
}

// removeSpaces removes namespaces at once, and returns when they are gone.
func (c *cluster) removeSpaces(ctx context.Context, names []string) error {
	return atOnce(names, func(name string) error { return c.removeSpace(ctx, name) })
}

// leaveSpaces ends what runs in namespaces, and has them removed: the controller
// for that takes its time, which a cluster that is thrown away need not wait for.
func (c *cluster) leaveSpaces(ctx context.Context, names []string) error {
	return atOnce(names, func(name string) error { return c.dropSpace(ctx, name) })
}

func atOnce(names []string, do func(string) error) error {
	var all sync.WaitGroup
	done := make([]error, len(names))
	for i, name := range names {
		all.Go(func() { done[i] = do(name) })
	}
	all.Wait()
	return errors.Join(done...)
}

// removeSpace removes a namespace with what is in it.
func (c *cluster) removeSpace(ctx context.Context, name string) error {
	if err := c.dropSpace(ctx, name); err != nil {
		return err
	}
	return until(ctx, fmt.Sprintf("waiting for the end of the namespace %q", name), func(ctx context.Context) (bool, error) {
		_, err := c.core.Namespaces().Get(ctx, name, get)
		return apierrors.IsNotFound(err), unlessGone(err)
	})
}

// dropSpace ends the pods of a namespace and then has it removed. Its controller
// looks first after 5 s, and then every 15 s whether pods have ended (kubernetes
// v1.34.3 pkg/controller/namespace, namespaceDeletionGracePeriod), so they end
// before.
func (c *cluster) dropSpace(ctx context.Context, name string) error {
	if err := c.core.Pods(name).DeleteCollection(ctx, ended(), meta.ListOptions{}); unlessGone(err) != nil {
		return fmt.Errorf("removing the pods of %q: %w", name, err)
	}
	err := until(ctx, fmt.Sprintf("waiting for the end of the pods of %q", name), func(ctx context.Context) (bool, error) {
		pods, err := c.core.Pods(name).List(ctx, meta.ListOptions{})
		return err == nil && len(pods.Items) == 0, err
	})
	if err != nil {
		return err
	}
	if err := c.core.Namespaces().Delete(ctx, name, meta.DeleteOptions{}); unlessGone(err) != nil {
		return fmt.Errorf("removing the namespace %q: %w", name, err)
	}
	return nil
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
