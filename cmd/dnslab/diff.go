package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/results/markdown"
	"github.com/dnslab/dnslab/results/terminal"
	"github.com/dnslab/dnslab/runner"
)

type diffFlags struct {
	runtimes  []string
	json, all bool
	notes     bool
	markdown  string
	byRuntime bool // whether --runtime was given, be it empty
}

func diffCommand() *cobra.Command {
	f := &diffFlags{}
	c := &cobra.Command{
		Use:   "diff A.json B.json | diff RUN.json --runtime A,B",
		Short: "Tell what changed between two runs, or differs between two runtimes of one",
		Long: `Compares two run files, or two runtimes of one: which claims only one has, their
status, what was expected and what was seen. Of several rounds the worst speaks.
Claims are matched by runtime, lab and claim; with --runtime by lab and claim.

Versions and facts that differ are shown first, but are no difference, and nor
is another case that expects the same and sees the same.

Exit status: 0 no difference, 1 some, 2 bad usage or bad input.`,
		Example: `  dnslab diff before.json after.json           what an upgrade changed
  dnslab diff run.json --runtime docker-20.10,podman-5.4
                                               two engines that were asked the same
  dnslab diff before.json after.json --markdown - | gh issue comment 7 -F -
  dnslab diff before.json after.json --json | jq -r '.claims[] | .lab + "/" + .claim'`,
		Args:                  cobra.ArbitraryArgs,
		DisableFlagsInUseLine: true,
		RunE: func(c *cobra.Command, args []string) error {
			f.byRuntime = c.Flags().Changed("runtime")
			return f.run(args, c.OutOrStdout())
		},
	}
	fl := c.Flags()
	fl.StringSliceVarP(&f.runtimes, "runtime", "r", nil, "two runtimes of one run, as docker-20.10,podman-5.4")
	fl.BoolVar(&f.all, "all", false, "list claims judged by another case to the same end, too")
	fl.BoolVar(&f.json, "json", false, "as JSON")
	fl.StringVar(&f.markdown, "markdown", "", "write Markdown, fit for an issue (- is standard output)")
	fl.BoolVar(&f.notes, "notes", false, "with --runtime and --markdown: release notes, by the version since which it is so")
	return c
}

func (f *diffFlags) run(args []string, stdout io.Writer) error {
	if err := f.check(args); err != nil {
		return err
	}
	d, err := f.diff(args)
	if err != nil {
		return err
	}
	if err := f.write(d, stdout); err != nil {
		return err
	}
	if !d.Same {
		return exit{status: 1}
	}
	return nil
}

// check finds what is wrong with the command line, before any file is read.
func (f *diffFlags) check(args []string) error {
	const shapes = "dnslab diff A.json B.json, or dnslab diff RUN.json --runtime A,B"
	switch n := len(args); {
	case n == 0 || n > 2:
		return badf("diff takes two run files, or one and --runtime A,B, but was given %d: %s", n, shapes)
	case n == 1 && !f.byRuntime:
		return badf("diff was given one run file: name a second, or two runtimes of it (%s)", shapes)
	case n == 2 && f.byRuntime:
		return badf("--runtime A,B compares two runtimes of one run file, but two were given (%s)", shapes)
	case f.byRuntime && len(f.runtimes) != 2:
		return badf("--runtime %q: it takes two names, as in --runtime docker-20.10,podman-5.4", strings.Join(f.runtimes, ","))
	case f.byRuntime && f.runtimes[0] == f.runtimes[1]:
		return badf("--runtime %q: that is one runtime twice, name two", strings.Join(f.runtimes, ","))
	case f.notes && (!f.byRuntime || f.markdown == ""):
		return badf("--notes tells what changed from one runtime to another, in Markdown: give --runtime A,B and --markdown FILE too")
	case f.json && f.markdown == "-":
		return badf("--json and --markdown - both write to standard output: name a file for one")
	}
	return outputs{markdown: f.markdown}.check()
}

func (f *diffFlags) diff(args []string) (results.Diff, error) {
	var runs []results.Run
	for _, path := range args {
		run, err := results.Read(path)
		if err != nil {
			return results.Diff{}, badf("%w (dnslab run --json FILE writes run files)", err)
		}
		runs = append(runs, run)
	}
	var d results.Diff
	if len(runs) == 2 {
		d = results.DiffRuns(runs[0], runs[1])
	} else {
		for _, name := range f.runtimes {
			if err := has(runs[0], name, args[0]); err != nil {
				return results.Diff{}, err
			}
		}
		d = results.DiffRuntimes(runs[0], f.runtimes[0], f.runtimes[1])
	}
	d.A.File, d.B.File = args[0], args[len(args)-1]
	return d, nil
}

// has wants a run to speak about a runtime.
func has(run results.Run, name, path string) error {
	names := run.RuntimeNames()
	switch near := runner.Nearest(name, names); {
	case slices.Contains(names, name):
		return nil
	case len(names) == 0:
		return badf("%q has no runtime %q, and no other", path, name)
	case near != "":
		return badf("%q has no runtime %q: did you mean %q?", path, name, near)
	}
	return badf("%q has no runtime %q: it has %s", path, name, few(names))
}

func (f *diffFlags) write(d results.Diff, stdout io.Writer) error {
	asMarkdown := func(w io.Writer) error {
		if f.notes {
			return markdown.WriteNotes(w, d)
		}
		return markdown.WriteDiff(w, d, f.all)
	}
	switch f.markdown {
	case "":
	case "-":
		return asMarkdown(stdout)
	default:
		if err := results.SaveAs(f.markdown, asMarkdown); err != nil {
			return fmt.Errorf("writing --markdown: %w", err)
		}
	}
	switch {
	case f.json:
		return results.WriteDiff(stdout, d)
	case f.markdown == "":
		return terminal.WriteDiff(stdout, d, f.all, terminal.Detect(stdout, os.Getenv))
	}
	return nil
}
