// Command dnslab-kind makes clusters with KIND's own library. It runs on a lab
// host, beside the docker or podman command that KIND calls:
//
//	dnslab-kind -engine docker -image dnslab/kind-node-1.34:0123456789ab -workers 2 create kind
//	dnslab-kind -engine docker -image dnslab/kind-node-1.34:0123456789ab -search one.test,two.test -bare create other
//	dnslab-kind -engine docker delete kind
//
// Standard output is one [Made] as JSON, standard error what KIND says of its
// steps. The cluster has no CNI: whoever made it brings one. A bare one has
// nodes and no Kubernetes on them.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"runtime/debug"
	"strings"

	"sigs.k8s.io/kind/pkg/apis/config/v1alpha4"
	"sigs.k8s.io/kind/pkg/cluster"
	"sigs.k8s.io/kind/pkg/exec"
)

// Made is what "create" writes: the version of KIND, and the kubeconfig of the
// cluster, whose server is an address of the lab host, unless it is bare.
type Made struct {
	KIND       string `json:"kind"`
	Kubeconfig string `json:"kubeconfig,omitempty"`
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "dnslab-kind:", err)
		if command := exec.RunErrorForError(err); command != nil {
			fmt.Fprintf(os.Stderr, "%s\n", command.Output)
		}
		os.Exit(1)
	}
}

func run(args []string) error {
	flags := flag.NewFlagSet("dnslab-kind", flag.ContinueOnError)
	engine := flags.String("engine", "docker", "docker or podman")
	image := flags.String("image", "", "of the nodes")
	workers := flags.Int("workers", 0, "nodes beside the control plane")
	bare := flags.Bool("bare", false, "stop before Kubernetes")
	var search *[]string // nil is what the engine gives a node
	flags.Func("search", "the cluster's dnsSearch: domains with commas between, or none", func(s string) error {
		domains := strings.FieldsFunc(s, func(r rune) bool { return r == ',' })
		search = &domains
		return nil
	})
	if err := flags.Parse(args); err != nil {
		return err
	}
	provider, ok := providers[*engine]
	if flags.NArg() != 2 || !ok {
		return fmt.Errorf("usage: dnslab-kind [-engine docker|podman] [-image REF] [-workers N] [-search DOMAINS] [-bare] create|delete NAME")
	}
	p := cluster.NewProvider(provider(), cluster.ProviderWithLogger(stderr{}))
	switch what, name := flags.Arg(0), flags.Arg(1); what {
	case "create":
		c := config(*workers)
		c.Networking.DNSSearch = search
		return create(p, name, *image, c, *bare)
	case "delete":
		return p.Delete(name, kubeconfig)
	default:
		return fmt.Errorf("%q is neither create nor delete", what)
	}
}

var providers = map[string]func() cluster.ProviderOption{
	"docker": cluster.ProviderWithDocker,
	"podman": cluster.ProviderWithPodman,
}

// kubeconfig is where KIND notes how to reach a cluster; the folder is a tmpfs.
const kubeconfig = "/run/dnslab/kubeconfig"

func create(p *cluster.Provider, name, image string, c *v1alpha4.Cluster, bare bool) error {
	// A node sees the modules of its host. Where that has none, Docker makes the
	// folder and Podman fails.
	if err := os.MkdirAll("/lib/modules", 0o755); err != nil {
		return err
	}
	err := p.Create(name, cluster.CreateWithNodeImage(image), cluster.CreateWithV1Alpha4Config(c), cluster.CreateWithKubeconfigPath(kubeconfig),
		cluster.CreateWithStopBeforeSettingUpKubernetes(bare))
	if err != nil {
		return err
	}
	made := Made{KIND: version()}
	if !bare {
		if made.Kubeconfig, err = p.KubeConfig(name, false); err != nil {
			return err
		}
	}
	return json.NewEncoder(os.Stdout).Encode(made)
}

func config(workers int) *v1alpha4.Cluster {
	c := &v1alpha4.Cluster{Nodes: []v1alpha4.Node{{Role: v1alpha4.ControlPlaneRole}}}
	c.Networking.DisableDefaultCNI = true
	for range workers {
		c.Nodes = append(c.Nodes, v1alpha4.Node{Role: v1alpha4.WorkerRole})
	}
	return c
}

// version is that of KIND's module: "0.33.0".
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, m := range info.Deps {
		if m.Path == "sigs.k8s.io/kind" && len(m.Version) > 1 {
			return m.Version[1:]
		}
	}
	return ""
}
