package kind

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/dnslab/dnslab/runner/agent"
)

// A state is what a world can change of the cluster.
type state struct {
	corefile string
	replicas int
	proxy    string // mode of kube-proxy
	nodes    map[string]nodeState
}

// nodeState is what decides where a node's own queries go, and those that
// CoreDNS forwards.
type nodeState struct {
	resolvConf string
	kubelet    string   // configuration of its kubelet
	rules      []rule   // for NAT that are not Kubernetes's own, which come and go with services
	led        []string // ports of the cluster's services that Kubernetes's own rules lead to some endpoint
}

// A rule is one as an agent reads it.
type rule struct{ backend, family, table, chain, spec string }

// look reads the state of the cluster.
func (r *Runtime) look(ctx context.Context, c *cluster) (s state, err error) {
	if s.corefile, err = c.corefile(ctx); err != nil {
		return s, err
	}
	if s.replicas, err = c.replicas(ctx); err != nil {
		return s, err
	}
	if s.proxy, err = c.proxyMode(ctx); err != nil {
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
	resp, err := r.tell(ctx, node, agent.Request{Asks: map[string]agent.Ask{
		"conf": {File: &agent.File{Path: resolvConf}}, "kubelet": {File: &agent.File{Path: kubeletConfig}}, "rules": {Rules: &struct{}{}},
	}})
	if err != nil {
		return s, err
	}
	for name, into := range map[string]*string{"conf": &s.resolvConf, "kubelet": &s.kubelet} {
		if text := resp.Observed[name].Text; text != nil {
			*into = *text
		}
	}
	s.led = led(resp.Observed["rules"].Rules)
	for _, seen := range resp.Observed["rules"].Rules {
		if r := (rule{seen.Backend, seen.Family, seen.Table, seen.Chain, seen.Spec}); !r.kubernetes() {
			s.rules = append(s.rules, r)
		}
	}
	return s, nil
}

// engineChain is where Docker writes how its DNS is reached
// (moby daemon/libnetwork/resolver_unix.go).
const engineChain = "DOCKER_OUTPUT"

func (s nodeState) has(chain string) bool {
	return slices.ContainsFunc(s.rules, func(r rule) bool { return r.chain == chain })
}

const resolvConf = "/etc/resolv.conf"

// kubernetes tells whether it is one of Kubernetes's own, or of its CNI.
func (r rule) kubernetes() bool {
	text := " " + r.chain + " " + r.spec
	return strings.Contains(text, " KUBE-") || strings.Contains(text, " CNI-")
}

// tell has an agent on a node do and ask.
func (r *Runtime) tell(ctx context.Context, node string, q agent.Request) (agent.Response, error) {
	client, err := r.agent(ctx, node)
	if err != nil {
		return agent.Response{}, err
	}
	defer client.Close()
	return client.Do(ctx, q)
}

// restore undoes what a world did to the cluster. Where that is not possible,
// the next world gets another cluster. A CoreDNS that a world started is
// started anew whatever it looks like: it may have read what is gone.
func (r *Runtime) restore(ctx context.Context, c *cluster, started bool) {
	now, err := r.look(ctx, c)
	if err == nil && !started && reflect.DeepEqual(now, c.before) {
		return // other worlds may be asking CoreDNS
	}
	if err == nil {
		err = r.undo(ctx, c, now)
	}
	if err == nil {
		now, err = r.look(ctx, c)
	}
	if err == nil && !now.leads(c.before) {
		if err = r.restartProxy(ctx, c, c.before.proxy); err == nil {
			now, err = r.look(ctx, c)
		}
	}
	switch {
	case err != nil:
		r.say(fmt.Sprintf("the cluster %s cannot be given back: %v", r.spec.Name, err))
	case !reflect.DeepEqual(now, c.before):
		r.say(fmt.Sprintf("the cluster %s has another %s now", r.spec.Name, now.differs(c.before)))
	default:
		return
	}
	r.spoil(c)
}

// differs says in what, for people.
func (s state) differs(before state) string {
	var what []string
	is := func(other bool, name string) {
		if other {
			what = append(what, name)
		}
	}
	is(s.corefile != before.corefile, "Corefile")
	is(s.replicas != before.replicas, "number of CoreDNS")
	is(s.proxy != before.proxy, "mode of kube-proxy")
	for _, name := range slices.Sorted(maps.Keys(before.nodes)) {
		now, then := s.nodes[name], before.nodes[name]
		is(now.resolvConf != then.resolvConf, resolvConf+" of "+name)
		is(now.kubelet != then.kubelet, kubeletConfig+" of "+name)
		is(!slices.Equal(now.rules, then.rules), "rule of "+name)
		is(!slices.Equal(now.led, then.led), "service that rules of "+name+" lead to")
	}
	return strings.Join(what, ", another ")
}

// leads tells whether the nodes' rules lead to what they led to before: which
// endpoints kube-proxy writes anew, with CoreDNS's, is not all of them.
func (s state) leads(before state) bool {
	for name, its := range before.nodes {
		if !slices.Equal(s.nodes[name].led, its.led) {
			return false
		}
	}
	return true
}

// undo gives kube-proxy its mode back first, and with it goes what another one
// wrote on the nodes.
func (r *Runtime) undo(ctx context.Context, c *cluster, now state) (err error) {
	if now.proxy != c.before.proxy {
		if err := r.setProxyMode(ctx, c, c.before.proxy); err != nil {
			return err
		}
		if now, err = r.look(ctx, c); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.before.nodes)) {
		if err := r.mend(ctx, name, now.nodes[name], c.before.nodes[name]); err != nil {
			return err
		}
	}
	if now.replicas != c.before.replicas {
		if err := c.setReplicas(ctx, c.before.replicas); err != nil {
			return err
		}
	}
	return r.setCorefile(ctx, c, c.before.corefile)
}

// mend gives a node its files and its rules back. Rules that were not there
// before it cannot tell what for.
func (r *Runtime) mend(ctx context.Context, node string, now, before nodeState) error {
	if now.resolvConf != before.resolvConf {
		back := agent.Write{Path: resolvConf, Content: before.resolvConf}
		if _, err := r.tell(ctx, node, agent.Request{Acts: []agent.Act{{Write: &back}}}); err != nil {
			return err
		}
	}
	if now.kubelet != before.kubelet {
		if err := r.startKubelet(ctx, node, before.kubelet); err != nil {
			return err
		}
	}
	for _, its := range now.rules {
		if !slices.Contains(before.rules, its) {
			return fmt.Errorf("the node %q has another rule: %v", node, its)
		}
	}
	for _, its := range before.rules {
		if slices.Contains(now.rules, its) {
			continue
		}
		command, ok := restorers[[2]string{its.backend, its.family}]
		if !ok {
			return fmt.Errorf("the node %q lacks a rule: %v", node, its)
		}
		text := fmt.Sprintf("*%s\n-A %s %s\nCOMMIT\n", its.table, its.chain, its.spec)
		if _, err := r.host.Run(ctx, strings.NewReader(text), r.onNode(node, command, "--wait", "--noflush")...); err != nil {
			return err
		}
	}
	return nil
}

// restorers are the commands that add a rule, by backend and family.
var restorers = map[[2]string]string{
	{"legacy", "ip"}: "iptables-legacy-restore", {"legacy", "ip6"}: "ip6tables-legacy-restore",
	{"nft", "ip"}: "iptables-nft-restore", {"nft", "ip6"}: "ip6tables-nft-restore",
}
