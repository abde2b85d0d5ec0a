package drivertest

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// fields builds nodes that say all that a node can say, and reads what became of it.
func (s *suite) fields(ctx context.Context, t *testing.T) {
	full := topo.Node{
		Name: "full", On: topo.On(lan, "all"), DNS: []string{"up", "192.0.2.53"},
		Search: []string{"a.test", "b.test"}, Options: []string{"ndots:3"},
		Hostname: "fullhost", ExtraHosts: []string{"x.test:{up.addr}"},
		Files: map[string]string{"/etc/told": "up is {up}\n"},
	}
	sharing := topo.Node{Name: "sharing", Mode: topo.SharedNetwork, ShareWith: "full"}
	top := topo.Topology{sharing, full, up}
	if s.has(driver.HostFiles) {
		top[1].Mounts = []topo.Mount{
			{Folder: "conf", File: "one", Content: "1 {up.addr}\n", At: "/one"},
			{Folder: "conf", File: "two", Content: "2\n", At: "/etc/two"},
			{Folder: "conf", At: "/conf"},
		}
	}
	closed := topo.Network{Name: "closed", Internal: true}
	top = append(top, topo.Node{Name: "inner", On: append(topo.On(closed), topo.On(other, "o")...)})
	if s.has(driver.HostNetns) {
		top = append(top, topo.Node{Name: "onhost", Mode: topo.HostNetwork})
	}
	if s.has(driver.DefaultBridge) {
		top = append(top, topo.Node{Name: "plain", Mode: topo.DefaultBridge, DNS: []string{"192.0.2.53"}})
	}
	if s.has(driver.IPv6) {
		top = append(top, topo.Node{Name: "both", On: topo.On(topo.Network{Name: "dual", IPv6: true})})
	}
	if s.has(driver.IPv6Only) {
		top = append(top, topo.Node{Name: "six", On: topo.On(topo.Network{Name: "new", IPv6: true, NoIPv4: true})})
	}
	if s.has(driver.Slirp4netns) {
		top = append(top, topo.Node{Name: "slirped", Mode: topo.Slirp4netns, NetworkOptions: []string{"cidr=10.41.0.0/24"}, Search: []string{"s.test"}})
	}
	if s.has(driver.Pasta) {
		top = append(top, topo.Node{Name: "pasted", Mode: topo.Pasta, NetworkOptions: []string{"-a", "192.0.2.1", "-n", "24", "-g", "192.0.2.2"}, Search: []string{"p.test"}})
	}
	for d, c := range map[topo.NetworkDriver]driver.Cap{topo.Macvlan: driver.Macvlan, topo.IPvlan: driver.IPvlan} {
		if s.has(c) {
			ground := topo.Network{Name: "under-" + string(d)} // an engine may let one network hang on each
			top = append(top, topo.Node{Name: "on-" + string(d), On: append(topo.On(topo.Network{Name: string(d), Driver: d, Parent: ground.Name}), topo.On(ground)...)})
		}
	}
	if s.has(driver.NetworkDNS) {
		top = append(top, topo.Node{Name: "served", On: topo.On(topo.Network{Name: "own", DNS: []string{"192.0.2.53"}})})
	} else if s.has(driver.UserNetworks) {
		s.refused(ctx, t, topo.Node{Name: "served", On: topo.On(topo.Network{Name: "own", DNS: []string{"192.0.2.53"}})})
	}
	w := s.up(ctx, t, s.fitting(top))

	k := w.Known()
	var4 := []func(netip.Addr) bool{netip.Addr.Is4}
	var6 := []func(netip.Addr) bool{netip.Addr.Is6}
	for _, n := range []struct {
		node, on string
		want     []func(netip.Addr) bool
	}{
		{"full", s.on("lan"), var4}, {"inner", "closed", var4}, {"inner", "other", var4}, {"plain", "default-bridge", var4},
		{"served", "own", var4}, {"sharing", "shared", nil}, {"onhost", "host", nil}, {"both", "dual", append(var4, var6...)}, {"six", "new", var6},
		{"on-macvlan", "macvlan", var4}, {"on-macvlan", "under-macvlan", var4}, {"on-ipvlan", "ipvlan", var4},
	} {
		if _, made := s.fitting(top).Node(n.node); !made {
			continue
		}
		got := k.Addrs[n.node][n.on]
		ok := len(got) == len(n.want)
		for _, family := range n.want {
			ok = ok && slices.ContainsFunc(got, family)
		}
		if !ok {
			t.Errorf("%s has on %s the addresses %v, %d of them are to be there", n.node, n.on, got, len(n.want))
		}
	}

	upAddr := k.Addrs["up"][s.on("lan")][0].String()
	for _, f := range []struct {
		node, path, want string
		mounted          bool
	}{
		{"full", "/etc/resolv.conf", "a.test b.test", false},
		{"full", "/etc/resolv.conf", "ndots:3", false},
		{"full", "/etc/hosts", "x.test", false},
		{"full", "/etc/hosts", upAddr, false},
		{"full", "/etc/hostname", "fullhost", false},
		{"full", "/etc/told", "up is " + k.Names["up"] + "\n", false},
		{"full", "/one", "1 " + upAddr + "\n", true},
		{"full", "/etc/two", "2\n", true},
		{"full", "/conf/one", "1 " + upAddr + "\n", true},
		{"full", "/conf/two", "2\n", true},
		{"sharing", "/etc/resolv.conf", "ndots:3", false},
		{"inner", "/etc/resolv.conf", "nameserver", false},
		{"onhost", "/etc/hosts", "localhost", false},
		{"plain", "/etc/resolv.conf", "nameserver 192.0.2.53", false},
		{"slirped", "/etc/resolv.conf", "search s.test", false},
		{"slirped", "/proc/net/fib_trie", "10.41.0.100", false},
		{"pasted", "/etc/resolv.conf", "search p.test", false},
		{"pasted", "/proc/net/fib_trie", "192.0.2.1", false},
	} {
		if _, made := s.fitting(top).Node(f.node); !made || f.mounted && !s.has(driver.HostFiles) {
			continue
		}
		if text := s.read(ctx, t, w, topo.Place{At: topo.Inside, Name: f.node}, f.path); !strings.Contains(text, f.want) {
			t.Errorf("%s in %s is %q, without %q", f.path, f.node, text, f.want)
		}
	}
	if err := w.Close(ctx); err != nil {
		t.Errorf("closing: %v", err)
	}
	s.nothingLeft(t)
}

// refused builds a node that the engine cannot make as it is, and must not make
// as something else.
func (s *suite) refused(ctx context.Context, t *testing.T, n topo.Node) {
	t.Helper()
	s.n++
	w, err := s.rt.Up(ctx, driver.Tag{Lab: "drivertest", Name: s.run + "x" + string(rune('a'+s.n))}, topo.Topology{n})
	if err == nil {
		w.Close(ctx)
		t.Errorf("%s was made although the engine cannot", n.Name)
	}
}

// fitting is t for an engine that has no networks of the user's: a cluster. A
// node is a pod there, on the network that all are on; one that is about
// networks is left out.
func (s *suite) fitting(t topo.Topology) topo.Topology {
	if s.has(driver.UserNetworks) {
		return t
	}
	var pods topo.Topology
	for _, n := range t {
		switch {
		case n.Mode == topo.OnNetworks && len(n.On) == 1:
			n.Mode, n.On = topo.PodNetwork, nil
		case n.Mode != topo.HostNetwork:
			continue
		}
		pods = append(pods, n)
	}
	return pods
}

// on is where the addresses of a node on that network are.
func (s *suite) on(network string) string {
	if s.has(driver.UserNetworks) {
		return network
	}
	return string(topo.PodNetwork)
}

func (s *suite) has(c driver.Cap) bool {
	_, ok := s.caps[c]
	return ok
}

// stopped holds a place that is not there now against one that is.
func (s *suite) stopped(ctx context.Context, t *testing.T, w driver.World, node string) {
	t.Helper()
	if stream, err := w.Dial(ctx, topo.Place{At: topo.Inside, Name: node}); !errors.Is(err, driver.ErrNoPlace) {
		if err == nil {
			stream.Close()
		}
		t.Errorf("dialling a stopped node: %v, not ErrNoPlace", err)
	}
}
