package kind

import (
	"context"
	"io"

	"golang.org/x/sync/errgroup"

	"github.com/dnslab/dnslab/runner/driver/internal/stock"
)

// nodes are the engines of the nodes of a cluster of ours, containerd, as those
// who take images.
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
	run := containerd(func(ctx context.Context, in io.Reader, args ...string) (string, error) {
		return n.r.host.Run(ctx, in, n.r.onNode(node, args...)...)
	})
	has, err := run.has(ctx, ref)
	if err != nil || has {
		return err
	}
	in, err := archive(ctx)
	if err != nil {
		return err
	}
	defer in.Close()
	if _, err := run(ctx, in, "ctr", "-n", "k8s.io", "images", "import", "--all-platforms", "--digests", "-"); err != nil {
		return err
	}
	return run.noticed(ctx, node, ref)
}
