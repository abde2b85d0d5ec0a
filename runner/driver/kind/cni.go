package kind

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"text/template"

	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/dnslab/dnslab/runner/agent"
)

// A machine is a node of the cluster.
type machine struct {
	name string // of its container, and in Kubernetes
	addr netip.Addr
	pods netip.Prefix // the addresses of its pods
}

// podNetwork is KIND's default (kind v0.33.0 pkg/internal/apis/config/default.go).
const podNetwork = "10.244.0.0/16"

// machines returns the nodes once there are n of them, each with its network:
// the controller manager hands those out a moment after a node registers, and
// a conflist without one could not be put right later.
func (c *cluster) machines(ctx context.Context, n int) (all []machine, err error) {
	err = until(ctx, "waiting for the networks of the nodes", func(ctx context.Context) (bool, error) {
		list, err := c.core.Nodes().List(ctx, meta.ListOptions{})
		if err != nil {
			return false, err
		}
		all = nil
		for _, node := range list.Items {
			m := machine{name: node.Name}
			m.pods, _ = netip.ParsePrefix(node.Spec.PodCIDR)
			for _, a := range node.Status.Addresses {
				if a.Type == corev1.NodeInternalIP && !m.addr.IsValid() {
					m.addr, _ = netip.ParseAddr(a.Address)
				}
			}
			if m.pods.IsValid() && m.addr.IsValid() {
				all = append(all, m)
			}
		}
		return len(all) == n, nil
	})
	return all, err
}

// connect gives every node a CNI.
func (r *Runtime) connect(ctx context.Context, c *cluster) error {
	g, gctx := errgroup.WithContext(ctx)
	for _, m := range c.nodes {
		g.Go(func() error {
			if err := r.connectNode(gctx, c, m); err != nil {
				return fmt.Errorf("connecting the pods of %q: %w", m.name, err)
			}
			return nil
		})
	}
	return g.Wait()
}

// connectNode waits for kube-proxy's rule for the API server: a first SYN of
// CoreDNS that meets none costs it 30 s.
func (r *Runtime) connectNode(ctx context.Context, c *cluster, m machine) error {
	client, err := r.agent(ctx, m.name)
	if err != nil {
		return err
	}
	defer client.Close()
	err = until(ctx, "waiting for kube-proxy's rules", func(ctx context.Context) (bool, error) {
		resp, err := client.Do(ctx, agent.Request{Asks: map[string]agent.Ask{"rules": {Rules: &struct{}{}}}})
		if client.Broken() {
			return false, err
		} // otherwise they were changing while they were read
		for _, rule := range resp.Observed["rules"].Rules {
			if rule.Chain == "KUBE-SERVICES" && strings.Contains(rule.Spec, "default/kubernetes:https") {
				return true, nil
			}
		}
		return false, nil
	})
	if err != nil {
		return err
	}
	resp, err := client.Do(ctx, agent.Request{Asks: map[string]agent.Ask{"mtu": {File: &agent.File{Path: "/sys/class/net/eth0/mtu"}}}})
	if err != nil {
		return err
	}
	mtu := resp.Observed["mtu"].Text
	if mtu == nil {
		return errors.New("it has no eth0")
	}
	script, err := connecting(c.nodes, m, *mtu)
	if err != nil {
		return err
	}
	_, err = r.host.Run(ctx, strings.NewReader(script), r.onNode(m.name, "sh", "-eu")...)
	return err
}

// connecting returns the script that connects the pods of m.
func connecting(all []machine, m machine, mtu string) (string, error) {
	var others []map[string]any
	for _, other := range all {
		if other != m {
			others = append(others, map[string]any{"Pods": other.pods, "Via": other.addr})
		}
	}
	var script strings.Builder
	err := cni.Execute(&script, map[string]any{"All": podNetwork, "Own": m.pods, "MTU": strings.TrimSpace(mtu), "Others": others})
	return script.String(), err
}

// cni does what kindnet would: routes and masquerade of
// kind v0.33.0 images/kindnetd/cmd/kindnetd, and the conflist of its cni.go.
// kubelet looks for the latter, so it comes last.
var cni = template.Must(template.New("").Parse(`
{{range .Others}}ip route replace {{.Pods}} via {{.Via}}
{{end -}}
iptables -t nat -C POSTROUTING -s {{.All}} ! -d {{.All}} -j MASQUERADE 2>/dev/null ||
	iptables -t nat -A POSTROUTING -s {{.All}} ! -d {{.All}} -j MASQUERADE
cat >/etc/cni/net.d/dnslab <<'EOF'
{"cniVersion": "0.3.1", "name": "dnslab", "plugins": [
  {"type": "ptp", "ipMasq": false, "mtu": {{.MTU}}, "ipam": {
    "type": "host-local", "dataDir": "/run/cni-ipam-state",
    "routes": [{"dst": "0.0.0.0/0"}], "ranges": [[{"subnet": "{{.Own}}"}]]}},
  {"type": "portmap", "capabilities": {"portMappings": true}}]}
EOF
mv /etc/cni/net.d/dnslab /etc/cni/net.d/10-dnslab.conflist
`))

// agent starts an agent on a node of the cluster.
func (r *Runtime) agent(ctx context.Context, node string) (*agent.Client, error) {
	stream, err := r.host.Stream(ctx, r.onNode(node, agentProgram)...)
	if err != nil {
		return nil, err
	}
	return agent.NewClient(stream), nil
}
