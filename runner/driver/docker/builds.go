package docker

import (
	"context"
	"fmt"
	"time"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/dnslab/dnslab/images"
	"github.com/dnslab/dnslab/runner/driver/internal/book"
)

// buildPause is longer than a build leaves the container of a step alone: from
// making to starting it, and from its end until it has become an image.
const buildPause = 10 * time.Second

// leftByBuilds lists the containers that a killed build of an image left: they
// inherit the image's label and have none of a run, since the engine makes
// them. Nobody knows whose they are, so those that run, or did a moment ago,
// are spared.
func (r *Runtime) leftByBuilds(ctx context.Context, c *cleaning) (left []container.Summary, err error) {
	res, err := r.api.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: make(client.Filters).Add("label", images.Label)})
	if err != nil {
		return nil, fmt.Errorf("listing containers of builds: %w", err)
	}
	for _, x := range res.Items {
		if _, ok := x.Labels[book.LabelRun]; ok || x.State == container.StateRunning {
			continue
		}
		resting, err := r.resting(ctx, x.ID)
		switch {
		case errdefs.IsNotFound(err):
		case err != nil:
			return nil, fmt.Errorf("asking about container %q: %w", x.ID[:12], err)
		case !c.all && resting < buildPause:
			c.spared[fmt.Sprintf("container %s, which may belong to a build that goes on (try again in %v)", x.ID[:12], buildPause)] = true
		default:
			left = append(left, x)
		}
	}
	return left, nil
}

// resting is how long a container that does not run has not run, by the
// engine's own clock.
func (r *Runtime) resting(ctx context.Context, id string) (time.Duration, error) {
	res, err := r.api.ContainerInspect(ctx, id, client.ContainerInspectOptions{})
	if err != nil {
		return 0, err
	}
	info, err := r.api.Info(ctx, client.InfoOptions{})
	if err != nil {
		return 0, err
	}
	now, err := time.Parse(time.RFC3339Nano, info.Info.SystemTime)
	if err != nil {
		return 0, err
	}
	for _, since := range []string{res.Container.State.FinishedAt, res.Container.Created} {
		// One that never ran ended in year 1.
		if t, err := time.Parse(time.RFC3339Nano, since); err == nil && t.Year() > 1 {
			return now.Sub(t), nil
		}
	}
	return 0, nil
}
