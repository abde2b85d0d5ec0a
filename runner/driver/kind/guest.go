package kind

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/driver/internal/book"
	"github.com/dnslab/dnslab/runner/driver/internal/stock"
	"github.com/dnslab/dnslab/runner/topo"
)

// Guest is a runtime on a cluster that is somebody else's. It makes namespaces
// with pods, services and configmaps in them, and changes nothing else.
type Guest struct {
	tenant
	name    string
	cluster *cluster
	nodes   *visited // that images are put onto; nil where the nodes pull them
	dns     naming   // once it is Ready
}

// attachTimeout bounds how long an API server may take to say what it is.
const attachTimeout = 30 * time.Second

// Attach asks whether the API server of a context answers, and then by which
// way images can get there. Before a world is built, the runtime has to be Ready.
func Attach(ctx context.Context, at Context, by func() Way, o driver.Options) (*Guest, error) {
	if o.Say == nil {
		o.Say = func(string) {}
	}
	c, err := newCluster(at.Config)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, attachTimeout, fmt.Errorf("the API server says nothing for %v", attachTimeout))
	defer cancel()
	if _, err := c.serverVersion(ctx); err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		return nil, err
	}
	way := by()
	g := &Guest{name: at.Name, cluster: c}
	g.tenant = tenant{run: o.Run, owner: o.Owner, on: map[string]string{corev1.LabelOSStable: "linux", corev1.LabelArchStable: way.Arch}}
	switch g.nodes, err = way.visit(ctx, c, o); {
	case way.Registry != "":
		g.Stock, g.pull, g.help = stock.Fed(registry(way.Registry), o.Images), corev1.PullIfNotPresent, registry(way.Registry).help
	case err == nil:
		g.Stock, g.pull = stock.Fed(g.nodes, o.Images), corev1.PullNever
	default:
		g.Stock = stock.Fed(noWay{err}, o.Images)
	}
	return g, nil
}

// Ready gets the agent's image to the cluster, finds out what its names are,
// and whether a namespace can be made. Who only cleans up needs none of it.
func (g *Guest) Ready(ctx context.Context) (err error) {
	_, err = g.cluster.core.Namespaces().Create(ctx, &corev1.Namespace{
		ObjectMeta: meta.ObjectMeta{GenerateName: "try-", Labels: map[string]string{book.LabelRun: g.run}},
	}, meta.CreateOptions{DryRun: []string{meta.DryRunAll}})
	if apierrors.IsForbidden(err) {
		return fmt.Errorf("each lab is a namespace of its own, which the context may not make: %w", err)
	}
	if g.dns, err = g.cluster.naming(ctx); err != nil {
		return err
	}
	g.domain, g.tenant.dns = g.dns.domain, g.dns.servers[0]
	_, err = g.Stock.Image(ctx, "agent")
	return err
}

// Name returns the name that results use: "kubeconfig:CONTEXT".
func (g *Guest) Name() string { return g.name }

// Ping asks whether the API server still answers.
func (g *Guest) Ping(ctx context.Context) error {
	_, err := g.cluster.serverVersion(ctx)
	return err
}

// About asks the cluster what it is. What it forbids to read is left out.
func (g *Guest) About(ctx context.Context) (driver.About, error) {
	version, err := g.cluster.serverVersion(ctx)
	if err != nil {
		return driver.About{}, err
	}
	a := driver.About{
		Engine:   "kubernetes",
		Version:  version,
		Versions: map[string]string{"kubernetes": version},
		Caps:     driver.Caps{driver.Pods: "the API server says that it is Kubernetes " + version + ", and would make a namespace"},
	}
	if dns, err := g.cluster.coreDNSVersion(ctx); err == nil {
		a.Versions["coredns"] = dns
	}
	a.Facts = maps.Clone(a.Versions)
	if g.domain != "" {
		a.Facts["cluster-domain"], a.Facts["cluster-dns"], a.Facts["api-service"] = g.domain, strings.Join(g.dns.servers, " "), g.dns.api.String()
	}
	if nodes, err := g.cluster.core.Nodes().List(ctx, meta.ListOptions{}); err == nil && len(nodes.Items) > 0 {
		info := nodes.Items[0].Status.NodeInfo
		a.Facts["nodes"], a.Facts["kernel"], a.Facts["arch"], a.Facts["node-os"] = fmt.Sprint(len(nodes.Items)), info.KernelVersion, info.Architecture, info.OSImage
	}
	if evidence, ok := g.cluster.tryHostNetwork(ctx); ok {
		a.Caps[driver.HostNetns] = evidence
	}
	return a, nil
}

// Prepare gets images to the cluster.
func (g *Guest) Prepare(ctx context.Context, t topo.Topology, _ []topo.Place) error {
	return g.Stock.Prepare(ctx, withAgents(t), nil)
}

// Up makes a world of pods and services, which run where the scheduler wants.
func (g *Guest) Up(ctx context.Context, tag driver.Tag, t topo.Topology) (driver.World, error) {
	for _, n := range t {
		if n.Pod.On != "" {
			return nil, fmt.Errorf("starting %q: it is to run on a node of its own choice, and the nodes of %s are not dnslab's", n.Name, g.name)
		}
		if n.Pod.CoreDNS.Corefile != "" {
			return nil, fmt.Errorf("starting %q: its CoreDNS needs a role of the cluster's, which %s is not asked for", n.Name, g.name)
		}
	}
	w := newWorld(&g.tenant, g.cluster, tag, t)
	if err := w.Build(ctx, w); err != nil {
		return nil, err
	}
	return w, nil
}

// leaveTimeout bounds removing the images from the nodes.
const leaveTimeout = 30 * time.Second

// Close removes from the nodes the images that were put there.
func (g *Guest) Close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, leaveTimeout)
	defer cancel()
	return errors.Join(g.nodes.leave(ctx), g.cluster.close())
}

var (
	_ driver.Runtime = (*Guest)(nil)
	_ driver.Cleaner = (*Guest)(nil)
	_ driver.Pinger  = (*Guest)(nil)
)
