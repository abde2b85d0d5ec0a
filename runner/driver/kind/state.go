package kind

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/dnslab/dnslab/runner/agent"
)

// A state is what a world can change of the cluster.
type state struct {
	corefile string
	replicas int
	nodes    map[string]nodeState
}

// nodeState is what decides where a node's own queries go, and those that
// CoreDNS forwards.
type nodeState struct {
	resolvConf string
	rules      []string // for NAT that are not Kubernetes's own, which come and go with services
}

// look reads the state of the cluster.
func (r *Runtime) look(ctx context.Context, c *cluster) (s state, err error) {
	if s.corefile, err = c.corefile(ctx); err != nil {
		return s, err
	}
	if s.replicas, err = c.replicas(ctx); err != nil {
		return s, err
	}
	s.nodes = map[string]nodeState{}
	for _, m := range c.nodes {
		if s.nodes[m.name], err = r.lookAt(ctx, m.name); err != nil {
			return s, fmt.Errorf("looking at the node %q: %w", m.name, err)
		}
	}
	return s, nil
}

func (r *Runtime) lookAt(ctx context.Context, node string) (s nodeState, err error) {
	client, err := r.agent(ctx, node)
	if err != nil {
		return s, err
	}
	defer client.Close()
	resp, err := client.Do(ctx, agent.Request{Asks: map[string]agent.Ask{
		"conf": {File: &agent.File{Path: "/etc/resolv.conf"}}, "rules": {Rules: &struct{}{}},
	}})
	if err != nil {
		return s, err
	}
	if text := resp.Observed["conf"].Text; text != nil {
		s.resolvConf = *text
	}
	for _, rule := range resp.Observed["rules"].Rules {
		text := fmt.Sprint(rule.Backend, " ", rule.Family, " ", rule.Table, " ", rule.Chain, " ", rule.Spec)
		if !strings.Contains(text, " KUBE-") && !strings.Contains(text, " CNI-") {
			s.rules = append(s.rules, text)
		}
	}
	slices.Sort(s.rules)
	return s, nil
}

// restore undoes what a world did to the cluster, or makes the cluster anew
// where that is not possible.
func (r *Runtime) restore(ctx context.Context, c *cluster) error {
	if err := r.undo(ctx, c); err == nil {
		if now, err := r.look(ctx, c); err == nil && reflect.DeepEqual(now, c.before) {
			return nil
		}
	}
	return r.anew(ctx)
}

func (r *Runtime) undo(ctx context.Context, c *cluster) error {
	now, err := r.look(ctx, c)
	if err != nil {
		return err
	}
	if now.corefile != c.before.corefile {
		if err := r.setCorefile(ctx, c, c.before.corefile); err != nil {
			return err
		}
	}
	if now.replicas != c.before.replicas {
		return r.scale(ctx, c, c.before.replicas)
	}
	return nil
}
