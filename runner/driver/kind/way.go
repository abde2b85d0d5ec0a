package kind

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/driver/internal/stock"
)

// RegistryVariable names the registry that the nodes of somebody else's
// cluster pull dnslab's images from, as "registry.example/team".
const RegistryVariable = "DNSLAB_REGISTRY"

// A Way is how dnslab's images may get to a cluster that is somebody else's.
type Way struct {
	Registry string     // that its nodes pull from; empty: see Engine
	Engine   Containers // that may have its nodes as containers; nil if there is none
	Arch     string     // of the images, as Go names it
}

// Containers are those of an engine, among which the nodes of a cluster may be.
type Containers interface {
	// Labelled returns the names of all that run and have a label.
	Labelled(ctx context.Context, label string) ([]string, error)

	// Exec runs a command in one, with in as its input unless it is nil, and
	// returns what it printed. One that fails is an error.
	Exec(ctx context.Context, container string, in io.Reader, args ...string) (string, error)
}

// kindLabel is on each container that is a node of KIND's (kind v0.33.0
// pkg/cluster/constants).
const kindLabel = "io.x-k8s.kind.cluster"

// visit returns the nodes of c as containers of the engine. The error says
// why images cannot get there this way.
func (w Way) visit(ctx context.Context, c *cluster, o driver.Options) (*visited, error) {
	if w.Engine == nil {
		return nil, errors.New("there is no Docker here that could have its nodes")
	}
	list, err := c.core.Nodes().List(ctx, meta.ListOptions{})
	if err != nil {
		return nil, err
	}
	containers, err := w.Engine.Labelled(ctx, kindLabel)
	if err != nil {
		return nil, err
	}
	v := &visited{engine: w.Engine, run: o.Run, owner: o.Owner}
	for _, node := range list.Items {
		if !slices.Contains(containers, node.Name) {
			return nil, fmt.Errorf("its node %q is no container of KIND's on your Docker", node.Name)
		}
		v.names = append(v.names, node.Name)
	}
	return v, nil
}

// noWay receives nothing, because of err.
type noWay struct{ because error }

func (n noWay) Receive(_ context.Context, ref string, _ func(context.Context) (io.ReadCloser, error)) (string, error) {
	return "", fmt.Errorf("the image %q has no way to the cluster: %w; set %s to a registry that its nodes pull from, as registry.example/team", ref, n.because, RegistryVariable)
}

// A registry is where nodes pull images from: "registry.example/team".
type registry string

// Receive leaves it to the nodes to pull the image.
func (r registry) Receive(_ context.Context, ref string, _ func(context.Context) (io.ReadCloser, error)) (string, error) {
	return strings.TrimSuffix(string(r), "/") + "/" + ref, nil
}

// help is what puts an image into the registry.
func (r registry) help(image string) string {
	ref := strings.TrimPrefix(image, strings.TrimSuffix(string(r), "/")+"/")
	return fmt.Sprintf("docker tag %s %s && docker push %s puts it there", ref, image, image)
}

var _, _ stock.Receiver = noWay{}, registry("")
