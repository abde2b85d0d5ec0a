package docker

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/driver/internal/book"
	"github.com/dnslab/dnslab/runner/driver/owner"
)

var _ driver.Cleaner = (*Runtime)(nil)

// Clean removes containers first: networks and volumes are free only then.
func (r *Runtime) Clean(ctx context.Context, all bool) (removed, spared []string, err error) {
	c := cleaning{all: all, spared: map[string]bool{}}
	ours := make(client.Filters).Add("label", book.LabelRun)
	containers, err := r.api.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: ours})
	if err != nil {
		return nil, nil, fmt.Errorf("listing containers: %w", err)
	}
	left, err := r.leftByBuilds(ctx, &c)
	if err != nil {
		return nil, nil, err
	}
	for _, x := range append(containers.Items, left...) {
		name := x.ID[:12]
		if len(x.Names) > 0 {
			name = x.Names[0][1:]
		}
		c.one("container "+name, x.Labels, func() error {
			return r.removeContainer(ctx, x.ID)
		})
	}
	networks, err := r.api.NetworkList(ctx, client.NetworkListOptions{Filters: ours})
	if err != nil {
		return c.removed, c.words(), fmt.Errorf("listing networks: %w", err)
	}
	for _, x := range networks.Items {
		c.one("network "+x.Name, x.Labels, func() error {
			_, err := r.api.NetworkRemove(ctx, x.ID, client.NetworkRemoveOptions{})
			return err
		})
	}
	volumes, err := r.api.VolumeList(ctx, client.VolumeListOptions{Filters: ours})
	if err != nil {
		return c.removed, c.words(), fmt.Errorf("listing volumes: %w", err)
	}
	for _, x := range volumes.Items {
		c.one("volume "+x.Name, x.Labels, func() error {
			_, err := r.api.VolumeRemove(ctx, x.Name, client.VolumeRemoveOptions{Force: true})
			return err
		})
	}
	return c.removed, c.words(), errors.Join(c.errs...)
}

// removeContainer waits where somebody else is at it, as another clean is.
func (r *Runtime) removeContainer(ctx context.Context, id string) error {
	_, err := r.api.ContainerRemove(ctx, id, client.ContainerRemoveOptions{Force: true, RemoveVolumes: true})
	if !errdefs.IsConflict(err) || !strings.Contains(err.Error(), "already in progress") {
		return err
	}
	wait := r.api.ContainerWait(ctx, id, client.ContainerWaitOptions{Condition: container.WaitConditionRemoved})
	select {
	case err = <-wait.Error:
		return err
	case <-wait.Result:
		return nil
	}
}

// cleaning is what one round of cleaning did.
type cleaning struct {
	all     bool
	removed []string
	spared  map[string]bool
	errs    []error
}

func (c *cleaning) one(what string, labels map[string]string, remove func() error) {
	state := owner.Lives(labels[book.LabelOwner])
	switch {
	case c.all, state == owner.Dead:
	case state == owner.Alive:
		c.spared[fmt.Sprintf("run %s, which still goes on", labels[book.LabelRun])] = true
		return
	default:
		c.spared[fmt.Sprintf("run %s, which was started on another machine (--all removes it)", labels[book.LabelRun])] = true
		return
	}
	if err := unlessGone(remove()); err != nil {
		c.errs = append(c.errs, fmt.Errorf("removing %s: %w", what, err))
		return
	}
	c.removed = append(c.removed, what)
}

func (c *cleaning) words() []string {
	var all []string
	for w := range c.spared {
		all = append(all, w)
	}
	return all
}
