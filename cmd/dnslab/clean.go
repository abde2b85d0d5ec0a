package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/dnslab/dnslab/images"
	"github.com/dnslab/dnslab/runner"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/driver/all"
	"github.com/dnslab/dnslab/runner/host"
)

func cleanCommand() *cobra.Command {
	everything, withImages := false, false
	var runtimes []string
	c := &cobra.Command{
		Use:   "clean",
		Short: "Remove what dead runs left behind",
		Long: `Removes containers, networks and volumes that carry the label dnslab.run of runs
whose process is gone, lab hosts with all that is in them, and containers that a
killed build of an image left: those with the label dnslab.image alone that do not
run. Nothing else is touched. On a cluster of yours it removes namespaces, and
images from nodes that are KIND's, but only where it is named.`,
		Example: `  dnslab clean                        your engines
  dnslab clean -r kubeconfig:prod     a cluster of yours`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			candidates := atHand()
			if len(runtimes) > 0 { // lab hosts go with what is on your Docker
				var err error
				if candidates, err = choose(candidates, runtimes); err != nil {
					return err
				}
			}
			return clean(c.Context(), c.OutOrStdout(), candidates, everything, withImages)
		},
	}
	c.Flags().StringSliceVarP(&runtimes, "runtime", "r", nil, "runtimes: docker, podman, or kubeconfig:CONTEXT (default docker and podman)")
	c.Flags().BoolVar(&everything, "all", false, "also what belongs to runs that go on, or that ran on another machine")
	c.Flags().BoolVar(&withImages, "images", false, "also the images that dnslab made and the engines it built, which are a cache")
	return c
}

func clean(ctx context.Context, w io.Writer, candidates []all.Candidate, everything, withImages bool) error {
	set := open(ctx, candidates, nil, driver.Options{Run: runner.NewID()}, (*all.Opener).Cleaner)
	defer set.close()
	if err := noneReady(set.targets); err != nil {
		return err
	}
	errs := []error{host.Sweep()}
	removed, left := 0, 0
	for _, t := range set.targets {
		if cleaner, ok := t.Runtime.(driver.Cleaner); ok {
			gone, spared, err := cleaner.Clean(ctx, everything)
			for _, g := range gone {
				fmt.Fprintf(w, "%s: removed %s\n", t.Name, g)
			}
			for _, s := range spared {
				fmt.Fprintf(w, "%s: spared %s\n", t.Name, s)
			}
			removed += len(gone)
			left += len(spared)
			errs = append(errs, err)
		}
		if keeper, ok := t.Runtime.(imageKeeper); ok && withImages {
			gone, err := removeImages(ctx, keeper, nil)
			for _, g := range gone {
				fmt.Fprintf(w, "%s: removed image %s\n", t.Name, g)
			}
			removed += len(gone)
			errs = append(errs, err)
		}
	}
	if withImages {
		gone, err := images.RemoveEngines(ctx)
		for _, g := range gone {
			fmt.Fprintf(w, "removed %s\n", g)
		}
		removed += len(gone)
		errs = append(errs, err)
	}
	err := errors.Join(errs...)
	switch {
	case removed > 0 || err != nil:
	case left > 0:
		fmt.Fprintln(w, "nothing was removed")
	default:
		fmt.Fprintln(w, "nothing was left behind")
	}
	return err
}
