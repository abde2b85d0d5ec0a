package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// PodHostname gives pods names of their own.
func PodHostname() Lab {
	pod := func(name, hostname, subdomain string) topo.Node {
		return topo.Node{Name: name, Image: topo.Glibc, Mode: topo.PodNetwork, Hostname: hostname, Pod: topo.Pod{Subdomain: subdomain}}
	}
	first, second := pod("first", "one", "{behind}"), pod("second", "two", "{behind}")
	stray, plain := pod("stray", "three", "{behind}"), pod("plain", "four", "")
	behind := headlessOf("behind", "first", "second", "plain")
	ask := func(name string) topo.Question { return topo.Wire{From: first, Name: name} }
	look := func(in topo.Node, name string) topo.Question { return topo.Libc{From: in, Name: name} }
	const controller = "kubernetes staging/src/k8s.io/endpointslice/utils.go ShouldSetHostname: with spec.hostname, a spec.subdomain that is the service's name, and in its namespace"
	const because = controller + "; coredns plugin/kubernetes/kubernetes.go endpointHostname"

	return Lab{
		Name:     "pod-hostname",
		Story:    "Pods with a hostname and a subdomain: with a headless service of that name they have names of their own, in DNS as well.",
		Needs:    []driver.Cap{driver.OwnCluster, driver.Pods},
		Topology: topo.Topology{first, second, stray, plain, behind},
		Steps: []Step{{
			Do: []topo.Act{topo.Await{Ask: topo.Wire{From: first, Name: serviceName("{behind}")}, Answers: []string{"{first.addr}", "{second.addr}", "{plain.addr}"}}},
			Ask: map[string]topo.Question{
				"hosts":               topo.File{Of: first, Path: "/etc/hosts"},
				"itself":              look(first, "one"),
				"itself, in full":     look(first, "one.{behind}.{lab}.svc.cluster.local"),
				"stray itself":        look(stray, "three.{behind}.{lab}.svc.cluster.local"),
				"the other":           look(first, "two.{behind}.{lab}.svc.cluster.local"),
				"the other, in short": look(first, "two.{behind}"),
				"one":                 ask(serviceName("one.{behind}")),
				"one, over TCP":       topo.Wire{From: first, Name: serviceName("one.{behind}"), TCP: true},
				"two":                 ask(serviceName("two.{behind}")),
				"three":               ask(serviceName("three.{behind}")),
				"four":                ask(serviceName("four.{behind}")),
				"plain, dashed":       ask(serviceName("{plain.dashed}.{behind}")),
				"subdomain":           ask(serviceName("{behind}")),
				"back":                topo.Wire{From: second, Name: "{first.ptr}", Type: "PTR"},
			},
		}},
		Claims: []Claim{{
			ID:   "itself",
			Says: "a pod finds itself by its hostname and its full name, of which its /etc/hosts has a line",
			Cases: onClusters(is.All{
				is.HasText("hosts", "\tone.behind.lab.svc.cluster.local\tone\n"), is.LibcFindsNode(first, "itself"), is.LibcFindsNode(first, "itself, in full"),
				is.LibcFindsNode(stray, "stray itself"),
			}, "kubernetes pkg/kubelet/kubelet_pods.go nodeHostsFileContent, managedHostsFileContent: with the subdomain a full name, whether DNS has it or not", holds("kubernetes:pods-for-hostname")...),
		}, {
			ID:   "hostname",
			Says: "DNS has a pod's hostname below the headless service that is its subdomain",
			Cases: onClusters(is.All{
				is.AddressOf(first, "one"), is.AddressOf(first, "one, over TCP"), is.AddressOf(second, "two"),
				is.LibcFindsNode(second, "the other"), is.LibcFindsNode(second, "the other, in short"),
			}, because, holds("kubernetes:pods-for-subdomain")...),
		}, {
			ID:    "subdomain",
			Says:  "the name of that service has the addresses of all its pods",
			Cases: onClusters(is.AddressesOf("subdomain", first, second, plain), because, holds("kubernetes:pods-for-subdomain")...),
		}, {
			ID:   "not-without-both",
			Says: "a pod that the service does not lead to has no name in DNS, though it has a hostname and a subdomain; without a subdomain its name is its address",
			Cases: onClusters(is.All{is.NXDomain("three"), is.NXDomain("four"), is.AddressOf(plain, "plain, dashed")},
				because),
		}, {
			ID:    "back",
			Says:  "the address of such a pod leads back to that name",
			Cases: onClusters(is.Data("back", "one.behind.lab.svc.cluster.local."), "coredns plugin/kubernetes/reverse.go serviceRecordForIP: endpointHostname, the service and its namespace"),
		}},
	}
}
