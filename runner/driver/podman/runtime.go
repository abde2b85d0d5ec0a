package podman

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dnslab/dnslab/images"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/driver/internal/gate"
	"github.com/dnslab/dnslab/runner/topo"
)

// Runtime is one Podman service.
type Runtime struct {
	name  string
	api   *api
	info  info
	told  map[string]string // versions that the lab host knows
	run   string
	owner string
	say   func(string)

	make   imageEngine
	supply driver.Supply // instead of make, where there is one
	gate   *gate.Gate
	worlds atomic.Int64 // made so far

	loading sync.Mutex // one image at a time

	mu     sync.Mutex
	images map[string]string // image name to reference, once it is there
}

// connectTimeout bounds how long a service may take to say what it is.
const connectTimeout = 30 * time.Second

// Connect finds the service and asks whether it answers.
func Connect(ctx context.Context, name string, o driver.Options) (*Runtime, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, connectTimeout, fmt.Errorf("the service says nothing for %v", connectTimeout))
	defer cancel()
	a, err := dial(ctx, o.Socket)
	if err != nil {
		return nil, err
	}
	r := &Runtime{name: name, api: a, told: o.Versions, run: o.Run, owner: o.Owner, say: o.Say, supply: o.Images, images: map[string]string{}}
	if r.say == nil {
		r.say = func(string) {}
	}
	if err := a.do(ctx, get("info"), &r.info); err != nil {
		return nil, fmt.Errorf("asking the service what it is: %w", err)
	}
	r.make = imageEngine{a, r.info.Host.OS, r.info.Host.Arch}
	r.gate = gate.New(r.info.Host.CPUs)
	return r, nil
}

// Name returns the name that results use.
func (r *Runtime) Name() string { return r.name }

// Ping asks whether the service still answers.
func (r *Runtime) Ping(ctx context.Context) error {
	_, err := r.api.ping(ctx)
	return err
}

// Close closes the connections; worlds are closed before.
func (r *Runtime) Close(context.Context) error {
	r.api.conn.Client.CloseIdleConnections()
	return nil
}

// Prepare makes the images that t and the places need, each once.
func (r *Runtime) Prepare(ctx context.Context, t topo.Topology, places []topo.Place) error {
	need := map[string]bool{}
	for _, n := range t {
		need[imageOf(n)] = true
	}
	for _, p := range places {
		if p.At == topo.Netns {
			need["helper"] = true
		}
	}
	for name := range need {
		if _, err := r.image(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// image returns the reference of one of dnslab's own images, made if need be.
func (r *Runtime) image(ctx context.Context, name string) (string, error) {
	r.mu.Lock()
	ref, ok := r.images[name]
	r.mu.Unlock()
	if ok {
		return ref, nil
	}
	ref, err := r.ensure(ctx, name)
	if err != nil {
		return "", err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.images[name] = ref
	return ref, nil
}

func (r *Runtime) ensure(ctx context.Context, name string) (string, error) {
	if r.supply == nil {
		ref, err := images.Ensure(ctx, r.make, name, r.say)
		return here(ref), err
	}
	ref, archive, err := r.supply(ctx, name)
	if err != nil {
		return "", err
	}
	r.loading.Lock()
	defer r.loading.Unlock()
	return r.make.receive(ctx, ref, archive)
}

var _ driver.Runtime = (*Runtime)(nil)

func imageOf(n topo.Node) string {
	if n.Image == topo.Bare {
		return "agent"
	}
	return string(n.Image)
}

// Images is where dnslab's own images are on this engine.
func (r *Runtime) Images() images.Engine { return r.make }

// before tells whether the service is of a release before "4.0".
func (r *Runtime) before(major int) bool {
	var its int
	fmt.Sscanf(r.info.Version.Version, "%d.", &its)
	return its < major
}
