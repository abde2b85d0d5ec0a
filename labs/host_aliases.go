package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// HostAliases reads what kubelet writes into a pod's /etc/hosts, and who else
// knows of it.
func HostAliases() Lab {
	up := topo.Node{Name: "up", Kind: topo.Upstream, Mode: topo.PodNetwork}
	aliases := []string{"alias.lab.test:192.0.2.7", "alias.{lab}.svc.{cluster-domain}:192.0.2.8"}
	aliased := topo.Node{
		Name: "aliased", Mode: topo.PodNetwork, Image: topo.Glibc, ExtraHosts: aliases, DNS: []string{"up"},
		Hostname: "called", Pod: topo.Pod{DNSPolicy: "None", Subdomain: "beside"},
	}
	plain := topo.Node{Name: "plain", Mode: topo.PodNetwork}
	host := topo.Node{Name: "host", Mode: topo.HostNetwork, ExtraHosts: aliases[:1]}
	hosts := func(n topo.Node) topo.Question { return topo.File{Of: n, Path: "/etc/hosts"} }
	const full = "called.beside.{lab}.svc.{cluster-domain}"
	const source = "kubernetes pkg/kubelet/kubelet_pods.go managedHostsFileContent, hostsEntriesFromHostAliases"
	any := func(expect is.Assertion, because string, sources ...string) []Case {
		return []Case{{When: kubernetes(""), Expect: expect, Because: because + "; run on Kubernetes 1.34.3", Sources: holds(sources...)}}
	}
	loopback := []string{"127.0.0.1\tlocalhost", "::1\tlocalhost ip6-localhost ip6-loopback", "fe00::0\tip6-localnet", "fe00::0\tip6-mcastprefix", "fe00::1\tip6-allnodes", "fe00::2\tip6-allrouters"}

	return Lab{
		Name:     "host-aliases",
		Story:    "Kubelet writes a pod's /etc/hosts: loopback, the pod, and its hostAliases. What is only there no DNS server knows.",
		Needs:    []driver.Cap{driver.Pods, driver.HostNetns},
		Topology: topo.Topology{up, aliased, plain, host},
		Steps: []Step{{Ask: map[string]topo.Question{
			"aliased's hosts": hosts(aliased), "plain's hosts": hosts(plain), "host's hosts": hosts(host),
			"alias, through libc":    topo.Libc{From: aliased, Name: "alias.lab.test", Family: "v4"},
			"alias, of its server":   topo.Wire{From: aliased, Name: "alias.lab.test."},
			"alias, of the cluster":  topo.Wire{From: plain, Name: "alias.{lab}.svc.{cluster-domain}."},
			"itself, through libc":   topo.Libc{From: aliased, Name: full, Family: "v4"},
			"itself, in short":       topo.Libc{From: aliased, Name: "called", Family: "v4"},
			"itself, of the cluster": topo.Wire{From: plain, Name: full + "."},
		}}},
		Claims: []Claim{{
			ID:   "file",
			Says: "aliases stand at the end of the pod's /etc/hosts, under a comment; without aliases there is neither",
			Cases: any(is.All{
				is.HasText("aliased's hosts", "\n\n# Entries added by HostAliases.\n192.0.2.7\talias.lab.test\n192.0.2.8\talias.lab.svc."),
				is.Comments("aliased's hosts", "# Kubernetes-managed hosts file.", "# Entries added by HostAliases."),
				is.Comments("plain's hosts", "# Kubernetes-managed hosts file."), is.Lines("plain's hosts", append(loopback, "{plain}\tplain")...),
			}, source, "S3-9"),
		}, {
			ID:    "no-dns",
			Says:  "libc finds an alias; the server that the pod asks says something else, and the cluster's that there is no such name",
			Cases: any(is.All{is.LibcFinds("alias, through libc", "192.0.2.7"), is.AnsweredBy("alias, of its server", 1), is.NXDomain("alias, of the cluster"), is.HasText("aliased's hosts", "\t"+"alias.lab.svc.")}, source, "S3-9"),
		}, {
			ID:   "itself",
			Says: "a pod with a subdomain finds itself by its full name and by its hostname in the file, whether there is a service of that name or not",
			Cases: any(is.All{
				is.HasText("aliased's hosts", "{aliased}\tcalled.beside.lab.svc."), is.LibcFindsNode(aliased, "itself, through libc"), is.LibcFindsNode(aliased, "itself, in short"), is.NXDomain("itself, of the cluster"),
			}, source+"; GeneratePodHostNameAndDomain", "kubernetes:etc-hosts-entries"),
		}, {
			ID:   "host-network",
			Says: "with hostNetwork the file is that of the node, with the aliases behind it",
			Cases: any(is.All{
				is.HasLine("host's hosts", "# Kubernetes-managed hosts file (host network)."), is.HasText("host's hosts", "\n\n# Entries added by HostAliases.\n192.0.2.7\talias.lab.test\n"),
				is.HostsEntries("host's hosts", "host", 0), is.HostsEntries("host's hosts", "alias.lab.test", 1),
			}, "kubernetes pkg/kubelet/kubelet_pods.go nodeHostsFileContent", "S3-9"),
		}},
	}
}
