package podman

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"github.com/dnslab/dnslab/runner/driver/internal/book"
)

type networkSpec struct {
	name           string
	internal, ipv6 bool
	noIPv4         bool
	dns            []netip.Addr
	labels         map[string]string
}

type subnet struct {
	Subnet netip.Prefix `json:"subnet"`
}

// createNetwork makes a network on which containers are found by name, as
// "podman network create" does.
func (r *Runtime) createNetwork(ctx context.Context, s networkSpec) error {
	ctx, cancel, err := book.Making(ctx)
	if err != nil {
		return err
	}
	defer cancel()
	if r.before(4) {
		return r.createNetwork3(ctx, s)
	}
	body := struct {
		Name     string            `json:"name"`
		Driver   string            `json:"driver"`
		Internal bool              `json:"internal,omitempty"`
		DNS      bool              `json:"dns_enabled"`
		Dual     bool              `json:"ipv6_enabled,omitempty"`
		Subnets  []subnet          `json:"subnets,omitempty"`
		Servers  []netip.Addr      `json:"network_dns_servers,omitempty"` // since 4.4; before, it is not understood
		Labels   map[string]string `json:"labels"`
	}{Name: s.name, Driver: "bridge", Internal: s.internal, DNS: true, Servers: s.dns, Labels: s.labels}
	if s.ipv6 {
		// Told that it is to have IPv6, the engine adds what is missing of two
		// subnets; told of one subnet only, it takes that one.
		body.Dual = !s.noIPv4
		body.Subnets = []subnet{{book.UniqueLocal()}}
	}
	if err := r.api.do(ctx, post("networks", "create").of(body), nil); err != nil || len(s.dns) == 0 {
		return err
	}
	got, err := r.networkDNS(ctx, s.name)
	if err == nil && !slices.Equal(got, s.dns) {
		err = fmt.Errorf("this Podman made a network that has the servers %v, not %v", got, s.dns)
	}
	if err != nil {
		return errors.Join(err, r.removeNetwork(ctx, s.name)) // nobody has noted it
	}
	return nil
}

// networkDNS returns the servers that a network was given.
func (r *Runtime) networkDNS(ctx context.Context, name string) ([]netip.Addr, error) {
	var n struct {
		Servers []netip.Addr `json:"network_dns_servers"`
	}
	err := r.api.do(ctx, get("networks", name, "json"), &n)
	return n.Servers, err
}

func (r *Runtime) removeNetwork(ctx context.Context, name string) error {
	return unlessGone(r.api.do(ctx, remove("networks", name), nil))
}

// join puts a container that is to be made on one more network.
func (r *Runtime) join(c *container, network string, aliases []string) {
	c.NetNS = &namespace{Mode: "bridge"}
	if r.before(4) {
		r.join3(c, network, aliases)
		return
	}
	if c.Networks == nil {
		c.Networks = map[string]attachment{}
	}
	c.Networks[network] = attachment{aliases}
}

// addresses returns those of a container by the names of its networks, IPv4 first.
func (r *Runtime) addresses(ctx context.Context, id string) (map[string][]netip.Addr, error) {
	var c struct {
		NetworkSettings struct {
			Networks map[string]struct {
				IPAddress         string
				GlobalIPv6Address string
			}
		}
	}
	if err := r.api.do(ctx, get("containers", id, "json"), &c); err != nil {
		return nil, err
	}
	all := map[string][]netip.Addr{}
	for network, e := range c.NetworkSettings.Networks {
		for _, text := range []string{e.IPAddress, e.GlobalIPv6Address} {
			if a, err := netip.ParseAddr(text); err == nil { // there is none: ""
				all[network] = append(all[network], a)
			}
		}
	}
	return all, nil
}
