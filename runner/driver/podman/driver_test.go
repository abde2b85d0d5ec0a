package podman

import (
	"context"
	"crypto/rand"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/driver/docker"
	"github.com/dnslab/dnslab/runner/driver/drivertest"
	"github.com/dnslab/dnslab/runner/driver/internal/book"
	"github.com/dnslab/dnslab/runner/driver/owner"
	"github.com/dnslab/dnslab/runner/host"
	"github.com/dnslab/dnslab/runner/topo"
)

// The service at $DNSLAB_PODMAN_SOCKET, or else the user's own.
func TestDriver(t *testing.T) { drive(t, driver.Options{Socket: os.Getenv("DNSLAB_PODMAN_SOCKET")}) }

// Those of the lab hosts that $DNSLAB_PODMAN_HOSTS names: "podman-3.0,podman-6.1".
func TestHosts(t *testing.T) {
	names := os.Getenv("DNSLAB_PODMAN_HOSTS")
	if names == "" {
		t.Skip("DNSLAB_PODMAN_HOSTS names no lab host")
	}
	say := func(s string) { t.Log(s) }
	o := driver.Options{Run: "driver" + strings.ToLower(rand.Text()[:8]), Owner: owner.Text(), Say: say}
	out, err := docker.Connect(t.Context(), "docker", o)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close(context.Background())
	for name := range strings.SplitSeq(names, ",") {
		t.Run(name, func(t *testing.T) {
			spec, err := host.Find(name)
			if err != nil {
				t.Fatal(err)
			}
			h, err := host.Up(t.Context(), spec, out, o)
			if err != nil {
				t.Fatal(err)
			}
			defer h.Close(context.Background())
			versions, err := h.Versions(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			drive(t, driver.Options{Socket: h.Socket(), Images: host.Supply(out, say), Versions: versions})
		})
	}
}

func drive(t *testing.T, at driver.Options) {
	open := func(ctx context.Context, o driver.Options) (*Runtime, error) {
		o.Socket, o.Images, o.Versions = at.Socket, at.Images, at.Versions
		return Connect(ctx, "podman", o)
	}
	drivertest.Run(t, drivertest.Driver{
		Name: "podman",
		Open: func(ctx context.Context, o driver.Options) (driver.Runtime, error) { return open(ctx, o) },
		More: map[string]func(context.Context, *testing.T, driver.Runtime){"NetworkDNS": ownServers},
		Left: func(ctx context.Context, run string) ([]string, error) { // by a client of its own
			r, err := open(ctx, driver.Options{})
			if err != nil {
				return nil, err
			}
			defer r.Close(ctx)
			return left(ctx, r, run)
		},
	})
}

// ownServers makes a network with servers and asks the service for them.
func ownServers(ctx context.Context, t *testing.T, rt driver.Runtime) {
	r := rt.(*Runtime)
	if _, ok := r.tryNetworkDNS(ctx); !ok {
		t.Skip("its networks have no servers of their own")
	}
	lan := topo.Network{Name: "lan", DNS: []string{"192.0.2.53", "192.0.2.54"}}
	w, err := r.Up(ctx, driver.Tag{Lab: "drivertest", Name: "servers" + book.RandomTag()}, topo.Topology{{Name: "web", On: topo.On(lan), Later: true}})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close(ctx)
	got, err := r.networkDNS(ctx, w.Known().Names["lan"])
	if err != nil || !slices.Equal(got, []netip.Addr{netip.MustParseAddr("192.0.2.53"), netip.MustParseAddr("192.0.2.54")}) {
		t.Errorf("the network has the servers %v (%v)", got, err)
	}
}

// left lists what carries the label of a run.
func left(ctx context.Context, r *Runtime, run string) (all []string, err error) {
	for kind, list := range map[string]func(context.Context, string) ([]thing, error){
		"container ": r.containers, "network ": r.networks, "volume ": r.volumes,
	} {
		its, err := list(ctx, book.LabelRun+"="+run)
		if err != nil {
			return nil, err
		}
		for _, x := range its {
			all = append(all, kind+x.name)
		}
	}
	return all, nil
}
