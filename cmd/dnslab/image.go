package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/dnslab/dnslab/images"
	"github.com/dnslab/dnslab/runner"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/driver/all"
)

// An imageKeeper is a runtime that has images of dnslab's own.
type imageKeeper interface{ Images() images.Engine }

func imageCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "image", Short: "Build, list and remove the images that runtimes need", Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	sub := func(use, short string, args cobra.PositionalArgs, do func(ctx context.Context, w io.Writer, t runner.Target, names []string) error) {
		c.AddCommand(&cobra.Command{
			Use: use, Short: short, Args: args,
			RunE: func(c *cobra.Command, names []string) error { return eachKeeper(c, names, do) },
		})
	}
	sub("build [NAME...]", "Build images that are not there (default those of nodes; of lab hosts and of KIND nodes by name, or by that of a runtime: host-trixie, docker-29)",
		func(c *cobra.Command, names []string) error { return imageNames(c, imagesOf(names)) }, buildImages)
	sub("ls [NAME...]", "List the images that are there, with sizes", imageNames, listImages)
	sub("rm [NAME...]", "Remove images (default all)", imageNames, func(ctx context.Context, w io.Writer, t runner.Target, names []string) error {
		gone, err := removeImages(ctx, t.Runtime.(imageKeeper), names)
		for _, g := range gone {
			fmt.Fprintf(w, "removed %s\n", g)
		}
		return err
	})
	return c
}

// imagesOf has those that a runtime needs in place of its name, each once.
func imagesOf(names []string) []string {
	var wanted []string
	needs := map[string][]string{}
	for _, c := range all.Candidates() {
		needs[c.Name] = c.Images()
	}
	for _, n := range names {
		its := needs[n]
		if len(its) == 0 {
			its = []string{n}
		}
		for _, image := range its {
			if !slices.Contains(wanted, image) {
				wanted = append(wanted, image)
			}
		}
	}
	return wanted
}

func imageNames(_ *cobra.Command, names []string) error {
	all := slices.Concat(images.Names(), images.HostNames(), images.NodeImageNames())
	for _, n := range names {
		if slices.Contains(all, n) {
			continue
		}
		if near := runner.Nearest(n, all); near != "" {
			return badf("no image %q: did you mean %q? (there is %s)", n, near, strings.Join(all, ", "))
		}
		return badf("no image %q: there is %s", n, strings.Join(all, ", "))
	}
	return nil
}

func eachKeeper(c *cobra.Command, names []string, do func(context.Context, io.Writer, runner.Target, []string) error) error {
	set := open(c.Context(), atHand(), nil, driver.Options{Run: runner.NewID()}, (*all.Opener).Runtime)
	defer set.close()
	if err := noneReady(set.targets); err != nil {
		return err
	}
	for _, t := range set.targets {
		if _, ok := t.Runtime.(imageKeeper); !ok {
			continue
		}
		if err := do(c.Context(), c.OutOrStdout(), t, names); err != nil {
			return err
		}
	}
	return nil
}

func buildImages(ctx context.Context, w io.Writer, t runner.Target, names []string) error {
	if len(names) == 0 {
		names = images.Names()
	}
	for _, n := range imagesOf(names) {
		ref, err := images.Ensure(ctx, t.Runtime.(imageKeeper).Images(), n, func(s string) { fmt.Fprintln(w, s) })
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%s is there\n", ref)
	}
	return nil
}

func listImages(ctx context.Context, w io.Writer, t runner.Target, names []string) error {
	made, err := made(ctx, t.Runtime.(imageKeeper), names)
	if err != nil {
		return err
	}
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, m := range made {
		fmt.Fprintf(tw, "%s\t%.1f MB\n", called(m), float64(m.Size)/1e6)
	}
	if len(made) == 0 {
		fmt.Fprintln(tw, "no image of dnslab's is there (dnslab image build makes them)")
	}
	return tw.Flush()
}

// removeImages removes the images of these names, of any hash, or all.
func removeImages(ctx context.Context, k imageKeeper, names []string) (gone []string, err error) {
	made, err := made(ctx, k, names)
	if err != nil {
		return nil, err
	}
	remover := k.Images().(images.Puller)
	for _, m := range made {
		for _, ref := range append(slices.Clone(m.Refs), m.ID)[:max(1, len(m.Refs))] {
			if err := remover.Remove(ctx, ref); err != nil {
				return gone, err
			}
			gone = append(gone, ref)
		}
	}
	return gone, nil
}

// made lists the images that carry dnslab's label and one of the names.
func made(ctx context.Context, k imageKeeper, names []string) ([]images.Made, error) {
	lister, ok := k.Images().(images.Lister)
	if !ok {
		return nil, nil
	}
	all, err := lister.List(ctx)
	return slices.DeleteFunc(all, func(m images.Made) bool {
		return len(names) > 0 && !slices.ContainsFunc(m.Refs, func(ref string) bool {
			name, _, _ := strings.Cut(strings.TrimPrefix(ref, "dnslab/"), ":")
			return slices.Contains(names, name)
		})
	}), err
}

func called(m images.Made) string {
	if len(m.Refs) == 0 {
		return m.ID[:min(19, len(m.ID))] + " (left by a build)"
	}
	return strings.Join(m.Refs, " ")
}
