package images

import (
	"fmt"
	"strings"
)

// kubernetes is what runs a cluster's control plane and its nodes. Its module
// requires those of its repository (k8s.io/api …) in no version and finds them
// in folders; they are published as v0.34.3 where it is v1.34.3.
func kubernetes(version string, seconds int, bytes int64) engineSource {
	major, rest, _ := strings.Cut(version, ".")
	minor, _, _ := strings.Cut(rest, ".")
	m := goModule{path: "k8s.io/kubernetes", version: "v" + version, siblings: "v0." + rest}
	for _, command := range []string{
		"kubeadm", "kubelet", "kubectl", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy",
	} {
		m.commands = append(m.commands, "./cmd/"+command)
	}
	// What hack/lib/version.sh has the linker write.
	for _, pkg := range []string{"k8s.io/component-base/version", "k8s.io/client-go/pkg/version"} {
		m.stamps = append(m.stamps, pkg+".gitVersion=v"+version, pkg+".gitMajor="+major, pkg+".gitMinor="+minor, pkg+".gitTreeState=clean")
	}
	return engineSource{name: "kubernetes-" + version, version: version, seconds: seconds, bytes: bytes, modules: []goModule{m}}
}

// coredns is a cluster's DNS server.
func coredns(version string, seconds int, bytes int64) engineSource {
	return engineSource{name: "coredns-" + version, version: version, seconds: seconds, bytes: bytes, modules: []goModule{{
		path:     "github.com/coredns/coredns",
		version:  "v" + version,
		commands: []string{"github.com/coredns/coredns"},
	}}}
}

// etcd is where a cluster keeps what it knows. Its program is called "server".
func etcd(version string, seconds int, bytes int64) engineSource {
	module := fmt.Sprintf("go.etcd.io/etcd/server/v%.1s", version)
	return engineSource{name: "etcd-" + version, version: version, seconds: seconds, bytes: bytes, modules: []goModule{{
		path:     module,
		version:  "v" + version,
		siblings: "v" + version,
		commands: []string{module},
	}}}
}
