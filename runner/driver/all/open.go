package all

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/dnslab/dnslab/images"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/driver/docker"
	"github.com/dnslab/dnslab/runner/driver/kind"
	"github.com/dnslab/dnslab/runner/host"
)

// An Opener opens candidates for one run. Lab hosts are containers of the
// user's Docker, which it finds once. It is safe for concurrent use.
type Opener struct {
	o      driver.Options
	docker func() (*docker.Runtime, error)

	mu   sync.Mutex
	used *docker.Runtime
}

// Open returns what opens candidates for the run of these options. An
// interrupt of ctx ends the search for the user's Docker.
func Open(ctx context.Context, o driver.Options) *Opener {
	if o.Say == nil {
		o.Say = func(string) {}
	}
	p := &Opener{o: o}
	p.docker = sync.OnceValues(func() (*docker.Runtime, error) {
		out, err := docker.Connect(ctx, "docker", o)
		if err != nil {
			return nil, err
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		p.used = out
		return out, nil
	})
	return p
}

// outside is the engine that lab hosts run on.
func (p *Opener) outside() (*docker.Runtime, error) {
	out, err := p.docker()
	if err != nil {
		return nil, fmt.Errorf("lab hosts run on your Docker: %w", err)
	}
	return out, nil
}

// Close lets go of the user's Docker.
func (p *Opener) Close(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.used == nil {
		return nil
	}
	return p.used.Close(ctx)
}

// Possible returns nil where lab hosts can be made, and otherwise why not.
func (p *Opener) Possible() error {
	_, err := p.outside()
	return err
}

// Runtime opens one. The error says in one line why it cannot be had.
func (p *Opener) Runtime(ctx context.Context, c Candidate) (driver.Runtime, error) {
	if c.context != nil {
		return p.guest(ctx, c)
	}
	if c.host == nil {
		return c.open(ctx, c.Name, p.o)
	}
	out, err := p.outside()
	if err != nil {
		return nil, err
	}
	h, err := host.Up(ctx, *c.host, out, p.o)
	if err != nil {
		return nil, err
	}
	inside, err := p.inside(ctx, c, h, out)
	if err != nil {
		if e := h.Close(context.WithoutCancel(ctx)); e != nil {
			err = fmt.Errorf("%w (and %w: %w)", err, driver.ErrLeft, e)
		}
		return nil, fmt.Errorf("opening %q on its lab host: %w", c.Name, err)
	}
	return host.On(h, inside, out), nil
}

func (p *Opener) inside(ctx context.Context, c Candidate, h *host.Host, out *docker.Runtime) (driver.Runtime, error) {
	o := p.o
	o.Socket, o.Images = h.Socket(), host.Supply(out, o.Say)
	var err error
	if o.Versions, err = h.Versions(ctx); err != nil {
		return nil, err
	}
	engine, err := engines[h.Engine](ctx, h.Name, o)
	if err != nil || c.cluster == nil {
		return engine, err
	}
	cluster, err := kind.Open(ctx, *c.cluster, h, engine.(kind.Engine), o)
	if err != nil {
		return nil, errors.Join(err, engine.Close(ctx))
	}
	return cluster, nil
}

// Later is a candidate that is opened when its turn comes, as the runner wants it.
func (p *Opener) Later(c Candidate) Later { return Later{p, c} }

// Later opens one candidate.
type Later struct {
	p *Opener
	c Candidate
}

// Open starts the lab host, and the cluster on it.
func (l Later) Open(ctx context.Context) (driver.Runtime, error) { return l.p.Runtime(ctx, l.c) }

// Ahead makes the images of the lab host and of the cluster on it.
func (l Later) Ahead(ctx context.Context) {
	if out, err := l.p.outside(); err == nil {
		for _, image := range l.c.Images() {
			images.Ensure(ctx, out.Images(), image, l.p.o.Say)
		}
	}
}

// Ready tells whether these images are there.
func (l Later) Ready(ctx context.Context) bool {
	_, lacks, err := l.p.lacks(ctx, l.c)
	return err == nil && len(lacks) == 0
}

// Takes is what a lab host takes, with the cluster on it. The memory is that of
// their cgroups while labs ran.
func (l Later) Takes() driver.Share {
	const MiB = 1 << 20
	if l.c.cluster == nil {
		return driver.Share{Seats: 1, Memory: 250 * MiB}
	}
	return driver.Share{Seats: 2, Memory: 900*MiB + int64(l.c.cluster.Workers)*400*MiB}
}

// lacks asks the engine outside which images of a candidate it has not.
func (p *Opener) lacks(ctx context.Context, c Candidate) (out *docker.Runtime, lacks []string, err error) {
	if out, err = p.outside(); err != nil {
		return nil, nil, err
	}
	for _, image := range c.Images() {
		ref, err := images.Ref(ctx, out.Images(), image)
		if err != nil {
			return nil, nil, err
		}
		has, err := out.Images().Has(ctx, ref)
		if err != nil {
			return nil, nil, err
		}
		if !has {
			lacks = append(lacks, image)
		}
	}
	return out, lacks, nil
}

// State says how far a lab host, or a cluster on one, is from running.
type State struct {
	Ready   bool  // its images are there
	Seconds int   // that making the images takes, about
	Bytes   int64 // of disk that the images take, about
}

// State asks whether the images of a candidate are there. An error says in one
// line why one cannot be made.
func (p *Opener) State(ctx context.Context, c Candidate) (State, error) {
	out, lacks, err := p.lacks(ctx, c)
	s := State{Ready: err == nil && len(lacks) == 0}
	for _, image := range lacks {
		seconds, bytes, err := cost(ctx, out.Images(), image)
		if err != nil {
			return s, err
		}
		s.Seconds, s.Bytes = s.Seconds+seconds, s.Bytes+bytes
	}
	return s, err
}

func cost(ctx context.Context, e images.Engine, image string) (seconds int, bytes int64, err error) {
	if slices.Contains(images.NodeImageNames(), image) {
		return images.NodeImageCost(ctx, e, image)
	}
	return images.HostCost(ctx, e, image)
}
