package kind

import (
	"context"
	"fmt"
	"regexp"
	"slices"

	corev1 "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Where kubeadm puts kube-proxy (kubernetes v1.34.3 cmd/kubeadm/app/phases/addons/proxy).
const (
	kubeProxy = "kube-proxy"  // configmap and daemon set
	proxyFile = "config.conf" // its configuration
)

var ofKubeProxy = meta.ListOptions{LabelSelector: "k8s-app=" + kubeProxy}

var modeLine = regexp.MustCompile(`(?m)^mode: *"?([a-z]*)"? *$`)

// proxyMode is what kube-proxy was told to use: "iptables".
func (c *cluster) proxyMode(ctx context.Context) (string, error) {
	m, err := c.core.ConfigMaps(system).Get(ctx, kubeProxy, get)
	if err != nil {
		return "", fmt.Errorf("asking for kube-proxy's mode: %w", err)
	}
	if found := modeLine.FindStringSubmatch(m.Data[proxyFile]); found != nil {
		return found[1], nil
	}
	return "", nil
}

// setProxyMode starts kube-proxy with another mode. It takes away itself what
// the other mode left (cmd/kube-proxy/app/server_linux.go platformCleanup).
func (r *Runtime) setProxyMode(ctx context.Context, c *cluster, mode string) error {
	maps := c.core.ConfigMaps(system)
	m, err := maps.Get(ctx, kubeProxy, get)
	if err != nil {
		return fmt.Errorf("reading kube-proxy's configuration: %w", err)
	}
	if !modeLine.MatchString(m.Data[proxyFile]) {
		return fmt.Errorf("kube-proxy's configuration says nothing of a mode: %s", m.Data[proxyFile])
	}
	m.Data[proxyFile] = modeLine.ReplaceAllString(m.Data[proxyFile], "mode: "+mode)
	if _, err := maps.Update(ctx, m, update); err != nil {
		return fmt.Errorf("writing kube-proxy's configuration: %w", err)
	}
	before, err := c.core.Pods(system).List(ctx, ofKubeProxy)
	if err != nil {
		return fmt.Errorf("listing kube-proxy: %w", err)
	}
	if err := c.core.Pods(system).DeleteCollection(ctx, ended(), ofKubeProxy); err != nil {
		return fmt.Errorf("ending kube-proxy: %w", err)
	}
	err = until(ctx, "waiting for kube-proxy", func(ctx context.Context) (bool, error) {
		now, err := c.core.Pods(system).List(ctx, ofKubeProxy)
		if err != nil || len(now.Items) != len(before.Items) {
			return false, err
		}
		return !slices.ContainsFunc(now.Items, func(p corev1.Pod) bool {
			_, ready := readySince(p)
			old := slices.ContainsFunc(before.Items, func(o corev1.Pod) bool { return o.UID == p.UID })
			return old || !ready
		}), nil
	})
	if err != nil {
		return err
	}
	return r.answers(ctx, c, anything)
}
