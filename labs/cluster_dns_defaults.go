package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// ClusterDNSDefaults reads what kubeadm made of CoreDNS, as the API server has it.
func ClusterDNSDefaults() Lab {
	client := topo.Node{Name: "client", Mode: topo.PodNetwork}
	const (
		system     = "/api/v1/namespaces/kube-system/"
		deployment = "/apis/apps/v1/namespaces/kube-system/deployments/"
		container  = ".spec.template.spec.containers[0]"
		affinity   = ".spec.template.spec.affinity.podAntiAffinity"
	)
	of := func(field string) topo.Question { return topo.Object{Path: deployment + "coredns", Field: field} }
	labelled := func(label string) topo.Question {
		return topo.Object{Path: system + "pods?labelSelector=" + label, Field: "{.kind} {.items[*].metadata.labels.k8s-app}"}
	}
	// each replica is asked by the node, at its own address: the service has only one of the three ports
	replicas := func(port, path string) topo.Question {
		return topo.NodeCommand{Of: clusterNode, Args: []string{"bash", "-c", `set -eo pipefail
export KUBECONFIG=/etc/kubernetes/admin.conf
for ip in $(kubectl -n kube-system get pods -l k8s-app=kube-dns -o jsonpath='{.items[*].status.podIP}'); do
	curl -sS --fail --max-time 5 http://$ip:` + port + path + `
	echo
done`}}
	}
	const manifests = "kubernetes cmd/kubeadm/app/phases/addons/dns/manifests.go "
	cases := func(expect is.Assertion, because string, sources ...results.Source) []Case {
		return []Case{{When: kubernetes(""), Expect: expect, Because: manifests + because + "; run on Kubernetes 1.34.3", Sources: sources}}
	}
	one := func(s []results.Source) results.Source { return s[0] }

	return Lab{
		Name:     "cluster-dns-defaults",
		Story:    "What kubeadm makes when it deploys CoreDNS: names, labels, ports, probes, places, and a Corefile. Articles have much of it otherwise.",
		Needs:    []driver.Cap{driver.OwnCluster, driver.Pods},
		Topology: topo.Topology{client, clusterNode},
		Steps: []Step{{Ask: map[string]topo.Question{
			"file":                topo.File{Of: client, Path: "/etc/resolv.conf"},
			"deployment":          of("{.metadata.name}"),
			"kube-dns deployment": topo.Object{Path: deployment + "kube-dns", Field: "{.metadata.name}"},
			"service":             topo.Object{Path: system + "services/kube-dns", Field: "{.metadata.name} at {.spec.clusterIP} leads to {.spec.selector}"},
			"service's ports":     topo.Object{Path: system + "services/kube-dns", Field: "{range .spec.ports[*]}{.name} {.port}/{.protocol}, {end}"},
			"coredns service":     topo.Object{Path: system + "services/coredns", Field: "{.metadata.name}"},
			"labels":              of("{.spec.template.metadata.labels}"),
			"kube-dns pods":       labelled("k8s-app%3Dkube-dns"),
			"coredns pods":        labelled("k8s-app%3Dcoredns"),
			"ports":               of("{range " + container + ".ports[*]}{.name} {.containerPort}/{.protocol}, {end}"),
			"health":              replicas("8080", "/health"),
			"ready":               replicas("8181", "/ready"),
			"metrics":             replicas("9153", "/metrics | grep ^coredns_plugin_enabled.*kubernetes | cut -d, -f1"),
			"liveness":            of("{" + container + ".livenessProbe.httpGet.path} at {" + container + ".livenessProbe.httpGet.port}"),
			"readiness":           of("{" + container + ".readinessProbe.httpGet.path} at {" + container + ".readinessProbe.httpGet.port}"),
			"affinity":            of("{range " + affinity + ".preferredDuringSchedulingIgnoredDuringExecution[*]}{.weight} {.podAffinityTerm.topologyKey} {.podAffinityTerm.labelSelector.matchExpressions[*].values}{end}"),
			"required":            of("{.kind}{" + affinity + ".requiredDuringSchedulingIgnoredDuringExecution}"),
			"replicas":            of("{.spec.replicas}"),
			"budgets":             topo.Object{Path: "/apis/policy/v1/namespaces/kube-system/poddisruptionbudgets", Field: "{.kind}{.items[*].metadata.name}"},
			"Corefile":            topo.Object{Path: system + "configmaps/coredns", Field: "{.data.Corefile}"},
		}}},
		Claims: []Claim{{
			ID:   "names",
			Says: "the deployment is called coredns, and only its service kube-dns",
			Cases: cases(is.All{
				is.Lines("deployment", "coredns"), is.Outcome("kube-dns deployment", results.NotFound),
				is.Lines("service", `kube-dns at 10.96.0.10 leads to {"k8s-app":"kube-dns"}`), is.Outcome("coredns service", results.NotFound),
			}, "CoreDNSDeployment, CoreDNSService: the name is that of the server which CoreDNS took the place of", refutes("S1-2")...),
		}, {
			ID:   "service-ports",
			Says: "the service has DNS over UDP and over TCP, and the metrics; a pod asks it at 10.96.0.10",
			Cases: cases(is.All{
				is.Lines("service's ports", "dns 53/UDP, dns-tcp 53/TCP, metrics 9153/TCP,"), is.Nameservers("file", "10.96.0.10"),
			}, "CoreDNSService; kind pkg/internal/apis/config/default.go: 10.96.0.0/16, of which kubeadm takes the tenth", one(partly("S1-14")), one(holds("S2-43"))),
		}, {
			ID:   "labels",
			Says: "the pods have the label k8s-app=kube-dns, and none has k8s-app=coredns",
			Cases: cases(is.All{
				is.Lines("labels", `{"k8s-app":"kube-dns"}`), is.Lines("kube-dns pods", "PodList kube-dns kube-dns"), is.Lines("coredns pods", "PodList"),
			}, "CoreDNSDeployment", refutes("S2-50")...),
		}, {
			ID:   "ports",
			Says: "a replica says that it lives on port 8080, that it is ready on 8181, and has its metrics on 9153",
			Cases: cases(is.All{
				is.Lines("ports", "dns 53/UDP, dns-tcp 53/TCP, metrics 9153/TCP, liveness-probe 8080/TCP, readiness-probe 8181/TCP,"),
				is.Printed("health", "OK\nOK"), is.Printed("ready", "OK\nOK"),
				is.Printed("metrics", "coredns_plugin_enabled{name=\"kubernetes\"\n\ncoredns_plugin_enabled{name=\"kubernetes\""),
			}, "CoreDNSDeployment; coredns plugin/health, ready and metrics", holds("S2-46")...),
		}, {
			ID:    "probes",
			Says:  "kubelet asks /health whether a replica lives, and /ready whether it is to be asked",
			Cases: cases(is.All{is.Lines("liveness", "/health at liveness-probe"), is.Lines("readiness", "/ready at readiness-probe")}, "CoreDNSDeployment. Of the clusters here only periodSeconds is not kubeadm's (runner/driver/kind/coredns.go, settle)", refutes("S2-59")...),
		}, {
			ID:   "places",
			Says: "there are two replicas that would rather not be on one node, but may, and no budget for disruptions",
			Cases: cases(is.All{
				is.Lines("replicas", "2"), is.Lines("affinity", `100 kubernetes.io/hostname ["kube-dns"]`), is.Lines("required", "Deployment"), is.Lines("budgets", "PodDisruptionBudgetList"),
			}, "CoreDNSDeployment: preferredDuringSchedulingIgnoredDuringExecution; nothing there makes a PodDisruptionBudget. A node selector is added to it here (runner/driver/kind/coredns.go, settle), which no claim is about", refutes("S2-58")...),
		}, {
			ID:   "corefile",
			Says: "the Corefile forwards all but the cluster's names, max_concurrent 1000, and remembers for 30 s what is not of the cluster",
			Cases: cases(is.Lines("Corefile",
				".:53 {",
				"errors",
				"health {", "lameduck 5s", "}",
				"ready",
				"kubernetes cluster.local in-addr.arpa ip6.arpa {", "pods insecure", "fallthrough in-addr.arpa ip6.arpa", "ttl 30", "}",
				"prometheus :9153",
				"forward . /etc/resolv.conf {", "max_concurrent 1000", "}",
				"cache 30 {", "disable success cluster.local", "disable denial cluster.local", "}",
				"loop", "reload", "loadbalance",
				"}",
			), "CoreDNSConfigMap; cache was for all names before 1.32.0 (CHANGELOG-1.32.md, kubernetes#128359), and forward has no except", partly("S2-44")...),
		}},
	}
}
