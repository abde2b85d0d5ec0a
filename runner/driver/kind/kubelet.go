package kind

import (
	"context"
	"fmt"
	"maps"

	"sigs.k8s.io/yaml"

	"github.com/dnslab/dnslab/runner/agent"
)

// kubeletConfig is where kubeadm has a node's kubelet look for its configuration
// (kubernetes v1.34.3 cmd/kubeadm/app/constants KubeletConfigurationFileName).
const kubeletConfig = "/var/lib/kubelet/config.yaml"

// setKubelet changes fields of a node's KubeletConfiguration.
func (r *Runtime) setKubelet(ctx context.Context, node, patch string) error {
	resp, err := r.tell(ctx, node, agent.Request{Asks: map[string]agent.Ask{"config": {File: &agent.File{Path: kubeletConfig}}}})
	if err != nil {
		return err
	}
	text := resp.Observed["config"].Text
	if text == nil {
		return fmt.Errorf("reading %q: %s", kubeletConfig, resp.Observed["config"].Detail)
	}
	var config, changes map[string]any
	if err := yaml.Unmarshal([]byte(*text), &config); err != nil {
		return fmt.Errorf("reading %q: %w", kubeletConfig, err)
	}
	if err := yaml.Unmarshal([]byte(patch), &changes); err != nil {
		return fmt.Errorf("reading %q: %w", patch, err)
	}
	maps.Copy(config, changes)
	changed, err := yaml.Marshal(config)
	if err != nil {
		return err
	}
	return r.startKubelet(ctx, node, string(changed))
}

// startKubelet starts a node's kubelet with a configuration.
func (r *Runtime) startKubelet(ctx context.Context, node, config string) error {
	put := agent.Write{Path: kubeletConfig, Content: config}
	if _, err := r.tell(ctx, node, agent.Request{Acts: []agent.Act{{Write: &put}}}); err != nil {
		return err
	}
	_, err := r.host.Run(ctx, nil, r.onNode(node, "systemctl", "restart", "kubelet")...)
	return err
}
