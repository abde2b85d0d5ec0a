package docker

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/client"

	"github.com/dnslab/dnslab/images"
)

// Labelled returns the names of all containers that run and have a label.
func (r *Runtime) Labelled(ctx context.Context, label string) ([]string, error) {
	list, err := r.api.ContainerList(ctx, client.ContainerListOptions{Filters: make(client.Filters).Add("label", label)})
	if err != nil {
		return nil, fmt.Errorf("listing containers: %w", err)
	}
	var names []string
	for _, c := range list.Items {
		if len(c.Names) > 0 {
			names = append(names, c.Names[0][1:])
		}
	}
	return names, nil
}

// Exec runs a command in a container, with in as its input unless it is nil,
// and returns what it printed. A command that fails is an error, with the last
// lines of what it complained of.
func (r *Runtime) Exec(ctx context.Context, container string, in io.Reader, args ...string) (string, error) {
	out, err := r.exec(ctx, container, in, args)
	if err != nil {
		return out, fmt.Errorf("running %q in the container %q: %w", args[0], container, err)
	}
	return out, nil
}

func (r *Runtime) exec(ctx context.Context, container string, in io.Reader, args []string) (string, error) {
	made, err := r.api.ExecCreate(ctx, container, client.ExecCreateOptions{Cmd: args, AttachStdin: in != nil, AttachStdout: true, AttachStderr: true})
	if err != nil {
		return "", err
	}
	conn, err := r.api.ExecAttach(ctx, made.ID, client.ExecAttachOptions{})
	if err != nil {
		return "", err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, conn.Close)()
	if in != nil {
		go func() {
			io.Copy(conn.Conn, in)
			conn.CloseWrite()
		}()
	}
	var out, complaint bytes.Buffer
	if _, err := stdcopy.StdCopy(&out, &complaint, conn.Reader); err != nil {
		return "", because(ctx, err)
	}
	ended, err := r.api.ExecInspect(ctx, made.ID, client.ExecInspectOptions{})
	if err == nil && ended.ExitCode != 0 {
		err = fmt.Errorf("it ended with %d: %s", ended.ExitCode, images.LastLines(strings.TrimSpace(complaint.String()), 20))
	}
	return out.String(), err
}
