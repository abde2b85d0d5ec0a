package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/dnslab/dnslab/runner"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/driver/all"
	"github.com/dnslab/dnslab/runner/driver/owner"
	"github.com/dnslab/dnslab/runner/host"
)

func hostCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "host", Short: "Lab hosts by hand: an engine of a chosen version, beside yours",
		Long: `A lab host is a container on your Docker with an engine in it: docker-26.1-rootless,
podman-5.8. Its network ends at that container's neighbours; nothing gets further.`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(
		&cobra.Command{
			Use: "ls", Short: "List lab hosts, and what is running of them", Args: noArgs,
			RunE: func(c *cobra.Command, _ []string) error { return listHosts(c.Context(), c.OutOrStdout()) },
		},
		&cobra.Command{
			Use: "up NAME", Short: "Start a lab host, say where its engine is, and remove it when interrupted", Args: oneHost,
			RunE: func(c *cobra.Command, args []string) error {
				return withHost(c.Context(), args[0], func(h *host.Host) error { return stay(c.Context(), c.OutOrStdout(), h) })
			},
		},
		&cobra.Command{
			Use: "shell NAME", Short: "A prompt on a lab host, or what is piped in run there; removed afterwards", Args: oneHost,
			RunE: func(c *cobra.Command, args []string) error {
				return withHost(c.Context(), args[0], func(h *host.Host) error { return shell(c.Context(), h) })
			},
		},
		&cobra.Command{
			Use: "rm [NAME...]", Short: "Remove lab hosts whose process is gone (default all such)", Args: hostNames,
			RunE: func(c *cobra.Command, names []string) error { return removeHosts(c.Context(), c.OutOrStdout(), names) },
		},
	)
	return c
}

func oneHost(c *cobra.Command, names []string) error {
	if len(names) != 1 {
		return badf("%s takes the name of one lab host, such as docker-26.1 (dnslab host ls shows all)", c.CommandPath())
	}
	return hostNames(c, names)
}

func hostNames(_ *cobra.Command, names []string) error {
	var known []string
	for _, s := range host.Specs() {
		known = append(known, s.Name)
	}
	for _, n := range names {
		if slices.Contains(known, n) {
			continue
		}
		if near := runner.Nearest(n, known); near != "" {
			return badf("no lab host %q: did you mean %q? (dnslab host ls shows all)", n, near)
		}
		return badf("no lab host %q: there is %s (dnslab host ls shows all)", n, few(known))
	}
	return nil
}

// outside is the engine that lab hosts run on: the user's Docker.
func outside(ctx context.Context, o driver.Options) (host.Outside, error) {
	docker, err := all.Choose(all.Candidates(), []string{"docker"})
	if err != nil {
		return nil, err
	}
	rt, err := all.Open(ctx, o).Runtime(ctx, docker[0])
	if err != nil {
		return nil, bad(fmt.Errorf("lab hosts run on your Docker: %w (try: %s)", err, docker[0].Fix()))
	}
	return rt.(host.Outside), nil
}

func hostOptions() driver.Options {
	say := func(s string) { fmt.Fprintln(os.Stderr, s) }
	return driver.Options{Run: runner.NewID(), Owner: owner.Text(), Say: say}
}

// withHost does something with a lab host, which is removed afterwards,
// whatever becomes of it.
func withHost(ctx context.Context, name string, do func(*host.Host) error) (err error) {
	spec, err := host.Find(name)
	if err != nil {
		return bad(err)
	}
	o := hostOptions()
	out, err := outside(ctx, o)
	if err != nil {
		return err
	}
	defer out.Close(context.WithoutCancel(ctx))
	h, err := host.Up(ctx, spec, out, o)
	if err != nil {
		return err
	}
	defer func() {
		if e := h.Close(context.WithoutCancel(ctx)); e != nil {
			err = errors.Join(err, e)
		}
	}()
	return do(h)
}

// stay says where the engine of a host is, until the interrupt.
func stay(ctx context.Context, w io.Writer, h *host.Host) error {
	variable := "DOCKER_HOST"
	if h.Engine == "podman" {
		variable = "CONTAINER_HOST"
	}
	if _, err := fmt.Fprintf(w, "%s=unix://%s\n", variable, h.Socket()); err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "%s %s is up; an interrupt removes it\n", h.Engine, h.Version)
	select {
	case <-ctx.Done():
		return nil
	case <-h.Gone():
		return h.Died(ctx)
	}
}

func shell(ctx context.Context, h *host.Host) error {
	status, err := h.Shell(ctx, os.Stdin, os.Stdout, os.Stderr)
	switch {
	case ctx.Err() != nil:
		return nil
	case err != nil:
		return err
	case status != 0:
		return exit{status, nil}
	}
	return nil
}

func listHosts(ctx context.Context, w io.Writer) error {
	o := driver.Options{Run: runner.NewID(), Owner: owner.Text()}
	out, err := outside(ctx, o)
	if err != nil {
		return err
	}
	defer out.Close(context.WithoutCancel(ctx))
	opener := all.Open(ctx, o)
	defer opener.Close(context.WithoutCancel(ctx))
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, c := range all.Candidates() {
		if c.Made() && c.Engine != "kubernetes" {
			fmt.Fprintf(tw, "%s\t%s\n", c.Name, howFar(ctx, opener, c))
		}
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	made, err := host.List(ctx, out)
	for _, m := range made {
		if m.Kind == "container" {
			fmt.Fprintf(tw, "\n%s\t%s\t%s", m.Name, m.Host, whose(m))
		}
	}
	if len(made) > 0 {
		fmt.Fprintln(tw)
	}
	return errors.Join(err, tw.Flush())
}

// howFar says how far a lab host is from running.
func howFar(ctx context.Context, opener *all.Opener, c all.Candidate) string {
	s, err := opener.State(ctx, c)
	switch {
	case err != nil:
		return "unavailable: " + err.Error()
	case s.Ready:
		return "ready"
	}
	return fmt.Sprintf("to be built, about %d s and %d MB", s.Seconds, s.Bytes/1e6)
}

// whose says what became of the run that something was made for.
func whose(m host.Made) string {
	switch m.State {
	case owner.Alive:
		return "run " + m.Run + " goes on"
	case owner.Unknown:
		return "run " + m.Run + " was started on another machine"
	}
	return "left behind by run " + m.Run + " (dnslab host rm)"
}

func removeHosts(ctx context.Context, w io.Writer, names []string) error {
	out, err := outside(ctx, hostOptions())
	if err != nil {
		return err
	}
	defer out.Close(context.WithoutCancel(ctx))
	removed, spared, err := host.Clean(ctx, out, names)
	for _, m := range removed {
		fmt.Fprintf(w, "removed %s %s\n", m.Kind, m.Name)
	}
	for _, m := range spared {
		fmt.Fprintf(w, "spared %s %s: %s\n", m.Kind, m.Name, strings.TrimSuffix(whose(m), " (dnslab host rm)"))
	}
	if len(removed)+len(spared) == 0 && err == nil {
		fmt.Fprintln(w, "no lab host was left behind")
	}
	return err
}
