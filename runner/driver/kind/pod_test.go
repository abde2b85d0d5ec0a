package kind

import (
	"net/netip"
	"reflect"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// A pod runs when its agent does and it has an address. What will not become
// better is an error at once.
func TestRuns(t *testing.T) {
	container := func(s corev1.ContainerState, id string) corev1.PodStatus {
		return corev1.PodStatus{PodIP: "10.244.0.5", ContainerStatuses: []corev1.ContainerStatus{{State: s, ContainerID: id}}}
	}
	waiting := func(reason string) corev1.PodStatus {
		return container(corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason, Message: "why"}}, "")
	}
	running := corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}
	noAddress := container(running, "containerd://0123")
	noAddress.PodIP = ""
	for _, tt := range []struct {
		name   string
		status corev1.PodStatus
		want   bool
		err    string
	}{
		{"new", corev1.PodStatus{}, false, ""},
		{"being made", waiting("ContainerCreating"), false, ""},
		{"no image", waiting("ErrImageNeverPull"), false, "ErrImageNeverPull: why"},
		{"bad command", waiting("RunContainerError"), false, "RunContainerError: why"},
		{"no address yet", noAddress, false, ""},
		{"runs", container(running, "containerd://0123"), true, ""},
		{"ended", container(corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: 2}}, "containerd://0123"), false, "ended with 2"},
		{"evicted", corev1.PodStatus{Phase: corev1.PodFailed, Reason: "Evicted", Message: "no disk"}, false, "Evicted: no disk"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := runs(&corev1.Pod{Status: tt.status})
			if got != tt.want || (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("got %v, %v, want %v, %q", got, err, tt.want, tt.err)
			}
		})
	}
}

// What a node says of its resolv.conf is its dnsConfig, with names filled in;
// one that says nothing has none.
func TestPodsDNS(t *testing.T) {
	w := newWorld(&tenant{domain: "corp.internal", dns: "10.43.0.10"}, &cluster{}, driver.Tag{Lab: "x", Name: "t4g"}, nil)
	w.Named(topo.Home)
	two := "2"
	for _, tt := range []struct {
		node topo.Node
		want *corev1.PodDNSConfig
	}{
		{topo.Node{}, nil},
		{
			topo.Node{DNS: []string{"{" + topo.ClusterDNS + "}", "192.0.2.53"}, Search: []string{"{lab}.svc.{cluster-domain}", "one.test"}, Options: []string{"ndots:2", "edns0"}},
			&corev1.PodDNSConfig{
				Nameservers: []string{"10.43.0.10", "192.0.2.53"}, Searches: []string{"lab-t4g.svc.corp.internal", "one.test"},
				Options: []corev1.PodDNSConfigOption{{Name: "ndots", Value: &two}, {Name: "edns0"}},
			},
		},
	} {
		got, err := w.dns(tt.node)
		if err != nil || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%+v: %+v, %v", tt.node, got, err)
		}
	}
	if got, err := w.dns(topo.Node{Search: []string{"{nobody}.test"}}); err == nil {
		t.Errorf("a domain that names nobody is %+v", got)
	}
}

// A node routes the pods of each other node to it, and its own to nobody.
func TestConnecting(t *testing.T) {
	nodes := []machine{
		{"one", netip.MustParseAddr("172.18.0.2"), netip.MustParsePrefix("10.244.0.0/24")},
		{"two", netip.MustParseAddr("172.18.0.3"), netip.MustParsePrefix("10.244.1.0/24")},
	}
	script, err := connecting(nodes, nodes[0], "1400\n")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"ip route replace 10.244.1.0/24 via 172.18.0.3\n", `"ranges": [[{"subnet": "10.244.0.0/24"}]]`, `"mtu": 1400,`,
		"-s 10.244.0.0/16 ! -d 10.244.0.0/16 -j MASQUERADE",
	} {
		if !strings.Contains(script, want) {
			t.Errorf("it lacks %q:\n%s", want, script)
		}
	}
	if strings.Contains(script, "via 172.18.0.2") {
		t.Errorf("it routes its own pods away:\n%s", script)
	}
}
