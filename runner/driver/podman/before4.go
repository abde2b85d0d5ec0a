package podman

import (
	"context"
	"errors"
	"net"
	"regexp"
	"time"

	"github.com/dnslab/dnslab/runner/driver/internal/book"
)

// What Podman 3 is told otherwise: there a network is a file of CNI's.

func (r *Runtime) createNetwork3(ctx context.Context, s networkSpec) error {
	body := struct {
		Driver         string
		Internal, IPv6 bool
		Labels         map[string]string
		Subnet         *net.IPNet `json:",omitempty"`
	}{Driver: "bridge", Internal: s.internal, Labels: s.labels}
	switch {
	case len(s.dns) > 0:
		return errors.New("this Podman makes networks without servers of their own") // cmd/podman/networks/create.go
	case s.noIPv4:
		only := book.UniqueLocal()
		body.IPv6, body.Subnet = true, &net.IPNet{IP: only.Addr().AsSlice(), Mask: net.CIDRMask(only.Bits(), 128)}
	case s.ipv6:
		return errors.New("this Podman makes networks with one subnet") // cmd/podman/networks/create.go
	}
	return r.api.do(ctx, post("networks", "create").with("name", s.name).of(body), nil)
}

// noticeTimeout bounds how long the engine may take to notice a file. Half a
// second was the longest seen.
const noticeTimeout = 10 * time.Second

// start3 starts a container as soon as the engine knows its networks: it
// watches the folder with their files, and answers before it has noticed a new
// one (ocicni, monitorConfDir). How long a start takes that goes on is the
// caller's to bound: on a busy host it is longer than that.
func (r *Runtime) start3(ctx context.Context, id string) error {
	for until := time.Now().Add(noticeTimeout); ; {
		err := r.api.do(ctx, post("containers", id, "start"), nil)
		if err == nil || !notNoticed.MatchString(err.Error()) || time.Now().After(until) {
			return err
		}
	}
}

var notNoticed = regexp.MustCompile(`CNI network "[^"]+" not found`)

func (r *Runtime) join3(c *container, network string, aliases []string) {
	c.Names = append(c.Names, network)
	if len(aliases) > 0 {
		if c.Aliases == nil {
			c.Aliases = map[string][]string{}
		}
		c.Aliases[network] = aliases
	}
}
