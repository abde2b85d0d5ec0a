package main

import (
	"os"

	"github.com/spf13/cobra"

	"github.com/dnslab/dnslab/labs"
	"github.com/dnslab/dnslab/results/terminal"
	"github.com/dnslab/dnslab/runner"
)

func explainCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "explain LAB",
		Short: "Tell all about one lab: story, drawing, steps, claims, what each version does and why",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return badf("explain takes one lab, as in: dnslab explain names (dnslab list shows all)")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			lab, err := runner.Lab(labs.All(), args[0])
			if err != nil {
				return bad(err)
			}
			w := c.OutOrStdout()
			o := terminal.Detect(w, os.Getenv)
			return explanation{lab: lab, width: max(60, min(o.Width, 100)), ascii: o.ASCII}.write(w)
		},
	}
}
