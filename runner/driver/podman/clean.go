package podman

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/driver/internal/book"
	"github.com/dnslab/dnslab/runner/driver/owner"
)

var _ driver.Cleaner = (*Runtime)(nil)

// Clean removes containers first: networks and volumes are free only then.
func (r *Runtime) Clean(ctx context.Context, all bool) (removed, spared []string, err error) {
	c := cleaning{all: all, spared: map[string]bool{}}
	containers, err := r.containers(ctx, book.LabelRun)
	if err != nil {
		return nil, nil, err
	}
	// The newest first: one that shares another's network was made after it,
	// and the engine removes none that another needs.
	slices.SortStableFunc(containers, func(a, b thing) int { return strings.Compare(b.made, a.made) })
	for _, x := range containers {
		c.one("container "+x.name, x.labels, func() error { return r.removeOutside(ctx, x.id) }) // it may be a helper
	}
	networks, err := r.networks(ctx, book.LabelRun)
	if err != nil {
		return c.removed, c.words(), err
	}
	for _, x := range networks {
		c.one("network "+x.name, x.labels, func() error { return r.removeNetwork(ctx, x.name) })
	}
	volumes, err := r.volumes(ctx, book.LabelRun)
	if err != nil {
		return c.removed, c.words(), err
	}
	for _, x := range volumes {
		c.one("volume "+x.name, x.labels, func() error { return r.removeVolume(ctx, x.name) })
	}
	return c.removed, c.words(), errors.Join(c.errs...)
}

// A thing is what carries a label.
type thing struct {
	id, name string
	made     string // RFC 3339
	labels   map[string]string
}

func (r *Runtime) containers(ctx context.Context, label string) (all []thing, err error) {
	var list []struct {
		ID      string `json:"Id"`
		Names   []string
		Created string
		Labels  map[string]string
	}
	if err := r.api.do(ctx, get("containers", "json").with(append(labelled(label), "all", "true")...), &list); err != nil {
		return nil, fmt.Errorf("listing containers: %w", err)
	}
	for _, x := range list {
		all = append(all, thing{x.ID, x.Names[0], x.Created, x.Labels})
	}
	return all, nil
}

func (r *Runtime) networks(ctx context.Context, label string) (all []thing, err error) {
	var list []struct {
		Name   string            `json:"name"`
		Labels map[string]string `json:"labels"`
	}
	if err := r.api.do(ctx, get("networks", "json").with(labelled(label)...), &list); err != nil {
		return nil, fmt.Errorf("listing networks: %w", err)
	}
	for _, x := range list {
		all = append(all, thing{name: x.Name, labels: x.Labels})
	}
	return all, nil
}

func (r *Runtime) volumes(ctx context.Context, label string) (all []thing, err error) {
	var list []struct {
		Name   string
		Labels map[string]string
	}
	if err := r.api.do(ctx, get("volumes", "json").with(labelled(label)...), &list); err != nil {
		return nil, fmt.Errorf("listing volumes: %w", err)
	}
	for _, x := range list {
		all = append(all, thing{name: x.Name, labels: x.Labels})
	}
	return all, nil
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
	_, ours := labels[book.LabelRun]
	switch {
	case !ours: // whatever the engine thinks of its filter
		return
	case c.all, state == owner.Dead:
	case state == owner.Alive:
		c.spared[fmt.Sprintf("run %s, which still goes on", labels[book.LabelRun])] = true
		return
	default:
		c.spared[fmt.Sprintf("run %s, which was started on another machine (--all removes it)", labels[book.LabelRun])] = true
		return
	}
	if err := remove(); err != nil {
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
