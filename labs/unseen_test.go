package labs_test

import (
	"context"

	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// unseen is a runtime whose worlds are changed behind dnslab's back: what acts
// do to addresses and containers is done for real, but not known.
type unseen struct{ driver.Runtime }

func (r unseen) Up(ctx context.Context, tag driver.Tag, t topo.Topology) (driver.World, error) {
	w, err := r.Runtime.Up(ctx, tag, t)
	if err != nil {
		return nil, err
	}
	return unseenWorld{w, w.Known()}, nil
}

type unseenWorld struct {
	driver.World
	before driver.Known
}

func (w unseenWorld) Known() driver.Known {
	k := w.World.Known()
	k.Addrs, k.IDs = w.before.Addrs, w.before.IDs
	return k
}
