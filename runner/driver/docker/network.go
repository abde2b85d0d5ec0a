package docker

import (
	"context"
	"crypto/rand"
	"net/netip"

	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/client"
)

type networkSpec struct {
	name           string
	internal, ipv6 bool
	noIPv4         bool
	labels         map[string]string
}

func (r *Runtime) createNetwork(ctx context.Context, s networkSpec) (id string, err error) {
	ctx, cancel, err := making(ctx)
	if err != nil {
		return "", err
	}
	defer cancel()
	o := client.NetworkCreateOptions{Driver: "bridge", Internal: s.internal, Labels: s.labels}
	if s.ipv6 {
		o.EnableIPv6 = &s.ipv6
		o.IPAM = &network.IPAM{Config: []network.IPAMConfig{{Subnet: uniqueLocal()}}}
	}
	if s.noIPv4 {
		o.EnableIPv4 = new(bool) // since API 1.48; before, it is not understood and makes no difference
	}
	res, err := r.api.NetworkCreate(ctx, s.name, o)
	return res.ID, err
}

// uniqueLocal returns a random /64 of fd00::/8 (RFC 4193): before 27.0 the
// engine has no IPv6 pool of its own.
func uniqueLocal() netip.Prefix {
	var a [16]byte
	rand.Read(a[1:7])
	a[0] = 0xfd
	return netip.PrefixFrom(netip.AddrFrom16(a), 64)
}
