package runner

import (
	"context"
	"net"
	"slices"
	"testing"
	"time"

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

// TestAwaitText: a text is read as often as it takes and no more, and in vain
// only for so long.
func TestAwaitText(t *testing.T) {
	read := 0
	f := &fake{file: func(context.Context, string, int, string) *string {
		read++
		if read < 3 {
			return text("not yet")
		}
		return text("it is there")
	}}
	s := newSession(&fakeWorld{f: f, ctx: context.Background()}, nil, "")
	defer s.close()
	in := topo.Object{Path: "/log"}
	if err := s.do(t.Context(), topo.AwaitText{In: in, Has: "is there"}); err != nil || read != 3 {
		t.Errorf("read %d times: %v, want 3", read, err)
	}
	start := time.Now()
	if err := s.do(t.Context(), topo.AwaitText{In: in, Has: "never", Within: 2 * textPause}); err != nil || time.Since(start) > 10*textPause {
		t.Errorf("it took %v: %v", time.Since(start), err)
	}
}
