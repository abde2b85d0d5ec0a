package kind

import (
	"context"
	"fmt"
	"io"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/dnslab/dnslab/runner/driver/internal/stock"
)

// nodes are the engines of the cluster's nodes, containerd, as those who take
// images.
type nodes struct{ r *Runtime }

var _ stock.Receiver = nodes{}

// Receive imports ref into every node, unless it is there.
func (n nodes) Receive(ctx context.Context, ref string, archive func(context.Context) (io.ReadCloser, error)) (string, error) {
	g, gctx := errgroup.WithContext(ctx)
	for _, m := range n.r.now().nodes {
		g.Go(func() error { return n.receive(gctx, m.name, ref, archive) })
	}
	return ref, g.Wait()
}

// receive does as "kind load" does (kind v0.33.0 pkg/cluster/nodeutils,
// LoadImageArchive), and waits until kubelet can use the image.
func (n nodes) receive(ctx context.Context, node, ref string, archive func(context.Context) (io.ReadCloser, error)) error {
	has, err := n.has(ctx, node, ref)
	if err != nil || has {
		return err
	}
	in, err := archive(ctx)
	if err != nil {
		return err
	}
	defer in.Close()
	if _, err = n.r.host.Run(ctx, in, n.r.onNode(node, "ctr", "-n", "k8s.io", "images", "import", "--all-platforms", "--digests", "-")...); err != nil {
		return err
	}
	return until(ctx, fmt.Sprintf("waiting until %q has the image %q", node, ref), func(ctx context.Context) (bool, error) {
		return n.has(ctx, node, ref)
	})
}

// has tells whether a node's containerd has an image, with its registry in its
// name, and the part of it that kubelet asks (CRI) has noticed.
func (n nodes) has(ctx context.Context, node, ref string) (bool, error) {
	filter := fmt.Sprintf(`name==%q,labels."io.cri-containerd.image"==managed`, "docker.io/"+ref)
	out, err := n.r.host.Run(ctx, nil, n.r.onNode(node, "ctr", "-n", "k8s.io", "images", "ls", "-q", filter)...)
	return strings.TrimSpace(out) != "", err
}
