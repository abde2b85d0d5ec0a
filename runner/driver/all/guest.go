package all

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"

	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/driver/kind"
	"github.com/dnslab/dnslab/runner/host"
)

// guest opens a cluster of the user's, and gets the agent's image there.
func (p *Opener) guest(ctx context.Context, c Candidate) (driver.Runtime, error) {
	g, err := p.attach(ctx, c)
	if err != nil {
		return nil, err
	}
	if err := g.Ready(ctx); err != nil {
		return nil, errors.Join(err, g.Close(context.WithoutCancel(ctx)))
	}
	return g, nil
}

// Cleaner opens a runtime of the user's for who only cleans up there.
func (p *Opener) Cleaner(ctx context.Context, c Candidate) (driver.Runtime, error) {
	if c.context == nil {
		return p.Runtime(ctx, c)
	}
	g, err := p.attach(ctx, c)
	if err != nil {
		return nil, err
	}
	return g, nil
}

func (p *Opener) attach(ctx context.Context, c Candidate) (*kind.Guest, error) {
	o := p.o
	o.Images = func(ctx context.Context, name string) (string, func(context.Context) (io.ReadCloser, error), error) {
		out, err := p.docker()
		if err != nil {
			return "", nil, fmt.Errorf("the image of pods is made on your Docker: %w", err)
		}
		return host.Supply(out, p.o.Say)(ctx, name)
	}
	return kind.Attach(ctx, *c.context, p.way, o)
}

// way is how images may get to a cluster of the user's.
func (p *Opener) way() kind.Way {
	w := kind.Way{Registry: os.Getenv(kind.RegistryVariable), Arch: runtime.GOARCH}
	if out, err := p.docker(); err == nil {
		w.Engine = out
		_, w.Arch = out.Images().Platform()
	}
	return w
}
