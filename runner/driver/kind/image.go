package kind

import (
	"context"
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
		g.Go(func() error { return n.import1(gctx, m.name, ref, archive) })
	}
	return ref, g.Wait()
}

// import1 does as "kind load" does (kind v0.33.0 pkg/cluster/nodeutils, LoadImageArchive).
func (n nodes) import1(ctx context.Context, node, ref string, archive func(context.Context) (io.ReadCloser, error)) error {
	has, err := n.r.host.Run(ctx, nil, n.r.onNode(node, "ctr", "-n", "k8s.io", "images", "ls", "-q", "name=="+full(ref))...)
	if err != nil || strings.TrimSpace(has) != "" {
		return err
	}
	in, err := archive(ctx)
	if err != nil {
		return err
	}
	defer in.Close()
	_, err = n.r.host.Run(ctx, in, n.r.onNode(node, "ctr", "-n", "k8s.io", "images", "import", "--all-platforms", "--digests", "-")...)
	return err
}

// full is a reference with its registry, as containerd has it.
func full(ref string) string { return "docker.io/" + ref }
