package kind

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/dnslab/dnslab/images"
	"github.com/dnslab/dnslab/runner/agent"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/driver/docker"
	"github.com/dnslab/dnslab/runner/driver/drivertest"
	"github.com/dnslab/dnslab/runner/driver/internal/book"
	"github.com/dnslab/dnslab/runner/driver/owner"
	"github.com/dnslab/dnslab/runner/host"
	"github.com/dnslab/dnslab/runner/topo"
)

// A cluster of this process: tests share it, since making one takes most of
// their time.
type testCluster struct {
	*Runtime
	host   *host.Host
	supply driver.Supply
}

// Close is that of whoever made the host too.
func (c testCluster) Close(ctx context.Context) error {
	return errors.Join(c.Runtime.Close(ctx), c.host.Close(ctx))
}

// open makes a cluster, where its images are there.
func open(ctx context.Context, name string, o driver.Options) (*testCluster, error) {
	o.Owner = owner.Text() // who cleans up meanwhile spares it
	spec, err := Find(name)
	if err != nil {
		return nil, err
	}
	on, err := host.Find(spec.Host)
	if err != nil {
		return nil, err
	}
	out, err := docker.Connect(ctx, "docker", o)
	if err != nil {
		return nil, err
	}
	for _, image := range []string{on.Image, spec.Image()} {
		ref, err := images.Ref(ctx, out.Images(), image)
		if err != nil {
			return nil, err
		}
		if has, err := out.Images().Has(ctx, ref); err != nil || !has {
			return nil, fmt.Errorf("the image %s is not built (%v)", image, err)
		}
	}
	h, err := host.Up(ctx, on, out, o)
	if err != nil {
		return nil, err
	}
	o.Socket, o.Images = h.Socket(), host.Supply(out, func(string) {})
	inside, err := docker.Connect(ctx, on.Name, o)
	if err != nil {
		return nil, errors.Join(err, h.Close(ctx))
	}
	rt, err := Open(ctx, spec, h, inside, o)
	if err != nil {
		return nil, errors.Join(err, h.Close(context.WithoutCancel(ctx)))
	}
	return &testCluster{rt, h, o.Images}, nil
}

// clusterOf is that of DNSLAB_CLUSTER, or "kind".
func clusterOf() string {
	if name := os.Getenv("DNSLAB_CLUSTER"); name != "" {
		return name
	}
	return "kind"
}

func TestDriver(t *testing.T) {
	if os.Getenv("DNSLAB_REQUIRE") != "" && !drivertest.Required(clusterOf()) {
		t.Skip("other runtimes are wanted")
	}
	var c *testCluster
	before := sysctls(t)
	defer func() { sameMachine(t, before) }()
	drivertest.Run(t, drivertest.Driver{
		Name: clusterOf(),
		Open: func(ctx context.Context, o driver.Options) (driver.Runtime, error) {
			began := time.Now()
			o.Say = func(s string) { t.Logf("%5.1f s: %s", time.Since(began).Seconds(), s) }
			var err error
			c, err = open(ctx, clusterOf(), o)
			t.Logf("%5.1f s: open", time.Since(began).Seconds())
			return c, err
		},
		Left: func(ctx context.Context, run string) ([]string, error) { return left(ctx, c.now(), run) },
		More: map[string]func(context.Context, *testing.T, driver.Runtime){
			"Node": node, "Services": services, "Beside": beside, "CoreDNS": coreDNSActs, "Bare": bare, "Mended": mended, "Foreign": foreign,
			"Server": server, "Gate": gated, "Object": objects, "Kubelet": kubelet, "Proxy": proxied,
		},
	})
}

// left lists what carries the label of a run.
func left(ctx context.Context, c *cluster, run string) (all []string, err error) {
	its := meta.ListOptions{LabelSelector: book.LabelRun + "=" + run}
	spaces, err := c.core.Namespaces().List(ctx, its)
	if err != nil {
		return nil, err
	}
	for _, s := range spaces.Items {
		if s.DeletionTimestamp == nil { // otherwise it is on its way, with nothing in it
			all = append(all, "namespace "+s.Name)
		}
	}
	bindings, err := c.rbac.ClusterRoleBindings().List(ctx, its)
	if err != nil {
		return nil, err
	}
	for _, b := range bindings.Items {
		all = append(all, "cluster role binding "+b.Name)
	}
	pods, err := c.core.Pods("").List(ctx, its)
	if err != nil {
		return nil, err
	}
	for _, p := range pods.Items {
		all = append(all, "pod "+p.Name)
	}
	return all, nil
}

// up builds a world and closes it after the test.
func up(ctx context.Context, t *testing.T, rt driver.Runtime, nodes ...topo.Node) driver.World {
	t.Helper()
	if err := rt.Prepare(ctx, nodes, nil); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	w, err := rt.Up(ctx, driver.Tag{Lab: "test", Name: fmt.Sprintf("t%d", began.UnixMilli())}, nodes)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%.1f s: up", time.Since(began).Seconds())
	t.Cleanup(func() {
		began := time.Now()
		if err := w.Close(context.WithoutCancel(ctx)); err != nil {
			t.Error(err)
		}
		t.Logf("%.1f s: down", time.Since(began).Seconds())
	})
	return w
}

func ask(ctx context.Context, t *testing.T, w driver.World, p topo.Place, a agent.Ask) (text string, addrs []string, resp agent.Response) {
	t.Helper()
	stream, err := w.Dial(ctx, p)
	if err != nil {
		t.Fatal(err)
	}
	c := agent.NewClient(stream)
	defer c.Close()
	resp, err = c.Do(ctx, agent.Request{Asks: map[string]agent.Ask{"it": a}})
	if err != nil {
		t.Fatal(err)
	}
	o := resp.Observed["it"]
	if o.Text != nil {
		text = *o.Text
	}
	if o.DNS != nil {
		for _, a := range o.DNS.Addrs {
			addrs = append(addrs, a.String())
		}
	}
	return text, addrs, resp
}
