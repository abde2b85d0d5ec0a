package host

import (
	"context"
	"fmt"
	"time"
)

// restart ends the engine and waits until it is gone; what started it starts
// it anew (see images/hosts/host/dnslab-host).
const restart = `touch /run/dnslab/again && pid=$(cat /run/dnslab/engine.pid) && kill "$pid" && exec tail --pid="$pid" --sleep-interval=0.02 -f /dev/null`

// Restart ends the engine and starts it anew, so that it reads its
// configuration again, and returns when it answers. Containers end with an
// engine that does not leave them running; the host stays as it is.
func (h *Host) Restart(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, upTimeout, fmt.Errorf("the engine does not answer within %v", upTimeout))
	defer cancel()
	out, err := h.execAs(ctx, command{args: []string{"sh", "-c", restart}, user: "root"})
	if err == nil && out.Status != 0 {
		err = fmt.Errorf("ending it: sh ended with %d: %s", out.Status, out.Err)
	}
	if err == nil {
		err = h.answers(ctx)
	}
	if err != nil {
		return fmt.Errorf("restarting the engine of the lab host %q: %w", h.Name, err)
	}
	return nil
}

// answers asks until the engine answers, or the host has ended.
func (h *Host) answers(ctx context.Context) error {
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		_, err := h.ask(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-again.C:
		case <-h.Gone():
			return h.Died(ctx)
		case <-ctx.Done():
			return h.withLog(ctx, context.Cause(ctx))
		}
	}
}
