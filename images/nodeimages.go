package images

import (
	"context"
	"embed"
	"fmt"
	"maps"
	"os"
	"path"
	"strings"

	"github.com/dnslab/dnslab/runner/agent/binary"
)

// A nodeImage is what KIND starts the nodes of a cluster from. It is the stock
// image where a registry has it. Elsewhere it is made of Debian's packages,
// KIND's own files and programs built from Go modules. On either lies what
// keeps a node from changing the machine, and the agent.
type nodeImage struct {
	kubernetes, coredns, etcd engineSource
}

// nodeImages are those of all versions of Kubernetes. Another is another line,
// of what its kubeadm wants (cmd/kubeadm/app/constants/constants.go).
var nodeImages = []nodeImage{
	{kubernetes("1.34.3", 540, 560e6), coredns("1.12.1", 140, 60e6), etcd("3.6.5", 20, 25e6)},
}

const (
	// kindVersion is that of the KIND that starts the nodes.
	kindVersion = "v0.33.0"

	// nodeSuite is the last whose systemd runs on cgroup v1 without being forced to (systemd's NEWS of 256).
	nodeSuite = "bookworm"
)

//go:embed kindnode
var nodeSources embed.FS

// NodeImageNames returns the names of the images of KIND nodes, which [Ensure]
// and [Ref] take too: "kind-node-1.34".
func NodeImageNames() []string {
	var all []string
	for _, n := range nodeImages {
		all = append(all, n.name())
	}
	return all
}

// NodeImageVersions returns the versions of what the image of a KIND node
// called name is made for: "kubernetes" to "1.34.3", "coredns" to "1.12.1",
// "etcd" to "3.6.5".
func NodeImageVersions(name string) (map[string]string, error) {
	n, err := nodeImageOf(name)
	return map[string]string{"kubernetes": n.kubernetes.version, "coredns": n.coredns.version, "etcd": n.etcd.version}, err
}

func nodeImageOf(name string) (nodeImage, error) {
	for _, n := range nodeImages {
		if n.name() == name {
			return n, nil
		}
	}
	return nodeImage{}, fmt.Errorf("no image %q: there are %s", name, strings.Join(NodeImageNames(), ", "))
}

func (n nodeImage) name() string { return "kind-node-" + n.short() }

// short is the version of Kubernetes that people speak of: "1.34".
func (n nodeImage) short() string {
	return strings.TrimSuffix(n.kubernetes.version, path.Ext(n.kubernetes.version))
}

// stock is the image of KIND's own.
func (n nodeImage) stock() string { return "kindest/node:v" + n.kubernetes.version }

func (n nodeImage) ref(_ context.Context, agent binary.Program, platform string) (string, error) {
	return named(n.name(), n.hash(agent, platform)), nil
}

// make makes the image of two layers, so that another agent costs a second.
func (n nodeImage) make(ctx context.Context, m maker, agent binary.Program) (string, error) {
	sum := n.hash(agent, m.platform)
	ref := named(n.name(), sum)
	return ref, m.once(ctx, ref, func() error {
		part, err := m.cluster(ctx, n)
		if err != nil {
			return err
		}
		m.announce(ref, "a KIND node with the agent and without a hand on the machine's sysctls")
		return m.build(ctx, ref, sum, n.files(agent), map[string]string{"PART": part})
	})
}

// cluster returns a node image without anything of dnslab's.
func (m maker) cluster(ctx context.Context, n nodeImage) (string, error) {
	if has, err := m.Has(ctx, n.stock()); err != nil || has {
		return n.stock(), err
	}
	sum := n.clusterHash(m.platform)
	ref := named("cluster-"+n.short(), sum)
	return ref, m.once(ctx, ref, func() error {
		if ok, err := m.adopt(ctx, n.stock(), ref); err != nil || ok {
			return err
		}
		_, arch := m.Platform()
		if err := n.buildable(ctx, arch); err != nil {
			return err
		}
		part, err := m.nodePackages(ctx)
		if err != nil {
			return err
		}
		context, programs, err := m.clusterContext(ctx, n)
		if err != nil {
			return err
		}
		m.announce(ref, "Kubernetes "+n.kubernetes.version+" and its images; about a minute")
		return m.buildLarge(ctx, ref, sum, context, programs, map[string]string{"PART": part, "VERSION": "v" + n.kubernetes.version})
	})
}

func (m maker) nodePackages(ctx context.Context) (string, error) {
	sum := nodePackagesHash(m.platform)
	ref := named("node-packages", sum)
	return ref, m.once(ctx, ref, func() error {
		base, err := Base(ctx, m.Engine, nodeSuite, m.say)
		if err != nil {
			return err
		}
		m.announce(ref, "what a KIND node has of Debian "+nodeSuite+"; about 40 s")
		return m.build(ctx, ref, sum, nodeFolder("packages"), map[string]string{"BASE": base})
	})
}

// clusterContext returns what the Dockerfile in kindnode/cluster makes an
// image of: files, and programs on disk.
func (m maker) clusterContext(ctx context.Context, n nodeImage) (files, map[string]string, error) {
	_, arch := m.Platform()
	programs, err := n.programs(ctx, arch, m.say)
	if err != nil {
		return nil, nil, err
	}
	kind, err := goModule{path: "sigs.k8s.io/kind", version: kindVersion}.download(ctx, os.TempDir())
	if err != nil {
		return nil, nil, err
	}
	source := nodeFolder("cluster")
	f, err := filesIn(os.DirFS(kind), "images/base/files")
	if err != nil {
		return nil, nil, err
	}
	f = f.under("kind")
	f["images/list"] = []byte(n.list())
	f["images/kube-proxy/usr/local/bin/kube-proxy"] = source["kube-proxy"]
	delete(source, "kube-proxy")
	maps.Copy(f, source)
	return f, programs, nil
}

func (n nodeImage) files(agent binary.Program) files {
	f := withAgent(agent)
	source := nodeFolder("node")
	f["Dockerfile"] = source["Dockerfile"]
	f["sbin/dnslab-node"] = source["dnslab-node"]
	return f
}

func nodePackagesHash(platform string) string {
	return hash(nodeFolder("packages"), platform, nodeSuite)
}

// clusterHash does not tell the stock image from one made here, nor Go
// toolchains from each other: a newer one is no reason to compile for minutes.
func (n nodeImage) clusterHash(platform string) string {
	_, arch, _ := strings.Cut(platform, "/")
	words := []string{platform, kindVersion, n.list(), nodePackagesHash(platform)}
	for _, s := range n.sources() {
		words = append(words, s.hash(arch, ""))
	}
	return hash(nodeFolder("cluster"), words...)
}

func (n nodeImage) hash(agent binary.Program, platform string) string {
	return hash(n.files(agent), n.name(), n.clusterHash(platform))
}

// nodeFolder returns the files of a folder of kindnode.
func nodeFolder(name string) files { return folderOf(nodeSources, "kindnode/"+name) }
