package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/moby/moby/client"

	"github.com/dnslab/dnslab/images"
	"github.com/dnslab/dnslab/runner/agent"
	"github.com/dnslab/dnslab/runner/driver"
)

// Outside is the engine that lab hosts are containers of: the user's Docker.
type Outside interface {
	driver.Runtime
	API() *client.Client
	Images() images.Engine
}

// A Host is a lab host that is up.
type Host struct {
	Spec
	Version string // what the engine says it is: "26.1.5+dfsg1"

	out      Outside
	id       string // of the container; empty before it is made
	name     string // of the container and its volume
	labels   map[string]string
	upstream *upstream
	door     *entrance

	closing sync.Once
	closed  error
}

// count tells the hosts of one process apart.
var count atomic.Int64

// upTimeout bounds the time from starting a host to its engine's first answer.
// Podman takes one second and Docker two; a machine that is busy with other
// things takes many times that.
const upTimeout = 3 * time.Minute

// closeTimeout bounds taking down a host that could not be started.
const closeTimeout = 90 * time.Second

// Up makes the image of a host unless it is there, starts the host, and
// returns when its engine answers and is the version that the spec's name
// promises. On error it has removed what it made; where it could not, the
// error wraps [driver.ErrLeft].
func Up(ctx context.Context, s Spec, out Outside, o driver.Options) (*Host, error) {
	if o.Say == nil {
		o.Say = func(string) {}
	}
	image, err := images.Ensure(ctx, out.Images(), s.Image, o.Say)
	if err != nil {
		return nil, fmt.Errorf("starting the lab host %q: %w", s.Name, err)
	}
	h := &Host{Spec: s, out: out, name: fmt.Sprintf("%s-%s-%d", s.Name, o.Run, count.Add(1))}
	h.labels = map[string]string{labelRun: o.Run, labelHost: s.Name}
	if o.Owner != "" {
		h.labels[labelOwner] = o.Owner
	}
	o.Say("starting the lab host " + s.Name)
	if err := h.start(ctx, image); err != nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
		defer cancel()
		if e := h.Close(ctx); e != nil {
			err = fmt.Errorf("%w (and %w: %w)", err, driver.ErrLeft, e)
		}
		return nil, fmt.Errorf("starting the lab host %q: %w", s.Name, err)
	}
	return h, nil
}

func (h *Host) start(ctx context.Context, image string) (err error) {
	if h.upstream, err = h.startUpstream(ctx); err != nil {
		return fmt.Errorf("starting its upstream: %w", err)
	}
	if err := h.run(ctx, image); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, upTimeout, fmt.Errorf("the engine does not answer within %v", upTimeout))
	defer cancel()
	if h.door, err = h.open(ctx); err != nil {
		return err
	}
	if h.Version, err = h.ask(ctx); err != nil {
		return h.withLog(ctx, err)
	}
	if !h.is(h.Version) {
		return &WrongVersionError{h.Spec, h.Version}
	}
	return nil
}

// A WrongVersionError says that an engine is not the one its lab host is
// named after, as when a moving suite has moved.
type WrongVersionError struct {
	Spec
	Is string
}

func (e *WrongVersionError) Error() string {
	where := "a package of Debian " + strings.TrimPrefix(e.Image, "host-")
	if _, engine, err := images.HostImage(e.Image); err == nil && engine != "" {
		where = "built from the row " + engine + " of images/engines.go"
	}
	return fmt.Sprintf("its engine is %s %s, %s, and not %s: change the row %q in runner/host/table.go", e.Engine, e.Is, where, e.Spec.Version, e.Name)
}

// Socket is the path of the engine's API here.
func (h *Host) Socket() string { return h.door.path }

// Container is the name of the host's container on the engine outside.
func (h *Host) Container() string { return h.name }

// Upstream is the address of the server that the host's resolv.conf names.
func (h *Host) Upstream() netip.Addr { return h.upstream.addr }

// Agent opens the standard input and output of an agent on the host itself.
func (h *Host) Agent(ctx context.Context) (io.ReadWriteCloser, error) {
	p, err := h.exec(ctx, command{args: []string{agentProgram}, user: "root", env: []string{agent.AsEngine + "=" + h.asEngine()}})
	if err != nil {
		return nil, fmt.Errorf("reaching the lab host %q: %w", h.Name, err)
	}
	return p, nil
}

// Write writes a file of the host, in place.
func (h *Host) Write(ctx context.Context, path, content string) error {
	stream, err := h.Agent(ctx)
	if err != nil {
		return err
	}
	c := agent.NewClient(stream)
	defer c.Close()
	_, err = c.Do(ctx, agent.Request{Acts: []agent.Act{{Write: &agent.Write{Path: path, Content: content}}}})
	return err
}

// Gone is closed when the host, or the engine on it, has ended.
func (h *Host) Gone() <-chan struct{} { return h.door.door.Closed() }

// Close removes the host with all that is on it. It goes on past errors, and is
// safe to call twice.
func (h *Host) Close(ctx context.Context) error {
	h.closing.Do(func() {
		var errs []error
		if h.door != nil {
			errs = append(errs, h.door.close())
		}
		errs = append(errs, h.remove(ctx))
		if h.upstream != nil {
			errs = append(errs, h.upstream.close(ctx))
		}
		if err := errors.Join(errs...); err != nil {
			h.closed = fmt.Errorf("removing the lab host %q: %w", h.Name, err)
		}
	})
	return h.closed
}
