package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// InAPod asks for what every cluster has: a pod's file, the API server's name,
// a service and its pod.
func InAPod() Lab {
	web := topo.Node{Name: "web", Mode: topo.PodNetwork}
	front := topo.Node{Name: "front", Mode: topo.ServiceAddress, Service: topo.Service{Of: []string{"web"}}}
	behind := topo.Node{Name: "behind", Mode: topo.ServiceAddress, Service: topo.Service{Of: []string{"web"}, Headless: true}}
	client := topo.Node{Name: "client", Mode: topo.PodNetwork}
	ask := func(name string) topo.Question { return topo.Wire{From: client, Name: name} }
	cases := func(expect is.Assertion, because string) []Case {
		return []Case{{When: kubernetes(""), Expect: expect, Because: because + "; run on Kubernetes 1.34.3 with CoreDNS 1.12.1"}}
	}
	const kubelet = "kubernetes pkg/kubelet/network/dns/dns.go getClusterDNS, generateSearchesForDNSClusterFirst"
	file := func(engine, because string, ofNode ...string) Case {
		return Case{
			When: Facts{"kubernetes": "", "node-engine": engine},
			Expect: is.All{
				is.Nameservers("file", "10.96.0.10"),
				is.SearchList("file", append([]string{"lab.svc.cluster.local", "svc.cluster.local", "cluster.local"}, ofNode...)...),
				is.ResolvOptions("file", "ndots:5"),
			},
			Because: kubelet + "; " + because + "; run on Kubernetes 1.34.3",
		}
	}

	return Lab{
		Name:     "in-a-pod",
		Story:    "A pod finds the API server, a service and a pod by names of the cluster, which its resolv.conf leads to.",
		Needs:    []driver.Cap{driver.Pods},
		Topology: topo.Topology{web, front, behind, client},
		Steps: []Step{{Do: []topo.Act{
			// A pod that runs is not at once one that the cluster's DNS knows.
			topo.Await{Ask: topo.Wire{From: client, Name: "{behind}.{lab}.svc.{cluster-domain}."}, Answers: []string{"{web.addr}"}},
		}, Ask: map[string]topo.Question{
			"file": topo.File{Of: client, Path: "/etc/resolv.conf"},
			"API":  ask("kubernetes.default.svc.{cluster-domain}."),

			"API, over TCP": topo.Wire{From: client, Name: "kubernetes.default.svc.{cluster-domain}.", TCP: true},
			"service":       ask("{front}.{lab}.svc.{cluster-domain}."),
			"headless":      ask("{behind}.{lab}.svc.{cluster-domain}."),
			"missing":       ask("missing.{lab}.svc.{cluster-domain}."),
		}}},
		Claims: []Claim{{
			ID:   "resolv-conf",
			Says: "the file of a pod names the cluster's DNS, its namespace first among the domains to search, those of its node last, and ndots:5",
			Cases: []Case{
				file("docker", "a node that is a container of Docker has those of its host", "host.test"),
				file("podman", "one of Podman has that of its network instead", "dns.podman"),
				{
					When: yours,
					Expect: is.All{
						is.NameserversOf("file", "cluster-dns"),
						is.SearchBegins("file", "lab.svc.{cluster-domain}", "svc.{cluster-domain}", "{cluster-domain}"),
						is.ResolvOptions("file", "ndots:5"),
					},
					Because: kubelet + ": clusterDNS and clusterDomain of its configuration, and the search list of its node, which is not known here",
				},
			},
		}, {
			ID:   "api-server",
			Says: "kubernetes.default.svc, in the cluster's domain, is the address of the API server's service",
			Cases: []Case{{
				When:    Facts{"kubernetes": "", "node-engine": ""},
				Expect:  is.All{is.Addresses("API", "10.96.0.1"), is.Addresses("API, over TCP", "10.96.0.1")},
				Sources: holds("kubernetes:dns-for-the-cluster"),
				Because: "kubernetes pkg/controlplane/instance.go ServiceIPRange: the first address of the service network; run on Kubernetes 1.34.3 with CoreDNS 1.12.1",
			}, {
				When:    yours,
				Expect:  is.All{is.AddressFact("API", "api-service"), is.AddressFact("API, over TCP", "api-service")},
				Sources: holds("kubernetes:dns-for-the-cluster"),
				Because: "kubernetes pkg/controlplane/instance.go ServiceIPRange: the first address of a network that only the cluster knows",
			}},
		}, {
			ID:    "service",
			Says:  "the name of a service is its own address, not its pod's",
			Cases: cases(is.AddressOf(front, "service"), "coredns plugin/kubernetes: findServices, a record of the service's cluster IP"),
		}, {
			ID:    "headless",
			Says:  "the name of a headless service is the address of its pod",
			Cases: cases(is.AddressOf(web, "headless"), "coredns plugin/kubernetes: findServices, a record of each endpoint"),
		}, {
			ID:    "missing",
			Says:  "a service that there is not is NXDOMAIN",
			Cases: cases(is.NXDomain("missing"), "coredns plugin/kubernetes handler.go: the zone is its own, so it forwards nothing of it"),
		}},
	}
}
