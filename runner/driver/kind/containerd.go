package kind

import (
	"context"
	"fmt"
	"io"
	"strings"
)

// containerd runs a command on a node of a cluster: its engine is told what to
// do there. It is as [Host.Run].
type containerd func(ctx context.Context, in io.Reader, args ...string) (string, error)

// hub is where an image is from whose name does not say it, as containerd
// writes that.
const hub = "docker.io/"

// has tells whether a node's containerd has an image, with its registry in its
// name, and the part of it that kubelet asks (CRI) has noticed.
func (run containerd) has(ctx context.Context, ref string) (bool, error) {
	filter := fmt.Sprintf(`name==%q,labels."io.cri-containerd.image"==managed`, hub+ref)
	out, err := run(ctx, nil, "ctr", "-n", "k8s.io", "images", "ls", "-q", filter)
	return strings.TrimSpace(out) != "", err
}

// noticed waits until kubelet can use an image.
func (run containerd) noticed(ctx context.Context, node, ref string) error {
	return until(ctx, fmt.Sprintf("waiting until %q has the image %q", node, ref), func(ctx context.Context) (bool, error) {
		return run.has(ctx, ref)
	})
}
