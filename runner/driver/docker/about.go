package docker

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/api/types/swarm"
	"github.com/moby/moby/client"

	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/driver/internal/book"
	"github.com/dnslab/dnslab/runner/topo"
)

// About asks the engine what it is and tries what it can do.
func (r *Runtime) About(ctx context.Context) (driver.About, error) {
	res, err := r.api.Info(ctx, client.InfoOptions{})
	if err != nil {
		return driver.About{}, fmt.Errorf("asking the engine what it is: %w", err)
	}
	info := res.Info
	a := driver.About{
		Engine:   "docker",
		Version:  info.ServerVersion,
		Rootless: slices.ContainsFunc(info.SecurityOptions, func(s string) bool { return strings.HasPrefix(s, "name=rootless") }),
		Versions: map[string]string{"docker": info.ServerVersion},
		Facts: map[string]string{
			"docker":         info.ServerVersion,
			"api":            r.api.ClientVersion(),
			"kernel":         info.KernelVersion,
			"os":             info.OperatingSystem,
			"arch":           r.make.arch,
			"storage":        info.Driver,
			"cgroup-version": info.CgroupVersion,
			"firewall":       "iptables",
		},
		Caps: driver.Caps{},
	}
	if info.FirewallBackend != nil && info.FirewallBackend.Driver != "" {
		a.Facts["firewall"] = strings.SplitN(info.FirewallBackend.Driver, "+", 2)[0] // "iptables+firewalld"
	}
	// moby daemon/cluster: --firewall-backend=nftables is incompatible with swarm mode.
	if info.Swarm.LocalNodeState == swarm.LocalNodeStateInactive && a.Facts["firewall"] != "nftables" {
		a.Caps[driver.Swarm] = "info: Swarm.LocalNodeState is inactive, FirewallBackend is not nftables"
	}
	a.Facts["rootless"] = fmt.Sprint(a.Rootless)
	if !a.Rootless {
		a.Caps[driver.Outside] = "info: SecurityOptions lacks name=rootless, so the host's PID namespace is the engine's"
	} else {
		a.Caps[driver.Outside] = "info: SecurityOptions has name=rootless: the host's PID namespace is that of the user's engine"
	}
	if slices.Contains(info.Plugins.Network, "host") {
		a.Caps[driver.HostNetns] = "info: Plugins.Network has host"
	}
	if a.Rootless {
		if driver := r.rootlessNetwork(ctx); driver != "" {
			a.Facts["rootless-network"] = driver
		}
	}
	r.try(ctx, a.Caps)
	// An engine that died during the trials failed them all, which says nothing
	// of what it can do.
	if err := r.Ping(ctx); err != nil {
		return driver.About{}, fmt.Errorf("asking the engine what it can do: %w", err)
	}
	return a, nil
}

// try finds out by trial what info does not tell. What a trial makes it
// removes, so an interrupt waits for it; a trial that fails means that the engine
// cannot do it.
func (r *Runtime) try(ctx context.Context, caps driver.Caps) {
	if ctx.Err() != nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), book.MakeTimeout)
	defer cancel()
	dual := sync.OnceValues(func() (string, bool) { return r.tryNetwork(ctx, true) })
	trials := map[driver.Cap]func(context.Context) (string, bool){
		driver.UserNetworks: func(ctx context.Context) (string, bool) {
			if evidence, ok := dual(); ok { // networks are made one at a time, so one trial is half the wait
				return evidence, true
			}
			return r.tryNetwork(ctx, false)
		},
		driver.IPv6:          func(context.Context) (string, bool) { return dual() },
		driver.IPv6Only:      r.tryIPv6Only,
		driver.Macvlan:       func(ctx context.Context) (string, bool) { return r.tryHanging(ctx, topo.Macvlan) },
		driver.IPvlan:        func(ctx context.Context) (string, bool) { return r.tryHanging(ctx, topo.IPvlan) },
		driver.DummyParent:   r.tryDummy,
		driver.DefaultBridge: r.tryDefaultBridge,
		driver.Links:         r.tryLink,
		driver.HostFiles:     r.tryVolume,
	}
	var mu sync.Mutex
	var all sync.WaitGroup
	for c, trial := range trials {
		all.Go(func() {
			if evidence, ok := trial(ctx); ok {
				mu.Lock()
				defer mu.Unlock()
				caps[c] = evidence
			}
		})
	}
	all.Wait()
}

func (r *Runtime) tryNetwork(ctx context.Context, ipv6 bool) (string, bool) {
	name := "try-" + book.RandomTag()
	id, err := r.createNetwork(ctx, networkSpec{name: name, ipv6: ipv6, labels: r.labels("trial", "")})
	if err != nil {
		return "", false
	}
	_, err = r.api.NetworkRemove(ctx, id, client.NetworkRemoveOptions{})
	what := "a network of driver bridge"
	if ipv6 {
		what += " with an IPv6 subnet"
	}
	return "trial: the engine made " + what, err == nil
}

// tryIPv6Only looks at what was made, since an engine that does not know how to
// do without IPv4 gives the network both.
func (r *Runtime) tryIPv6Only(ctx context.Context) (string, bool) {
	id, err := r.createNetwork(ctx, networkSpec{name: "try-" + book.RandomTag(), ipv6: true, noIPv4: true, labels: r.labels("trial", "")})
	if err != nil {
		return "", false
	}
	res, err := r.api.NetworkInspect(ctx, id, client.NetworkInspectOptions{})
	if _, e := r.api.NetworkRemove(ctx, id, client.NetworkRemoveOptions{}); err == nil {
		err = e
	}
	subnets := res.Network.IPAM.Config
	has4 := slices.ContainsFunc(subnets, func(c network.IPAMConfig) bool { return c.Subnet.Addr().Is4() })
	return "trial: the engine made a network of driver bridge without an IPv4 subnet", err == nil && len(subnets) > 0 && !has4
}

// tryHanging starts a container on a network that hangs on a bridge: whether
// the kernel has such interfaces shows only then.
func (r *Runtime) tryHanging(ctx context.Context, d topo.NetworkDriver) (string, bool) {
	image, err := r.Image(ctx, "agent")
	if err != nil {
		return "", false
	}
	labels := r.labels("trial", "")
	bridge, err := r.createNetwork(ctx, networkSpec{name: "try-" + book.RandomTag(), labels: labels})
	if err != nil {
		return "", false
	}
	defer r.api.NetworkRemove(ctx, bridge, client.NetworkRemoveOptions{})
	hanging, err := r.createNetwork(ctx, networkSpec{name: "try-" + book.RandomTag(), driver: d, parent: bridgeOf(bridge), labels: labels})
	if err != nil {
		return "", false
	}
	defer r.api.NetworkRemove(ctx, hanging, client.NetworkRemoveOptions{})
	res, err := r.createContainer(ctx, client.ContainerCreateOptions{
		Config:     &container.Config{Image: image, OpenStdin: true, Labels: labels},
		HostConfig: &container.HostConfig{NetworkMode: container.NetworkMode(hanging), LogConfig: container.LogConfig{Type: "none"}},
	})
	if err != nil {
		return "", false
	}
	defer r.api.ContainerRemove(ctx, res.ID, client.ContainerRemoveOptions{Force: true})
	_, err = r.api.ContainerStart(ctx, res.ID, client.ContainerStartOptions{})
	return fmt.Sprintf("trial: a container started on a network of driver %s, on the interface of a bridge", d), err == nil
}

// tryDummy makes a network whose interface the engine makes, of the kind dummy.
func (r *Runtime) tryDummy(ctx context.Context) (string, bool) {
	id, err := r.createNetwork(ctx, networkSpec{name: "try-" + book.RandomTag(), driver: topo.Macvlan, labels: r.labels("trial", "")})
	if err != nil {
		return "", false
	}
	_, err = r.api.NetworkRemove(ctx, id, client.NetworkRemoveOptions{})
	return "trial: the engine made a network of driver macvlan without a parent", err == nil
}

func (r *Runtime) tryDefaultBridge(ctx context.Context) (string, bool) {
	res, err := r.api.NetworkInspect(ctx, "bridge", client.NetworkInspectOptions{})
	if err != nil || res.Network.Options["com.docker.network.bridge.default_bridge"] != "true" {
		return "", false
	}
	return "network bridge: option default_bridge is true", true
}

// tryLink asks for a container linked to one that is not there. An engine that
// knows links says so; one that ignores them would make the container, or find
// fault with something else.
func (r *Runtime) tryLink(ctx context.Context) (string, bool) {
	ref, err := r.Image(ctx, "agent")
	if err != nil {
		return "", false
	}
	missing := "missing-" + book.RandomTag()
	res, err := r.createContainer(ctx, client.ContainerCreateOptions{
		Config:     &container.Config{Image: ref, Labels: r.labels("trial", "")},
		HostConfig: &container.HostConfig{Links: []string{missing + ":x"}},
	})
	if err == nil {
		r.api.ContainerRemove(ctx, res.ID, client.ContainerRemoveOptions{Force: true})
		return "", false
	}
	if !strings.Contains(err.Error(), missing) {
		return "", false
	}
	return "trial: a container linked to one that is not there was refused for that reason", true
}

func (r *Runtime) tryVolume(ctx context.Context) (string, bool) {
	name := "try-" + book.RandomTag()
	res, err := r.api.VolumeCreate(ctx, client.VolumeCreateOptions{Name: name, Labels: r.labels("trial", "")})
	if err != nil {
		return "", false
	}
	_, err = r.api.VolumeRemove(ctx, name, client.VolumeRemoveOptions{Force: true})
	return "trial: a volume has a folder on the engine's host", err == nil && res.Volume.Mountpoint != ""
}

// rootlessNetwork is what connects a rootless engine with its host, as
// RootlessKit calls it: "slirp4netns", "pasta". Empty where it does not say.
func (r *Runtime) rootlessNetwork(ctx context.Context) string {
	v, err := r.api.ServerVersion(ctx, client.ServerVersionOptions{})
	if err != nil {
		return ""
	}
	for _, c := range v.Components {
		if network := c.Details["NetworkDriver"]; network != "" {
			return network
		}
	}
	return ""
}
