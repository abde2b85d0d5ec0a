package kind

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/dnslab/dnslab/runner/agent"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

var (
	controlPlane = topo.Node{Name: "control-plane", Mode: topo.ClusterNode}
	client       = topo.Node{Name: "client", Mode: topo.PodNetwork}
	inClient     = topo.Place{At: topo.Inside, Name: "client"}
)

func wire(name, server string) agent.Ask {
	return agent.Ask{Wire: &agent.Wire{Name: name, Type: "A", Server: server, TimeoutMS: 5000}}
}

// node is a place of the cluster's own: its file is the one that KIND wrote.
func node(ctx context.Context, t *testing.T, rt driver.Runtime) {
	w := up(ctx, t, rt, controlPlane, topo.Node{Name: "strange", Mode: topo.PodNetwork, Pod: topo.Pod{On: "control-plane", DNSPolicy: "Default"}})
	text, _, _ := ask(ctx, t, w, topo.Place{At: topo.Inside, Name: "control-plane"}, agent.Ask{File: &agent.File{Path: "/etc/resolv.conf"}})
	if !strings.Contains(text, "nameserver ") {
		t.Errorf("the node's resolv.conf is %q", text)
	}
	pods, _, _ := ask(ctx, t, w, topo.Place{At: topo.Inside, Name: "strange"}, agent.Ask{File: &agent.File{Path: "/etc/resolv.conf"}})
	if !strings.Contains(pods, strings.Fields(text[strings.Index(text, "nameserver"):])[1]) {
		t.Errorf("with dnsPolicy Default a pod has %q, and its node %q", pods, text)
	}
	_, _, resp := ask(ctx, t, w, topo.Place{At: topo.Netns, Name: "control-plane"}, agent.Ask{Rules: &struct{}{}})
	if len(resp.Observed["it"].Rules) < 10 {
		t.Errorf("the node has only the rules %v", resp.Observed["it"].Rules)
	}
	if addr, ok := w.Known().Lookup("control-plane.addr"); !ok {
		t.Errorf("the node's address is %q", addr)
	}
}

// services have names that pods find.
func services(ctx context.Context, t *testing.T, rt driver.Runtime) {
	web := topo.Node{Name: "web", Mode: topo.PodNetwork, Pod: topo.Pod{Namespace: "other"}}
	front := topo.Node{Name: "front", Mode: topo.ServiceAddress, Pod: topo.Pod{Namespace: "other"}, Service: topo.Service{Of: []string{"web"}}}
	behind := topo.Node{Name: "behind", Mode: topo.ServiceAddress, Pod: topo.Pod{Namespace: "other"}, Service: topo.Service{Of: []string{"web"}, Headless: true}}
	away := topo.Node{Name: "away", Mode: topo.ServiceAddress, Service: topo.Service{External: "{front}.{other}.svc.cluster.local."}}
	w := up(ctx, t, rt, client, web, front, behind, away)
	for name, node := range map[string]string{
		"{front}.{other}.svc.cluster.local.": "front", "{behind}.{other}.svc.cluster.local.": "web", "{away}.{lab}.svc.cluster.local.": "front",
	} {
		full, err := topo.Expand(name, w.Known().Lookup)
		if err != nil {
			t.Fatal(err)
		}
		want, _ := w.Known().Lookup(node + ".addr")
		if _, got, _ := ask(ctx, t, w, inClient, wire(full, "")); !slices.Equal(got, []string{want}) {
			t.Errorf("%s is %q, want %s", name, got, want)
		}
	}
}

// beside the cluster a container is found by name from a pod, all the way
// through CoreDNS, the node and the engine under it.
func beside(ctx context.Context, t *testing.T, rt driver.Runtime) {
	w := up(ctx, t, rt, client, topo.Node{Name: "plain", Mode: topo.BesideCluster})
	k := w.Known()
	want, ok := k.Lookup("plain.addr")
	if _, got, _ := ask(ctx, t, w, inClient, wire(k.Names["plain"]+".", "")); !ok || !slices.Equal(got, []string{want}) {
		t.Errorf("from a pod %s is %q, want %q", k.Names["plain"], got, want)
	}
}

// coreDNSActs change the cluster, which is as before afterwards.
func coreDNSActs(ctx context.Context, t *testing.T, rt driver.Runtime) {
	before := rt.(*testCluster).now()
	t.Run("World", func(t *testing.T) {
		w := up(ctx, t, rt, client)
		if err := w.Do(ctx, topo.Scale{Replicas: 0}); err != nil {
			t.Fatal(err)
		}
		_, _, resp := ask(ctx, t, w, inClient, wire("kubernetes.default.svc.cluster.local.", ""))
		if o := resp.Observed["it"]; o.DNS != nil {
			t.Errorf("without CoreDNS there is an answer: %+v", o)
		}
		if err := w.Do(ctx, topo.Scale{Replicas: 1}); err != nil {
			t.Fatal(err)
		}
		corefile := ".:53 {\n    ready\n    health\n    hosts {\n        192.0.2.7 only.test\n    }\n}\n"
		err := w.Do(ctx, topo.SetCorefile{Corefile: corefile, Says: "one name"})
		if err != nil {
			t.Fatal(err)
		}
		if _, got, _ := ask(ctx, t, w, inClient, wire("only.test.", "")); !slices.Equal(got, []string{"192.0.2.7"}) {
			t.Errorf("with another Corefile only.test is %q", got)
		}
	})
	if !rt.(*testCluster).uses(before) {
		t.Error("the cluster was thrown away, though all that was done to it can be undone")
	}
}

// bare nodes are clusters of their own, as far as KIND goes without Kubernetes.
func bare(ctx context.Context, t *testing.T, rt driver.Runtime) {
	c := rt.(*testCluster)
	node := topo.Node{Name: "bare", Mode: topo.BareNode, Search: []string{"one.test"}}
	var name string
	t.Run("World", func(t *testing.T) {
		w := up(ctx, t, rt, node)
		name = bareNode(w.(*ownWorld).Name(node.Name))
		text, _, _ := ask(ctx, t, w, topo.Place{At: topo.Inside, Name: "bare"}, agent.Ask{File: &agent.File{Path: resolvConf}})
		if !strings.Contains(text, "search one.test\n") {
			t.Errorf("its resolv.conf is %q", text)
		}
	})
	if out, err := c.host.Run(ctx, nil, c.under.Engine, "ps", "--all", "--format", "{{.Names}}"); err != nil || strings.Contains(out, name) || !strings.Contains(out, nodeName("control-plane")) {
		t.Errorf("afterwards there are %q, %v", out, err)
	}
}

// mended is a node whose file and rules a world spoiled.
func mended(ctx context.Context, t *testing.T, rt driver.Runtime) {
	c := rt.(*testCluster)
	before := c.now()
	t.Run("World", func(t *testing.T) {
		w := up(ctx, t, rt, controlPlane)
		stream, err := w.Dial(ctx, topo.Place{At: topo.Netns, Name: "control-plane"})
		if err != nil {
			t.Fatal(err)
		}
		a := agent.NewClient(stream)
		defer a.Close()
		spoil := []agent.Act{{Write: &agent.Write{Path: resolvConf, From: resolvConf + ".original"}}}
		if before.before.nodes[nodeName("control-plane")].has(engineChain) {
			spoil = append(spoil, agent.Act{FlushRules: &agent.FlushRules{Chain: engineChain}})
		}
		if _, err := a.Do(ctx, agent.Request{Acts: spoil}); err != nil {
			t.Fatal(err)
		}
		now, err := c.look(ctx, before)
		if err != nil || reflect.DeepEqual(now, before.before) {
			t.Errorf("nothing is spoiled: %v", err)
		}
	})
	if !c.uses(before) {
		t.Error("the cluster was thrown away, though its node can be mended")
	}
}
