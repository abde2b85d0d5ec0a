package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// DNSServiceStays ends the cluster's CoreDNS, and others take its place.
func DNSServiceStays() Lab {
	client := topo.Node{Name: "client", Mode: topo.PodNetwork}
	ask := func(then string) map[string]topo.Question {
		return map[string]topo.Question{
			"file" + then:    topo.File{Of: client, Path: "/etc/resolv.conf"},
			"address" + then: topo.Object{Path: "/api/v1/namespaces/kube-system/services/kube-dns", Field: "{.spec.clusterIP}"},
			"pods" + then:    topo.Object{Path: "/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app%3Dkube-dns", Field: "{.items[*].status.podIP}"},
			"name" + then:    topo.Wire{From: client, Name: "kubernetes.default.svc.cluster.local.", Times: 4},
		}
	}

	return Lab{
		Name:     "dns-service-stays",
		Story:    "All of CoreDNS's pods are ended, and others, with other addresses, take their place: a pod goes on to ask the address that its file names.",
		Needs:    []driver.Cap{driver.OwnCluster, driver.Pods},
		Topology: topo.Topology{client},
		Steps: []Step{
			{Ask: ask("")},
			{Do: []topo.Act{topo.RestartCoreDNS{}}, Ask: ask(" then")},
		},
		Claims: []Claim{{
			ID:   "stays",
			Says: "the pods of CoreDNS have other addresses then, and the service and the file of a pod the same one",
			Cases: []Case{{
				When: kubernetes(""),
				Expect: is.All{
					is.SameText("pods", "pods then", false), is.Lines("address", "10.96.0.10"), is.Lines("address then", "10.96.0.10"),
					is.Nameservers("file", "10.96.0.10"), is.SameText("file", "file then", true),
				},
				Because: "kubernetes pkg/kubelet/network/dns/dns.go GetPodDNS: the file names the service's address; run on Kubernetes 1.34.3",
				Sources: holds("S1-3"),
			}},
		}, {
			ID:   "recovers",
			Says: "a pod that ran all the while is answered again",
			Cases: []Case{{
				When:    kubernetes(""),
				Expect:  is.All{is.Addresses("name", "10.96.0.1"), is.Steady("name"), is.Addresses("name then", "10.96.0.1"), is.Steady("name then")},
				Because: "kubernetes pkg/proxy: the rules of the service lead to the endpoints of now; run on Kubernetes 1.34.3",
				Sources: holds("S1-3"),
			}},
		}},
	}
}
