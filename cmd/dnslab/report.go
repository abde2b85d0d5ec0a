package main

import (
	"os"

	"github.com/spf13/cobra"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/results/terminal"
)

func reportCommand() *cobra.Command {
	var out outputs
	c := &cobra.Command{
		Use:     "report RUN.json",
		Short:   "Write a saved run in another form",
		Example: "  dnslab report run.json --markdown summary.md --junit junit.xml",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return badf("report takes one run file, as in: dnslab report run.json --markdown summary.md")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			run, err := results.Read(args[0])
			if err != nil {
				return badf("%w (dnslab run --json FILE writes run files)", err)
			}
			if err := out.check(); err != nil {
				return err
			}
			if len(out.chosen()) == 0 {
				return terminal.Write(c.OutOrStdout(), run, terminal.Detect(c.OutOrStdout(), os.Getenv))
			}
			return out.write(run, c.OutOrStdout())
		},
	}
	out.flags(c.Flags())
	return c
}
