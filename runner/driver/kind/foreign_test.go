package kind

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/dnslab/dnslab/labs"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/driver/drivertest"
	"github.com/dnslab/dnslab/runner/driver/internal/stock"
	"github.com/dnslab/dnslab/runner/driver/owner"
	"github.com/dnslab/dnslab/runner/topo"
)

// foreign visits the cluster of this process by a kubeconfig, as if it were
// somebody else's: the driver's suite passes there too, and in the end the
// cluster and its nodes are as they were.
func foreign(ctx context.Context, t *testing.T, rt driver.Runtime) {
	if _, ok := rt.(*testCluster).engine.(Containers); !ok {
		t.Skip("images are put onto nodes by Docker alone")
	}
	c := rt.(*testCluster)
	at := visiting(t, c)
	strip(ctx, t, c)
	if err := until(ctx, "waiting for the namespaces of others to go", func(ctx context.Context) (bool, error) {
		all, err := c.now().core.Namespaces().List(ctx, metav1.ListOptions{})
		return err == nil && !slices.ContainsFunc(all.Items, func(s corev1.Namespace) bool { return s.DeletionTimestamp != nil }), err
	}); err != nil {
		t.Fatal(err)
	}
	before := everything(ctx, t, c)
	drivertest.Run(t, drivertest.Driver{
		Open: func(ctx context.Context, o driver.Options) (driver.Runtime, error) {
			o.Images, o.Owner = c.supply, owner.Text()
			g, err := Attach(ctx, at, func() Way { return Way{Engine: c.engine.(Containers), Arch: runtime.GOARCH} }, o)
			if err != nil {
				return nil, err
			}
			return g, g.Ready(ctx)
		},
		Left: func(ctx context.Context, run string) ([]string, error) { return left(ctx, c.now(), run) },
		More: map[string]func(context.Context, *testing.T, driver.Runtime){
			"Labs":    visit,
			"Guest":   func(ctx context.Context, t *testing.T, rt driver.Runtime) { guest(ctx, t, rt.(*Guest)) },
			"Taken":   func(ctx context.Context, t *testing.T, rt driver.Runtime) { taken(ctx, t, rt.(*Guest)) },
			"Cleaned": func(ctx context.Context, t *testing.T, rt driver.Runtime) { cleaned(ctx, t, rt.(*Guest), c.supply) },
		},
	})
	now := everything(ctx, t, c)
	for _, name := range slices.Sorted(maps.Keys(now)) {
		if before[name] == "" {
			t.Errorf("%s was left behind: %s", name, now[name])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(before)) {
		if now[name] != before[name] && now[name] != "" {
			t.Errorf("%s was\n%s\nand is\n%s", name, before[name], now[name])
		} else if now[name] == "" {
			t.Errorf("%s is gone", name)
		}
	}
}

// visiting writes a kubeconfig whose context leads through a port of this
// machine to the cluster, and finds it.
func visiting(t *testing.T, c *testCluster) Context {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go c.now().door.Lead(l)
	config := c.now().config
	file := filepath.Join(t.TempDir(), "config")
	err = clientcmd.WriteToFile(clientcmdapi.Config{
		Clusters:  map[string]*clientcmdapi.Cluster{"it": {Server: "https://" + l.Addr().String(), CertificateAuthorityData: config.CAData}},
		AuthInfos: map[string]*clientcmdapi.AuthInfo{"me": {ClientCertificateData: config.CertData, ClientKeyData: config.KeyData}},
		Contexts:  map[string]*clientcmdapi.Context{"me@it": {Cluster: "it", AuthInfo: "me"}},
	}, file)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("KUBECONFIG", file)
	at, err := FindContext(ContextPrefix + "me@it")
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// guest is what drivertest does not know of: no place of the cluster's own, no
// act on it, names as they are, and who may be there.
func guest(ctx context.Context, t *testing.T, g *Guest) {
	about, err := g.About(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if lacks := about.Caps.Lacks([]driver.Cap{driver.Outside, driver.OwnCluster, driver.OwnHost}); len(lacks) != 3 {
		t.Errorf("somebody else's cluster has the capabilities %v", about.Caps)
	}
	for fact, want := range map[string]string{"cluster-dns": "10.96.0.10", "api-service": "10.96.0.1", "cluster-domain": "cluster.local"} {
		if about.Facts[fact] != want {
			t.Errorf("%s is %q, want %q", fact, about.Facts[fact], want)
		}
	}
	web := topo.Node{Name: "web", Mode: topo.PodNetwork}
	w := up(ctx, t, g, client, web, topo.Node{Name: "front", Mode: topo.ServiceAddress, Service: topo.Service{Of: []string{"web"}}})
	name, err := topo.Expand("{front}.{lab}.svc.{cluster-domain}.", w.Known().Lookup)
	if err != nil {
		t.Fatal(err)
	}
	want, _ := w.Known().Lookup("front.addr")
	if _, got, _ := ask(ctx, t, w, inClient, wire(name, "")); !slices.Equal(got, []string{want}) {
		t.Errorf("%s is %q, want %s", name, got, want)
	}
	for _, act := range []topo.Act{topo.Scale{Replicas: 0}, topo.SetCorefile{}, topo.Stop{Node: controlPlane}, topo.Start{Node: controlPlane},
		topo.SetKubelet{Node: controlPlane, Patch: "clusterDNS: []"}, topo.SetProxy{Mode: "nftables"}} {
		if err := w.Do(ctx, act); err == nil || !strings.Contains(err.Error(), driver.ErrNoAct.Error()) {
			t.Errorf("%s: %v, not ErrNoAct", act, err)
		}
	}
	for _, p := range []topo.Place{{At: topo.Netns, Name: "client"}, {At: topo.Inside, Name: "control-plane"}} {
		if s, err := w.Dial(ctx, p); err == nil {
			s.Close()
			t.Errorf("%v is a place", p)
		}
	}
	for _, n := range []topo.Node{controlPlane, {Name: "there", Mode: topo.PodNetwork, Pod: topo.Pod{On: "control-plane"}}, {Name: "plain", Mode: topo.BesideCluster},
		{Name: "server", Mode: topo.PodNetwork, Pod: topo.Pod{CoreDNS: topo.CoreDNS{Corefile: ".:53 {\n}\n"}}}} {
		if w, err := g.Up(ctx, driver.Tag{Lab: "test", Name: "refused"}, topo.Topology{n}); err == nil {
			w.Close(ctx)
			t.Errorf("%s came up", n.Name)
		}
	}
}

// visit runs all labs that somebody else's cluster can have.
func visit(ctx context.Context, t *testing.T, rt driver.Runtime) {
	plan, err := runner.Choose(labs.All(), runner.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	target := runner.Target{Name: ContextPrefix + "me@it", Engine: "kubernetes", Runtime: rt, Required: true}
	run := runner.Run(ctx, plan, []runner.Target{target}, runner.Options{ID: runner.NewID()})
	for _, p := range run.Problems {
		t.Errorf("%s of %s: %s", p.Stage, p.Lab, p.Reason)
	}
	for _, r := range run.Results {
		if r.Status == results.Fail || r.Status == results.Error {
			t.Errorf("%s/%s: %s", r.Lab, r.Claim, r.Reason)
		}
	}
	tally := results.Sum(run.Results...)
	t.Logf("%+v", tally)
	if tally.Pass < 40 {
		t.Errorf("only %d claims were judged", tally.Pass)
	}
}

// taken finds a namespace of the name it wants, and leaves it alone.
func taken(ctx context.Context, t *testing.T, g *Guest) {
	name := topo.Home + "-taken"
	spaces := g.cluster.core.Namespaces()
	if _, err := spaces.Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}, create); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := g.cluster.removeSpace(context.WithoutCancel(ctx), name); err != nil {
			t.Error(err)
		}
	})
	if w, err := g.Up(ctx, driver.Tag{Lab: "test", Name: "taken"}, topo.Topology{client}); err == nil {
		w.Close(ctx)
		t.Error("a world came up in a namespace that was there")
	}
	if s, err := spaces.Get(ctx, name, get); err != nil || s.DeletionTimestamp != nil {
		t.Errorf("the namespace that was there is removed (%v)", err)
	}
}

// cleaned is a second run on the same cluster, that is killed: who cleans up
// takes what is its own, and nothing of the first, which lives.
func cleaned(ctx context.Context, t *testing.T, g *Guest, supply driver.Supply) {
	dead := &Guest{name: g.name, cluster: g.cluster, dns: g.dns, tenant: g.tenant}
	dead.run, dead.owner = "killed1234", ""
	dead.nodes = &visited{engine: g.nodes.engine, names: g.nodes.names, run: dead.run}
	dead.Stock = stock.Fed(dead.nodes, supply)
	if err := dead.Prepare(ctx, topo.Topology{client}, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := dead.Up(ctx, driver.Tag{Lab: "test", Name: "killed"}, topo.Topology{client}); err != nil {
		t.Fatal(err)
	}
	removed, _, err := g.Clean(ctx, false)
	if err != nil || len(removed) != 1+len(g.nodes.names) {
		t.Errorf("of a run that was killed clean removed %q (%v)", removed, err)
	}
	if removed, _, err := g.Clean(ctx, false); err != nil || len(removed) > 0 {
		t.Errorf("and then %q (%v)", removed, err)
	}
	up(ctx, t, g, client) // the image is still there
}

// strip takes dnslab's own images from the nodes, as on a cluster where it
// never was.
func strip(ctx context.Context, t *testing.T, c *testCluster) {
	t.Helper()
	for _, m := range c.now().nodes {
		script := `for i in $(ctr -n k8s.io images ls -q | grep -E '/dnslab/|/import-'); do
	digest=$(ctr -n k8s.io images ls "name==$i" | { read -r _; read -r _ _ digest _; echo "$digest"; })
	ctr -n k8s.io images rm --sync $(ctr -n k8s.io images ls -q "target.digest==$digest")
done`
		if _, err := c.host.Run(ctx, nil, c.onNode(m.name, "sh", "-c", script)...); err != nil {
			t.Fatal(err)
		}
	}
	c.Stock.Forget()
}

// everything is each object of the cluster by its name, without what changes by
// itself, and the names of the images on each node.
func everything(ctx context.Context, t *testing.T, c *testCluster) map[string]string {
	t.Helper()
	all := map[string]string{}
	config := c.now().config
	disco, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	objects, err := dynamic.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	lists, err := disco.ServerPreferredResources()
	if err != nil {
		t.Fatal(err)
	}
	for _, list := range lists {
		group, err := schema.ParseGroupVersion(list.GroupVersion)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range list.APIResources {
			if !slices.Contains(r.Verbs, "list") || slices.Contains([]string{"events", "leases", "componentstatuses"}, r.Name) {
				continue
			}
			found, err := objects.Resource(group.WithResource(r.Name)).List(ctx, metav1.ListOptions{})
			if err != nil {
				t.Fatalf("listing %s: %v", r.Name, err)
			}
			for _, o := range found.Items {
				o.SetResourceVersion("")
				o.SetManagedFields(nil)
				delete(o.Object, "status")
				text, err := json.Marshal(o.Object)
				if err != nil {
					t.Fatal(err)
				}
				all[strings.Join([]string{group.Group, r.Name, o.GetNamespace(), o.GetName()}, "/")] = string(text)
			}
		}
	}
	if len(all) < 50 {
		t.Errorf("the cluster has only %d objects", len(all))
	}
	for _, m := range c.now().nodes {
		for what, args := range map[string][]string{"images": {"images", "ls", "-q"}, "content": {"content", "ls", "-q"}} {
			out, err := c.host.Run(ctx, nil, c.onNode(m.name, append([]string{"ctr", "-n", "k8s.io"}, args...)...)...)
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range strings.Fields(out) {
				all[fmt.Sprintf("%s of %s: %s", what, m.name, l)] = "there"
			}
		}
	}
	return all
}
