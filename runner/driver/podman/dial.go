package podman

import (
	"context"
	"fmt"
	"io"
	"sync"

	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// Dial attaches to the agent at p, or takes the line that is there.
func (w *world) Dial(ctx context.Context, p topo.Place) (io.ReadWriteCloser, error) {
	id, err := w.container(ctx, p)
	if err != nil {
		return nil, fmt.Errorf("reaching %s %q: %w", p.At, p.Name, err)
	}
	l, err := w.line(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("attaching to the agent of %q: %w", p.Name, err)
	}
	return l.lend(ctx)
}

// A socket is where a line to a container can be.
type socket struct {
	mu   sync.Mutex
	line *line // nil before it was attached to
}

// line returns the line of a container that runs.
func (w *world) line(ctx context.Context, id string) (*line, error) {
	w.mu.Lock()
	s := w.sockets[id]
	if s == nil {
		s = new(socket)
		w.sockets[id] = s
	}
	w.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.line != nil && s.line.alive() {
		return s.line, nil
	}
	l, err := w.r.api.attach(ctx, id)
	if err != nil {
		return nil, err
	}
	s.line = l
	return l, nil
}

// hangUp ends the line of a container, if it has one.
func (w *world) hangUp(id string) {
	w.mu.Lock()
	s := w.sockets[id]
	delete(w.sockets, id)
	w.mu.Unlock()
	if s != nil {
		s.hangUp()
	}
}

func (s *socket) hangUp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.line != nil {
		s.line.hangUp()
	}
}

func (w *world) container(ctx context.Context, p topo.Place) (string, error) {
	switch p.At {
	case topo.Inside:
		return w.Running(p.Name)
	case topo.Netns:
		return w.helper(ctx, p.Name)
	}
	return "", driver.ErrNoPlace
}

// helper returns the container that shares node's network namespace with the
// rights to read its rules and, in the host's PID namespace, who holds its sockets.
func (w *world) helper(ctx context.Context, node string) (string, error) {
	if id, ok := w.Helper(node); ok {
		return id, nil
	}
	target, err := w.ID(node)
	if err != nil {
		return "", err
	}
	image, err := w.r.Image(ctx, "helper")
	if err != nil {
		return "", err
	}
	c := w.r.outside(image, target)
	c.Name = "outside-" + w.Name(node)
	c.Labels = w.r.labels(w.Tag.Lab, node)
	id, err := w.r.createContainer(ctx, c)
	if err != nil {
		return "", err
	}
	w.Extra(id)
	if err := w.r.startContainer(ctx, id); err != nil {
		return "", err
	}
	w.Helps(node, id) // one that did not start would never answer
	return id, nil
}

// outside is a container around another one.
func (r *Runtime) outside(image, target string) container {
	c := container{
		Image:  image,
		Stdin:  true,
		Log:    noLog,
		NetNS:  shared(target),
		PidNS:  &namespace{Mode: "host"},
		CapAdd: []string{"NET_ADMIN", "NET_RAW", "SYS_PTRACE"},
	}
	if r.info.Host.Security.AppArmor {
		c.AppArmor = "unconfined" // the default profile forbids reading /proc/PID/fd
	}
	if r.info.Host.Security.SELinux {
		c.SELinux = []string{"disable"} // and so does the default label
	}
	return c
}

// dropHelper removes the helper of a node whose namespace is about to go.
func (w *world) dropHelper(ctx context.Context, node string) error {
	id, ok := w.DropHelper(node)
	if !ok {
		return nil
	}
	w.hangUp(id)
	return w.r.removeOutside(ctx, id)
}
