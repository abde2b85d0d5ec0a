package kind

import (
	"slices"
	"testing"

	"github.com/dnslab/dnslab/results"
)

// What kube-proxy 1.34.3 writes for the API server's service and for CoreDNS's,
// which has two endpoints, in both modes.
var (
	proxyIptables = []results.Rule{
		{Family: "ip", Table: "nat", Chain: "PREROUTING", Spec: `-m comment --comment "kubernetes service portals" -j KUBE-SERVICES`},
		{Family: "ip", Table: "nat", Chain: "OUTPUT", Spec: `-m comment --comment "kubernetes service portals" -j KUBE-SERVICES`},
		{Family: "ip", Table: "nat", Chain: "POSTROUTING", Spec: `-m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING`},
		{Family: "ip", Table: "nat", Chain: "KUBE-SERVICES", Spec: `-d 10.96.0.10/32 -p udp -m comment --comment "kube-system/kube-dns:dns cluster IP" -m udp --dport 53 -j KUBE-SVC-TCOU7JCQXEZGVUNU`},
		{Family: "ip", Table: "nat", Chain: "KUBE-SERVICES", Spec: `-d 10.96.0.1/32 -p tcp -m comment --comment "default/kubernetes:https cluster IP" -m tcp --dport 443 -j KUBE-SVC-NPX46M4PTMTKRN6Y`},
		{Family: "ip", Table: "nat", Chain: "KUBE-SERVICES", Spec: `-d 10.96.9.9/32 -p udp -m comment --comment "lab-1/front:dns cluster IP" -m udp --dport 53 -j KUBE-SVC-AAAAAAAAAAAAAAAA`},
		{Family: "ip", Table: "nat", Chain: "KUBE-SVC-TCOU7JCQXEZGVUNU", Spec: `! -s 10.244.0.0/16 -d 10.96.0.10/32 -p udp -m comment --comment "kube-system/kube-dns:dns cluster IP" -m udp --dport 53 -j KUBE-MARK-MASQ`},
		{Family: "ip", Table: "nat", Chain: "KUBE-SVC-TCOU7JCQXEZGVUNU", Spec: `-m comment --comment "kube-system/kube-dns:dns -> 10.244.0.2:53" -m statistic --mode random --probability 0.50000000000 -j KUBE-SEP-YIL6JZP7A3QYXJU2`},
		{Family: "ip", Table: "nat", Chain: "KUBE-SVC-TCOU7JCQXEZGVUNU", Spec: `-m comment --comment "kube-system/kube-dns:dns -> 10.244.0.3:53" -j KUBE-SEP-FJ2QX2FU3BQ2P3VT`},
		{Family: "ip", Table: "nat", Chain: "KUBE-SVC-NPX46M4PTMTKRN6Y", Spec: `-m comment --comment "default/kubernetes:https -> 172.18.0.2:6443" -j KUBE-SEP-M66F6TD25XSFZOMV`},
		{Family: "ip", Table: "nat", Chain: "KUBE-SEP-YIL6JZP7A3QYXJU2", Spec: `-p udp -m comment --comment "kube-system/kube-dns:dns" -m udp -j DNAT --to-destination 10.244.0.2:53`},
		{Family: "ip", Table: "nat", Chain: "KUBE-SEP-M66F6TD25XSFZOMV", Spec: `-p tcp -m comment --comment "default/kubernetes:https" -m tcp -j DNAT --to-destination 172.18.0.2:6443`},
	}
	proxyNftables = []results.Rule{
		{Family: "ip", Table: "kube-proxy", Chain: "service-2QRHZV4L-default/kubernetes/tcp/https", Spec: `numgen random mod 1 vmap { 0 : goto endpoint-KDPS5EEF-default/kubernetes/tcp/https__172.18.0.2/6443 }`},
		{Family: "ip", Table: "kube-proxy", Chain: "service-NWBZK7IH-kube-system/kube-dns/udp/dns", Spec: `ip daddr 10.96.0.10 ip saddr != 10.244.0.0/16 jump mark-for-masquerade`},
		{Family: "ip", Table: "kube-proxy", Chain: "service-NWBZK7IH-kube-system/kube-dns/udp/dns", Spec: `numgen random mod 1 vmap { 0 : goto endpoint-Z4HCUHZW-kube-system/kube-dns/udp/dns__10.244.0.2/53 }`},
	}
)

func without(rules []results.Rule, chain string) []results.Rule {
	return slices.DeleteFunc(slices.Clone(rules), func(r results.Rule) bool { return r.Chain == chain })
}

func TestLed(t *testing.T) {
	const dns, api = "iptables kube-system/kube-dns:dns", "iptables default/kubernetes:https"
	const dnsN, apiN = "nftables kube-system/kube-dns/udp/dns", "nftables default/kubernetes/tcp/https"
	for what, c := range map[string]struct {
		rules []results.Rule
		want  []string
	}{
		"iptables":                {proxyIptables, []string{api, dns}},
		"iptables, flushed":       {without(proxyIptables, "KUBE-SVC-TCOU7JCQXEZGVUNU"), []string{api}},
		"iptables, an end is not": {without(proxyIptables, "KUBE-SEP-M66F6TD25XSFZOMV"), []string{dns}},
		"iptables, not entered":   {without(proxyIptables, "OUTPUT"), nil},
		"nftables":                {proxyNftables, []string{apiN, dnsN}},
		"both":                    {slices.Concat(proxyIptables, proxyNftables), []string{api, dns, apiN, dnsN}},
		"neither":                 {nil, nil},
	} {
		if got := led(c.rules); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", what, got, c.want)
		}
	}
}

func TestLedBy(t *testing.T) {
	both, noDNS := led(proxyIptables), led(without(proxyIptables, "KUBE-SVC-TCOU7JCQXEZGVUNU"))
	for _, c := range []struct {
		ports   []string
		mode    string
		coreDNS bool
		want    bool
	}{
		{both, iptablesMode, true, true},
		{both, nftablesMode, true, false},
		{noDNS, iptablesMode, true, false},
		{noDNS, iptablesMode, false, true},
		{led(proxyNftables), nftablesMode, true, true},
		{led(slices.Concat(proxyIptables, proxyNftables)), nftablesMode, true, false},
		{nil, iptablesMode, false, false},
	} {
		if got := ledBy(c.ports, c.mode, c.coreDNS); got != c.want {
			t.Errorf("%q by %s: %v", c.ports, c.mode, got)
		}
	}
}
