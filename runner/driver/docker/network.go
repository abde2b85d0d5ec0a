package docker

import (
	"cmp"
	"context"

	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/client"

	"github.com/dnslab/dnslab/runner/driver/internal/book"
	"github.com/dnslab/dnslab/runner/topo"
)

type networkSpec struct {
	name           string
	internal, ipv6 bool
	noIPv4         bool
	driver         topo.NetworkDriver
	parent         string // interface, where driver is not the bridge
	labels         map[string]string
}

func (r *Runtime) createNetwork(ctx context.Context, s networkSpec) (id string, err error) {
	ctx, cancel, err := book.Making(ctx)
	if err != nil {
		return "", err
	}
	defer cancel()
	o := client.NetworkCreateOptions{Driver: cmp.Or(string(s.driver), "bridge"), Internal: s.internal, Labels: s.labels}
	if s.parent != "" {
		o.Options = map[string]string{"parent": s.parent}
	}
	if s.ipv6 {
		o.EnableIPv6 = &s.ipv6
		o.IPAM = &network.IPAM{Config: []network.IPAMConfig{{Subnet: book.UniqueLocal()}}}
	}
	if s.noIPv4 {
		o.EnableIPv4 = new(bool) // since API 1.48; before, it is not understood and makes no difference
	}
	res, err := r.api.NetworkCreate(ctx, s.name, o)
	return res.ID, err
}

// bridgeOf is the interface of a network of driver bridge, which is called
// after the network's id (moby libnetwork drivers/bridge parseNetworkOptions).
func bridgeOf(id string) string { return "br-" + id[:12] }

// parent is the interface that n hangs on, if any.
func (w *world) parent(ctx context.Context, n topo.Network) (string, error) {
	if n.Parent == "" {
		return "", nil
	}
	res, err := w.r.api.NetworkInspect(ctx, w.Name(n.Parent), client.NetworkInspectOptions{})
	if err != nil {
		return "", err
	}
	return bridgeOf(res.Network.ID), nil
}
