package labs

import (
	"time"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// CoreDNSConfigMap changes the ConfigMap that a CoreDNS has its Corefile from,
// and waits: it takes a minute or two, in which other labs run.
func CoreDNSConfigMap() Lab {
	file := func(addr string) string {
		return `. {
    reload 2s
    hosts {
        ` + addr + ` fixed.lab.test
    }
}
`
	}
	dns := topo.Node{Name: "dns", Mode: topo.PodNetwork, Pod: topo.Pod{CoreDNS: topo.CoreDNS{Corefile: file("192.0.2.1"), Blind: true, Mounted: true}}}
	client := topo.Node{Name: "client", Mode: topo.PodNetwork}
	wire := topo.Wire{From: client, Server: "dns", Name: "fixed.lab.test."}
	there := topo.Await{Ask: wire, Answers: []string{"192.0.2.2"}, Within: 80 * time.Second}

	return Lab{
		Name:     "coredns-config-map",
		Story:    "The ConfigMap with a CoreDNS's Corefile changes: kubelet brings it there, and the plugin reload takes it.",
		Needs:    []driver.Cap{driver.OwnCluster, driver.Pods},
		Topology: topo.Topology{dns, client},
		Steps: []Step{
			{Ask: map[string]topo.Question{"before": wire}},
			{
				Do:  []topo.Act{topo.SetConfig{Node: dns, Files: map[string]string{"Corefile": file("192.0.2.2")}}},
				Ask: map[string]topo.Question{"at once": wire},
			},
			{
				Do:  []topo.Act{there, there}, // kubelet looks at a pod after 60 to 90 s if nothing happens to it
				Ask: map[string]topo.Question{"after": wire, "log": topo.LogOf(dns)},
			},
		},
		Claims: []Claim{{
			ID:   "taken",
			Says: "a changed ConfigMap is served within two minutes and a half, not at once, and CoreDNS need not be restarted",
			Cases: anyCoreDNS(is.All{
				is.Addresses("before", "192.0.2.1"), is.Addresses("at once", "192.0.2.1"), is.Addresses("after", "192.0.2.2"),
				is.HasText("log", "Reloading complete"), // which the log of another process would not have
			}, "kubernetes pkg/kubelet: a mounted ConfigMap is brought up to date when the pod is synchronised, every minute and up to half more; coredns plugin/reload", holds("coredns:TestReload"), refutes("S3-12")),
		}},
	}
}
