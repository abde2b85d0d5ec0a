package kind

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/dnslab/dnslab/runner/agent"
)

// Where kubeadm puts kube-proxy (kubernetes v1.34.3 cmd/kubeadm/app/phases/addons/proxy).
const (
	kubeProxy = "kube-proxy"  // configmap and daemon set
	proxyFile = "config.conf" // its configuration
)

var ofKubeProxy = meta.ListOptions{LabelSelector: "k8s-app=" + kubeProxy}

var modeLine = regexp.MustCompile(`(?m)^mode: *"?([a-z]*)"? *$`)

// proxyMode is what kube-proxy was told to use: "iptables".
func (c *cluster) proxyMode(ctx context.Context) (string, error) {
	m, err := c.core.ConfigMaps(system).Get(ctx, kubeProxy, get)
	if err != nil {
		return "", fmt.Errorf("asking for kube-proxy's mode: %w", err)
	}
	if found := modeLine.FindStringSubmatch(m.Data[proxyFile]); found != nil {
		return found[1], nil
	}
	return "", nil
}

// setProxyMode starts kube-proxy with another mode.
func (r *Runtime) setProxyMode(ctx context.Context, c *cluster, mode string) error {
	maps := c.core.ConfigMaps(system)
	m, err := maps.Get(ctx, kubeProxy, get)
	if err != nil {
		return fmt.Errorf("reading kube-proxy's configuration: %w", err)
	}
	if !modeLine.MatchString(m.Data[proxyFile]) {
		return fmt.Errorf("kube-proxy's configuration says nothing of a mode: %s", m.Data[proxyFile])
	}
	m.Data[proxyFile] = modeLine.ReplaceAllString(m.Data[proxyFile], "mode: "+mode)
	if _, err := maps.Update(ctx, m, update); err != nil {
		return fmt.Errorf("writing kube-proxy's configuration: %w", err)
	}
	return r.restartProxy(ctx, c, mode)
}

// restartProxy starts kube-proxy anew, which then writes all of its rules, and
// takes away those that another mode left (kubernetes v1.34.3
// cmd/kube-proxy/app/server_linux.go platformCleanup). What somebody else took
// away it does not miss for an hour: it writes what has changed (pkg/proxy/util
// FullSyncPeriod).
func (r *Runtime) restartProxy(ctx context.Context, c *cluster, mode string) error {
	before, err := c.core.Pods(system).List(ctx, ofKubeProxy)
	if err != nil {
		return fmt.Errorf("listing kube-proxy: %w", err)
	}
	if err := c.core.Pods(system).DeleteCollection(ctx, ended(), ofKubeProxy); err != nil {
		return fmt.Errorf("ending kube-proxy: %w", err)
	}
	err = until(ctx, "waiting for kube-proxy", func(ctx context.Context) (bool, error) {
		now, err := c.core.Pods(system).List(ctx, ofKubeProxy)
		if err != nil || len(now.Items) != len(before.Items) {
			return false, err
		}
		return !slices.ContainsFunc(now.Items, func(p corev1.Pod) bool {
			_, ready := readySince(p)
			old := slices.ContainsFunc(before.Items, func(o corev1.Pod) bool { return o.UID == p.UID })
			return old || !ready
		}), nil
	})
	if err != nil {
		return err
	}
	return r.served(ctx, c, mode)
}

// served returns when the rules of every node lead to the API server and, where
// there is one, to CoreDNS, by that mode of kube-proxy's and no other.
func (r *Runtime) served(ctx context.Context, c *cluster, mode string) error {
	replicas, err := c.replicas(ctx)
	if err != nil {
		return err
	}
	mode = cmp.Or(mode, iptablesMode) // its default
	for _, m := range c.nodes {
		client, err := r.agent(ctx, m.name)
		if err != nil {
			return err
		}
		defer client.Close()
		err = until(ctx, fmt.Sprintf("waiting for the rules of %q in mode %s", m.name, mode), func(ctx context.Context) (bool, error) {
			resp, err := client.Do(ctx, agent.Request{Asks: map[string]agent.Ask{"rules": {Rules: &struct{}{}}}})
			if client.Broken() {
				return false, err
			} // otherwise they were changing while they were read
			return ledBy(led(resp.Observed["rules"].Rules), mode, replicas > 0), nil
		})
		if err != nil {
			return err
		}
	}
	if replicas == 0 {
		return nil
	}
	return r.answers(ctx, c, anything)
}

// The modes of kube-proxy that there are, and how each calls a service's port
// (kubernetes v1.34.3 pkg/proxy/iptables and pkg/proxy/nftables).
const (
	iptablesMode = "iptables"
	nftablesMode = "nftables"
)

var (
	ownPort   = regexp.MustCompile(`--comment "((?:default|kube-system)/\S+) cluster IP" .*-j (KUBE-SVC-\S+)$`)
	ownChain  = regexp.MustCompile(`^service-[A-Z2-7]{8}-((?:default|kube-system)/.*)$`)
	toSomeone = regexp.MustCompile(`-j (KUBE-SEP-\S+)$`)
)

// An entrance is where a packet comes to kube-proxy's chains of iptables, from
// outside the node, from a program on it, and on the way out (kubernetes
// pkg/proxy/iptables/proxier.go iptablesJumpChains).
type entrance struct{ chain, to string }

var entrances = []entrance{{"PREROUTING", "KUBE-SERVICES"}, {"OUTPUT", "KUBE-SERVICES"}, {"POSTROUTING", "KUBE-POSTROUTING"}}

// led are the ports of the cluster's own services that the rules of a node lead
// to some endpoint, with the mode that has it so: "iptables kube-system/kube-dns:dns".
func led(rules []agent.Rule) (ports []string) {
	chains := map[string][]string{}
	for _, r := range rules {
		if r.Family == "ip" && (r.Table == "nat" || r.Table == "kube-proxy") {
			chains[r.Chain] = append(chains[r.Chain], r.Spec)
		}
	}
	ends := func(spec string) bool { // at an endpoint
		found := toSomeone.FindStringSubmatch(spec)
		return found != nil && slices.ContainsFunc(chains[found[1]], func(s string) bool { return strings.Contains(s, " -j DNAT ") })
	}
	services := chains["KUBE-SERVICES"]
	for _, e := range entrances {
		if !slices.ContainsFunc(chains[e.chain], func(s string) bool { return strings.HasSuffix(s, "-j "+e.to) }) {
			services = nil // nothing comes there
		}
	}
	for _, spec := range services {
		if found := ownPort.FindStringSubmatch(spec); found != nil && slices.ContainsFunc(chains[found[2]], ends) {
			ports = append(ports, iptablesMode+" "+found[1])
		}
	}
	for chain, specs := range chains {
		found := ownChain.FindStringSubmatch(chain)
		if found != nil && slices.ContainsFunc(specs, func(s string) bool { return strings.Contains(s, "goto endpoint-") }) {
			ports = append(ports, nftablesMode+" "+found[1])
		}
	}
	slices.Sort(ports)
	return ports
}

// ledBy tells whether ports are led by one mode alone: the API server's and, if
// there is one, CoreDNS's.
func ledBy(ports []string, mode string, coreDNS bool) bool {
	if slices.ContainsFunc(ports, func(p string) bool { return !strings.HasPrefix(p, mode+" ") }) {
		return false
	}
	has := func(service string) bool {
		return slices.ContainsFunc(ports, func(p string) bool { return strings.HasPrefix(p, mode+" "+service) })
	}
	return has(meta.NamespaceDefault+"/kubernetes") && (!coreDNS || has(system+"/"+dnsService))
}
