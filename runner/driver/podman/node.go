package podman

import (
	"context"
	"path"

	"github.com/dnslab/dnslab/runner/driver/internal/stock"
	"github.com/dnslab/dnslab/runner/topo"
)

// create makes the container of n, on its networks, and puts files into it,
// but does not start it.
func (w *world) create(ctx context.Context, n topo.Node) (id string, err error) {
	c, err := w.config(ctx, n)
	if err != nil {
		return "", err
	}
	id, err = w.r.createContainer(ctx, c)
	if err != nil {
		return "", err
	}
	w.Note(n.Name, id)
	return id, w.copyFiles(ctx, id, "/", n.Files)
}

func (w *world) config(ctx context.Context, n topo.Node) (container, error) {
	image, err := w.r.Image(ctx, stock.Of(n))
	if err != nil {
		return container{}, err
	}
	c := container{
		Name:       w.Name(n.Name),
		Image:      image,
		Hostname:   n.Hostname,
		Stdin:      true,
		Labels:     w.r.labels(w.Tag.Lab, n.Name),
		Log:        noLog,
		DNSSearch:  n.Search,
		DNSOptions: n.Options,
	}
	if err := w.place(n, &c); err != nil {
		return container{}, err
	}
	if c.DNS, err = w.Servers(n); err != nil {
		return container{}, err
	}
	if c.ExtraHosts, err = w.Hosts(n); err != nil {
		return container{}, err
	}
	return c, w.mount(ctx, n, &c)
}

// place says what network the container of n is on. Where nothing is said the
// engine takes its default: the network "podman", or rootless no network but pasta or
// slirp4netns.
func (w *world) place(n topo.Node, c *container) error {
	switch n.Mode {
	case topo.DefaultBridge, topo.AsItComes:
		return nil
	case topo.HostNetwork:
		c.NetNS = &namespace{Mode: "host"}
		return nil
	case topo.Slirp4netns, topo.Pasta:
		return w.userMode(n, c)
	case topo.BesideCluster:
		w.r.join(c, kindNetwork, nil)
		return nil
	case topo.SharedNetwork:
		c.NetNS = shared(w.Name(n.ShareWith))
		return nil
	}
	for _, a := range n.On {
		w.r.join(c, w.Name(a.Network.Name), a.Aliases)
	}
	return nil
}

// userMode is --network MODE:OPTION,OPTION, which the engine keeps by the name
// of the mode (podman pkg/specgen, ParseNetworkFlag).
func (w *world) userMode(n topo.Node, c *container) error {
	c.NetNS = &namespace{Mode: string(n.Mode)}
	var options []string
	for _, o := range n.NetworkOptions {
		o, err := topo.Expand(o, w.Known().Lookup)
		if err != nil {
			return err
		}
		options = append(options, o)
	}
	if len(options) > 0 {
		c.NetworkOptions = map[string][]string{string(n.Mode): options}
	}
	return nil
}

// kindNetwork is what KIND calls the network of its nodes (kind v0.33.0
// pkg/cluster/internal/providers/podman/network.go, fixedNetworkName).
const kindNetwork = "kind"

func (w *world) connect(ctx context.Context, id string, net topo.Network, aliases []string) error {
	return w.r.api.do(ctx, post("networks", w.Name(net.Name), "connect").of(struct {
		Container string   `json:"container"`
		Aliases   []string `json:"aliases,omitempty"`
	}{id, aliases}), nil)
}

// mount makes the folders that n's files are in, and says how to mount them.
// A folder is a volume, a file of it is mounted by its path on the engine's
// host, so it makes no difference on which machine dnslab runs.
func (w *world) mount(ctx context.Context, n topo.Node, c *container) error {
	for _, m := range n.Mounts {
		dir, err := w.folder(ctx, m.Folder)
		if err != nil {
			return err
		}
		if m.File == "" {
			c.Volumes = append(c.Volumes, volume{w.Name(m.Folder), m.At})
			continue
		}
		content, err := topo.Expand(m.Content, w.Known().Lookup)
		if err != nil {
			return err
		}
		if err := w.fill(ctx, m.Folder, m.File, content); err != nil {
			return err
		}
		c.Mounts = append(c.Mounts, mount{"bind", path.Join(dir, m.File), m.At, []string{"bind"}})
	}
	return nil
}
