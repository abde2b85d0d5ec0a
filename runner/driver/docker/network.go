package docker

import (
	"context"

	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/client"

	"github.com/dnslab/dnslab/runner/driver/internal/book"
)

type networkSpec struct {
	name           string
	internal, ipv6 bool
	noIPv4         bool
	labels         map[string]string
}

func (r *Runtime) createNetwork(ctx context.Context, s networkSpec) (id string, err error) {
	ctx, cancel, err := book.Making(ctx)
	if err != nil {
		return "", err
	}
	defer cancel()
	o := client.NetworkCreateOptions{Driver: "bridge", Internal: s.internal, Labels: s.labels}
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
