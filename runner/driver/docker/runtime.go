package docker

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/moby/moby/client"

	"github.com/dnslab/dnslab/images"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/driver/internal/gate"
	"github.com/dnslab/dnslab/runner/driver/internal/stock"
)

// Runtime is one Docker engine.
type Runtime struct {
	*stock.Stock
	name  string
	api   *client.Client
	run   string
	owner string

	make   imageEngine
	secure []string // the engine's security options
	turns  *turns
	gate   *gate.Gate
	worlds atomic.Int64 // made so far
}

// connectTimeout bounds how long an engine may take to say what it is. One that
// has locked itself up answers a ping, and nothing else.
const connectTimeout = 30 * time.Second

// Connect finds the engine and asks whether it answers.
func Connect(ctx context.Context, name string, o driver.Options) (*Runtime, error) {
	api, err := newClient(o.Socket)
	if err != nil {
		return nil, err
	}
	r := &Runtime{name: name, api: api, run: o.Run, owner: o.Owner}
	ctx, cancel := context.WithTimeoutCause(ctx, connectTimeout, fmt.Errorf("the engine says nothing for %v", connectTimeout))
	defer cancel()
	ping, err := api.Ping(ctx, client.PingOptions{NegotiateAPIVersion: true})
	if err != nil {
		api.Close()
		return nil, err
	}
	if ping.OSType != "linux" && ping.OSType != "" {
		api.Close()
		return nil, fmt.Errorf("the engine runs %s containers, not Linux ones", ping.OSType)
	}
	info, err := api.Info(ctx, client.InfoOptions{})
	if err != nil {
		api.Close()
		return nil, fmt.Errorf("asking the engine what it is: %w", because(ctx, err))
	}
	r.make = imageEngine{api, "linux", goarch(info.Info.Architecture)}
	r.Stock = stock.New(r.make, o)
	r.secure = info.Info.SecurityOptions
	r.turns, r.gate = newTurns(info.Info.ServerVersion), gate.New(info.Info.NCPU)
	return r, nil
}

// Name returns the name that results use.
func (r *Runtime) Name() string { return r.name }

// Ping asks whether the engine still answers, and for networks: one that has
// locked itself up answers all else; see turns.
func (r *Runtime) Ping(ctx context.Context) error {
	_, err := r.api.NetworkInspect(ctx, "bridge", client.NetworkInspectOptions{})
	return unlessGone(err)
}

// Close closes the connection; worlds are closed before.
func (r *Runtime) Close(context.Context) error { return r.api.Close() }

var _ driver.Runtime = (*Runtime)(nil)

// goarch translates what uname calls a machine.
func goarch(machine string) string {
	switch machine {
	case "x86_64":
		return "amd64"
	case "aarch64":
		return "arm64"
	case "armv7l", "armv6l":
		return "arm"
	case "i686", "i386":
		return "386"
	}
	return machine
}

// API is the client of this engine, for lab hosts that run on it.
func (r *Runtime) API() *client.Client { return r.api }

// Images is where dnslab's own images are on this engine.
func (r *Runtime) Images() images.Engine { return r.make }

// because is the cause of a context that has ended, or else err.
func because(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}
