package runner

import (
	"net"
	"slices"
	"testing"

	"github.com/dnslab/dnslab/runner/agent"
	"github.com/dnslab/dnslab/runner/topo"
)

// TestForget holds which agents an act cuts off: those of the node that it
// ends, and with the engine or a kubelet all that are reached through it.
func TestForget(t *testing.T) {
	web := topo.Node{Name: "web", Mode: topo.DefaultBridge}
	beside := topo.Node{Name: "beside", Kind: topo.Upstream, Mode: topo.BesideHost}
	pod := topo.Node{Name: "pod", Mode: topo.PodNetwork}
	of := func(at topo.Where, name string) topo.Place { return topo.Place{At: at, Name: name} }
	all := []topo.Place{of(topo.Inside, "web"), of(topo.Netns, "web"), of(topo.Inside, "beside"), of(topo.Inside, topo.HostUpstream.Name), topo.TheHost, of(topo.Inside, "pod"), of(topo.Netns, "pod")}
	for _, tt := range []struct {
		act  topo.Act
		kept []topo.Place
	}{
		{topo.RestartEngine{}, all[2:5]},
		{topo.SetKubelet{}, slices.Delete(slices.Clone(all), 5, 6)},
		{topo.Restart{Node: web}, all[2:]},
		{topo.Stop{Node: beside}, slices.Delete(slices.Clone(all), 2, 3)},
		{topo.Start{Node: web}, all},
	} {
		s := newSession(nil, topo.Topology{web, beside, topo.HostUpstream, pod}, "")
		for _, p := range all {
			end, _ := net.Pipe()
			s.clients[p] = agent.NewClient(end)
		}
		s.forget(tt.act)
		for _, p := range all {
			if _, kept := s.clients[p]; kept != slices.Contains(tt.kept, p) {
				t.Errorf("%s: whether the agent at %v is kept is %t", tt.act, p, kept)
			}
		}
	}
}
