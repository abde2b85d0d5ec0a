package host

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/client"

	"github.com/dnslab/dnslab/runner/driver/owner"
)

// Labels of what a host is made of. The upstream has that of a lab, for it is
// a node: "host docker-26.1".
const (
	labelRun   = "dnslab.run"
	labelOwner = "dnslab.owner"
	labelHost  = "dnslab.host"
	labelLab   = "dnslab.lab"
	labPrefix  = "host "
)

// A Made is a container or a volume of a lab host, of this process or another.
type Made struct {
	Kind  string // "container", "volume"
	Name  string // in the engine outside
	Host  string // "docker-26.1"
	Run   string
	State owner.State // of the process that it belongs to

	remove func(context.Context) error
}

// Remove removes it. Containers go before their volumes.
func (m Made) Remove(ctx context.Context) error {
	if err := m.remove(ctx); err != nil && !errdefs.IsNotFound(err) {
		return fmt.Errorf("removing %s %q: %w", m.Kind, m.Name, err)
	}
	return nil
}

// List returns what lab hosts are made of, containers first.
func List(ctx context.Context, out Outside) ([]Made, error) {
	api := out.API()
	ours := make(client.Filters).Add("label", labelRun)
	containers, err := api.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: ours})
	if err != nil {
		return nil, fmt.Errorf("listing containers: %w", err)
	}
	volumes, err := api.VolumeList(ctx, client.VolumeListOptions{Filters: ours})
	if err != nil {
		return nil, fmt.Errorf("listing volumes: %w", err)
	}
	var all []Made
	for _, c := range containers.Items {
		all = append(all, made("container", strings.TrimPrefix(strings.Join(c.Names, " "), "/"), c.Labels, func(ctx context.Context) error {
			_, err := api.ContainerRemove(ctx, c.ID, client.ContainerRemoveOptions{Force: true, RemoveVolumes: true})
			return err
		}))
	}
	for _, v := range volumes.Items {
		all = append(all, made("volume", v.Name, v.Labels, func(ctx context.Context) error {
			_, err := api.VolumeRemove(ctx, v.Name, client.VolumeRemoveOptions{Force: true})
			return err
		}))
	}
	return slices.DeleteFunc(all, func(m Made) bool { return m.Host == "" }), nil
}

func made(kind, name string, labels map[string]string, remove func(context.Context) error) Made {
	host := labels[labelHost]
	if of, ok := strings.CutPrefix(labels[labelLab], labPrefix); ok && host == "" {
		host = of
	}
	return Made{Kind: kind, Name: name, Host: host, Run: labels[labelRun], State: owner.Lives(labels[labelOwner]), remove: remove}
}

// Clean removes what is left of lab hosts whose process is gone, of these
// names or of all, and returns what it removed and what it spared. Folders of
// sockets go with them.
func Clean(ctx context.Context, out Outside, names []string) (removed, spared []Made, err error) {
	all, err := List(ctx, out)
	if err != nil {
		return nil, nil, err
	}
	errs := []error{Sweep()}
	for _, m := range all {
		switch {
		case len(names) > 0 && !slices.Contains(names, m.Host):
		case m.State != owner.Dead:
			spared = append(spared, m)
		default:
			if err := m.Remove(ctx); err != nil {
				errs = append(errs, err)
				continue
			}
			removed = append(removed, m)
		}
	}
	return removed, spared, errors.Join(errs...)
}
