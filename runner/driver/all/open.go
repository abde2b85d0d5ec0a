package all

import (
	"context"
	"fmt"
	"sync"

	"github.com/dnslab/dnslab/images"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/driver/docker"
	"github.com/dnslab/dnslab/runner/host"
)

// An Opener opens candidates for one run. Lab hosts are containers of the
// user's Docker, which it finds once. It is safe for concurrent use.
type Opener struct {
	o       driver.Options
	outside func() (*docker.Runtime, error)

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
	p.outside = sync.OnceValues(func() (*docker.Runtime, error) {
		out, err := docker.Connect(ctx, "docker", o)
		if err != nil {
			return nil, fmt.Errorf("lab hosts run on your Docker: %w", err)
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		p.used = out
		return out, nil
	})
	return p
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
		return nil, fmt.Errorf("opening the engine of the lab host %q: %w", c.Name, err)
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
	return engines[c.Engine](ctx, c.Name, o)
}

// Later is a candidate that is opened when its turn comes, as the runner wants it.
func (p *Opener) Later(c Candidate) Later { return Later{p, c} }

// Later opens one candidate.
type Later struct {
	p *Opener
	c Candidate
}

// Open starts the lab host.
func (l Later) Open(ctx context.Context) (driver.Runtime, error) { return l.p.Runtime(ctx, l.c) }

// Ahead makes the image of the lab host.
func (l Later) Ahead(ctx context.Context) {
	if out, err := l.p.outside(); err == nil {
		images.Ensure(ctx, out.Images(), l.c.host.Image, l.p.o.Say)
	}
}

// Ready tells whether the image of the lab host is there.
func (l Later) Ready(ctx context.Context) bool {
	_, has, err := l.p.image(ctx, l.c)
	return err == nil && has
}

// image asks the engine outside whether it has the image of a lab host.
func (p *Opener) image(ctx context.Context, c Candidate) (out *docker.Runtime, has bool, err error) {
	if out, err = p.outside(); err != nil {
		return nil, false, err
	}
	ref, err := images.Ref(ctx, out.Images(), c.host.Image)
	if err != nil {
		return nil, false, err
	}
	has, err = out.Images().Has(ctx, ref)
	return out, has, err
}

// State says how far a lab host is from running.
type State struct {
	Ready   bool  // its image is there
	Seconds int   // that making the image takes, about
	Bytes   int64 // of disk that the image takes, about
}

// State asks whether the image of a lab host is there. An error says in one
// line why it cannot be made.
func (p *Opener) State(ctx context.Context, c Candidate) (State, error) {
	out, has, err := p.image(ctx, c)
	if err != nil || has {
		return State{Ready: has}, err
	}
	var s State
	s.Seconds, s.Bytes, err = images.HostCost(ctx, out.Images(), c.host.Image)
	return s, err
}
