package labs

import (
	"time"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// ServiceVariables looks for services in the environment of pods.
func ServiceVariables() Lab {
	service := func(name string) topo.Node { return topo.Node{Name: name, Mode: topo.ServiceAddress} }
	early, late, there, headless := service("early-one"), service("late"), service("elsewhere"), service("headless")
	late.Later, there.Pod.Namespace, headless.Service = true, "other", topo.Service{Of: []string{"before"}, Headless: true}
	pod := func(name string, variables, later bool) topo.Node {
		return topo.Node{Name: name, Mode: topo.PodNetwork, Pod: topo.Pod{Variables: variables}, Later: later}
	}
	before, without, after := pod("before", true, false), pod("without", false, false), pod("after", true, true)
	environ := func(n topo.Node) topo.Question { return topo.File{Of: n, Path: "/proc/1/environ"} }
	const always = "KUBERNETES_SERVICE_PORT"
	const source = "kubernetes pkg/kubelet/kubelet_pods.go getServiceEnvVarMap"
	any := func(expect is.Assertion, because string, sources []results.Source) []Case {
		return []Case{{When: kubernetes(""), Expect: expect, Because: because + "; run on Kubernetes 1.34.3", Sources: sources}}
	}

	return Lab{
		Name:     "service-variables",
		Story:    "Older than its DNS: kubelet puts services into the environment of a pod, those that there are when the pod is started.",
		Needs:    []driver.Cap{driver.Pods},
		Topology: topo.Topology{early, headless, there, without, before, late, after},
		Steps: []Step{{Ask: map[string]topo.Question{
			"before's": environ(before), "without's": environ(without),
		}}, {
			// Kubelet hears of services as CoreDNS does, and nobody tells when.
			Do: []topo.Act{topo.Start{Node: late}, topo.Await{
				Ask: topo.Wire{From: before, Name: "{late}.{lab}.svc.{cluster-domain}."}, Answers: []string{"{late.addr}"}, Within: 45 * time.Second,
			}, topo.Await{
				Ask: topo.Wire{From: before, Name: "{headless}.{lab}.svc.{cluster-domain}."}, Answers: []string{"{before.addr}"}, Within: 45 * time.Second,
			}, topo.Start{Node: after}},
			Ask: map[string]topo.Question{
				"after's": environ(after), "before's, then": environ(before),
				"late's name":      topo.Wire{From: before, Name: "{late}.{lab}.svc.{cluster-domain}."},
				"headless's name":  topo.Wire{From: before, Name: "{headless}.{lab}.svc.{cluster-domain}."},
				"elsewhere's name": topo.Wire{From: before, Name: "{elsewhere}.{other}.svc.{cluster-domain}."},
			},
		}},
		Claims: []Claim{{
			ID:   "given",
			Says: "a service of the namespace is in the environment with its address and its ports, in capitals and with _ for -",
			Cases: any(is.All{
				is.Variable("before's", "EARLY_ONE_SERVICE_HOST", "{early-one}"), is.Variable("before's", "EARLY_ONE_SERVICE_PORT", "53"), is.Variable("before's", "EARLY_ONE_SERVICE_PORT_DNS_TCP", "53"),
				is.Variable("before's", "EARLY_ONE_PORT_53_UDP", "udp://{early-one}:53"), is.Variable("before's", "EARLY_ONE_PORT_53_TCP_ADDR", "{early-one}"),
			}, "kubernetes pkg/kubelet/envvars/envvars.go FromServices, makeLinkVariables: as Docker's links had it", partly("S3-8")),
		}, {
			ID:   "later",
			Says: "a service that comes later is not there, though its name is found; a pod that is started then has it",
			Cases: any(is.All{
				is.NoVariables("before's, then", "LATE_", "EARLY_ONE_SERVICE_HOST"), is.AddressOf(late, "late's name"), is.SameText("before's", "before's, then", true),
				is.Variable("after's", "LATE_SERVICE_HOST", "{late}"), is.Variable("after's", "EARLY_ONE_SERVICE_HOST", "{early-one}"),
			}, source+": when a container is made", refutes("S3-8")),
		}, {
			ID:    "elsewhere",
			Says:  "a service of another namespace is not there, though its name is found",
			Cases: any(is.All{is.NoVariables("after's", "ELSEWHERE_", "EARLY_ONE_SERVICE_HOST"), is.AddressOf(there, "elsewhere's name")}, source, refutes("S3-8")),
		}, {
			ID:    "headless",
			Says:  "a service without an address is not there, though its name is found",
			Cases: any(is.All{is.NoVariables("after's", "HEADLESS_", "EARLY_ONE_SERVICE_HOST"), is.AddressOf(before, "headless's name")}, source+": IsServiceIPSet", refutes("S3-8")),
		}, {
			ID:    "api-server",
			Says:  "the service of the API server is, from whatever namespace",
			Cases: any(is.All{is.Variable("before's", always, "443"), is.Variable("after's", always, "443")}, source+": masterServices", partly("S3-8")),
		}, {
			ID:    "without",
			Says:  "with enableServiceLinks false that is all there is",
			Cases: any(is.All{is.Variable("without's", always, "443"), is.NoVariables("without's", "EARLY_ONE_", always), is.Variable("before's", "EARLY_ONE_SERVICE_PORT", "53")}, source, partly("S3-8")),
		}},
	}
}
