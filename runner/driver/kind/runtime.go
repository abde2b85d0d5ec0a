package kind

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	corev1 "k8s.io/api/core/v1"

	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/driver/internal/stock"
	"github.com/dnslab/dnslab/runner/topo"
)

// A Host is the lab host that a cluster is on.
type Host interface {
	// Run runs a command, with in as its input unless it is nil, and returns
	// what it printed. One that fails is an error.
	Run(ctx context.Context, in io.Reader, args ...string) (string, error)

	// Stream starts a command and returns its input and output.
	Stream(ctx context.Context, args ...string) (io.ReadWriteCloser, error)

	// Put makes a program.
	Put(ctx context.Context, path string, program []byte) error
}

// agentProgram is the agent on a lab host and on a cluster's node; see images.
const agentProgram = "/usr/local/sbin/dnslab-agent"

// An Engine is the one on the host: its containers are the cluster's nodes.
type Engine interface {
	driver.Runtime

	// Image returns what the engine calls one of dnslab's own images, which it
	// gets if need be.
	Image(ctx context.Context, name string) (string, error)
}

// Runtime is one cluster of ours.
type Runtime struct {
	tenant
	spec   Spec
	host   Host
	engine Engine
	say    func(string)
	under  driver.About // of the engine
	image  string       // of the nodes, as the engine calls it

	mu      sync.RWMutex // held for writing while the cluster is made anew
	cluster *cluster
	spoiled bool // it is to be thrown away
}

// Open makes the cluster, and returns when its CoreDNS answers. The host and
// the engine belong to whoever opened them, but for the engine's connection,
// which Close closes.
func Open(ctx context.Context, s Spec, h Host, e Engine, o driver.Options) (*Runtime, error) {
	if o.Say == nil {
		o.Say = func(string) {}
	}
	r := &Runtime{spec: s, host: h, engine: e, say: o.Say}
	r.tenant = tenant{Stock: stock.Fed(nodes{r}, o.Images), run: o.Run, owner: o.Owner, pull: corev1.PullNever, domain: kubeadmDomain, dns: kubeadmDNS}
	r.say("loading the node image of " + s.Name)
	err := r.gather(ctx)
	if err == nil {
		r.cluster, err = r.create(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("making the cluster %q: %w", s.Name, err)
	}
	return r, nil
}

// Name returns the name that results use.
func (r *Runtime) Name() string { return r.spec.Name }

// Ping asks whether the API server still answers.
func (r *Runtime) Ping(ctx context.Context) error {
	_, err := r.now().serverVersion(ctx)
	return err
}

// Prepare loads images into the nodes, and for containers beside the cluster
// into the engine under them.
func (r *Runtime) Prepare(ctx context.Context, t topo.Topology, places []topo.Place) error {
	pods, beside := split(t)
	if len(beside) > 0 {
		var around []topo.Place
		for _, p := range places {
			if _, ok := beside.Node(p.Name); ok {
				around = append(around, p)
			}
		}
		if err := r.engine.Prepare(ctx, beside, around); err != nil {
			return err
		}
	}
	return r.Stock.Prepare(ctx, withAgents(pods), nil)
}

// Close lets go of the cluster. What it is made of goes with its host.
func (r *Runtime) Close(ctx context.Context) error {
	return errors.Join(r.now().close(), r.engine.Close(ctx))
}

// now is the cluster as it is now.
func (r *Runtime) now() *cluster {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.cluster
}

// spoil says that c cannot be used again.
func (r *Runtime) spoil(c *cluster) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.spoiled = r.spoiled || c == r.cluster
}

// uses tells whether c will be used again.
func (r *Runtime) uses(c *cluster) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return c == r.cluster && !r.spoiled
}

// sound is a cluster that can be used: where the last world spoiled it, another
// one. A cluster is thrown away only here, so that the last world of a run does
// not wait for one that nobody will use.
func (r *Runtime) sound(ctx context.Context) (*cluster, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.spoiled {
		return r.cluster, nil
	}
	r.say("making the cluster " + r.spec.Name + " anew")
	r.cluster.close()
	if err := r.delete(ctx, clusterName); err != nil {
		return nil, err
	}
	c, err := r.create(ctx)
	if err != nil {
		return nil, err
	}
	r.cluster, r.spoiled = c, false
	r.Stock.Forget()
	return c, nil
}

// split tells containers beside the cluster from what is in it.
func split(t topo.Topology) (inside, beside topo.Topology) {
	for _, n := range t {
		if n.Mode == topo.BesideCluster {
			beside = append(beside, n)
		} else {
			inside = append(inside, n)
		}
	}
	return inside, beside
}

// withAgents are the nodes of t that are started from an image.
func withAgents(t topo.Topology) topo.Topology {
	var some topo.Topology
	for _, n := range t {
		if n.Mode != topo.ServiceAddress && n.Mode != topo.ClusterNode && n.Mode != topo.BareNode {
			some = append(some, n)
		}
	}
	return some
}

var _ driver.Runtime = (*Runtime)(nil)
