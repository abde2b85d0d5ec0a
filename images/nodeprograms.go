package images

import (
	"context"
	"fmt"
	"path"
	"path/filepath"
	"strings"
)

// A component is a program of a cluster that runs from an image.
type component struct {
	image   string       // without its registry: "kube-apiserver:v1.34.3"
	source  engineSource // what the program is built from
	program string       // what it is called there
	at      string       // its path in the image
	run     string       // what the image runs; empty: the program
}

// registry is where kubeadm says that images come from.
const registry = "registry.k8s.io/"

// components are all images of a cluster but the one that holds a pod's
// namespaces, which KIND chooses.
func (n nodeImage) components() []component {
	k, v := n.kubernetes, ":v"+n.kubernetes.version
	return []component{
		{"kube-apiserver" + v, k, "kube-apiserver", "/usr/local/bin/kube-apiserver", ""},
		{"kube-controller-manager" + v, k, "kube-controller-manager", "/usr/local/bin/kube-controller-manager", ""},
		{"kube-scheduler" + v, k, "kube-scheduler", "/usr/local/bin/kube-scheduler", ""},
		{"kube-proxy" + v, k, "kube-proxy", "/usr/local/libexec/kube-proxy", "/usr/local/bin/kube-proxy"}, // which chooses an iptables first
		{"coredns/coredns:v" + n.coredns.version, n.coredns, "coredns", "/coredns", ""},
		{"etcd:" + n.etcd.version + "-0", n.etcd, "server", "/usr/local/bin/etcd", ""}, // -0 is the first image of it
	}
}

// name is the folder of c's files.
func (c component) name() string {
	name, _, _ := strings.Cut(path.Base(c.image), ":")
	return name
}

// list tells kindnode/cluster/sideload what images there are.
func (n nodeImage) list() string {
	var list strings.Builder
	for _, c := range n.components() {
		run := c.run
		if run == "" {
			run = c.at
		}
		fmt.Fprintln(&list, registry+c.image, c.name(), run)
	}
	return list.String()
}

// nodeCommands are what a node itself runs of Kubernetes.
var nodeCommands = []string{"kubeadm", "kubelet", "kubectl"}

func (n nodeImage) sources() []engineSource {
	return []engineSource{n.kubernetes, n.coredns, n.etcd}
}

// buildable tells in one line what is missing on this machine.
func (n nodeImage) buildable(ctx context.Context, arch string) error {
	for _, s := range n.sources() {
		if s.built(ctx, arch) {
			continue
		}
		if err := s.buildable(ctx, arch); err != nil {
			return err
		}
	}
	return nil
}

// programs returns the files that n's programs are in, by where the Dockerfile
// in kindnode/cluster looks for them. What the cache lacks is built.
func (n nodeImage) programs(ctx context.Context, arch string, say func(string)) (map[string]string, error) {
	cache, err := defaultCache()
	if err != nil {
		return nil, err
	}
	dirs := map[string]string{}
	for _, s := range n.sources() {
		if dirs[s.name], err = cache.build(ctx, s, arch, say); err != nil {
			return nil, err
		}
	}
	all := map[string]string{}
	for _, c := range nodeCommands {
		all["bin/"+c] = filepath.Join(dirs[n.kubernetes.name], c)
	}
	for _, c := range n.components() {
		all["images/"+c.name()+c.at] = filepath.Join(dirs[c.source.name], c.program)
	}
	return all, nil
}
