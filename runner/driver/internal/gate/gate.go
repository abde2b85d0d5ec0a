// Package gate lets so many calls through to an engine at a time.
package gate

import (
	"context"
	"slices"
	"sync"
)

// A Gate lets so many calls through to the engine at a time, those of older
// worlds first. An engine that is asked for everything at once does it no
// sooner, and everything is late: with 2 processors and eight labs at once the
// first verdict came after 6 to 8 s, behind a gate after 3 to 5. A lab that
// waits for an answer takes no place of those that do not.
type Gate struct {
	mu      sync.Mutex
	free    int
	waiting []*caller // the next one first
}

// Leaving is older than any world: what goes down goes first, whoever it is.
const Leaving = 0

// New makes one for an engine with so many processors: half of what a
// container costs is waiting for the kernel.
func New(processors int) *Gate { return &Gate{free: max(4, 2*processors)} }

type caller struct {
	world int
	come  chan struct{}
}

// Pass does f when there is a place for a world, or not at all if ctx ends before.
func (g *Gate) Pass(ctx context.Context, world int, f func() error) error {
	c := g.queue(world)
	select {
	case <-c.come:
		defer g.leave()
		return f()
	case <-ctx.Done():
		g.giveUp(c)
		return context.Cause(ctx)
	}
}

func (g *Gate) queue(world int) *caller {
	g.mu.Lock()
	defer g.mu.Unlock()
	c := &caller{world, make(chan struct{})}
	if g.free > 0 {
		g.free--
		close(c.come)
		return c
	}
	i := slices.IndexFunc(g.waiting, func(other *caller) bool { return other.world > world })
	if i < 0 {
		i = len(g.waiting)
	}
	g.waiting = slices.Insert(g.waiting, i, c)
	return c
}

func (g *Gate) giveUp(c *caller) {
	g.mu.Lock()
	i := slices.Index(g.waiting, c)
	if i >= 0 {
		g.waiting = slices.Delete(g.waiting, i, i+1)
	}
	g.mu.Unlock()
	if i < 0 { // there was a place all the same
		g.leave()
	}
}

func (g *Gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.waiting) == 0 {
		g.free++
		return
	}
	close(g.waiting[0].come)
	g.waiting = g.waiting[1:]
}
