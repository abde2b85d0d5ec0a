package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/driver/all"
	"github.com/dnslab/dnslab/runner/driver/owner"
)

func doctorCommand() *cobra.Command {
	asJSON := false
	c := &cobra.Command{
		Use: "doctor", Short: "Say which runtimes can be had here, and what helps", Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			d := diagnose(c.Context())
			if asJSON {
				return results.WriteDoctor(c.OutOrStdout(), d)
			}
			return doctor(c.OutOrStdout(), d)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return c
}

func diagnose(ctx context.Context) results.Doctor {
	d := results.Doctor{Schema: results.DoctorSchema}
	o := all.Open(ctx, driver.Options{Run: runner.NewID(), Owner: owner.Text()})
	defer o.Close(context.WithoutCancel(ctx))
	for _, c := range all.Candidates() {
		r := results.DoctorRuntime{Name: c.Name, State: results.Ready}
		var err error
		if c.Made() {
			err = lookAt(ctx, o, c, &r)
		} else {
			r.Version, err = ask(ctx, o, c)
		}
		if err != nil {
			r.State, r.Reason, r.Fix = results.Unavailable, err.Error(), c.Fix()
		}
		d.Runtimes = append(d.Runtimes, r)
	}
	return d
}

// lookAt finds out whether a lab host can be had.
func lookAt(ctx context.Context, o *all.Opener, c all.Candidate, r *results.DoctorRuntime) error {
	r.Version = c.Version()
	s, err := o.State(ctx, c)
	if err == nil && !s.Ready {
		r.State, r.Seconds, r.Bytes, r.Fix = results.Buildable, float64(s.Seconds), s.Bytes, c.Fix()
		r.Reason = "its image is not built yet"
	}
	return err
}

// ask opens an engine of the user's.
func ask(ctx context.Context, o *all.Opener, c all.Candidate) (version string, err error) {
	rt, err := o.Runtime(ctx, c)
	if err != nil {
		return "", err
	}
	defer rt.Close(ctx)
	about, err := rt.About(ctx)
	return about.Version, err
}

func doctor(w io.Writer, d results.Doctor) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	buildable := 0
	for _, r := range d.Runtimes {
		cost := ""
		if r.State == results.Buildable {
			buildable++
			cost = fmt.Sprintf("about %.0f s, %.0f MB", r.Seconds, float64(r.Bytes)/1e6)
		}
		fmt.Fprintln(tw, strings.TrimRight(fmt.Sprintf("%s\t%s\t%s\t%s", r.Name, r.State, r.Version, cost), "\t"))
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	for _, r := range d.Runtimes {
		if r.State == results.Unavailable {
			fmt.Fprintf(w, "\n%s: %s\n    try: %s\n", r.Name, r.Reason, r.Fix)
		}
	}
	if yours, err := all.Contexts(); err == nil && len(yours) > 0 {
		fmt.Fprintf(w, "\nClusters of yours, which dnslab run -r NAME visits: %s.\n", few(yours))
	}
	if buildable > 0 {
		fmt.Fprintf(w, "\nWhat is buildable, dnslab run -r NAME builds; dnslab run -r default: one of each behaviour.\n")
	}
	return nil
}
