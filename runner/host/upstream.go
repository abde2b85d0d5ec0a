package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"

	"github.com/dnslab/dnslab/runner/agent"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// An upstream is the server that a host's resolv.conf names: a neighbour of
// the host, on the engine outside.
type upstream struct {
	world driver.World
	addr  netip.Addr
}

// Of the upstream of a host: its name, what it answers, and N in 203.0.113.N.
const (
	upstreamName   = "upstream"
	upstreamZone   = "lab.test."
	upstreamNumber = 250
)

func (h *Host) startUpstream(ctx context.Context) (*upstream, error) {
	node := topo.Node{Name: upstreamName, Kind: topo.Upstream, Mode: topo.DefaultBridge}
	if err := h.out.Prepare(ctx, topo.Topology{node}, nil); err != nil {
		return nil, err
	}
	w, err := h.out.Up(ctx, driver.Tag{Lab: labPrefix + h.Name, Name: h.name}, topo.Topology{node})
	if err != nil {
		return nil, err
	}
	u := &upstream{world: w}
	if err := u.serve(ctx, node); err != nil {
		return u, err // whoever asked closes it
	}
	return u, nil
}

func (u *upstream) serve(ctx context.Context, node topo.Node) error {
	text, ok := u.world.Known().Lookup(node.Name + ".addr")
	if !ok {
		return errors.New("the engine gave it no IPv4 address")
	}
	var err error
	if u.addr, err = netip.ParseAddr(text); err != nil {
		return err
	}
	stream, err := u.dial(ctx)
	if err != nil {
		return err
	}
	c := agent.NewClient(stream)
	defer c.Close()
	serve := agent.Serve{Name: node.Name, Number: upstreamNumber, Zone: upstreamZone}
	_, err = c.Do(ctx, agent.Request{Acts: []agent.Act{{Serve: &serve}}})
	return err
}

// dial attaches to its agent.
func (u *upstream) dial(ctx context.Context) (io.ReadWriteCloser, error) {
	return u.world.Dial(ctx, topo.Place{At: topo.Inside, Name: upstreamName})
}

func (u *upstream) close(ctx context.Context) error {
	if err := u.world.Close(ctx); err != nil {
		return fmt.Errorf("removing its upstream: %w", err)
	}
	return nil
}
