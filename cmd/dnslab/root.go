package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/dnslab/dnslab/runner"
)

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "dnslab",
		Short: "Ask one question about DNS inside every container runtime there is",
		Long: `dnslab builds small networks of containers, asks DNS questions inside them, and
says what is true there, with evidence.`,
		Args:          noArgs,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return flagError(c, err) })
	root.AddCommand(
		runCommand(), listCommand(), explainCommand(), doctorCommand(),
		reportCommand(), diffCommand(), cleanCommand(), hostCommand(), imageCommand(), versionCommand(),
	)
	return root
}

// noArgs refuses what is not a command, with the one that was perhaps meant.
func noArgs(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if c.HasSubCommands() {
		var names []string
		for _, sub := range c.Commands() {
			if !sub.Hidden {
				names = append(names, sub.Name())
			}
		}
		if near := runner.Nearest(args[0], names); near != "" {
			return badf("no command %q: did you mean %q? (%s --help shows all)", args[0], near, c.CommandPath())
		}
		return badf("no command %q (%s --help shows all)", args[0], c.CommandPath())
	}
	return badf("%s takes no arguments, but was given %q", c.CommandPath(), strings.Join(args, " "))
}

// flagError says what is wrong with a flag and what would be right.
func flagError(c *cobra.Command, err error) error {
	where := fmt.Sprintf("(%s --help shows the flags)", c.CommandPath())
	var unknown *pflag.NotExistError
	var invalid *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknown):
		name := "--" + unknown.GetSpecifiedName()
		if unknown.GetSpecifiedShortnames() != "" {
			return badf("no flag -%s %s", unknown.GetSpecifiedName(), where)
		}
		var names []string
		c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
		if near := runner.Nearest(name, names); near != "" {
			return badf("no flag %q: did you mean %q? %s", name, near, where)
		}
		return badf("no flag %q %s", name, where)
	case errors.As(err, &invalid):
		takes := map[string]string{"int": "a whole number", "duration": "a time such as 90s or 10m", "bool": "true or false"}
		if what, ok := takes[invalid.GetFlag().Value.Type()]; ok {
			return badf("--%s %q: it takes %s", invalid.GetFlag().Name, invalid.GetValue(), what)
		}
	}
	return badf("%v %s", err, where)
}
