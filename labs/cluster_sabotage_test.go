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

var clusterSabotages = []sabotage{{
	name: "CoreDNS scaled to nothing", lab: "in-a-pod", do: acts(topo.Scale{Replicas: 0}),
	fails: fail("refused", "api-server", "service", "headless", "missing"),
}, {
	name: "rules flushed under the chain", lab: "kind-chain", do: flushEngine,
	fails: map[string]string{
		"outside": "but was: SERVFAIL", "over-tcp": "but was: SERVFAIL", "container": "but was: SERVFAIL", "node": "but was: SERVFAIL",
		"from-the-host": "was never asked", "cached": "but was: SERVFAIL",
	},
}, {
	name: "rules flushed on the node", lab: "kind-node", do: flushEngine,
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
	name: "CoreDNS asks another server", lab: "kind-upstream",
	do: acts(topo.SetCorefile{Says: "it forwards to a port where nobody listens", Corefile: ".:53 {\n    ready\n    forward . 127.0.0.1:9\n}\n"}),
	fails: map[string]string{
		"servfail": "was never asked", "refused": "was never asked", "nxdomain": "but was: SERVFAIL",
		"silent": "", "lie": "but was: SERVFAIL", "large": "big should have flags tc",
	},
}}
