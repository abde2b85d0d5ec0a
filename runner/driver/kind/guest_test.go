package kind

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"

	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// An apiServer answers what is asked of it by path, and 403 all else.
type apiServer map[string]any

func (a apiServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	answer, ok := a[r.Method+" "+r.URL.Path]
	if !ok {
		answer = meta.Status{TypeMeta: meta.TypeMeta{Kind: "Status", APIVersion: "v1"}, Status: "Failure", Reason: meta.StatusReasonForbidden, Code: 403, Message: r.URL.Path + " is forbidden"}
		w.WriteHeader(http.StatusForbidden)
	}
	json.NewEncoder(w).Encode(answer)
}

// straw is an engine whose containers are nodes.
type straw []string

func (s straw) Labelled(context.Context, string) ([]string, error) { return s, nil }
func (s straw) Exec(context.Context, string, io.Reader, ...string) (string, error) {
	return "", errors.New("nothing runs here")
}

// ours is a cluster that lets us do what a guest does.
func ours() apiServer {
	service := func(addr string) corev1.Service {
		return corev1.Service{Spec: corev1.ServiceSpec{ClusterIP: addr, ClusterIPs: []string{addr}}}
	}
	return apiServer{
		"GET /version":                                         map[string]string{"gitVersion": "v1.30.1+k3s1"},
		"POST /api/v1/namespaces":                              corev1.Namespace{},
		"GET /api/v1/nodes":                                    corev1.NodeList{Items: []corev1.Node{{ObjectMeta: meta.ObjectMeta{Name: "one"}}}},
		"GET /api/v1/nodes/one/proxy/configz":                  map[string]any{"kubeletconfig": map[string]any{"clusterDomain": "corp.internal.", "clusterDNS": []string{"10.43.0.10"}}},
		"GET /api/v1/namespaces/default/services/kubernetes":   service("10.43.0.1"),
		"GET /api/v1/namespaces/kube-system/services/kube-dns": service("10.43.0.11"),
		"GET /api/v1/namespaces/kube-system/configmaps/coredns": corev1.ConfigMap{Data: map[string]string{corefileKey: `.:53 {
    kubernetes file.internal in-addr.arpa ip6.arpa {
    }
}`}},
	}
}

func supply(context.Context, string) (string, func(context.Context) (io.ReadCloser, error), error) {
	archive := func(context.Context) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("")), nil }
	return "dnslab/agent:0123456789ab", archive, nil
}

// What keeps a guest out is said in one line when it comes, and not lab by lab.
func TestGuest(t *testing.T) {
	const registry = "registry.example/team"
	for _, tt := range []struct {
		name    string
		forbids []string
		way     Way
		want    string // of the error; empty for none
	}{
		{"by a registry", nil, Way{Registry: registry}, ""},
		{"no API server", []string{"GET /version"}, Way{Registry: registry}, "asking the API server for its version: "},
		{"may not make namespaces", []string{"POST /api/v1/namespaces"}, Way{Registry: registry}, "each lab is a namespace of its own, which the context may not make: "},
		{"may not ask kubelet", []string{"GET /api/v1/nodes/one/proxy/configz"}, Way{Registry: registry}, ""},
		{"may not read names", []string{"GET /api/v1/nodes", "GET /api/v1/namespaces/kube-system/configmaps/coredns"}, Way{Registry: registry}, "finding out the cluster's domain: "},
		{"no way", nil, Way{}, `the image "dnslab/agent:0123456789ab" has no way to the cluster: there is no Docker here that could have its nodes; set DNSLAB_REGISTRY to`},
		{"nodes elsewhere", nil, Way{Engine: straw{"two"}}, `the image "dnslab/agent:0123456789ab" has no way to the cluster: its node "one" is no container of KIND's on your Docker; set DNSLAB_REGISTRY to`},
		{"nodes here", nil, Way{Engine: straw{"one"}}, `on the node "one": nothing runs here`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			api := ours()
			for _, path := range tt.forbids {
				delete(api, path)
			}
			server := httptest.NewServer(api)
			defer server.Close()
			at := Context{"kubeconfig:x", &rest.Config{Host: server.URL}}
			g, err := Attach(t.Context(), at, func() Way { return tt.way }, driver.Options{Run: "r1", Images: supply})
			if err == nil {
				err = g.Ready(t.Context())
			}
			if tt.want != "" {
				if err == nil || !strings.HasPrefix(err.Error(), tt.want) || strings.Contains(err.Error(), "\n") {
					t.Errorf("error %v, want one line that begins with %q", err, tt.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			about, err := g.About(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			domain, dns := "corp.internal", "10.43.0.10"
			if slices.Contains(tt.forbids, "GET /api/v1/nodes/one/proxy/configz") {
				domain, dns = "file.internal", "10.43.0.11"
			}
			for fact, want := range map[string]string{"kubernetes": "1.30.1+k3s1", "cluster-domain": domain, "cluster-dns": dns, "api-service": "10.43.0.1", "nodes": "1"} {
				if about.Facts[fact] != want {
					t.Errorf("%s is %q, want %q", fact, about.Facts[fact], want)
				}
			}
			if known := newWorld(&g.tenant, g.cluster, driver.Tag{}, nil).Known(); known.Names[topo.ClusterDNS] != dns {
				t.Errorf("its labs find the cluster's DNS at %q, want %q", known.Names[topo.ClusterDNS], dns)
			}
			if _, ok := about.Facts["coredns"]; ok {
				t.Error("it has a fact of what it may not read")
			}
		})
	}
}

// A pod whose image cannot be pulled says what would help.
func TestWhy(t *testing.T) {
	pod := &corev1.Pod{Spec: corev1.PodSpec{Containers: []corev1.Container{{Image: "registry.example/team/dnslab/agent:0123"}}}}
	pod.Status.ContainerStatuses = []corev1.ContainerStatus{{State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: imagePullBackOff, Message: "not found"}}}}
	_, err := runs(pod)
	if err == nil {
		t.Fatal("a pod without an image is waited for")
	}
	g := tenant{help: registry("registry.example/team/").help}
	const want = "ImagePullBackOff: not found (docker tag dnslab/agent:0123 registry.example/team/dnslab/agent:0123 && docker push registry.example/team/dnslab/agent:0123 puts it there)"
	if got := g.why(pod, err); got.Error() != want {
		t.Errorf("got %q, want %q", got, want)
	}
	lost := &corev1.Pod{Status: corev1.PodStatus{Conditions: []corev1.PodCondition{{Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Message: "0/1 nodes are available"}}}}
	if got := g.why(lost, errors.New("not within 3m0s")); got.Error() != "not within 3m0s (0/1 nodes are available)" {
		t.Errorf("got %q", got)
	}
}
