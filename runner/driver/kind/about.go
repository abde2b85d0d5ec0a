package kind

import (
	"context"
	"fmt"
	"net/netip"
	"strings"

	corev1 "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/dnslab/dnslab/runner/driver"
)

// About asks the cluster what it is. Facts about the engine under it have
// names of their own, so that no case about Docker fits a cluster.
func (r *Runtime) About(ctx context.Context) (driver.About, error) {
	c := r.now()
	version, err := c.serverVersion(ctx)
	if err != nil {
		return driver.About{}, err
	}
	dns, err := c.coreDNSVersion(ctx)
	if err != nil {
		return driver.About{}, err
	}
	node, err := c.core.Nodes().Get(ctx, nodeName("control-plane"), get)
	if err != nil {
		return driver.About{}, fmt.Errorf("asking for the node: %w", err)
	}
	proxy, err := c.proxyMode(ctx)
	if err != nil {
		return driver.About{}, err
	}
	info := node.Status.NodeInfo
	containerd := strings.TrimPrefix(info.ContainerRuntimeVersion, "containerd://")
	a := driver.About{
		Engine:   "kubernetes",
		Version:  version,
		Rootless: r.under.Rootless,
		Versions: map[string]string{"kubernetes": version, "coredns": dns, "kind": c.kind, "containerd": containerd},
		Facts: map[string]string{
			"kubernetes": version, "coredns": dns, "kind": c.kind,
			"nodes":                fmt.Sprint(len(c.nodes)),
			"proxy-mode":           proxy,
			"cluster-domain":       r.domain,
			"kernel":               info.KernelVersion,
			"arch":                 info.Architecture,
			"node-os":              info.OSImage,
			"node-engine":          r.under.Engine,
			"node-engine-version":  r.under.Version,
			"node-engine-rootless": fmt.Sprint(r.under.Rootless),
		},
		Caps: driver.Caps{
			driver.Pods:       "the API server says that it is Kubernetes " + version,
			driver.Outside:    "the nodes are containers on our lab host: an agent runs in them with their rights",
			driver.OwnCluster: "KIND " + c.kind + " made this cluster for us, on our lab host",
		},
	}
	for fact, as := range map[string]string{"firewall": "node-engine-firewall", "network-backend": "node-engine-network"} {
		if value := r.under.Facts[fact]; value != "" {
			a.Facts[as] = value
		}
	}
	if len(c.nodes) > 1 {
		a.Caps[driver.Workers] = fmt.Sprintf("the API server lists %d nodes", len(c.nodes))
	}
	if c.before.nodes[nodeName("control-plane")].has(engineChain) {
		a.Caps[driver.NodeRules] = "rules: the node has the chain " + engineChain
	}
	if evidence, ok := c.tryHostNetwork(ctx); ok {
		a.Caps[driver.HostNetns] = evidence
	}
	return a, nil
}

// tryHostNetwork asks whether such a pod would be admitted; nothing is made.
func (c *cluster) tryHostNetwork(ctx context.Context) (evidence string, ok bool) {
	_, err := c.core.Pods(meta.NamespaceDefault).Create(ctx, &corev1.Pod{
		ObjectMeta: meta.ObjectMeta{GenerateName: "try-"},
		Spec:       corev1.PodSpec{HostNetwork: true, Containers: []corev1.Container{{Name: containerName, Image: containerName}}},
	}, meta.CreateOptions{DryRun: []string{meta.DryRunAll}})
	return "trial: a pod with hostNetwork was admitted, and not made", err == nil
}

// ready tells whether a node is, and its address.
func (c *cluster) ready(ctx context.Context, name string) (addr netip.Addr, ok bool) {
	node, err := c.core.Nodes().Get(ctx, name, get)
	if err != nil {
		return addr, false
	}
	for _, a := range node.Status.Addresses {
		if a.Type == corev1.NodeInternalIP && !addr.IsValid() {
			addr, _ = netip.ParseAddr(a.Address)
		}
	}
	for _, is := range node.Status.Conditions {
		if is.Type == corev1.NodeReady {
			ok = is.Status == corev1.ConditionTrue
		}
	}
	return addr, ok && addr.IsValid()
}
