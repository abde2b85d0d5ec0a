package docker

import (
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/driver/internal/frames"
	"github.com/dnslab/dnslab/runner/topo"
)

// Dial attaches to the agent at p.
func (w *world) Dial(ctx context.Context, p topo.Place) (io.ReadWriteCloser, error) {
	id, err := w.container(ctx, p)
	if err != nil {
		return nil, fmt.Errorf("reaching %s %q: %w", p.At, p.Name, err)
	}
	res, err := w.r.api.ContainerAttach(ctx, id, client.ContainerAttachOptions{Stream: true, Stdin: true, Stdout: true, Stderr: true})
	if err != nil {
		return nil, fmt.Errorf("attaching to the agent of %q: %w", p.Name, err)
	}
	return &stream{frames.NewReader(res.Reader), res.Conn}, nil
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
	host := &container.HostConfig{
		LogConfig:   container.LogConfig{Type: "none"},
		NetworkMode: container.NetworkMode("container:" + target),
		PidMode:     "host",
		CapAdd:      []string{"NET_ADMIN", "NET_RAW", "SYS_PTRACE"},
	}
	if w.r.secured("apparmor") {
		host.SecurityOpt = []string{"apparmor=unconfined"} // the default profile forbids reading /proc/PID/fd
	}
	if w.r.secured("userns") {
		host.UsernsMode = "host"
	}
	res, err := w.r.createContainer(ctx, client.ContainerCreateOptions{
		Config:     &container.Config{Image: image, OpenStdin: true, Labels: w.r.labels(w.Tag.Lab, node)},
		HostConfig: host,
		Name:       "outside-" + w.Name(node),
	})
	if err != nil {
		return "", err
	}
	w.Extra(res.ID)
	if _, err := w.r.api.ContainerStart(ctx, res.ID, client.ContainerStartOptions{}); err != nil {
		return "", err
	}
	w.Helps(node, res.ID) // one that did not start would never answer
	return res.ID, nil
}

// dropHelper removes the helper of a node whose namespace is about to go.
func (w *world) dropHelper(ctx context.Context, node string) error {
	id, ok := w.DropHelper(node)
	if !ok {
		return nil
	}
	_, err := w.r.api.ContainerRemove(ctx, id, client.ContainerRemoveOptions{Force: true})
	return unlessGone(err)
}

func (r *Runtime) secured(by string) bool {
	return slices.ContainsFunc(r.secure, func(s string) bool { return strings.HasPrefix(s, "name="+by) })
}

// A stream is the attached standard input and output of a container.
type stream struct {
	io.Reader
	conn net.Conn
}

func (s *stream) Write(p []byte) (int, error) { return s.conn.Write(p) }
func (s *stream) Close() error                { return s.conn.Close() }
