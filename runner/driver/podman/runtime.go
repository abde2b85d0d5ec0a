package podman

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/dnslab/dnslab/images"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/driver/internal/gate"
	"github.com/dnslab/dnslab/runner/driver/internal/stock"
)

// Runtime is one Podman service.
type Runtime struct {
	*stock.Stock
	name  string
	api   *api
	info  info
	told  map[string]string // versions that the lab host knows
	run   string
	owner string

	make   imageEngine
	gate   *gate.Gate
	worlds atomic.Int64 // made so far
}

// connectTimeout bounds how long a service may take to say what it is.
const connectTimeout = 30 * time.Second

// Connect finds the service and asks whether it answers.
func Connect(ctx context.Context, name string, o driver.Options) (*Runtime, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, connectTimeout, fmt.Errorf("the service says nothing for %v", connectTimeout))
	defer cancel()
	a, err := dial(ctx, o.Socket)
	if err != nil {
		return nil, err
	}
	r := &Runtime{name: name, api: a, told: o.Versions, run: o.Run, owner: o.Owner}
	if err := a.do(ctx, get("info"), &r.info); err != nil {
		return nil, fmt.Errorf("asking the service what it is: %w", err)
	}
	r.make = imageEngine{a, r.info.Host.OS, r.info.Host.Arch}
	r.Stock = stock.New(r.make, o)
	r.gate = gate.New(r.info.Host.CPUs)
	return r, nil
}

// Name returns the name that results use.
func (r *Runtime) Name() string { return r.name }

// Ping asks whether the service still answers.
func (r *Runtime) Ping(ctx context.Context) error {
	_, err := r.api.ping(ctx)
	return err
}

// Close closes the connections; worlds are closed before.
func (r *Runtime) Close(context.Context) error {
	r.api.conn.Client.CloseIdleConnections()
	return nil
}

var _ driver.Runtime = (*Runtime)(nil)

// Images is where dnslab's own images are on this engine.
func (r *Runtime) Images() images.Engine { return r.make }

// before tells whether the service is of a release before "4.0".
func (r *Runtime) before(major int) bool {
	var its int
	fmt.Sscanf(r.info.Version.Version, "%d.", &its)
	return its < major
}
