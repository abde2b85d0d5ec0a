package labs

import (
	"time"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// NodeResolvConf changes what kubelet makes the resolv.conf of pods of: the
// file of its node, and its own configuration.
func NodeResolvConf() Lab {
	node := clusterNode
	pod := func(name, policy string, later bool) topo.Node {
		return topo.Node{Name: name, Mode: topo.PodNetwork, Pod: topo.Pod{DNSPolicy: policy, On: node.Name}, Later: later}
	}
	old, oldDefault := pod("old", "ClusterFirst", false), pod("old-default", "Default", false)
	first, byDefault := pod("first", "ClusterFirst", true), pod("by-default", "Default", true)
	unread := pod("unread", "Default", true)
	astray, elsewhere := pod("astray", "ClusterFirst", true), pod("elsewhere", "Default", true)
	look := func(after string, more map[string]topo.Question) map[string]topo.Question {
		more["old's file"+after], more["old-default's file"+after] = podsFile(old), podsFile(oldDefault)
		more["DNS service"+after] = topo.Object{Path: "/api/v1/namespaces/kube-system/services/kube-dns", Field: "{.spec.clusterIP}"}
		more["old asks"+after] = topo.Wire{From: old, Name: "kubernetes.default.svc.cluster.local."}
		return more
	}
	write := func(content string) topo.Act {
		return topo.Write{Node: node, Path: "/etc/resolv.conf", Content: content}
	}
	const several = `# nameserver 192.0.2.1
; nameserver 192.0.2.2
domain domain.test
search first.test second.test
nameserver 192.0.2.51
	nameserver	192.0.2.52
nameserver 192.0.2.53 # the third
search . third.test. fourth.test
sortlist 192.0.2.0/24
options ndots:3 edns0 timeout:1
options timeout:3 timeout:2 ndots:2
`
	const source = "kubernetes pkg/kubelet/network/dns/dns.go "
	const ran = "; run on Kubernetes 1.34.3 with containerd 1.6.20"
	any := func(expect is.Assertion, because string, sources ...string) []Case {
		return []Case{{When: kubernetes(""), Expect: expect, Because: because + ran, Sources: holds(sources...)}}
	}
	other := is.All{is.SameResolver("elsewhere's file", "the other file"), is.SameText("elsewhere's file", "node's file, astray", false)}

	return Lab{
		Name:     "node-resolv-conf",
		Story:    "A node gets another resolv.conf, and its kubelet another configuration: pods that are started then see it, those that run do not.",
		Needs:    []driver.Cap{driver.OwnCluster, driver.Pods},
		Topology: topo.Topology{node, old, oldDefault, first, byDefault, unread, astray, elsewhere},
		Steps: []Step{{
			Ask: look("", map[string]topo.Question{}),
		}, {
			Do: []topo.Act{write(several), topo.Start{Node: byDefault}, topo.Start{Node: first}},
			Ask: look(", then", map[string]topo.Question{
				"default's file": podsFile(byDefault), "first's file": podsFile(first),
			}),
		}, {
			Do:  []topo.Act{write("# nothing that kubelet looks for\ndomain domain.test\nsortlist 192.0.2.0/24\n"), topo.Start{Node: unread}},
			Ask: map[string]topo.Question{"unread's file": podsFile(unread), "node's file, unread": podsFile(node)},
		}, {
			Do: []topo.Act{write("nameserver\n"), topo.NodeRun{Node: node, Args: onNode("run", "unlucky", "--namespace", "{lab}", "--image", "none", "--image-pull-policy", "Never",
				"--overrides", `{"spec": { "dnsPolicy": "None", "dnsConfig": { "nameservers": ["192.0.2.53"] }, "nodeName": "`+"{control-plane}"+`", "terminationGracePeriodSeconds": 1 }}`)}},
			Ask: map[string]topo.Question{
				"unlucky": topo.NodeCommand{Of: node, Args: onNode("wait", "events", "--namespace", "{lab}", "--for", "create", "--timeout", "40s",
					"--field-selector", "involvedObject.name=unlucky,reason=FailedCreatePodSandBox", "--output", "jsonpath={ .message }")},
			},
		}, {
			Do: []topo.Act{
				topo.SetKubelet{Node: node, Patch: "clusterDNS: [192.0.2.53]\nresolvConf: /etc/resolv.conf.original\n"},
				topo.Start{Node: astray}, topo.Start{Node: elsewhere},
			},
			Ask: look(", astray", map[string]topo.Question{
				"astray's file": podsFile(astray), "elsewhere's file": podsFile(elsewhere), "node's file, astray": podsFile(node),
				"the other file":      topo.File{Of: node, Path: "/etc/resolv.conf.original"},
				"astray asks":         topo.Wire{From: astray, Name: "kubernetes.default.svc.cluster.local.", Timeout: 2 * time.Second},
				"astray asks past it": topo.Wire{From: astray, Name: "kubernetes.default.svc.cluster.local.", Server: "{cluster-dns}"},
			}),
		}},
		Claims: []Claim{{
			ID:   "read",
			Says: "of several lines with servers all count, of those with domains to search the last, of options the last of each; comments, domain and all other lines are not read",
			Cases: any(is.All{
				is.Nameservers("default's file", "192.0.2.51", "192.0.2.52", "192.0.2.53"), is.SearchList("default's file", "third.test", "fourth.test"),
				is.OptionsInAnyOrder("default's file", "ndots:2", "edns0", "timeout:2"), is.Directives("default's file", "search", "nameserver", "nameserver", "nameserver", "options"),
			}, source+"parseResolvConf", "kubelet:TestParseResolvConf"),
		}, {
			ID:   "options-dropped",
			Says: "options of the node are for pods with Default alone; its domains are for those with ClusterFirst, too",
			Cases: any(is.All{
				is.ResolvOptions("first's file", "ndots:5"), is.SearchList("first's file", ofCluster("third.test", "fourth.test")...), is.Nameservers("first's file", "10.96.0.10"),
				is.HasOption("default's file", "edns0"),
			}, source+"GetPodDNS: servers and options are replaced, domains are added to", "S1-12"),
		}, {
			ID:   "unread",
			Says: "a file of which kubelet reads nothing is given to a pod with Default as it is",
			Cases: any(is.All{is.SameText("unread's file", "node's file, unread", true), is.HasLine("unread's file", "domain domain.test")},
				"containerd pkg/cri/server/sandbox_run_linux.go setupSandboxFiles: where there is nothing to write, its host's file is copied"),
		}, {
			ID:   "no-address",
			Says: "with a nameserver line that has no address no pod of the node starts, not even one with None",
			Cases: any(is.PrintedText("unlucky", "nameserver list is empty"),
				source+"GetPodDNS reads the file before it looks at the policy", "kubelet:TestParseResolvConf"),
		}, {
			ID:   "running-pods",
			Says: "the files of pods that run stay what they were, and lead to the same server",
			Cases: any(is.All{
				is.SameText("old-default's file, then", "old-default's file", true), is.SameText("old-default's file, astray", "old-default's file", true),
				is.SameText("old's file, then", "old's file", true), is.SameText("old's file, astray", "old's file", true),
				is.SameText("old-default's file, then", "default's file", false), is.SameText("old's file, astray", "astray's file", false),
				is.Addresses("old asks, then", "10.96.0.1"), is.Addresses("old asks, astray", "10.96.0.1"),
			}, source+"GetPodDNS is asked once, when a pod's sandbox is made", "S1-4"),
		}, {
			ID:   "default",
			Says: "by Default a pod gets the file that kubelet's resolvConf names, whatever the node itself asks",
			Cases: []Case{{
				When: and(kubernetes(""), Facts{"node-engine": "docker"}), Expect: append(other, is.Nameservers("elsewhere's file", "127.0.0.11")),
				Because: source + "getHostDNSConfig, of ResolverConfig: here the file that KIND keeps, with a server that pods cannot reach" + ran, Sources: partly("S4-1"),
			}, {
				When: and(kubernetes(""), overPodman), Expect: other,
				Because: source + "getHostDNSConfig, of ResolverConfig: here the file that KIND keeps" + ran, Sources: partly("S4-1"),
			}},
		}, {
			ID:   "cluster-dns",
			Says: "clusterDNS is what pods that are started then ask, and nothing more: the service of the cluster's DNS keeps its address, and answers there",
			Cases: []Case{{
				When: kubernetes(""),
				Expect: is.All{
					is.Nameservers("old's file", "10.96.0.10"), is.Lines("DNS service", "10.96.0.10"), is.Lines("DNS service, astray", "10.96.0.10"),
					is.Nameservers("astray's file", "192.0.2.53"), is.TimedOut("astray asks"), is.Addresses("astray asks past it", "10.96.0.1"), is.Addresses("old asks, astray", "10.96.0.1"),
				},
				Because: source + "GetPodDNS uses clusterDNS for a pod's servers alone; the address is the service's own, from kubeadm's manifest" + ran,
				Sources: refutes("S1-5"),
			}},
		}, {
			ID:   "same-address",
			Says: "without that, a pod's server is the address of the service of the cluster's DNS",
			Cases: any(is.All{is.Nameservers("old's file", "10.96.0.10"), is.Lines("DNS service", "10.96.0.10"), is.Addresses("old asks", "10.96.0.1")},
				"kubernetes cmd/kubeadm/app/phases/addons/dns and cmd/kubeadm/app/componentconfigs/kubelet.go: both are the tenth address of the service network", "S2-43", "S1-12"),
		}},
	}
}
