package labs_test

import (
	"context"
	"slices"
	"testing"

	"github.com/dnslab/dnslab/labs"
	"github.com/dnslab/dnslab/runner"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// TestClusterSabotage breaks for real what answers a pod, on one cluster that
// is given back each time.
func TestClusterSabotage(t *testing.T) {
	if wanted() != "" {
		t.Skip("only some labs are wanted")
	}
	const name = "kind"
	ctx := inTime(t)
	engine, later := laterOn(t, ctx, name, driver.Options{Run: runner.NewID(), Say: func(s string) { t.Log(s) }})
	rt, err := later.Open(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := rt.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	for _, s := range slices.Concat(clusterSabotages, coreDNSSabotages) {
		t.Run(s.name, func(t *testing.T) {
			notYet(t, s.soak)
			lab := s.broken(t)
			if _, ok := lab.Topology.Node(theNode.Name); !ok {
				lab.Topology = append(slices.Clone(lab.Topology), theNode)
			}
			if _, ok := lab.Topology.Node(topo.HostUpstream.Name); !ok {
				lab.Topology = append(slices.Clone(lab.Topology), topo.HostUpstream)
			}
			plan, err := runner.Choose([]labs.Lab{lab}, runner.Filter{Labs: []string{lab.Name}})
			if err != nil {
				t.Fatal(err)
			}
			run := runner.Run(ctx, plan, []runner.Target{{Name: name, Engine: engine, Runtime: rt, Required: true}}, runner.Options{ID: runner.NewID()})
			for _, p := range run.Problems {
				t.Errorf("%s: %s", p.Stage, p.Reason)
			}
			for _, r := range run.Results {
				judgeOne(t, r, s.fails)
			}
		})
	}
}

// theNode is the one that CoreDNS is on.
var theNode = topo.Node{Name: "control-plane", Mode: topo.ClusterNode}

func acts(all ...topo.Act) func(labs.Lab) []topo.Act { return func(labs.Lab) []topo.Act { return all } }

// flushEngine flushes Docker's rules in the node. CoreDNS goes on with flows
// that the kernel has seen, so it begins anew.
var flushEngine = acts(topo.FlushRules{Of: theNode, Chain: "DOCKER_OUTPUT"}, topo.RestartCoreDNS{})

// flushDNS flushes kube-proxy's chain for what goes to UDP port 53 of the
// cluster's DNS. kube-proxy writes only what changes, and does not notice.
var flushDNS = acts(topo.FlushRules{Of: theNode, Chain: "KUBE-SVC-TCOU7JCQXEZGVUNU"})

// deletes removes a pod behind dnslab's back.
func deletes(pod string) func(labs.Lab) []topo.Act {
	return acts(topo.NodeRun{Node: theNode, Args: []string{"kubectl", "--kubeconfig", "/etc/kubernetes/admin.conf", "delete", "pod", "-n", "{lab}", "{" + pod + "}", "--now"}})
}

var clusterSabotages = []sabotage{{
	name: "CoreDNS scaled to nothing", lab: "in-a-pod", do: acts(topo.Scale{Replicas: 0}),
	fails: fail("should be an answer, but was: ", "api-server", "service", "headless", "missing"), // refused, or silence where the host has said so too often
}, {
	name: "chain of the DNS flushed, rules read", lab: "service-chains", do: flushDNS,
	fails: fail("chain KUBE-SVC-TCOU7JCQXEZGVUNU", "udp", "masquerade"),
}, {
	name: "chain of the DNS flushed, names asked", lab: "in-a-pod", soak: true, do: flushDNS,
	fails: fail("should be an answer, but was: ", "api-server", "service", "headless", "missing"), // unreachable, or silence where the host has said so too often
}, {
	name: "one of three endpoints deleted", lab: "service-chains", do: deletes("two"),
	fails: map[string]string{"two-endpoints": "but lead to one", "three-endpoints": "but lead to one, three", "spread": "but the answers were 203.0.113.1, 203.0.113.3"},
}, {
	name: "rules flushed under the chain", lab: "kind-chain", do: flushEngine,
	fails: map[string]string{
		"outside": "but was: SERVFAIL", "over-tcp": "but was: SERVFAIL", "container": "but was: SERVFAIL", "node": "but was: SERVFAIL",
		"from-the-host": "was never asked", "cached": "but was: SERVFAIL",
	},
}, {
	name: "rules flushed on the node", lab: "kind-node", soak: true, do: flushEngine,
	fails: map[string]string{"rules": "DOCKER_OUTPUT", "asks": "should be an answer, but was: "},
}, {
	name: "resolv.conf.original restored", lab: "kind-node",
	do:    acts(topo.Write{Node: theNode, Path: "/etc/resolv.conf", From: "/etc/resolv.conf.original"}),
	fails: map[string]string{"gateway": "127.0.0.11", "asks": "should be an answer, but was: "},
}, {
	name: "upstream lies", lab: "kind-chain",
	do: acts(topo.Program{Upstream: topo.HostUpstream, Says: "192.0.2.66", Replies: []topo.Reply{
		{Name: "*.{client}.lab.test.", Type: "A", Answers: []string{"A 192.0.2.66"}},
	}}),
	fails: fail("but was: NOERROR, 192.0.2.66", "outside", "over-tcp", "cached"),
}, {
	name: "a pod's resolv.conf replaced", lab: "pod-policies", do: swap("first", "/etc/resolv.conf", "nameserver 192.0.2.1\n"),
	fails: map[string]string{"cluster-first": `but has ["192.0.2.1"]`},
}, {
	name: "events deleted", lab: "pod-dns-limits", soak: true, // kubelet writes them again, until its pods have come to rest
	do: acts(topo.NodeRun{Node: theNode, Args: []string{"sh", "-euc", `export KUBECONFIG=/etc/kubernetes/admin.conf
		quiet=0
		while [ $quiet -lt 3 ]; do
			if [ -z "$(kubectl --namespace {lab} get events --output name)" ]; then quiet=$((quiet + 1)); else quiet=0; fi
			kubectl --namespace {lab} delete events --all
			sleep 1
		done`}}),
	fails: fail("limits were exceeded", "servers", "domains", "characters", "long-domain", "at-most"),
}, {
	name: "kubelet reads another file", lab: "node-resolv-conf", step: 1, soak: true,
	do:    acts(topo.SetKubelet{Node: theNode, Patch: "resolvConf: /etc/resolv.conf.original"}),
	fails: map[string]string{"read": `but has ["127.0.0.11"]`, "options-dropped": `"host.test"]`, "unread": "differs from", "no-address": "timed out"},
}, {
	name: "pods started again", lab: "node-resolv-conf", step: 2, soak: true,
	do: func(l labs.Lab) []topo.Act {
		return []topo.Act{topo.Restart{Node: node(l, "old")}, topo.Restart{Node: node(l, "old-default")}}
	},
	fails: map[string]string{"running-pods": "old-default's file, astray differs from old-default's file"},
}, {
	name: "no rules of kube-proxy", lab: "host-network-pods", soak: true, do: acts(topo.FlushRules{Of: theNode, Chain: "KUBE-SERVICES"}),
	fails: fail("should be an answer, but was: timeout", "reaches-it", "by-output", "again", "no-domains", "with-host-net"),
}, {
	name: "a pod's hosts replaced", lab: "host-aliases", soak: true, do: swap("aliased", "/etc/hosts", "127.0.0.1\tlocalhost\n"),
	fails: map[string]string{"file": "should hold", "no-dns": "but was: 203.0.113.1", "itself": "but was: EAI_NONAME"},
}, {
	name: "CoreDNS asks another server", lab: "kind-upstream", soak: true,
	do: acts(topo.SetCorefile{Says: "it forwards to a port where nobody listens", Corefile: ".:53 {\n    ready\n    forward . 127.0.0.1:9\n}\n"}),
	fails: map[string]string{
		"servfail": "was never asked", "refused": "was never asked", "nxdomain": "but was: SERVFAIL",
		"silent": "", "lie": "but was: SERVFAIL", "large": "big should have flags tc",
	},
}, {
	name: "a pod's hosts file replaced", lab: "pod-hostname", soak: true, do: swap("first", "/etc/hosts", "127.0.0.1\tlocalhost\n"),
	fails: fail("should find first, but was: EAI_", "itself"),
}, {
	name: "CoreDNS as it comes without options", lab: "pod-names",
	do:    acts(topo.SetCorefile{Says: "without the option pods", Corefile: ".:53 {\n    ready\n    kubernetes cluster.local\n}\n"}),
	fails: fail("but was: NXDOMAIN", "any-address"),
}, {
	name: "CoreDNS without the option ttl", lab: "record-ttl", soak: true,
	do:    acts(topo.SetCorefile{Says: "without the option ttl, and without a cache", Corefile: ".:53 {\n    ready\n    kubernetes cluster.local\n}\n"}),
	fails: map[string]string{"kubeadm": "should have TTL 30, but had 5", "version": "should have TTL 30, but had 28800", "apex": "should have TTL 30, but had 5"},
}, {
	name: "the server outside lies about addresses", lab: "service-reverse",
	do:    program("up", "liar.lab.test. to everything", topo.Reply{Type: "PTR", Answers: []string{"PTR liar.lab.test."}}),
	fails: fail("but was: NOERROR, PTR liar.lab.test.", "forwarded"),
}, {
	name: "a search list without domains", lab: "partial-names", do: swap("glibc", "/etc/resolv.conf", "nameserver 10.96.0.10\n"),
	fails: map[string]string{
		"bare": "EAI_", "partial": "EAI_", "elsewhere": "EAI_", "wire": "search, API should",
	},
}, {
	name: "ndots:1", lab: "search-list-cost", soak: true, do: func(l labs.Lab) []topo.Act {
		return swap("glibc", "/etc/resolv.conf", "nameserver {dns.addr}\nsearch {lab}.svc.cluster.local svc.cluster.local cluster.local host.lab.test\noptions ndots:1\n")(l)
	},
	fails: fail("but was asked for g-api.lab.test.", "outside", "to-the-upstream"),
}, {
	name: "the alias has another address", lab: "external-name",
	do:    program("up", "192.0.2.66 to one.lab.test.", topo.Reply{Name: "one.lab.test.", Type: "A", Answers: []string{"A 192.0.2.66"}}),
	fails: fail("should say one.lab.test., 203.0.113.1", "alias"),
}, {
	name: "the stub domain's server lies", lab: "stub-domain", soak: true,
	do:    program("stub", "192.0.2.66 to a.stub.lab.test.", topo.Reply{Name: "a.stub.lab.test.", Type: "A", Answers: []string{"A 192.0.2.66"}}),
	fails: fail("but was: NOERROR, 192.0.2.66", "stub-domain"),
}, {
	name: "ready too early", lab: "pod-readiness", soak: true,
	do:    func(l labs.Lab) []topo.Act { return []topo.Act{topo.Ready{Node: node(l, "late"), Is: true}} },
	fails: fail("but was: NOERROR, address of late", "not-ready"),
}, {
	name: "a service is headless", lab: "service-names",
	do: func(l labs.Lab) []topo.Act {
		front := node(l, "front")
		front.Service.Headless, front.Service.Of = true, nil
		return []topo.Act{topo.Remove{Node: front}, topo.Start{Node: front}}
	},
	fails: map[string]string{
		"service": "cannot be compared", "srv": "but was: NXDOMAIN", "srv-loosely": "but was: NXDOMAIN", "no-ipv6": "but was: NXDOMAIN",
		"other-types": "but was: NXDOMAIN", "endpoints": "but was: NXDOMAIN",
	},
}, {
	name: "one replica with little in its Corefile", lab: "cluster-dns-defaults", soak: true,
	do: acts(topo.SetCorefile{Says: "without health and prometheus", Corefile: ".:53 {\n    ready\n    kubernetes cluster.local\n}\n"}, topo.Scale{Replicas: 1}),
	fails: map[string]string{
		"labels": `"PodList kube-dns"]`, "ports": "health should print", "places": `should have the lines ["2"], but has ["1"]`, "corefile": `but has [".:53 {" "ready"`,
	},
}, {
	name: "other caches", lab: "dns-cache", soak: true,
	swaps: []string{
		"    cache 30\n", "", "    cache\n", "    cache 30\n", "success 10000 60", "success 10000 50", "denial 10000 15", "denial 10000 20", "success 1200", "success 1600",
	},
	fails: map[string]string{
		"default-ttl": "should have TTL 300, but had 30", "cache-30": "300, cache 30 should have TTL 30, but had 300", "denials": "with TTL 30, but had that of . with 86400",
		"counts-down": "was asked 2 times", "errors": "servfail.thirty.lab.test. A, but was asked 3 times", "sizes": "should have TTL 60, but had 50", "capacity": "but has 15",
	},
}, {
	name: "caches that ask earlier and later", lab: "dns-cache-expiry", soak: true,
	swaps: []string{
		"    cache\n", "    cache 2 {\n        servfail 1s\n    }\n", "        prefetch 2\n", "", "        serve_stale\n", "", "success 9984 3600 1\n    }\n    forward . {gone.addr}\n}\nstale", "success 9984 3600 1\n        serve_stale\n    }\n    forward . {gone.addr}\n}\nstale",
	},
	fails: map[string]string{
		"no-prefetch": "should be asked again for web.plain.lab.test. A after 5s or more, but was after",
		"last-tenth":  `zones="tenth.lab.test."}, but has 0`, "prefetch-over-tcp": "over udp, then tcp, but was asked over udp, udp", "servfail": "after 5s or more, but was after",
		"upstream-gone": "left, then should be SERVFAIL, but was: NOERROR, 192.0.2.1", "serve-stale": "stale, then should have 192.0.2.1, but was: SERVFAIL",
	},
}, {
	name: "no zone is exempt", lab: "dns-cache-services", soak: true,
	swaps: []string{"disable denial cluster.local", "", "disable success cluster.local", ""},
	fails: map[string]string{
		"new-remembered": "fresh then, exempt should have the address of fresh, but was: NXDOMAIN", "new-at-once": "but was: NXDOMAIN", "gone-remembered": "doomed then, exempt should be NXDOMAIN",
	},
}, {
	name: "the log has other classes", lab: "dns-log", soak: true,
	swaps: []string{"    log\n    cache", "    log . {\n        class denial\n    }\n    cache", "class error", "class all"},
	fails: map[string]string{
		"every-question": `should hold "\"A IN often.all.lab.test. udp " 4 times, but holds it 0 times`, "class": "should not hold \"good.errors\"",
	},
}, {
	name: "pods are to be verified", lab: "dns-informers", soak: true, swaps: []string{"pods insecure", "pods verified"},
	fails: map[string]string{"watched": `should not hold "resource \"pods\""`},
}}
