package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dnslab/dnslab/runner"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/driver/all"
	"github.com/dnslab/dnslab/runner/driver/owner"
)

// choose returns the candidates that patterns name: names, globs, "default",
// "all" or "kubeconfig:CONTEXT".
func choose(candidates []all.Candidate, patterns []string) ([]all.Candidate, error) {
	chosen, err := all.Choose(candidates, patterns)
	if err == nil {
		return chosen, nil
	}
	var names []string
	for _, c := range candidates {
		names = append(names, c.Name)
	}
	if nobody := (all.ErrNobody{}); errors.As(err, &nobody) {
		if near := runner.Nearest(nobody.Pattern, names); near != "" {
			return nil, badf("%v: did you mean %q? (dnslab doctor shows all)", err, near)
		}
		return nil, badf("%v: there is %s (dnslab doctor shows all)", err, few(names))
	}
	if pattern := (all.ErrPattern{}); errors.As(err, &pattern) {
		return nil, badf("%v: it is a name, in which * and ? and [a-z] may stand for others (dnslab doctor shows all)", err)
	}
	return nil, bad(err)
}

// few is a list for one line.
func few(names []string) string {
	const most = 4
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d others", strings.Join(names[:most], ", "), len(names)-most)
}

// open connects to the user's engines among the candidates; lab hosts are
// opened when their turn comes. What is not to be had becomes a target without
// a runtime, with the reason.
func open(ctx context.Context, candidates []all.Candidate, required []string, o driver.Options, by opening) *opened {
	o.Owner = owner.Text()
	set := &opened{opener: all.Open(ctx, o)}
	for _, c := range candidates {
		t := runner.Target{Name: c.Name, Engine: c.Engine, Required: slices.Contains(required, c.Name)}
		switch rt, err := set.atHand(ctx, c, by); {
		case err != nil:
			t.Reason = err.Error()
		case rt != nil:
			t.Runtime = rt
		default:
			t.Opener, t.Reason = set.later(c)
		}
		set.targets = append(set.targets, t)
	}
	return set
}

// opened are the candidates of one command.
type opened struct {
	opener  *all.Opener
	targets []runner.Target
}

// opening is how a runtime of the user's is opened: as [all.Opener.Runtime] or
// as [all.Opener.Cleaner] does.
type opening func(*all.Opener, context.Context, all.Candidate) (driver.Runtime, error)

func (s *opened) atHand(ctx context.Context, c all.Candidate, by opening) (driver.Runtime, error) {
	if c.Made() {
		return nil, nil
	}
	return by(s.opener, ctx, c)
}

// later is a lab host for when its turn comes, or why it cannot be had.
func (s *opened) later(c all.Candidate) (runner.Opener, string) {
	if err := s.opener.Possible(); err != nil {
		return nil, err.Error()
	}
	return s.opener.Later(c), ""
}

// close lets go of what was opened.
func (s *opened) close() {
	for _, t := range s.targets {
		if t.Runtime != nil {
			t.Runtime.Close(context.Background())
		}
	}
	s.opener.Close(context.Background())
}

// onlyReady leaves those that are ready now, and the reason why the user's
// Docker is not. It returns how many others could be built.
func (s *opened) onlyReady(ctx context.Context) (others int) {
	s.targets = slices.DeleteFunc(s.targets, func(t runner.Target) bool {
		later, made := t.Opener.(all.Later)
		switch {
		case t.Required, t.Runtime != nil, t.Name == "docker":
			return false
		case made && later.Ready(ctx):
			return false
		case made:
			others++
		}
		return true
	})
	return others
}

// atHand are the user's own engines.
func atHand() []all.Candidate {
	return slices.DeleteFunc(all.Candidates(), all.Candidate.Made)
}

// noneReady is the error where nothing can run, and nothing was required.
func noneReady(targets []runner.Target) error {
	var reasons []string
	said := map[string]bool{}
	for _, t := range targets {
		if t.Runtime != nil || t.Opener != nil || t.Required {
			return nil
		}
		if !said[t.Reason] { // that lab hosts cannot be made has one reason for all
			reasons = append(reasons, t.Name+": "+t.Reason)
		}
		said[t.Reason] = true
	}
	return bad(fmt.Errorf("no runtime is ready: %s (dnslab doctor tells what helps)", strings.Join(reasons, "; ")))
}
