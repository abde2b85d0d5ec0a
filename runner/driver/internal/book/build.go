package book

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/driver/internal/order"
	"github.com/dnslab/dnslab/runner/topo"
)

// MakeTimeout bounds one call that makes something, and taking down a world
// that could not be built; the slowest seen took 3 s on a busy machine.
const MakeTimeout = 90 * time.Second

// Making is the context for a call that makes something: it is not begun where
// ctx has ended, but once begun it is not cut off, since the engine would go
// on and nobody would know what it made.
func Making(ctx context.Context) (context.Context, context.CancelFunc, error) {
	if err := context.Cause(ctx); err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), MakeTimeout)
	return ctx, cancel, nil
}

// A Builder makes parts of a world.
type Builder interface {
	Network(context.Context, topo.Network) error
	Node(context.Context, topo.Node) error
	Close(context.Context) error
}

// Build makes networks, then nodes, each as soon as those it refers to are
// there. On error it closes the world; where that fails too, the error wraps
// [driver.ErrLeft].
func (b *Book) Build(ctx context.Context, by Builder) error {
	err := b.build(ctx, by)
	if err == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), MakeTimeout)
	defer cancel()
	if e := by.Close(ctx); e != nil {
		err = fmt.Errorf("%w (and %w: %w)", err, driver.ErrLeft, e)
	}
	return err
}

func (b *Book) build(ctx context.Context, by Builder) error {
	for _, hanging := range []bool{false, true} { // a parent is a network that hangs on none
		g, gctx := errgroup.WithContext(ctx)
		for _, n := range b.Topology.Networks() {
			if hanging != (n.Parent != "") {
				continue
			}
			g.Go(func() error {
				if err := by.Network(gctx, n); err != nil {
					return fmt.Errorf("making network %q: %w", n.Name, err)
				}
				return nil
			})
		}
		if err := g.Wait(); err != nil {
			return err
		}
	}
	for _, wave := range order.Waves(b.Topology) {
		g, gctx := errgroup.WithContext(ctx)
		for _, n := range wave {
			g.Go(func() error {
				if err := by.Node(gctx, n); err != nil {
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
