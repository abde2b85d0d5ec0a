package kind

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"

	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// A naming is what the names of a cluster are, and where they are asked for.
type naming struct {
	domain  string     // "cluster.local"
	servers []string   // what kubelet writes into resolv.conf: "10.96.0.10"
	api     netip.Addr // of the service "kubernetes"
}

// naming asks kubelet of a node, or where that is forbidden reads what most
// clusters have: the zone in CoreDNS's Corefile, and the service kube-dns.
func (c *cluster) naming(ctx context.Context) (n naming, err error) {
	api, err := c.core.Services(meta.NamespaceDefault).Get(ctx, "kubernetes", get)
	if err != nil {
		return n, fmt.Errorf("asking for the service of the API server: %w", err)
	}
	if n.api, err = netip.ParseAddr(api.Spec.ClusterIP); err != nil || !n.api.Is4() {
		return n, fmt.Errorf("the service of the API server is at %q, but labs ask for IPv4 addresses", api.Spec.ClusterIP)
	}
	kubeletErr := c.askKubelet(ctx, &n)
	if kubeletErr == nil {
		return n, nil
	}
	if n.domain, err = c.zone(ctx); err != nil {
		return n, fmt.Errorf("finding out the cluster's domain: %w; %w", kubeletErr, err)
	}
	service, err := c.core.Services(system).Get(ctx, dnsService, get)
	if err != nil {
		return n, fmt.Errorf("finding out where the cluster's DNS is: %w; %w", kubeletErr, err)
	}
	if n.servers = service.Spec.ClusterIPs; len(n.servers) == 0 {
		return n, fmt.Errorf("the service %q of the cluster's DNS has no address; %w", dnsService, kubeletErr)
	}
	return n, nil
}

// askKubelet reads the configuration that a kubelet goes by (kubernetes v1.34.3
// pkg/kubelet/server InstallDebuggingHandlers, "/configz"), through the API
// server.
func (c *cluster) askKubelet(ctx context.Context, n *naming) error {
	nodes, err := c.core.Nodes().List(ctx, meta.ListOptions{LabelSelector: "kubernetes.io/os=linux", Limit: 1})
	if err != nil {
		return err
	}
	if len(nodes.Items) == 0 {
		return fmt.Errorf("the cluster has no node with Linux")
	}
	text, err := c.core.RESTClient().Get().Resource("nodes").Name(nodes.Items[0].Name).SubResource("proxy").Suffix("configz").DoRaw(ctx)
	if err != nil {
		return err
	}
	return n.read(text)
}

// read reads a kubelet's configuration.
func (n *naming) read(configz []byte) error {
	var kubelet struct {
		Config struct {
			Domain string   `json:"clusterDomain"`
			DNS    []string `json:"clusterDNS"`
		} `json:"kubeletconfig"`
	}
	if err := json.Unmarshal(configz, &kubelet); err != nil {
		return fmt.Errorf("reading the configuration of a kubelet: %w", err)
	}
	if kubelet.Config.Domain == "" || len(kubelet.Config.DNS) == 0 {
		return fmt.Errorf("reading the configuration of a kubelet: it has no clusterDomain or no clusterDNS")
	}
	n.domain, n.servers = strings.TrimSuffix(kubelet.Config.Domain, "."), kubelet.Config.DNS
	return nil
}

// zone is the first that CoreDNS's plugin kubernetes serves.
func (c *cluster) zone(ctx context.Context) (string, error) {
	text, err := c.corefile(ctx)
	if err != nil {
		return "", err
	}
	for l := range strings.Lines(text) {
		if words := strings.Fields(l); len(words) > 1 && words[0] == "kubernetes" && words[1] != "{" {
			return strings.TrimSuffix(words[1], "."), nil
		}
	}
	return "", fmt.Errorf("the Corefile names no zone of the plugin kubernetes")
}
