package kind

import (
	"context"
	"errors"
	"strings"

	"github.com/dnslab/dnslab/runner/agent"
	"github.com/dnslab/dnslab/runner/topo"
)

// makeBare has KIND make the node of another cluster, and stop where Kubernetes
// would come. What KIND does to the DNS of a node is done by then.
func (w *ownWorld) makeBare(ctx context.Context, n topo.Node) error {
	name := w.Name(n.Name)
	args := []string{program, "-engine", w.r.under.Engine, "-image", w.r.image, "-bare"}
	if n.Search != nil {
		args = append(args, "-search", strings.Join(n.Search, ","))
	}
	w.ownMu.Lock()
	w.bare = append(w.bare, name)
	w.ownMu.Unlock()
	if _, err := w.r.host.Run(ctx, nil, append(args, "create", name)...); err != nil {
		return err
	}
	if err := w.r.booted(ctx, bareNode(name)); err != nil {
		return err
	}
	w.Runs(n.Name, nil)
	return nil
}

func (w *ownWorld) removeBare(ctx context.Context) error {
	w.ownMu.Lock()
	defer w.ownMu.Unlock()
	var errs []error
	for _, name := range w.bare {
		errs = append(errs, w.r.delete(ctx, name))
	}
	w.bare = nil
	return errors.Join(errs...)
}

// booted returns when the entrypoint of a node is done and has become systemd:
// with cgroup v1 KIND does not wait for that (kind v0.33.0
// pkg/cluster/internal/providers/common NodeReachedCgroupsReadyRegexp).
func (r *Runtime) booted(ctx context.Context, node string) error {
	client, err := r.agent(ctx, node)
	if err != nil {
		return err
	}
	defer client.Close()
	return until(ctx, "waiting for the entrypoint", func(ctx context.Context) (bool, error) {
		resp, err := client.Do(ctx, agent.Request{Asks: map[string]agent.Ask{"first": {File: &agent.File{Path: "/proc/1/comm"}}}})
		if err != nil {
			return false, err
		}
		text := resp.Observed["first"].Text
		return text != nil && strings.TrimSpace(*text) == "systemd", nil
	})
}

// bareNode is KIND's name for the only node of a cluster.
func bareNode(cluster string) string { return cluster + "-control-plane" }
