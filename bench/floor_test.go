package bench

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"sync"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/client"
	"golang.org/x/sync/errgroup"

	"github.com/dnslab/dnslab/images"
	"github.com/dnslab/dnslab/labs"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// A floor makes what labs are made of by the calls that there is no way
// around, and takes it down again. It knows what the labs are, and nothing of
// how dnslab runs them.
type floor struct {
	api    *client.Client
	run    string
	images map[string]string
	// Docker before 23.0 locks itself up where containers of one network come
	// and go at once, so nobody may let them.
	careful bool
	bridge  sync.Mutex
}

// can tells whether the floor has the calls for a lab.
func can(l labs.Lab) bool {
	for _, n := range l.Topology {
		if len(n.Files) > 0 || len(n.Mounts) > 0 {
			return false
		}
		for _, a := range n.On {
			if a.Network.IPv6 || a.Network.NoIPv4 {
				return false
			}
		}
	}
	return true
}

// all does labs side by side, in their order.
func (f *floor) all(ctx context.Context, parallel int, all []labs.Lab) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(parallel)
	for i, l := range all {
		g.Go(func() error {
			p := &plot{floor: f, lab: l, tag: fmt.Sprintf("%sf%d", f.run, i)}
			if err := p.do(ctx); err != nil {
				return fmt.Errorf("doing the calls of %q: %w", l.Name, err)
			}
			return nil
		})
	}
	return g.Wait()
}

// A plot is one lab's containers and networks.
type plot struct {
	*floor
	lab labs.Lab
	tag string

	mu      sync.Mutex
	turn    sync.Mutex
	ids     map[string]string // node to container, also "outside NODE"
	nets    []string
	known   driver.Known
	streams map[topo.Place]client.HijackedResponse
}

func (p *plot) do(ctx context.Context) error {
	p.ids, p.streams = map[string]string{}, map[topo.Place]client.HijackedResponse{}
	p.known = driver.Known{Names: map[string]string{}, IDs: map[string]string{}, Addrs: map[string]map[string][]netip.Addr{}}
	err := p.up(ctx)
	for _, s := range p.lab.Steps {
		if err == nil {
			err = p.step(ctx, s)
		}
	}
	if e := p.down(context.WithoutCancel(ctx)); err == nil {
		err = e
	}
	return err
}

func (p *plot) up(ctx context.Context) error {
	for _, n := range p.lab.Topology {
		p.known.Names[n.Name] = p.name(n.Name)
	}
	g, gctx := errgroup.WithContext(ctx)
	for _, n := range p.lab.Topology.Networks() {
		g.Go(func() error {
			res, err := p.api.NetworkCreate(gctx, p.name(n.Name), client.NetworkCreateOptions{Driver: "bridge", Internal: n.Internal, Labels: p.labels()})
			p.mu.Lock()
			defer p.mu.Unlock()
			p.nets = append(p.nets, res.ID)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	there := map[string]bool{}
	for len(there) < len(p.lab.Topology) {
		g, gctx := errgroup.WithContext(ctx)
		var now []string
		for _, n := range p.lab.Topology {
			if !there[n.Name] && ready(n, there, p.lab.Topology) {
				now = append(now, n.Name)
				g.Go(func() error { return p.begin(gctx, n) })
			}
		}
		if err := g.Wait(); err != nil {
			return err
		}
		for _, name := range now {
			there[name] = true
		}
	}
	// An upstream serves from the start, so its agent is called.
	for _, n := range p.lab.Topology {
		if n.Kind == topo.Upstream && !n.Later {
			if err := p.trip(ctx, topo.Place{At: topo.Inside, Name: n.Name}); err != nil {
				return err
			}
		}
	}
	return nil
}

// ready tells whether all that n names is there.
func ready(n topo.Node, there map[string]bool, t topo.Topology) bool {
	for _, other := range t {
		if there[other.Name] || other.Name == n.Name {
			continue
		}
		for _, text := range append(append([]string{n.ShareWith}, n.DNS...), n.ExtraHosts...) {
			if text == other.Name || strings.Contains(text, "{"+other.Name+"}") || strings.Contains(text, "{"+other.Name+".") {
				return false
			}
		}
		for _, l := range n.Links {
			if l.Node == other.Name {
				return false
			}
		}
	}
	return true
}

func (p *plot) begin(ctx context.Context, n topo.Node) error {
	host := &container.HostConfig{LogConfig: container.LogConfig{Type: "none"}, DNSSearch: n.Search, DNSOptions: n.Options}
	o := client.ContainerCreateOptions{
		Name:       p.name(n.Name),
		Config:     &container.Config{Image: p.images[image(n)], Hostname: n.Hostname, OpenStdin: true, Labels: p.labels()},
		HostConfig: host,
	}
	var links []string
	for _, l := range n.Links {
		links = append(links, p.name(l.Node)+":"+l.Alias)
	}
	switch n.Mode {
	case topo.DefaultBridge:
		host.NetworkMode, host.Links = "bridge", links
	case topo.HostNetwork:
		host.NetworkMode = "host"
	case topo.SharedNetwork:
		host.NetworkMode = container.NetworkMode("container:" + p.name(n.ShareWith))
	default:
		first := n.On[0]
		host.NetworkMode = container.NetworkMode(p.name(first.Network.Name))
		o.NetworkingConfig = &network.NetworkingConfig{EndpointsConfig: map[string]*network.EndpointSettings{
			p.name(first.Network.Name): {Aliases: first.Aliases, Links: links},
		}}
	}
	p.mu.Lock()
	for _, d := range n.DNS {
		addr, err := p.known.ServerAddr(n, d)
		if err != nil {
			p.mu.Unlock()
			return err
		}
		host.DNS = append(host.DNS, addr)
	}
	for _, h := range n.ExtraHosts {
		h, err := topo.Expand(h, p.known.Lookup)
		if err != nil {
			p.mu.Unlock()
			return err
		}
		host.ExtraHosts = append(host.ExtraHosts, h)
	}
	p.mu.Unlock()
	res, err := p.api.ContainerCreate(ctx, o)
	if err != nil {
		return err
	}
	p.mu.Lock()
	p.ids[n.Name] = res.ID
	p.mu.Unlock()
	for i, a := range n.On {
		if i > 0 {
			if err := p.connect(ctx, n, a.Network, a.Aliases); err != nil {
				return err
			}
		}
	}
	if n.Later {
		return nil
	}
	return p.start(ctx, n)
}

// start starts a node and asks where it is, as whoever gives its address to
// another must.
func (p *plot) start(ctx context.Context, n topo.Node) error {
	end := p.alone(n)
	_, err := p.api.ContainerStart(ctx, p.id(n.Name), client.ContainerStartOptions{})
	end()
	if err != nil {
		return err
	}
	res, err := p.api.ContainerInspect(ctx, p.id(n.Name), client.ContainerInspectOptions{})
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	addrs := map[string][]netip.Addr{}
	for name, e := range res.Container.NetworkSettings.Networks {
		if e.IPAddress.IsValid() {
			addrs[strings.TrimSuffix(name, "-"+p.tag)] = []netip.Addr{e.IPAddress}
		}
	}
	p.known.Addrs[n.Name] = addrs
	return nil
}

func (p *plot) connect(ctx context.Context, n topo.Node, to topo.Network, aliases []string) error {
	_, err := p.api.NetworkConnect(ctx, p.name(to.Name), client.NetworkConnectOptions{
		Container: p.id(n.Name), EndpointConfig: &network.EndpointSettings{Aliases: aliases},
	})
	return err
}

// step does the acts of a step, then has one round trip with each agent that
// would be asked, all at once.
func (p *plot) step(ctx context.Context, s labs.Step) error {
	for _, act := range s.Do {
		if err := p.act(ctx, act); err != nil {
			return err
		}
	}
	places := map[topo.Place]bool{}
	for _, q := range s.Ask {
		places[q.Place()] = true
	}
	g, ctx := errgroup.WithContext(ctx)
	for place := range places {
		g.Go(func() error { return p.trip(ctx, place) })
	}
	return g.Wait()
}

func (p *plot) act(ctx context.Context, act topo.Act) (err error) {
	switch a := act.(type) {
	case topo.AgentAct:
		return p.trip(ctx, a.Place())
	case topo.Connect:
		return p.connect(ctx, a.Node, a.Network, a.Aliases)
	case topo.Disconnect:
		_, err = p.api.NetworkDisconnect(ctx, p.name(a.Network.Name), client.NetworkDisconnectOptions{Container: p.id(a.Node.Name)})
	case topo.Rename:
		_, err = p.api.ContainerRename(ctx, p.id(a.Node.Name), client.ContainerRenameOptions{NewName: p.name(a.Name)})
	case topo.Start:
		return p.start(ctx, a.Node)
	case topo.Stop:
		return p.stop(ctx, a.Node)
	case topo.Restart:
		if err := p.stop(ctx, a.Node); err != nil {
			return err
		}
		return p.start(ctx, a.Node)
	case topo.Remove:
		p.hangUp(a.Node.Name)
		_, err = p.api.ContainerRemove(ctx, p.id(a.Node.Name), client.ContainerRemoveOptions{Force: true})
		delete(p.ids, a.Node.Name)
	}
	return err
}

func (p *plot) stop(ctx context.Context, n topo.Node) error {
	p.hangUp(n.Name)
	if outside, ok := p.ids["outside "+n.Name]; ok {
		if _, err := p.api.ContainerRemove(ctx, outside, client.ContainerRemoveOptions{Force: true}); err != nil {
			return err
		}
		delete(p.ids, "outside "+n.Name)
	}
	_, err := p.api.ContainerStop(ctx, p.id(n.Name), client.ContainerStopOptions{})
	return err
}

func (p *plot) hangUp(node string) {
	for place, s := range p.streams {
		if place.Name == node {
			s.Close()
			delete(p.streams, place)
		}
	}
}

// trip sends an agent a line that asks nothing, and waits for one back.
func (p *plot) trip(ctx context.Context, at topo.Place) error {
	p.mu.Lock()
	s, ok := p.streams[at]
	p.mu.Unlock()
	if !ok {
		id, err := p.container(ctx, at)
		if err != nil {
			return err
		}
		res, err := p.api.ContainerAttach(ctx, id, client.ContainerAttachOptions{Stream: true, Stdin: true, Stdout: true, Stderr: true})
		if err != nil {
			return err
		}
		s = res.HijackedResponse
		p.mu.Lock()
		p.streams[at] = s
		p.mu.Unlock()
	}
	return ping(s.Conn, s.Reader)
}

func ping(to io.Writer, from *bufio.Reader) error {
	if _, err := io.WriteString(to, "{\"id\":1}\n"); err != nil {
		return err
	}
	_, err := from.ReadBytes('\n')
	return err
}

// container is a node's own, or for a question from outside one more that
// shares its network namespace.
func (p *plot) container(ctx context.Context, at topo.Place) (string, error) {
	id := p.id(at.Name)
	if at.At == topo.Inside {
		return id, nil
	}
	res, err := p.api.ContainerCreate(ctx, client.ContainerCreateOptions{
		Config: &container.Config{Image: p.images[images.Helper], OpenStdin: true, Labels: p.labels()},
		HostConfig: &container.HostConfig{
			LogConfig: container.LogConfig{Type: "none"}, NetworkMode: container.NetworkMode("container:" + id),
			PidMode: "host", CapAdd: []string{"NET_ADMIN", "NET_RAW", "SYS_PTRACE"},
		},
	})
	if err != nil {
		return "", err
	}
	p.mu.Lock()
	p.ids["outside "+at.Name] = res.ID
	p.mu.Unlock()
	_, err = p.api.ContainerStart(ctx, res.ID, client.ContainerStartOptions{})
	return res.ID, err
}

func (p *plot) down(ctx context.Context) error {
	for _, s := range p.streams {
		s.Close()
	}
	var g errgroup.Group
	for name, id := range p.ids {
		g.Go(func() error {
			n, _ := p.lab.Topology.Node(name)
			defer p.alone(n)()
			_, err := p.api.ContainerRemove(ctx, id, client.ContainerRemoveOptions{Force: true, RemoveVolumes: true})
			return err
		})
	}
	err := g.Wait()
	var nets errgroup.Group
	for _, id := range p.nets {
		nets.Go(func() error {
			_, err := p.api.NetworkRemove(ctx, id, client.NetworkRemoveOptions{})
			return err
		})
	}
	if e := nets.Wait(); err == nil {
		err = e
	}
	return err
}

func (p *plot) alone(n topo.Node) (end func()) {
	switch {
	case !p.careful:
		return func() {}
	case n.Mode == topo.DefaultBridge:
		p.bridge.Lock()
		return p.bridge.Unlock
	}
	p.turn.Lock()
	return p.turn.Unlock
}

func (p *plot) id(node string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ids[node]
}

func (p *plot) name(of string) string { return of + "-" + p.tag }

func (p *plot) labels() map[string]string { return map[string]string{"dnslab.run": p.run} }

func image(n topo.Node) string {
	if n.Image == topo.Bare {
		return images.Agent
	}
	return string(n.Image)
}
