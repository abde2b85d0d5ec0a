package host

import (
	"context"
	"fmt"

	"github.com/dnslab/dnslab/runner/topo"
)

// Do does what changes the host itself; what is left is its engine's.
func (w *world) Do(ctx context.Context, act topo.Act) error {
	switch a := act.(type) {
	case topo.HostRemove:
		return w.r.host.change(ctx, act, "rm", "--", a.Path)
	case topo.HostLink:
		return w.r.host.change(ctx, act, "ln", "-sfn", "--", a.To, a.Path)
	case topo.RestartEngine:
		return w.r.host.Restart(ctx)
	}
	return w.World.Do(ctx, act)
}

// change runs a command as the host's root.
func (h *Host) change(ctx context.Context, act topo.Act, args ...string) error {
	out, err := h.execAs(ctx, command{args: args, user: "root"})
	if err == nil && out.Status != 0 {
		err = fmt.Errorf("%s ended with %d: %s", args[0], out.Status, out.Err)
	}
	if err != nil {
		return fmt.Errorf("doing %q: %w", act, err)
	}
	return nil
}
