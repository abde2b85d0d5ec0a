package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// PodNames compares what CoreDNS knows of pods by their addresses in each mode
// of its option pods: the cluster's, and the three in one server of the lab's own.
func PodNames() Lab {
	web, client := aPod("web"), aPod("client")
	far := topo.Node{Name: "far", Mode: topo.PodNetwork, Pod: topo.Pod{Namespace: "yard"}}
	dns := aCoreDNS(`insecure.lab.test:53 {
    errors
    kubernetes insecure.lab.test {
        namespaces {lab}
        pods insecure
    }
}
verified.lab.test:53 {
    errors
    kubernetes verified.lab.test {
        namespaces {lab}
        pods verified
    }
}
default.lab.test:53 {
    errors
    kubernetes default.lab.test
}
`)
	const made, real, realFar = "192-0-2-7", "{web.dashed}", "{far.dashed}"
	ask := func(name string) topo.Question { return topo.Wire{From: client, Name: name + ".cluster.local."} }
	ours := func(name string) topo.Question {
		return topo.Wire{From: client, Name: name + ".lab.test.", Server: "dns"}
	}
	const because = "coredns plugin/kubernetes/kubernetes.go findPods: "

	return Lab{
		Name:     "pod-names",
		Story:    "The name of a pod is its address with dashes. Which addresses CoreDNS knows depends on its option pods: any, those of pods, or none.",
		Needs:    []driver.Cap{driver.OwnCluster, driver.Pods},
		Topology: topo.Topology{web, far, client, dns},
		Steps: []Step{{
			Do: []topo.Act{topo.Await{Ask: topo.Wire{From: client, Name: real + ".{lab}.pod.verified.lab.test.", Server: "dns"}, Answers: []string{"{web.addr}"}}},
			Ask: map[string]topo.Question{
				"real":              ask(real + ".{lab}.pod"),
				"real, elsewhere":   ask(realFar + ".{yard}.pod"),
				"made up":           ask(made + ".{lab}.pod"),
				"made up, IPv6":     topo.Wire{From: client, Name: "2001-db8--7.{lab}.pod.cluster.local.", Type: "AAAA"},
				"made up, not IPv4": ask("2001-db8--7.{lab}.pod"),
				"no address":        ask("{web}.{lab}.pod"),
				"three numbers":     ask("192-0-2.{lab}.pod"),
				"no namespace":      ask(made + ".missing.pod"),

				"insecure, real":          ours(real + ".{lab}.pod.insecure"),
				"insecure, made up":       ours(made + ".{lab}.pod.insecure"),
				"insecure, not exposed":   ours(realFar + ".{yard}.pod.insecure"),
				"verified, real":          ours(real + ".{lab}.pod.verified"),
				"verified, made up":       ours(made + ".{lab}.pod.verified"),
				"verified, of another":    ours(realFar + ".{lab}.pod.verified"),
				"verified, not exposed":   ours(realFar + ".{yard}.pod.verified"),
				"by default, real":        ours(real + ".{lab}.pod.default"),
				"by default, made up":     ours(made + ".{lab}.pod.default"),
				"by default, the service": ours("kubernetes.default.svc.default"),
			},
		}},
		Claims: []Claim{{
			ID:   "any-address",
			Says: "the cluster's CoreDNS answers with whatever address is in the name, a pod's or not, in any namespace that there is",
			Cases: onClusters(is.All{
				is.AddressOf(web, "real"), is.AddressOf(far, "real, elsewhere"), is.Addresses("made up", "192.0.2.7"), is.Addresses("made up, IPv6", "2001:db8::7"), is.NoData("made up, not IPv4"),
			}, because+"podModeInsecure; kubernetes cmd/kubeadm/app/phases/addons/dns/manifests.go CoreDNSConfigMap: pods insecure", partly("S4-4")...),
		}, {
			ID:    "only-addresses",
			Says:  "neither the name of a pod nor what is no address is a name there, nor is an address in a namespace that there is not",
			Cases: onClusters(is.All{is.NXDomain("no address"), is.NXDomain("three numbers"), is.NXDomain("no namespace")}, because+"net.ParseIP, namespaceExposed"),
		}, {
			ID:    "insecure",
			Says:  "with pods insecure that is true of the namespaces that are exposed",
			Cases: onClusters(is.All{is.AddressOf(web, "insecure, real"), is.Addresses("insecure, made up", "192.0.2.7"), is.NXDomain("insecure, not exposed")}, because+"podModeInsecure", holds("coredns:TestKubernetesPodsInsecure")...),
		}, {
			ID:   "verified",
			Says: "with pods verified an address is a name where it is that of a pod of that namespace",
			Cases: onClusters(is.All{
				is.AddressOf(web, "verified, real"), is.NXDomain("verified, made up"), is.NXDomain("verified, of another"), is.NXDomain("verified, not exposed"),
			}, because+"podModeVerified, PodIndex", append(holds("coredns:TestKubernetesPodsVerified"), partly("S4-4")...)...),
		}, {
			ID:    "disabled",
			Says:  "without the option no pod has a name, while services have",
			Cases: onClusters(is.All{is.NXDomain("by default, real"), is.NXDomain("by default, made up"), is.Addresses("by default, the service", "10.96.0.1")}, because+"podModeDisabled, the default", partly("S4-4", "coredns:TestKubernetesA")...),
		}},
	}
}
