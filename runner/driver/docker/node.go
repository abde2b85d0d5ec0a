package docker

import (
	"context"
	"path"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/mount"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/client"

	"github.com/dnslab/dnslab/runner/driver/internal/stock"
	"github.com/dnslab/dnslab/runner/topo"
)

// create makes the container of n, puts it on its networks and files into it,
// but does not start it.
func (w *world) create(ctx context.Context, n topo.Node) (id string, err error) {
	cfg, host, err := w.config(ctx, n)
	if err != nil {
		return "", err
	}
	o := client.ContainerCreateOptions{Config: cfg, HostConfig: host, Name: w.Name(n.Name)}
	if len(n.On) > 0 {
		first := n.On[0]
		o.NetworkingConfig = &network.NetworkingConfig{EndpointsConfig: map[string]*network.EndpointSettings{
			w.Name(first.Network.Name): w.endpoint(n, first.Aliases),
		}}
	}
	res, err := w.r.createContainer(ctx, o)
	if err != nil {
		return "", err
	}
	w.Note(n.Name, res.ID)
	for i, a := range n.On {
		if i == 0 {
			continue // the engine takes one network when it makes a container, before API 1.44
		}
		if err := w.connect(ctx, res.ID, n, a.Network, a.Aliases); err != nil {
			return "", err
		}
	}
	if err := w.copyFiles(ctx, res.ID, n.Files); err != nil {
		return "", err
	}
	return res.ID, nil
}

func (w *world) config(ctx context.Context, n topo.Node) (*container.Config, *container.HostConfig, error) {
	image, err := w.r.Image(ctx, stock.Of(n))
	if err != nil {
		return nil, nil, err
	}
	cfg := &container.Config{
		Image:     image,
		Hostname:  n.Hostname,
		OpenStdin: true,
		Labels:    w.r.labels(w.Tag.Lab, n.Name),
	}
	host := &container.HostConfig{
		// What the agent says goes to whoever is attached and to no log.
		LogConfig:  container.LogConfig{Type: "none"},
		DNSSearch:  n.Search,
		DNSOptions: n.Options,
	}
	switch n.Mode {
	case topo.DefaultBridge, topo.AsItComes: // the default is the bridge, whatever the engine calls it
		host.NetworkMode = "bridge"
	case topo.HostNetwork:
		host.NetworkMode = "host"
	case topo.BesideCluster:
		host.NetworkMode = kindNetwork
	case topo.SharedNetwork:
		host.NetworkMode = container.NetworkMode("container:" + w.Name(n.ShareWith))
	default:
		host.NetworkMode = container.NetworkMode(w.Name(n.On[0].Network.Name))
	}
	if host.DNS, err = w.Servers(n); err != nil {
		return nil, nil, err
	}
	if host.ExtraHosts, err = w.Hosts(n); err != nil {
		return nil, nil, err
	}
	if n.Mode == topo.DefaultBridge {
		host.Links = w.links(n)
	}
	host.Mounts, err = w.mounts(ctx, n)
	return cfg, host, err
}

// kindNetwork is what KIND calls the network of its nodes (kind v0.33.0
// pkg/cluster/internal/providers/docker/network.go, fixedNetworkName).
const kindNetwork = "kind"

func (w *world) links(n topo.Node) []string {
	var links []string
	for _, l := range n.Links {
		links = append(links, w.Name(l.Node)+":"+l.Alias)
	}
	return links
}

func (w *world) endpoint(n topo.Node, aliases []string) *network.EndpointSettings {
	return &network.EndpointSettings{Aliases: aliases, Links: w.links(n)}
}

func (w *world) connect(ctx context.Context, id string, n topo.Node, net topo.Network, aliases []string) error {
	_, err := w.r.api.NetworkConnect(ctx, w.Name(net.Name), client.NetworkConnectOptions{
		Container: id, EndpointConfig: w.endpoint(n, aliases),
	})
	return err
}

// mounts makes the folders that n's files are in, and says how to mount them.
// A folder is a volume, a file of it is mounted by its path on the engine's
// host, so it makes no difference on which machine dnslab runs.
func (w *world) mounts(ctx context.Context, n topo.Node) ([]mount.Mount, error) {
	var all []mount.Mount
	for _, m := range n.Mounts {
		dir, err := w.folder(ctx, m.Folder)
		if err != nil {
			return nil, err
		}
		if m.File == "" {
			all = append(all, mount.Mount{Type: mount.TypeVolume, Source: w.Name(m.Folder), Target: m.At})
			continue
		}
		content, err := topo.Expand(m.Content, w.Known().Lookup)
		if err != nil {
			return nil, err
		}
		if err := w.fill(ctx, m.Folder, m.File, content); err != nil {
			return nil, err
		}
		all = append(all, mount.Mount{Type: mount.TypeBind, Source: path.Join(dir, m.File), Target: m.At})
	}
	return all, nil
}
