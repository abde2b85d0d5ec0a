// Package stock keeps the images of one runtime.
package stock

import (
	"context"
	"io"
	"sync"

	"github.com/dnslab/dnslab/images"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// A Stock has dnslab's own images on one engine: made there, or handed to it
// by a supply. It may be used by several goroutines.
type Stock struct {
	engine Receiver
	supply driver.Supply
	make   func(ctx context.Context, name string) (string, error) // where there is no supply

	loading sync.Mutex // one archive at a time

	mu   sync.Mutex
	refs map[string]string // image name to what the engine calls it, once it is there
}

// An Engine makes images, or takes them as they are.
type Engine interface {
	images.Engine
	Receiver

	// Called is what the engine calls an image that was made on it as ref.
	Called(ref string) string
}

// A Receiver takes images as they are.
type Receiver interface {
	// Receive loads ref of an archive, unless it is there, and returns what
	// the engine calls it.
	Receive(ctx context.Context, ref string, archive func(context.Context) (io.ReadCloser, error)) (string, error)
}

// New returns a stock on e: its images are made there, or where o has a supply
// taken from that.
func New(e Engine, o driver.Options) *Stock {
	say := o.Say
	if say == nil {
		say = func(string) {}
	}
	s := Fed(e, o.Images)
	s.make = func(ctx context.Context, name string) (string, error) {
		ref, err := images.Ensure(ctx, e, name, say)
		return e.Called(ref), err
	}
	return s
}

// Fed returns a stock on an engine that makes no images of its own.
func Fed(r Receiver, supply driver.Supply) *Stock {
	return &Stock{engine: r, supply: supply, refs: map[string]string{}}
}

// Prepare gets the images that t and the places need.
func (s *Stock) Prepare(ctx context.Context, t topo.Topology, places []topo.Place) error {
	need := map[string]bool{}
	for _, n := range t {
		need[Of(n)] = true
	}
	for _, p := range places {
		if p.At == topo.Netns {
			need["helper"] = true
		}
	}
	for name := range need {
		if _, err := s.Image(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// Image returns what the engine calls one of dnslab's own images, which it
// gets if need be.
func (s *Stock) Image(ctx context.Context, name string) (string, error) {
	s.mu.Lock()
	ref, ok := s.refs[name]
	s.mu.Unlock()
	if ok {
		return ref, nil
	}
	ref, err := s.get(ctx, name)
	if err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refs[name] = ref
	return ref, nil
}

func (s *Stock) get(ctx context.Context, name string) (string, error) {
	if s.supply == nil {
		return s.make(ctx, name)
	}
	ref, archive, err := s.supply(ctx, name)
	if err != nil {
		return "", err
	}
	s.loading.Lock()
	defer s.loading.Unlock()
	return s.engine.Receive(ctx, ref, archive)
}

// Forget says that the engine is another one now, which has no images yet.
func (s *Stock) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.refs)
}

// Of returns the name of the image that a node runs from.
func Of(n topo.Node) string {
	if n.Image == topo.Bare {
		return "agent"
	}
	return string(n.Image)
}
