package labs

import (
	"time"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// APIRestart takes the API server away and gives it back.
func APIRestart() Lab {
	web := topo.Node{Name: "web", Mode: topo.PodNetwork}
	kept, old, made := serviceOf("kept", web), serviceOf("old", web), serviceOf("made", web)
	old.Later, made.Later = true, true
	// A pod's agent is reached through the API server, a node's is not.
	ask := func(n topo.Node) topo.Wire {
		return topo.Wire{From: clusterNode, Server: "10.96.0.10", Name: "{" + n.Name + "}.{lab}.svc.cluster.local."}
	}
	restarts := topo.Object{Path: "/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app%3Dkube-dns", Field: "{.items[*].status.containerStatuses[*].restartCount}"}
	run := func(script string) topo.Act {
		return topo.NodeRun{Node: clusterNode, Args: []string{"sh", "-euc", script}}
	}
	const port, ok = "curl -sk -o /dev/null https://127.0.0.1:6443/", "curl -skf -o /dev/null https://127.0.0.1:6443/readyz"
	wait := func(what string) string { return "timeout 80 sh -c '" + what + "; do sleep 0.2; done'" }
	readyz := topo.NodeCommand{Of: clusterNode, Args: []string{"kubectl", "--kubeconfig", "/etc/kubernetes/admin.conf", "get", "--raw", "/readyz"}}
	const manifest = "/etc/kubernetes/manifests/kube-apiserver.yaml"
	const because = "coredns plugin/kubernetes controller.go: what was read of the API server stays, and is watched again when it is back; run on Kubernetes 1.34.3 with CoreDNS 1.12.1"
	cases := func(expect is.Assertion) []Case {
		return []Case{{When: kubernetes(""), Expect: expect, Because: because, Sources: holds("coredns:TestConnectionAfterAPIRestart")}}
	}

	return Lab{
		Name:     "api-restart",
		Story:    "The API server is taken away, as kubelet does when its manifest is gone, and is given back: CoreDNS goes on with what it knows, and then hears of what is new.",
		Needs:    []driver.Cap{driver.OwnCluster, driver.Pods},
		Topology: topo.Topology{clusterNode, web, kept, old, made},
		Steps: []Step{{
			Do:  []topo.Act{topo.Start{Node: old}, topo.Await{Ask: ask(old), InARow: 12}}, // so the other is known, and in no cache
			Ask: map[string]topo.Question{"API": readyz, "restarts": restarts},
		}, {
			Do:  []topo.Act{run("mv " + manifest + " /etc/kubernetes/"), run(wait("while " + port))},
			Ask: map[string]topo.Question{"name, meanwhile": ask(kept), "API, meanwhile": readyz},
		}, {
			Do: []topo.Act{
				run("mv /etc/kubernetes/kube-apiserver.yaml " + manifest),
				run(wait("until "+port) + " || :"), run(wait("until "+ok) + " || :"), run(wait("until " + ok)), // a loaded machine takes longer than one act may
				topo.Start{Node: made},
				topo.Await{Ask: ask(made), InARow: 12, Within: time.Minute},
			},
			Ask: map[string]topo.Question{"name then": ask(old), "what is new": ask(made), "API then": readyz, "restarts then": restarts},
		}},
		Claims: []Claim{{
			ID:    "meanwhile",
			Says:  "without an API server the name of a service is answered as before",
			Cases: cases(is.All{is.Printed("API", "ok"), is.Complained("API, meanwhile", 1, "refused"), is.AddressOf(kept, "name, meanwhile")}),
		}, {
			ID:    "afterwards",
			Says:  "a service that is made when it is back is found",
			Cases: cases(is.All{is.Printed("API then", "ok"), is.AddressOf(made, "what is new"), is.AddressOf(old, "name then")}),
		}, {
			ID:    "no-restart",
			Says:  "over this no pod of CoreDNS was started again",
			Cases: cases(is.SameText("restarts", "restarts then", true)),
		}},
	}
}
