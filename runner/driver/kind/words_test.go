package kind

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/dnslab/dnslab/runner/agent"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

func object(path, field string) agent.Ask {
	return agent.Ask{File: &agent.File{Path: path, Field: field}}
}

// server is a CoreDNS of the lab's own: it knows the cluster and what its
// Corefile says, which the agent beside it changes; one that is blind knows
// nothing of the cluster.
func server(ctx context.Context, t *testing.T, rt driver.Runtime) {
	corefile := ".:53 {\n    errors\n    reload 2s\n    prometheus :9153\n    kubernetes cluster.local\n    hosts {\n        {web.addr} own.test\n        fallthrough\n    }\n}\n"
	web := topo.Node{Name: "web", Mode: topo.PodNetwork}
	dns := topo.Node{Name: "dns", Mode: topo.PodNetwork, Pod: topo.Pod{CoreDNS: topo.CoreDNS{Corefile: corefile}}}
	blind := topo.Node{Name: "blind", Mode: topo.PodNetwork, Pod: topo.Pod{CoreDNS: topo.CoreDNS{Corefile: corefile, Blind: true, Mounted: true}}}
	w := up(ctx, t, rt, client, dns, blind, web)
	at := func(n topo.Node) string {
		addr, _ := w.Known().Lookup(n.Name + ".addr")
		return addr + ":53"
	}
	want, _ := w.Known().Lookup("web.addr")
	if _, got, _ := ask(ctx, t, w, inClient, wire("own.test.", at(dns))); !slices.Equal(got, []string{want}) {
		t.Errorf("own.test is %q, want %q", got, want)
	}
	err := until(ctx, "waiting for it to hear of the API server", func(ctx context.Context) (bool, error) {
		_, got, _ := ask(ctx, t, w, inClient, wire("kubernetes.default.svc.cluster.local.", at(dns)))
		return slices.Equal(got, []string{"10.96.0.1"}), nil
	})
	if err != nil {
		t.Error(err)
	}
	if _, got, _ := ask(ctx, t, w, inClient, wire("kubernetes.default.svc.cluster.local.", at(blind))); len(got) > 0 {
		t.Errorf("one that may read nothing says that the API server is %q", got)
	}
	beside := topo.Place{At: topo.Inside, Name: dns.Name}
	if text, _, _ := ask(ctx, t, w, beside, agent.Ask{File: &agent.File{Path: topo.CorefilePath}}); !strings.Contains(text, want+" own.test") {
		t.Errorf("the agent beside it sees the Corefile %q", text)
	}
	expand := func(o topo.Object) string {
		path, err := topo.Expand(o.Path, w.Known().Lookup)
		if err != nil {
			t.Fatal(err)
		}
		return path
	}
	if text, _, _ := ask(ctx, t, w, topo.TheAPI, object(expand(topo.LogOf(dns)), "")); !strings.Contains(text, "CoreDNS-") {
		t.Errorf("its log is %q", text)
	}
	if text, _, _ := ask(ctx, t, w, topo.TheAPI, object(expand(topo.MetricsOf(dns)), "")); !strings.Contains(text, "coredns_build_info") {
		t.Errorf("its metrics are %.200q", text)
	}
	if err := w.Do(ctx, topo.SetConfig{Node: blind, Files: map[string]string{"other": "{web}"}}); err != nil {
		t.Error(err)
	}
}

// gated pods are ready when an act says so, and a service that leads to none
// can lead to one that is not.
func gated(ctx context.Context, t *testing.T, rt driver.Runtime) {
	shy := topo.Node{Name: "shy", Mode: topo.PodNetwork, Pod: topo.Pod{Gated: true}}
	front := topo.Node{Name: "front", Mode: topo.ServiceAddress, Service: topo.Service{Of: []string{"shy"}}}
	w := up(ctx, t, rt, shy, front)
	path, err := topo.Expand("/apis/discovery.k8s.io/v1/namespaces/{lab}/endpointslices?labelSelector=kubernetes.io/service-name={front}", w.Known().Lookup)
	if err != nil {
		t.Fatal(err)
	}
	c := rt.(*testCluster).now()
	becomes := func(field, want string) {
		t.Helper()
		err := until(ctx, "waiting for "+field+" to be "+want, func(ctx context.Context) (bool, error) {
			text, err := c.core.RESTClient().Get().RequestURI(path).DoRaw(ctx)
			if err != nil {
				return false, err
			}
			got, err := read(text, field)
			return got == want, err
		})
		if err != nil {
			t.Error(err)
		}
	}
	const ready = "{.items[*].endpoints[*].conditions.ready}"
	becomes(ready, "false")
	for _, step := range []struct {
		act  topo.Act
		want string
	}{
		{topo.Ready{Node: shy, Is: true}, "true"}, {topo.Ready{Node: shy}, "false"},
		{topo.SetService{Node: topo.Node{Name: "front", Mode: topo.ServiceAddress, Service: topo.Service{Of: []string{"shy"}, NotReady: true}}}, "true"},
	} {
		if err := w.Do(ctx, step.act); err != nil {
			t.Fatal(err)
		}
		becomes(ready, step.want)
	}
	alias := topo.Node{Name: "front", Mode: topo.ServiceAddress, Service: topo.Service{External: "elsewhere.test."}}
	for _, n := range []topo.Node{alias, front} {
		if err := w.Do(ctx, topo.SetService{Node: n}); err != nil {
			t.Fatal(err)
		}
		if _, ok := w.Known().Lookup("front.addr"); ok != (n.Service.External == "") {
			t.Errorf("with %+v it has an address: %v", n.Service, ok)
		}
	}
}

// objects of the API server are read whole or in part, and what is not there
// is not found.
func objects(ctx context.Context, t *testing.T, rt driver.Runtime) {
	w := up(ctx, t, rt, client)
	const service = "/api/v1/namespaces/kube-system/services/kube-dns"
	if text, _, _ := ask(ctx, t, w, topo.TheAPI, object(service, "{.spec.ports[*].port}")); text != "53 53 9153" {
		t.Errorf("its ports are %q", text)
	}
	if text, _, _ := ask(ctx, t, w, topo.TheAPI, object(service, "")); !strings.Contains(text, `"clusterIP":"10.96.0.10"`) {
		t.Errorf("it is %q", text)
	}
	_, _, resp := ask(ctx, t, w, topo.TheAPI, object(service+"-none", "{.spec}"))
	if o := resp.Observed["it"]; o.Outcome != "not-found" {
		t.Errorf("what is not there is %+v", o)
	}
}

// kubelet has pods that are started later ask another server, and is as before
// afterwards.
func kubelet(ctx context.Context, t *testing.T, rt driver.Runtime) {
	c := rt.(*testCluster)
	before := c.now()
	t.Run("World", func(t *testing.T) {
		late := topo.Node{Name: "late", Mode: topo.PodNetwork, Later: true}
		w := up(ctx, t, rt, controlPlane, late)
		for _, act := range []topo.Act{topo.SetKubelet{Node: controlPlane, Patch: "clusterDNS: [192.0.2.53]"}, topo.Start{Node: late}} {
			if err := w.Do(ctx, act); err != nil {
				t.Fatal(err)
			}
		}
		if text, _, _ := ask(ctx, t, w, topo.Place{At: topo.Inside, Name: "late"}, agent.Ask{File: &agent.File{Path: resolvConf}}); !strings.Contains(text, "nameserver 192.0.2.53\n") {
			t.Errorf("its resolv.conf is %q", text)
		}
	})
	if !c.uses(before) {
		t.Error("the cluster was thrown away, though kubelet's file can be given back")
	}
}

// proxied are services in nftables, and then in iptables again, without a rule
// of the other mode's left.
func proxied(ctx context.Context, t *testing.T, rt driver.Runtime) {
	c := rt.(*testCluster)
	before := c.now()
	seen := func(t *testing.T, w driver.World) (iptables, nftables bool) {
		_, _, resp := ask(ctx, t, w, topo.Place{At: topo.Netns, Name: "control-plane"}, agent.Ask{Rules: &struct{}{}})
		for _, r := range resp.Observed["it"].Rules {
			iptables = iptables || strings.HasPrefix(r.Chain, "KUBE-SVC-")
			nftables = nftables || r.Table == "kube-proxy"
		}
		return iptables, nftables
	}
	t.Run("World", func(t *testing.T) {
		w := up(ctx, t, rt, controlPlane, client)
		if err := w.Do(ctx, topo.SetProxy{Mode: "nftables"}); err != nil {
			t.Fatal(err)
		}
		if iptables, nftables := seen(t, w); iptables || !nftables {
			t.Errorf("in mode nftables there are rules of iptables: %v, of nftables: %v", iptables, nftables)
		}
		if _, got, _ := ask(ctx, t, w, inClient, wire("kubernetes.default.svc.cluster.local.", "")); !slices.Equal(got, []string{"10.96.0.1"}) {
			t.Errorf("the API server is %q", got)
		}
	})
	if !c.uses(before) {
		t.Error("the cluster was thrown away, though kube-proxy's mode can be given back")
	}
	if iptables, nftables := seen(t, up(ctx, t, rt, controlPlane)); !iptables || nftables {
		t.Errorf("afterwards there are rules of iptables: %v, of nftables: %v", iptables, nftables)
	}
}
