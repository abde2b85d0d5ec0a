package assertions

import (
	"fmt"
	"math"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/topo"
)

// LeadsTo expects the rules of kube-proxy to lead what goes to port 53 of a
// service over "udp" or "tcp" to port 53 of exactly these pods, to each as
// likely as to any other, and to mark first what no pod sent. It follows the
// rules from where they name the service's address, in iptables or in nftables,
// whose map from addresses and ports to chains is no rule.
func LeadsTo(rules string, service topo.Node, transport string, pods ...topo.Node) Assertion {
	var names []string
	for _, p := range pods {
		names = append(names, p.Name)
	}
	slices.Sort(names)
	want := strings.Join(names, ", ")
	says := fmt.Sprintf("lead port 53 of %s over %s to %s", service.Name, transport, want)
	return onRules(rules, says, func(e results.Evidence, o results.Observation) error {
		vips := e.Addrs[rules].Of(service.Name)
		if len(vips) != 1 {
			return fmt.Errorf("cannot be followed: %s has %d addresses", service.Name, len(vips))
		}
		way, err := follow(o, vips[0], transport)
		if err != nil {
			return fmt.Errorf("should lead port 53 of %s over %s to %s, but %w", service.Name, transport, want, err)
		}
		var got []string
		for _, w := range way {
			got = append(got, Whose(e, rules, w.to.Addr()))
			if w.to.Port() != 53 {
				return fmt.Errorf("should lead port 53 of %s over %s to port 53, but lead to port %d of %s", service.Name, transport, w.to.Port(), Whose(e, rules, w.to.Addr()))
			}
			if even := 1 / float64(len(way)); math.Abs(w.likely-even) > 1e-6 {
				return fmt.Errorf("should lead port 53 of %s over %s to each of %d pods as likely, but lead to one with a likelihood of %.3f", service.Name, transport, len(way), w.likely)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, names) {
			return fmt.Errorf("should lead port 53 of %s over %s to %s, but lead to %s", service.Name, transport, want, orNothing(got))
		}
		return nil
	})
}

// An endpoint is where rules lead, and how likely they do.
type endpoint struct {
	to     netip.AddrPort
	likely float64
}

// follow goes the way of a first packet to port 53 of a service.
func follow(o results.Observation, vip netip.Addr, transport string) ([]endpoint, error) {
	native := regexp.MustCompile(fmt.Sprintf(`^ip daddr %s ip saddr != \S+ jump mark-for-masquerade$`, regexp.QuoteMeta(vip.String())))
	for _, r := range o.Rules {
		if r.Family == "ip" && r.Table == "kube-proxy" && native.MatchString(r.Spec) && strings.Contains(r.Chain, "/"+transport+"/") {
			return followNative(o, r.Chain)
		}
	}
	dispatch := regexp.MustCompile(fmt.Sprintf(`^-d %s/32 -p %s .*--dport 53 -j (KUBE-SVC-[A-Z2-7]{16})$`, regexp.QuoteMeta(vip.String()), transport))
	for _, r := range inChain(o, "KUBE-SERVICES") {
		if found := dispatch.FindStringSubmatch(r.Spec); found != nil {
			return followIptables(o, found[1])
		}
	}
	return nil, fmt.Errorf("no rule leads on from its address")
}

var (
	toEndpoint  = regexp.MustCompile(`^(?:-m comment --comment (?:"[^"]*"|\S+) )?(?:-m statistic --mode random --probability ([0-9.]+) )?-j (KUBE-SEP-[A-Z2-7]{16})$`)
	translates  = regexp.MustCompile(`-j DNAT --to-destination ([0-9.]+:[0-9]+)$`)
	numbered    = regexp.MustCompile(`^numgen random mod ([0-9]+) vmap \{(.*)\}$`)
	toNative    = regexp.MustCompile(`\b[0-9]+ : goto (\S+?),? `)
	translating = regexp.MustCompile(`dnat to ([0-9.]+:[0-9]+)$`)
)

// followIptables reads a chain of a service: a mark for what no pod sent, then
// one rule for each endpoint, of which each takes its share of what is left.
func followIptables(o results.Observation, chain string) (way []endpoint, err error) {
	left := 1.0
	for i, r := range inChain(o, chain) {
		if i == 0 && strings.HasPrefix(r.Spec, "! -s ") && strings.HasSuffix(r.Spec, "-j KUBE-MARK-MASQ") {
			continue
		}
		found := toEndpoint.FindStringSubmatch(r.Spec)
		if found == nil || i == 0 {
			return nil, fmt.Errorf("its chain has a rule of another kind: %q", nobodys(r.Spec))
		}
		share := 1.0
		if found[1] != "" {
			if share, err = strconv.ParseFloat(found[1], 64); err != nil {
				return nil, err
			}
		}
		to, err := destination(inChain(o, found[2]), translates)
		if err != nil {
			return nil, err
		}
		way = append(way, endpoint{to, left * share})
		left -= left * share
	}
	if len(way) == 0 {
		return nil, fmt.Errorf("its chain leads nowhere")
	}
	return way, nil
}

// followNative reads the same in the table kube-proxy.
func followNative(o results.Observation, chain string) (way []endpoint, err error) {
	for _, r := range inChain(o, "kube-proxy "+chain)[1:] {
		found := numbered.FindStringSubmatch(r.Spec)
		if found == nil {
			return nil, fmt.Errorf("its chain has a rule of another kind: %q", nobodys(r.Spec))
		}
		all := toNative.FindAllStringSubmatch(found[2], -1)
		if n, err := strconv.Atoi(found[1]); err != nil || n != len(all) {
			return nil, fmt.Errorf("its chain chooses between %s, but leads to %d", found[1], len(all))
		}
		for _, one := range all {
			to, err := destination(inChain(o, "kube-proxy "+one[1]), translating)
			if err != nil {
				return nil, err
			}
			way = append(way, endpoint{to, 1 / float64(len(all))})
		}
	}
	if len(way) == 0 {
		return nil, fmt.Errorf("its chain leads nowhere")
	}
	return way, nil
}

// destination is what the last rule of an endpoint's chain translates to.
func destination(rules []results.Rule, by *regexp.Regexp) (netip.AddrPort, error) {
	if len(rules) > 0 {
		if found := by.FindStringSubmatch(rules[len(rules)-1].Spec); found != nil {
			return netip.ParseAddrPort(found[1])
		}
	}
	return netip.AddrPort{}, fmt.Errorf("the chain of an endpoint translates nothing")
}
