package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// ServiceEndpoints has a pod become ready, and not be so any more.
func ServiceEndpoints() Lab {
	client := besideNode("client")
	steady := topo.Node{Name: "steady", Kind: topo.Upstream, Mode: topo.PodNetwork}
	late := topo.Node{Name: "late", Kind: topo.Upstream, Mode: topo.PodNetwork, Pod: topo.Pod{Gated: true}}
	both, alone, anyhow := serviceOf("both", steady, late), serviceOf("alone", late), serviceOf("anyhow", late)
	anyhow.Service.NotReady = true
	marker := serviceOf("marker", steady)
	marker.Later = true
	to := func(s topo.Node, name string) topo.Wire { return topo.Wire{From: client, Server: s.Name, Name: name} }
	overTCP := func(w topo.Wire) topo.Wire { // of a closed UDP port the kernel may keep quiet
		w.TCP = true
		return w
	}
	// ask asks at one time, and each time for other names.
	ask := func(then string) map[string]topo.Question {
		return map[string]topo.Question{
			"rules, " + then:  topo.Rules{Of: clusterNode},
			"both, " + then:   topo.Wire{From: client, Server: both.Name, Name: "both-" + then + ".lab.test.", Times: 30},
			"alone, " + then:  overTCP(to(alone, "alone-"+then+".lab.test.")),
			"anyhow, " + then: overTCP(to(anyhow, "anyhow-"+then+".lab.test.")),
		}
	}
	rejects := func(then string) is.Assertion {
		return is.All{
			is.HasRule("rules, "+then, "filter KUBE-SERVICES", "-d {alone}/32 -p udp -m udp --dport 53 -j REJECT --reject-with icmp-port-unreachable"),
			is.HasRule("rules, "+then, "filter KUBE-SERVICES", "-d {alone}/32 -p tcp -m tcp --dport 53 -j REJECT --reject-with icmp-port-unreachable"),
			is.Outcome("alone, "+then, "refused"),
		}
	}
	leads := func(then string, s topo.Node, pods ...topo.Node) is.Assertion {
		return is.All{is.LeadsTo("rules, "+then, s, "udp", pods...), is.LeadsTo("rules, "+then, s, "tcp", pods...)}
	}
	cases := func(expect is.Assertion, because string) []Case {
		return []Case{{When: byIptables, Expect: expect, Because: because + "; run on Kubernetes 1.34.3", Sources: holds("S1-13")}}
	}
	const condition = "kubernetes staging/src/k8s.io/endpointslice/utils.go podToEndpoint: ready is what the pod's condition says; pkg/proxy/topology.go CategorizeEndpoints: rules lead to those that are"

	return Lab{
		Name:     "service-endpoints",
		Story:    "A pod becomes ready and ceases to be, without being started or stopped, and kube-proxy's rules follow it.",
		Needs:    []driver.Cap{driver.OwnCluster, driver.Pods, driver.Outside},
		Topology: topo.Topology{clusterNode, client, steady, late, both, alone, anyhow, marker},
		Steps: []Step{{
			Do:  append(ready(client, both, anyhow), topo.Await{Ask: overTCP(to(alone, "ready.lab.test.")), Refused: true}),
			Ask: ask("before"),
		}, {
			Do: append([]topo.Act{
				topo.Ready{Node: late, Is: true}, // what is asked again and again is answered by either, so that this one answers tells that rules lead there
				topo.Await{Ask: to(both, "ready.lab.test."), Answers: []string{"203.0.113.2"}},
			}, ready(client, alone)...),
			Ask: ask("ready"),
		}, {
			Do: append([]topo.Act{
				topo.Ready{Node: late, Is: false}, topo.Await{Ask: overTCP(to(alone, "ready.lab.test.")), Refused: true},
				topo.Start{Node: marker}, // rules for it come after those for all that was before
			}, ready(client, marker)...),
			Ask: ask("after"),
		}},
		Claims: []Claim{{
			ID:    "not-ready",
			Says:  "a pod that runs and is not ready is behind no service, however often one asks",
			Cases: cases(is.All{leads("before", both, steady), is.AnsweredByEach("both, before", 1)}, condition),
		}, {
			ID:    "no-endpoints",
			Says:  "what goes to a service without a ready pod is rejected, as by a closed port",
			Cases: cases(rejects("before"), "kubernetes pkg/proxy/iptables/proxier.go syncProxyRules: \"has no endpoints\""),
		}, {
			ID:    "ready",
			Says:  "when it is ready rules lead to it, and it is asked",
			Cases: cases(is.All{leads("ready", both, steady, late), leads("ready", alone, late), is.AnsweredBy("alone, ready", 2), is.AnsweredByEach("both, ready", 1, 2)}, condition),
		}, {
			ID:    "not-ready-again",
			Says:  "when it is ready no more no rule leads to it",
			Cases: cases(is.All{leads("after", both, steady), rejects("after"), is.AnsweredByEach("both, after", 1)}, condition),
		}, {
			ID:   "publish-not-ready",
			Says: "a service with publishNotReadyAddresses leads to a pod all the same, ready or not",
			Cases: []Case{{
				When: byIptables,
				Expect: is.All{
					leads("before", anyhow, late), leads("ready", anyhow, late), leads("after", anyhow, late),
					is.AnsweredBy("anyhow, before", 2), is.AnsweredBy("anyhow, ready", 2), is.AnsweredBy("anyhow, after", 2),
				},
				Because: "kubernetes staging/src/k8s.io/endpointslice/utils.go podToEndpoint: ready if the service publishes what is not; run on Kubernetes 1.34.3",
				Sources: holds("S1-13"),
			}},
		}},
	}
}
