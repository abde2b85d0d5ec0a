package kind

import "fmt"

// A Spec is a cluster as data.
type Spec struct {
	Name       string // "kind-3"
	Host       string // the lab host that it is on: "docker-26.1"
	Workers    int    // nodes beside the control plane
	Kubernetes string // "1.34": which node image
	Default    bool   // one of the runtimes that show each behaviour once
}

// A cluster is a row here. Another version of Kubernetes is another row, and
// one in images for its node image.
var specs = []Spec{
	{Name: "kind", Host: "docker-26.1", Kubernetes: "1.34", Default: true},
	{Name: "kind-3", Host: "docker-26.1", Workers: 2, Kubernetes: "1.34"},
	{Name: "kind-docker-20.10", Host: "docker-20.10", Kubernetes: "1.34"},
	{Name: "kind-docker-28.5", Host: "docker-28.5", Kubernetes: "1.34"},
	{Name: "kind-docker-29", Host: "docker-29", Kubernetes: "1.34"},
	{Name: "kind-docker-29-nftables", Host: "docker-29-nftables", Kubernetes: "1.34", Default: true},
	{Name: "kind-podman-5.4", Host: "podman-5.4", Kubernetes: "1.34"},
}

// Specs returns all clusters, in the order of results.
func Specs() []Spec { return specs }

// Find returns the cluster called name.
func Find(name string) (Spec, error) {
	for _, s := range specs {
		if s.Name == name {
			return s, nil
		}
	}
	return Spec{}, fmt.Errorf("no cluster %q", name)
}

// Image is the name of the node image, as package images knows it.
func (s Spec) Image() string { return "kind-node-" + s.Kubernetes }
