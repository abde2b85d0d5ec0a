package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// ServicesOnEachNode asks from a node on which neither CoreDNS nor a service's
// pod is.
func ServicesOnEachNode() Lab {
	worker := topo.Node{Name: "worker", Mode: topo.ClusterNode}
	worker2 := topo.Node{Name: "worker2", Mode: topo.ClusterNode}
	far := topo.Node{Name: "far", Mode: topo.PodNetwork, Pod: topo.Pod{On: "worker2"}}
	near := topo.Node{Name: "near", Kind: topo.Upstream, Mode: topo.PodNetwork, Pod: topo.Pod{On: "worker2"}}
	away := topo.Node{Name: "away", Kind: topo.Upstream, Mode: topo.PodNetwork, Pod: topo.Pod{On: "worker"}}
	front := serviceOf("front", near, away)
	front.Later = true
	nodes := []topo.Node{clusterNode, worker, worker2}
	const because = "kubernetes pkg/proxy: kube-proxy runs on every node, and each writes the rules of all services; run on Kubernetes 1.34.3 with three nodes"

	acts := []topo.Act{topo.Start{Node: front}}
	first := map[string]topo.Question{
		"inside": topo.Wire{From: far, Name: "kubernetes.default.svc.cluster.local."},
		"front":  topo.Wire{From: far, Server: "front", Name: "front.lab.test.", Times: 40},
	}
	var same, chains is.All
	for _, n := range nodes {
		acts = append(acts, ready(n, front)...)
		rules := "rules of " + n.Name
		first[rules] = topo.Rules{Of: n}
		same = append(same, is.LeadsTo(rules, front, "udp", near, away), is.LeadsTo(rules, front, "tcp", near, away))
		chains = append(chains, is.ChainJumps(rules, chainDNS, "KUBE-SEP-*"), is.ChainJumps(rules, chainDNSTCP, "KUBE-SEP-*"))
	}

	return Lab{
		Name:     "services-on-each-node",
		Story:    "Every node has the rules of every service, whichever node its pods are on.",
		Needs:    []driver.Cap{driver.OwnCluster, driver.Pods, driver.Outside, driver.Workers},
		Topology: topo.Topology{clusterNode, worker, worker2, far, near, away, front},
		Steps: []Step{
			{Do: acts, Ask: first},
			{Ask: map[string]topo.Question{"near's log": topo.Saw{Upstream: near}, "away's log": topo.Saw{Upstream: away}}},
		},
		Claims: []Claim{{
			ID:    "same-rules",
			Says:  "the rules of each node lead a service to all of its pods, those on other nodes too, and none is preferred",
			Cases: []Case{{When: byIptables, Expect: same, Because: because, Sources: holds("S1-11")}},
		}, {
			ID:    "same-chains",
			Says:  "the chains of the cluster's DNS are called the same on each node",
			Cases: []Case{{When: byIptables, Expect: chains, Because: because + "; servicePortPolicyClusterChain hashes no address", Sources: holds("S1-8")}},
		}, {
			ID:    "from-a-worker",
			Says:  "a pod on a worker is answered by the cluster's DNS, whose pods are on the control plane",
			Cases: []Case{{When: byIptables, Expect: is.Addresses("inside", "10.96.0.1"), Because: because, Sources: holds("S1-3")}},
		}, {
			ID:   "across-nodes",
			Says: "it reaches pods on its own and on another node by one service, and both see its own address",
			Cases: []Case{{
				When:    byIptables,
				Expect:  is.All{is.NoError("front"), is.AskedFrom("near's log", "front.lab.test.", far), is.AskedFrom("away's log", "front.lab.test.", far)},
				Because: because + "; pods reach each other without translation",
				Sources: holds("S4-5"),
			}},
		}},
	}
}
