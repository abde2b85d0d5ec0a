package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dnslab/dnslab/labs"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/results/progress"
	"github.com/dnslab/dnslab/results/terminal"
	"github.com/dnslab/dnslab/runner"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/driver/all"
)

type runFlags struct {
	runtimes, require []string
	filter            runner.Filter
	options           runner.Options
	out               outputs
	dryRun, quiet     bool
}

func runCommand() *cobra.Command {
	f := &runFlags{}
	c := &cobra.Command{
		Use:   "run [LAB...]",
		Short: "Run labs and say what is true",
		Example: `  dnslab run                                   everything, on every runtime that is ready
  dnslab run names failover                    two labs
  dnslab run --run '/names/alias'              claims whose id matches
  dnslab run --source S0-1                     the labs that speak about a claim of an article
  dnslab run --repeat 20 --json run.json       twenty times, with the evidence in a file`,
		Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			f.filter.Labs = args
			return f.run(c.Context(), c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	fl := c.Flags()
	fl.StringSliceVarP(&f.runtimes, "runtime", "r", nil, "runtimes: names, globs, all, or kubeconfig:CONTEXT (default every one that is ready)")
	fl.StringVar(&f.filter.Run, "run", "", "regular expressions for runtime/lab/claim, part by part as in go test -run")
	fl.StringVar(&f.filter.Source, "source", "", "labs that speak about this claim, test or issue (S2-7, moby#47716)")
	fl.IntVarP(&f.options.Parallel, "parallel", "p", 0, fmt.Sprintf("labs at once (default %d here)", runner.DefaultParallel()))
	fl.DurationVar(&f.options.Timeout, "timeout", 0, "of the whole run, as 10m (default none)")
	fl.IntVar(&f.options.Repeat, "repeat", 1, "build every lab so many times anew")
	fl.IntVar(&f.options.Retries, "retries", 0, "build a lab that does not hold again, up to so many times")
	fl.BoolVar(&f.options.FailFast, "fail-fast", false, "stop at the first claim that does not hold")
	fl.BoolVar(&f.options.Keep, "keep", false, "leave the containers up (dnslab clean removes them)")
	fl.StringSliceVar(&f.require, "require", nil, "runtimes whose absence is an error")
	fl.BoolVar(&f.dryRun, "dry-run", false, "say what would be done, and touch no engine")
	fl.BoolVarP(&f.quiet, "quiet", "q", false, "no progress and no summary")
	f.out.flags(fl)
	return c
}

func (f *runFlags) run(ctx context.Context, stdout, stderr io.Writer) error {
	plan, candidates, err := f.check()
	if err != nil {
		return err
	}
	people := stdout
	if f.out.toStdout() {
		people = stderr
	}
	if f.dryRun {
		return dryRun(people, plan, candidates, f.options)
	}
	watch := progress.Discard
	if !f.quiet {
		watch = &matrixFirst{Reporter: progress.For(people, os.Getenv), runtimes: len(candidates), look: terminal.Detect(people, os.Getenv)}
	}
	defer watch.Close()

	f.options.ID, f.options.Watch = runner.NewID(), watch
	f.options.Args, f.options.Build = os.Args[1:], build()
	set := open(ctx, candidates, f.require, driver.Options{
		Run: f.options.ID, Say: func(s string) { watch.Report(progress.Say{Text: s}) },
	}, (*all.Opener).Runtime)
	defer set.close()
	others := 0
	if len(f.runtimes) == 0 {
		others = set.onlyReady(ctx)
	}
	if err := noneReady(set.targets); err != nil && ctx.Err() == nil {
		return err
	}
	run := runner.Run(ctx, plan, set.targets, f.options)
	watch.Close()
	err = f.out.write(run, stdout)
	if !f.quiet {
		err = errors.Join(terminal.Write(people, run, terminal.Detect(people, os.Getenv)), err)
		if others > 0 {
			fmt.Fprintf(people, "%d other runtimes can be had: dnslab doctor lists them, dnslab run -r default builds one of each behaviour\n", others)
		}
		if f.options.Keep {
			whereKept(people, candidates, run.ID)
		}
	}
	if err != nil {
		return exit{3, err}
	}
	if status := verdict(run); status != 0 {
		return exit{status, nil}
	}
	return nil
}

// whereKept says where the containers of a run are that were left up.
func whereKept(w io.Writer, candidates []all.Candidate, id string) {
	here := false
	for _, c := range candidates {
		if here = here || !c.Visited(); c.Visited() {
			fmt.Fprintf(w, "kept: kubectl get namespaces -l dnslab.run=%s; dnslab clean -r %s removes them\n", id, c.Name)
		}
	}
	if here {
		fmt.Fprintf(w, "kept: docker ps --filter label=dnslab.run=%s; dnslab clean removes it\n", id)
	}
}

// check finds out what is wrong with the flags before anything is touched.
func (f *runFlags) check() (runner.Plan, []all.Candidate, error) {
	for _, n := range []struct {
		flag string
		n    int
		min  int
	}{{"--parallel", f.options.Parallel, 0}, {"--repeat", f.options.Repeat, 1}, {"--retries", f.options.Retries, 0}} {
		if n.n < n.min {
			return runner.Plan{}, nil, badf("%s %d: it takes a number from %d", n.flag, n.n, n.min)
		}
	}
	if f.options.Timeout < 0 {
		return runner.Plan{}, nil, badf("--timeout %v: it takes a time such as 90s or 10m", f.options.Timeout)
	}
	plan, err := runner.Choose(labs.All(), f.filter)
	if err != nil {
		return runner.Plan{}, nil, bad(err)
	}
	candidates := all.Candidates()
	required, err := choose(candidates, f.require)
	if err != nil {
		return runner.Plan{}, nil, err
	}
	f.require = nil
	for _, c := range required {
		f.require = append(f.require, c.Name)
	}
	named := f.runtimes
	if len(named) == 0 {
		named = []string{"all"}
	}
	if candidates, err = choose(candidates, slices.Concat(named, f.require)); err != nil {
		return runner.Plan{}, nil, err
	}
	var names []string
	concerned := slices.DeleteFunc(slices.Clone(candidates), func(c all.Candidate) bool {
		names = append(names, c.Name)
		return len(plan.For(c.Name, c.Engine)) == 0
	})
	if len(concerned) == 0 {
		return runner.Plan{}, nil, badf("none of the claims chosen is for %s, on which they would run (--run %q; patterns are for runtime/lab/claim)", strings.Join(names, ", "), f.filter.Run)
	}
	return plan, concerned, f.out.check()
}

// verdict is the exit status of a run that was not interrupted.
func verdict(run results.Run) int {
	t := results.Sum(run.Results...)
	absent := slices.ContainsFunc(run.Runtimes, func(r results.Runtime) bool { return r.Status == results.Broken })
	switch {
	case t.Fail > 0:
		return 1
	case t.Error > 0, len(run.Problems) > 0, absent, t.Pass == 0, run.Ended == results.TimedOut:
		return 3
	}
	return 0
}
