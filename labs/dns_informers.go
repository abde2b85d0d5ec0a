package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// DNSInformers asks a CoreDNS that may read the cluster, and one that may not.
func DNSInformers() Lab {
	corefile := `.:53 {
    errors
    kubernetes cluster.local in-addr.arpa ip6.arpa {
        pods insecure
        fallthrough in-addr.arpa ip6.arpa
    }
    forward . {up.addr}
}
`
	up := topo.Node{Name: "up", Kind: topo.Upstream, Mode: topo.PodNetwork}
	sees := topo.Node{Name: "sees", Mode: topo.PodNetwork, Pod: topo.Pod{CoreDNS: topo.CoreDNS{Corefile: corefile}}}
	blind := topo.Node{Name: "blind", Mode: topo.PodNetwork, Pod: topo.Pod{CoreDNS: topo.CoreDNS{Corefile: corefile, Blind: true}}}
	web := topo.Node{Name: "web", Mode: topo.PodNetwork}
	fresh := topo.Node{Name: "fresh", Mode: topo.ServiceAddress, Later: true, Service: topo.Service{Of: []string{"web"}, Headless: true}}
	client := topo.Node{Name: "client", Mode: topo.PodNetwork, DNS: []string{"sees"}, Pod: topo.Pod{DNSPolicy: "None"}}
	ask := func(server, name string) topo.Wire {
		return topo.Wire{From: client, Name: name, Server: server}
	}
	const there, missing, headless = "kubernetes.default.svc.cluster.local.", "missing.default.svc.cluster.local.", "{fresh}.{lab}.svc.cluster.local."
	forbidden := func(what, group string) is.Assertion {
		return is.HasText("blind's log", `cannot list resource "`+what+`" in API group "`+group+`" at the cluster scope`)
	}

	return Lab{
		Name:     "dns-informers",
		Story:    "CoreDNS watches what it answers from. One may, and hears of a new service by itself; the other may read nothing of the cluster, and says so in its log and to those who ask.",
		Needs:    []driver.Cap{driver.OwnCluster, driver.Pods},
		Topology: topo.Topology{up, sees, blind, web, fresh, client},
		Steps: []Step{{Ask: map[string]topo.Question{
			"there, seen": ask("sees", there), "there, blind": ask("blind", there),
			"missing, seen": ask("sees", missing), "missing, blind": ask("blind", missing),
			"outside, seen": ask("sees", "out.lab.test."), "outside, blind": ask("blind", "out.lab.test."),
			"fresh, seen": ask("sees", headless),
		}}, {
			Do:  []topo.Act{topo.Start{Node: fresh}, topo.Await{Ask: ask("sees", headless), Answers: []string{"{web.addr}"}}, topo.AwaitText{In: topo.LogOf(blind), Has: `resource "endpointslices"`}},
			Ask: map[string]topo.Question{"fresh then, seen": ask("sees", headless), "fresh then, blind": ask("blind", headless), "blind's log": topo.LogOf(blind)},
		}},
		Claims: []Claim{{
			ID:   "watched",
			Says: "what CoreDNS watches are services, namespaces and EndpointSlices, but no Endpoints, nor pods unless they are to be verified",
			Cases: []Case{{
				When: kubernetes(""),
				Expect: is.All{
					forbidden("services", ""), forbidden("namespaces", ""), forbidden("endpointslices", "discovery.k8s.io"),
					is.LacksText("blind's log", `resource "endpoints"`), is.LacksText("blind's log", `resource "pods"`),
				},
				Because: "coredns plugin/kubernetes/controller.go newdnsController: an informer for each; Endpoints are none of them since 1.11.0, and were what is left before where a cluster has no EndpointSlices; run on CoreDNS 1.12.1",
				Sources: partly("S4-7"),
			}},
		}, {
			ID:   "new",
			Says: "a service that is made then is known, and its pod with it, though CoreDNS was asked for it before",
			Cases: []Case{{
				When:    kubernetes(""),
				Expect:  is.All{is.NXDomain("fresh, seen"), is.AddressOf(web, "fresh then, seen")},
				Because: "coredns plugin/kubernetes/controller.go: services and EndpointSlices are watched; run on CoreDNS 1.12.1",
				Sources: partly("S4-7"),
			}},
		}, {
			ID:   "blind",
			Says: "one that may read nothing serves all the same: names of the cluster are SERVFAIL, those that there are and others, and names outside are answered",
			Cases: []Case{{
				When: kubernetes(""),
				Expect: is.All{
					is.NoError("there, seen"), is.ServFail("there, blind"), is.NXDomain("missing, seen"), is.ServFail("missing, blind"), is.ServFail("fresh then, blind"),
					is.AnsweredBy("outside, seen", 1), is.AnsweredBy("outside, blind", 1), is.HasText("blind's log", "starting server with unsynced Kubernetes API"),
				},
				Because: "coredns plugin/kubernetes/handler.go ServeDNS: SERVFAIL instead of NXDOMAIN before HasSynced, which InitKubeCache waits 5 s for; run on CoreDNS 1.12.1",
				Sources: refutes("S2-49"),
			}},
		}},
	}
}
