package images

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dnslab/dnslab/runner/agent/binary"
)

func TestNodeImageTable(t *testing.T) {
	seen := map[string]bool{}
	for _, n := range nodeImages {
		if seen[n.name()] || n.name() != "kind-node-"+n.short() || strings.Count(n.short(), ".") != 1 {
			t.Errorf("%q is there twice, or named wrongly", n.name())
		}
		seen[n.name()] = true
		for _, s := range n.sources() {
			if s.seconds <= 0 || s.bytes <= 0 || s.version == "" {
				t.Errorf("%s: the row of %s is not complete", n.name(), s.name)
			}
			if !strings.HasSuffix(s.name, "-"+s.version) || s.modules[0].version != "v"+s.version {
				t.Errorf("%s is version %s, of module version %s", s.name, s.version, s.modules[0].version)
			}
		}
		if p, err := planOf(n.name()); err != nil || p.(nodeImage).name() != n.name() {
			t.Errorf("%s is made as %v, %v", n.name(), p, err)
		}
	}
}

// Every program that is put into the image is one that its module gives.
func TestNodePrograms(t *testing.T) {
	n := smallNode(t)
	programs, err := n.programs(t.Context(), "amd64", nil)
	if err != nil {
		t.Fatal(err)
	}
	for at, from := range programs {
		if _, err := os.Stat(from); err != nil {
			t.Errorf("%s: %v", at, err)
		}
	}
	want := `bin/kubeadm bin/kubectl bin/kubelet images/coredns/coredns images/etcd/usr/local/bin/etcd ` +
		`images/kube-apiserver/usr/local/bin/kube-apiserver images/kube-controller-manager/usr/local/bin/kube-controller-manager ` +
		`images/kube-proxy/usr/local/libexec/kube-proxy images/kube-scheduler/usr/local/bin/kube-scheduler`
	if got := strings.Join(slices.Sorted(maps.Keys(programs)), " "); got != want {
		t.Errorf("programs:\n%s\nwant\n%s", got, want)
	}
	for _, line := range []string{
		"registry.k8s.io/kube-apiserver:v1.34.3 kube-apiserver /usr/local/bin/kube-apiserver\n",
		"registry.k8s.io/kube-proxy:v1.34.3 kube-proxy /usr/local/bin/kube-proxy\n",
		"registry.k8s.io/coredns/coredns:v1.12.1 coredns /coredns\n",
		"registry.k8s.io/etcd:3.6.5-0 etcd /usr/local/bin/etcd\n",
	} {
		if !strings.Contains(n.list(), line) {
			t.Errorf("no line %q in\n%s", line, n.list())
		}
	}
}

// Without a registry the image is made of packages, the cluster's programs and
// the agent; with another agent only the last layer is made again.
func TestNodeImageIsMadeOfLayers(t *testing.T) {
	n, e := smallNode(t), newFake("dnslab/base:bookworm")
	other := binary.Program{Files: map[string][]byte{"/x": []byte("another")}, Args: []string{"/x"}}
	if _, err := makerFor(e).cluster(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	for at, want := range map[string]string{
		"bin/kubelet":                                    "kubelet",
		"images/etcd/usr/local/bin/etcd":                 "server",
		"images/kube-proxy/usr/local/libexec/kube-proxy": "kube-proxy",
		"images/list":                                    n.list(),
		"kind/usr/local/bin/entrypoint":                  "kind's",
	} {
		if e.context[at] != want {
			t.Errorf("%s has %q", at, e.context[at])
		}
	}
	if e.args["VERSION"] != "v1.34.3" {
		t.Errorf("made with %v", e.args)
	}
	for _, agent := range []binary.Program{anAgent, anAgent, other} {
		if _, err := n.make(t.Context(), makerFor(e), agent); err != nil {
			t.Fatal(err)
		}
	}
	if e.context["agent/x"] != "another" || e.context["sbin/dnslab-node"] == "" || e.context["sbin/dnslab-fit"] == "" {
		t.Errorf("the last layer is made of %q", slices.Sorted(maps.Keys(e.context)))
	}
	if got := madeNames(e); got != "node-packages cluster-1.34 kind-node-1.34 kind-node-1.34" {
		t.Errorf("made %s", got)
	}
}

func TestStockNodeImage(t *testing.T) {
	n := nodeImages[0]
	answers := pullingEngine{newFake()}
	if _, err := n.make(t.Context(), makerFor(answers), anAgent); err != nil {
		t.Fatal(err)
	}
	if got := madeNames(answers.fakeEngine); got != "kindest/node cluster-1.34 kind-node-1.34" || answers.has[n.stock()] {
		t.Errorf("made %s; has %v", got, answers.has)
	}
	users := pullingEngine{newFake(n.stock())}
	if _, err := n.make(t.Context(), makerFor(users), anAgent); err != nil {
		t.Fatal(err)
	}
	if got := madeNames(users.fakeEngine); got != "kind-node-1.34" || !users.has[n.stock()] || users.args["PART"] != n.stock() {
		t.Errorf("made %s of %v; has %v", got, users.args, users.has)
	}
}

func TestNodeImageHash(t *testing.T) {
	row := func() nodeImage {
		return nodeImage{kubernetes("1.34.3", 1, 1), coredns("1.12.1", 1, 1), etcd("3.6.5", 1, 1)}
	}
	first := row().hash(anAgent, "linux/amd64")
	for what, changed := range map[string]nodeImage{
		"Kubernetes": {kubernetes("1.34.4", 1, 1), row().coredns, row().etcd},
		"CoreDNS":    {row().kubernetes, coredns("1.12.2", 1, 1), row().etcd},
		"etcd":       {row().kubernetes, row().coredns, etcd("3.6.6", 1, 1)},
	} {
		if changed.hash(anAgent, "linux/amd64") == first {
			t.Errorf("another %s has the same hash", what)
		}
	}
	if row().hash(anAgent, "linux/arm64") == first {
		t.Error("another platform has the same hash")
	}
	if nodeImages[0].hash(anAgent, "linux/amd64") != first {
		t.Error("what is only told to people changes the hash")
	}
}

func TestNodeImageCost(t *testing.T) {
	n := smallNode(t)
	e := newFake()
	anew, disk := NodeImageCostAnew(n.name())
	seconds, bytes, err := NodeImageCost(t.Context(), e, n.name())
	if programs := n.kubernetes.seconds + n.coredns.seconds + n.etcd.seconds; err != nil || seconds != anew-programs || bytes >= disk {
		t.Errorf("with its programs there it costs %d s, %d octets, %v; of %d s, %d octets", seconds, bytes, err, anew, disk)
	}
	e.has[named("node-packages", nodePackagesHash("linux/amd64"))] = true
	if less, _, _ := NodeImageCost(t.Context(), e, n.name()); less != seconds-nodePackagesSeconds {
		t.Errorf("with its packages there it costs %d s", less)
	}
	e.has[n.stock()] = true
	if least, _, _ := NodeImageCost(t.Context(), e, n.name()); least != nodeSeconds {
		t.Errorf("with the stock image there it costs %d s", least)
	}
	if _, _, err := NodeImageCost(t.Context(), e, "kind-node-1.0"); err == nil || !strings.HasPrefix(err.Error(), `no image "kind-node-1.0": there are kind-node-`) {
		t.Errorf("error %v", err)
	}
}

// smallNode returns the first row of the table on a machine that has built its
// programs: each is a file with its own name in it. KIND's files are one.
func smallNode(t *testing.T) nodeImage {
	t.Helper()
	proxy := serveNothing(t)
	serve(t, proxy, "sigs.k8s.io/kind", kindVersion, map[string]string{"images/base/files/usr/local/bin/entrypoint": "kind's"})
	cacheHome := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", cacheHome)
	t.Setenv("HOME", cacheHome) // where there is no XDG
	cache, err := defaultCache()
	if err != nil {
		t.Fatal(err)
	}
	n := nodeImages[0]
	for _, s := range n.sources() {
		dir := cache.folder(s.name, hashFor(t, s, "amd64"))
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		for _, program := range s.files() {
			if err := os.WriteFile(filepath.Join(dir, program), []byte(program), 0o755); err != nil {
				t.Fatal(err)
			}
		}
	}
	return n
}

// madeNames are the names of what was made, without "dnslab/" and hashes.
func madeNames(e *fakeEngine) string {
	var all []string
	for _, ref := range e.made {
		name, _, _ := strings.Cut(strings.TrimPrefix(ref, "dnslab/"), ":")
		all = append(all, name)
	}
	return strings.Join(all, " ")
}
