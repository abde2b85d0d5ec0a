package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// CoreDNSAutopath asks for partial names, with the search list of a pod, two
// CoreDNS that are to complete them: one knows the pods and one does not.
func CoreDNSAutopath() Lab {
	up := upstreamPod("up")
	client := topo.Node{Name: "client", Mode: topo.PodNetwork}
	front := topo.Node{Name: "front", Mode: topo.ServiceAddress, Service: topo.Service{Of: []string{"client"}}}
	dns := func(name, pods string) topo.Node {
		return topo.Node{Name: name, Mode: topo.PodNetwork, Pod: topo.Pod{DNSPolicy: "Default", CoreDNS: topo.CoreDNS{Corefile: `. {
    autopath @kubernetes
    kubernetes cluster.local {
        pods ` + pods + `
    }
    forward . {up.addr}
}
`}}}
	}
	verified, insecure := dns("verified", "verified"), dns("insecure", "insecure")
	wire := func(server topo.Node, name string) topo.Wire {
		return topo.Wire{From: client, Server: server.Name, Name: name, Search: true}
	}
	knows := func(server topo.Node) topo.Act {
		return topo.Await{Ask: topo.Wire{From: client, Server: server.Name, Name: "{front}.{lab}.svc.cluster.local."}}
	}
	knowsPod := topo.Await{Ask: topo.Wire{From: client, Server: "verified", Name: "first.lab.test.{lab}.svc.cluster.local."}}
	const mine = ".lab.svc.cluster.local."
	once := func(question, name string, owners ...string) is.Assertion {
		return is.All{is.Tried(question, name+mine), is.Owners(question, append([]string{name + mine}, owners...)...)}
	}
	const autopath = "coredns plugin/autopath/autopath.go ServeDNS: "
	// What the pod itself walks ends with the domain that its node searches.
	walks := func(expect func(host string) is.Assertion, because string, sources ...[]results.Source) []Case {
		var all []Case
		for _, node := range []struct{ engine, host string }{{"docker", "host.test"}, {"podman", "dns.podman"}} {
			c := anyCoreDNS(expect(node.host), because, sources...)[0]
			c.When = and(c.When, Facts{"node-engine": node.engine})
			all = append(all, c)
		}
		return all
	}
	path := func(name, host string) []string {
		return []string{name + mine, name + ".svc.cluster.local.", name + ".cluster.local.", name + "." + host + ".", name + "."}
	}

	return Lab{
		Name:     "coredns-autopath",
		Story:    "A CoreDNS with autopath walks the search list of a pod itself, if it knows the pod: what takes a pod several questions takes it one.",
		Needs:    []driver.Cap{driver.OwnCluster, driver.Pods},
		Topology: topo.Topology{up, client, front, verified, insecure},
		Steps: []Step{{
			Do: []topo.Act{knows(verified), knows(insecure), knowsPod},
			Ask: map[string]topo.Question{
				"outside":               wire(verified, "out.lab.test"),
				"one":                   wire(verified, "{front}"),
				"two":                   wire(verified, "{front}.{lab}"),
				"three":                 wire(verified, "{front}.{lab}.svc"),
				"five":                  wire(verified, "{front}.{lab}.svc.cluster.local"),
				"nowhere":               wire(verified, "nowhere"),
				"outside, insecure":     wire(insecure, "more.lab.test"),
				"in no pod's namespace": topo.Wire{From: client, Server: "verified", Name: "other.lab.test.nobody.svc.cluster.local."},
			},
		}, {Ask: map[string]topo.Question{
			"log": topo.Saw{Upstream: up},
		}}},
		Claims: []Claim{{
			ID:   "outside",
			Says: "a name outside is answered to the first question of the search list, as what an alias leads to",
			Cases: anyCoreDNS(is.All{
				once("outside", "out.lab.test", "out.lab.test."), is.AnsweredBy("outside", 1), is.Asked("log", "out.lab.test."),
			}, autopath+"the first answer that is not NXDOMAIN, under the name that was asked for", holds("coredns:TestKubernetesAutopath", "S4-3")),
		}, {
			ID:   "services",
			Says: "names of services are, too, however much of them is said",
			Cases: anyCoreDNS(is.All{
				once("one", "front"), is.AddressOf(front, "one"),
				once("two", "front.lab", "front.lab.svc.cluster.local."), is.AddressOf(front, "two"),
				once("three", "front.lab.svc", "front.lab.svc.cluster.local."), is.AddressOf(front, "three"),
				once("five", "front.lab.svc.cluster.local", "front.lab.svc.cluster.local."), is.AddressOf(front, "five"),
			}, autopath+"names within the first domain of the list", holds("coredns:TestKubernetesAutopath")),
		}, {
			ID:   "nowhere",
			Says: "a name that is nowhere costs the pod as many questions as without it",
			Cases: walks(func(host string) is.Assertion {
				return is.All{is.Tried("nowhere", path("nowhere", host)...), is.NXDomain("nowhere"), is.AskedTimes("log", "nowhere.", "A", 2)}
			}, autopath+"where all are NXDOMAIN the first is the answer, and the client goes on"),
		}, {
			ID:   "needs-pods-verified",
			Says: "with pods insecure there is no autopath: the pod walks its list",
			Cases: walks(func(host string) is.Assertion {
				return is.All{is.Tried("outside, insecure", path("more.lab.test", host)...), is.Owners("outside, insecure", "more.lab.test."), is.AnsweredBy("outside, insecure", 1)}
			}, "coredns plugin/kubernetes/autopath.go podWithIP: only with pods verified", holds("S4-3")),
		}, {
			ID:    "own-namespace",
			Says:  "a question in another namespace than the pod's own is not completed",
			Cases: anyCoreDNS(is.All{is.NXDomain("in no pod's namespace"), is.NotAskedBut("log", "other.lab.test.", "out.lab.test.")}, "coredns plugin/kubernetes/autopath.go AutoPath: the list of the pod that has the address"),
		}},
	}
}
