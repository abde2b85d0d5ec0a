package labs_test

import (
	"fmt"
	"net/netip"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/Masterminds/semver/v3"

	"github.com/dnslab/dnslab/labs"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// versions are those of Docker at which some lab expects something new, their
// neighbours, and the ends of what labs.Known covers.
var versions = []string{
	"20.10.0", "20.10.24+dfsg1", "20.10.27", "23.0.0", "23.0.1", "23.0.2", "23.0.10", "23.0.11", "23.0.18", "24.0.0", "24.0.1", "24.0.9",
	"25.0.0", "25.0.4", "25.0.5", "25.0.17", "26.0.0", "26.1.2", "26.1.3", "26.1.5", "27.0.1", "27.5.1", "28.0.0", "28.0.4", "28.1.0", "28.1.1",
	"28.4.0", "28.5.2", "29.0.0", "29.0.4", "29.1.0", "29.1.1", "29.4.3", "29.5.0", "29.7.2", "29.8.1",
}

// noCase lists labs that say nothing about some versions of Docker.
var noCase = map[string]string{
	"ipv6-only":         "<28.0",            // these lack the capability
	"ipv6-only-host":    "<28.0",            // these, too
	"reverse-elsewhere": ">=23.0.0 <23.0.2", // such a question ends the daemon, so it must not be asked
}

var (
	// sentence begins with a small letter, a figure or a sign, or with a word
	// that is never small: "NXDOMAIN is final", "A and AAAA are asked".
	sentence = regexp.MustCompile(`^([^A-Z]|[A-Z0-9]+s?\b)`)
	zone     = regexp.MustCompile(`\b(arpa|test)\.$`) // not a full stop
	kebab    = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	sourceID = regexp.MustCompile(`^(S[0-4]-[0-9]+|[a-z][a-z-]*#[0-9]+|[a-z][a-z-]*:[A-Za-z0-9-]+)$`)
)

// TestCatalogue holds what every lab keeps to, whatever it is about.
func TestCatalogue(t *testing.T) {
	seen := map[string]bool{}
	for _, l := range labs.All() {
		t.Run(l.Name, func(t *testing.T) {
			if seen[l.Name] {
				t.Error("another lab has this name")
			}
			seen[l.Name] = true
			for _, m := range mistakes(l) {
				t.Error(m)
			}
		})
	}
}

// mistakes lists what is wrong with a lab, as far as can be told without an engine.
func mistakes(l labs.Lab) []string {
	c := &checker{lab: l, asked: map[string]topo.Question{}}
	c.want(kebab.MatchString(l.Name), "the name %q is not kebab-case", l.Name)
	c.want(strings.HasSuffix(l.Story, ".") || strings.HasSuffix(l.Story, "?"), "the story %q ends without a full stop", l.Story)
	c.want(len(l.Topology) <= 8 || l.Manual, "%d nodes are more than 8: crowds are Manual", len(l.Topology))
	c.nodes()
	c.networks()
	c.placeholders()
	c.steps()
	c.capabilities()
	c.want(len(l.Claims) > 0, "nothing is claimed")
	ids := map[string]bool{}
	for _, cl := range l.Claims {
		c.want(!ids[cl.ID], "two claims are called %q", cl.ID)
		ids[cl.ID] = true
		c.claim(cl)
	}
	return c.found
}

// A checker reads one lab and notes what is wrong with it.
type checker struct {
	lab   labs.Lab
	asked map[string]topo.Question // of all steps, by the name of what they bring back
	found []string
}

func (c *checker) want(ok bool, format string, args ...any) {
	if !ok {
		c.found = append(c.found, fmt.Sprintf(format, args...))
	}
}

func (c *checker) has(node string) bool { _, ok := c.lab.Topology.Node(node); return ok }

// nodes expects them to refer only to what there is.
func (c *checker) nodes() {
	seen := map[string]bool{}
	for _, n := range c.lab.Topology {
		c.want(kebab.MatchString(n.Name), "the node name %q is not kebab-case", n.Name)
		c.want(!seen[n.Name], "two nodes are called %q", n.Name)
		seen[n.Name] = true
		c.want((n.Mode == topo.OnNetworks) == (len(n.On) > 0), "%s is on %d networks with the mode %q", n.Name, len(n.On), n.Mode)
		for _, d := range n.DNS {
			_, err := netip.ParseAddr(d)
			c.want(err == nil || strings.Contains(d, "{") || c.has(d), "%s has the DNS server %q, which is neither a node nor an address", n.Name, d)
		}
		for _, link := range n.Links {
			c.want(c.has(link.Node), "%s is linked to %q, which is no node", n.Name, link.Node)
		}
		c.want(n.Mode != topo.SharedNetwork || c.has(n.ShareWith), "%s shares the network of %q, which is no node", n.Name, n.ShareWith)
		for _, pod := range n.Service.Of {
			c.want(c.has(pod), "%s leads to %q, which is no node", n.Name, pod)
		}
	}
}

// networks expects servers of networks to be there before the networks are.
func (c *checker) networks() {
	for _, net := range c.lab.Topology.Networks() {
		for _, d := range net.DNS {
			_, err := netip.ParseAddr(d)
			n, ok := c.lab.Topology.Node(d)
			c.want(err == nil || ok && n.Mode == topo.BesideHost, "%s has the DNS server %q, which is neither a neighbour of the host nor an address", net.Name, d)
		}
	}
}

// placeholders expects each to be something that the run will know.
func (c *checker) placeholders() {
	known := driver.Known{Names: map[string]string{}, IDs: map[string]string{}, Addrs: map[string]map[string][]netip.Addr{}}
	for _, n := range c.lab.Topology.Networks() {
		known.Names[n.Name] = n.Name
	}
	known.Names[topo.Home], known.Names[topo.ClusterDomain], known.Names[topo.ClusterDNS] = topo.Home, "cluster.local", "192.0.2.53"
	for _, n := range c.lab.Topology {
		if n.Pod.Namespace != "" {
			known.Names[n.Pod.Namespace] = n.Pod.Namespace
		}
		known.Names[n.Name], known.IDs[n.Name] = n.Name, strings.Repeat("0", 64)
		known.Addrs[n.Name] = map[string][]netip.Addr{"": {netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1")}}
	}
	for _, s := range c.lab.Steps {
		for _, act := range s.Do {
			if a, ok := act.(topo.Rename); ok {
				known.Names[a.Name] = a.Name
			}
		}
	}
	texts(reflect.ValueOf([]any{c.lab.Topology, c.lab.Steps}), func(s string) {
		_, err := topo.Expand(s, known.Lookup)
		c.want(err == nil, "%v", err)
	})
}

// texts calls f with every string in v.
func texts(v reflect.Value, f func(string)) {
	switch v.Kind() {
	case reflect.String:
		f(v.String())
	case reflect.Interface:
		texts(v.Elem(), f)
	case reflect.Struct:
		if o, ok := v.Interface().(topo.Object); ok { // the braces of its template mean something else
			f(o.Path)
			return
		}
		for i := range v.NumField() {
			texts(v.Field(i), f)
		}
	case reflect.Slice:
		for i := range v.Len() {
			texts(v.Index(i), f)
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			texts(v.MapIndex(k), f)
		}
	}
}

// steps expects acts and questions of nodes that there are, and no two
// questions of one name.
func (c *checker) steps() {
	for _, s := range c.lab.Steps {
		for _, act := range s.Do {
			if a, ok := act.(topo.AgentAct); ok && a.Place() != topo.TheHost {
				c.want(c.has(a.Place().Name), "%q is done in %q, which is no node", act, a.Place().Name)
			}
			switch a := act.(type) {
			case topo.Await:
				c.question(a.Ask)
			case topo.NodeRun:
				c.want(a.Node.Mode == topo.ClusterNode, "%q is done on what is no node of the cluster", a)
			}
		}
		for name, q := range s.Ask {
			c.want(c.asked[name] == nil, "%q is asked in two steps", name)
			c.asked[name] = q
			c.question(q)
		}
	}
}

// question expects a node that can ask, and that nothing leaves the machine:
// the server is the lab's, or the node's engine was told one that is.
func (c *checker) question(q topo.Question) {
	if q.Place() == topo.TheHost || q.Place() == topo.TheAPI {
		return
	}
	n, ok := c.lab.Topology.Node(q.Place().Name)
	c.want(ok, "%q is asked in %q, which is no node", q, q.Place().Name)
	server := ""
	switch q := q.(type) {
	case topo.Wire:
		server = q.Server
		if server == "" && n.Mode == topo.PodNetwork && strings.HasSuffix(q.Name, ".{"+topo.ClusterDomain+"}.") {
			return // the cluster's DNS does not forward its own zone, whatever that is
		}
	case topo.Raw:
		server = q.Server
	case topo.Libc:
		c.want(n.Image != topo.Bare, "%q is asked in a node without a libc", q)
	case topo.Sweep:
	case topo.Saw:
		c.want(n.Kind == topo.Upstream || n.Mode == topo.ServesHost || c.serves(n), "%q is asked of a node that serves nothing", q)
		c.want(n.Mode != topo.ServesHost || q.Of != "", "%q has what all labs asked", q)
		return
	case topo.NodeCommand:
		c.want(n.Mode == topo.ClusterNode, "%q is asked of what is no node of the cluster", q)
		return
	case topo.Ping:
		addr, err := netip.ParseAddr(q.To)
		inside := err == nil && addr.IsPrivate() && slices.Contains(c.lab.Needs, driver.OwnCluster)
		c.want(c.ours(q.To) || inside, "%q leaves the lab", q)
		return
	default:
		return
	}
	if server == clusterDNS && slices.Contains(c.lab.Needs, driver.OwnCluster) {
		return
	}
	if server != "" && server != "127.0.0.11" && !forwarders(n, server) {
		c.want(c.ours(server), "%q is asked of %q, which is not the lab's", q, server)
		return
	}
	if n.Mode == topo.SharedNetwork && len(n.DNS) == 0 {
		n, _ = c.lab.Topology.Node(n.ShareWith)
	}
	hostsAreOurs := slices.Contains(c.lab.Needs, driver.OwnHost) || slices.Contains(c.lab.Needs, driver.OwnCluster)
	c.want(len(n.DNS) > 0 || hostsAreOurs, "%q is asked in a node whose servers are the machine's", q)
	for _, d := range n.DNS {
		c.want(c.ours(d), "%q is asked in a node with the server %q, which is not the lab's", q, d)
	}
}

// clusterDNS is where every cluster that KIND makes has its own.
const clusterDNS = "10.96.0.10"

// forwarders tells whether a server is an address that the program around n's
// network takes what is asked for: none of it is an address outside.
func forwarders(n topo.Node, server string) bool {
	addr, err := netip.ParseAddr(server)
	if err != nil || n.Mode != topo.Slirp4netns && n.Mode != topo.Pasta {
		return false
	}
	return addr.IsLinkLocalUnicast() || server == "fd00::3" ||
		slices.ContainsFunc(n.NetworkOptions, func(o string) bool { return strings.HasSuffix(o, server) || thirdOf(o) == addr })
}

// thirdOf is the third address of the network that an option of slirp4netns
// names, as in cidr=10.41.0.0/24, where slirp4netns takes questions.
func thirdOf(option string) netip.Addr {
	cidr, ok := strings.CutPrefix(option, "cidr=")
	network, err := netip.ParsePrefix(cidr)
	if !ok || err != nil {
		return netip.Addr{}
	}
	return network.Addr().Next().Next().Next()
}

func (c *checker) serves(n topo.Node) bool {
	return slices.ContainsFunc(c.lab.Steps, func(s labs.Step) bool {
		return slices.ContainsFunc(s.Do, func(act topo.Act) bool {
			a, ok := act.(topo.Serve)
			return ok && a.Node.Name == n.Name
		})
	})
}

// ours tells whether a server is a node, by name or placeholder, or where the
// asking node itself is.
func (c *checker) ours(server string) bool {
	if ap, err := netip.ParseAddrPort(server); err == nil {
		return ap.Addr().IsLoopback()
	}
	if addr, err := netip.ParseAddr(server); err == nil {
		return addr.IsLoopback()
	}
	return strings.Contains(server, "{") || c.has(server)
}

// capabilities expects a lab, or claims of it, to name what it takes.
func (c *checker) capabilities() {
	takes := func(what string, cap driver.Cap) {
		named := slices.Contains(c.lab.Needs, cap) || slices.ContainsFunc(c.lab.Claims, func(cl labs.Claim) bool { return slices.Contains(cl.Needs, cap) })
		c.want(named, "%s takes %q, which nothing says it needs", what, cap)
	}
	modes := map[topo.Mode]driver.Cap{
		topo.OnNetworks: driver.UserNetworks, topo.DefaultBridge: driver.DefaultBridge, topo.HostNetwork: driver.HostNetns,
		topo.PodNetwork: driver.Pods, topo.ServiceAddress: driver.Pods, topo.ClusterNode: driver.OwnCluster, topo.BesideCluster: driver.OwnCluster,
		topo.BareNode: driver.OwnCluster, topo.Slirp4netns: driver.Slirp4netns, topo.Pasta: driver.Pasta,
	}
	for _, n := range c.lab.Topology {
		if cap, ok := modes[n.Mode]; ok {
			takes(n.Name, cap)
		}
		if len(n.Links) > 0 {
			takes(n.Name, driver.Links)
		}
		if len(n.Mounts) > 0 {
			takes(n.Name, driver.HostFiles)
		}
		if n.Pod.CoreDNS.Corefile != "" { // it needs a role of the cluster's, and the image of its CoreDNS
			takes(n.Name, driver.OwnCluster)
		}
	}
	for _, n := range c.lab.Topology.Networks() {
		if len(n.DNS) > 0 {
			takes(n.Name, driver.NetworkDNS)
		}
		switch {
		case n.NoIPv4:
			takes(n.Name, driver.IPv6Only)
		case n.IPv6:
			takes(n.Name, driver.IPv6)
		}
		switch n.Driver {
		case topo.Macvlan:
			takes(n.Name, driver.Macvlan)
		case topo.IPvlan:
			takes(n.Name, driver.IPvlan)
		}
		if n.Driver != topo.Bridge && n.Parent == "" {
			takes(n.Name, driver.DummyParent)
		}
		c.want(n.Parent == "" || slices.ContainsFunc(c.lab.Topology.Networks(), func(p topo.Network) bool { return p.Name == n.Parent && p.Driver == topo.Bridge }),
			"%s hangs on %q, which is no network of driver bridge", n.Name, n.Parent)
	}
	for _, s := range c.lab.Steps {
		for _, act := range s.Do {
			switch act.Touches() {
			case topo.Machine:
				takes(act.String(), driver.OwnHost)
			case topo.Cluster:
				takes(act.String(), driver.OwnCluster)
			}
			if _, ok := act.(topo.SwarmInit); ok {
				takes(act.String(), driver.Swarm)
			}
			if a, ok := act.(topo.AgentAct); ok && a.Place().At == topo.Netns {
				takes(act.String(), driver.Outside)
			}
		}
		for _, q := range s.Ask {
			switch q.Place().At {
			case topo.Netns:
				takes(q.String(), driver.Outside)
			case topo.Host:
				takes(q.String(), driver.OwnHost)
			}
		}
	}
}

func (c *checker) claim(cl labs.Claim) {
	c.want(kebab.MatchString(cl.ID), "the claim id %q is not kebab-case", cl.ID)
	c.want(sentence.MatchString(cl.Says), "%s: %q begins with a capital letter", cl.ID, cl.Says)
	c.want(!strings.HasSuffix(cl.Says, ".") || zone.MatchString(cl.Says), "%s: %q ends with a full stop", cl.ID, cl.Says)
	c.want(len(cl.Cases) > 0, "%s has no case", cl.ID)
	for _, cs := range cl.Cases {
		where := fmt.Sprintf("%s, case %q", cl.ID, cs.When)
		c.want(cs.Because != "", "%s: nothing proves it", where)
		for _, s := range cs.Sources {
			c.want(sourceID.MatchString(s.ID), "%s: %q is no id of a source", where, s.ID)
		}
		if cs.Expect == nil || len(cs.Expect.Uses()) == 0 {
			c.want(false, "%s expects nothing", where)
			continue
		}
		for _, name := range cs.Expect.Uses() {
			c.want(c.asked[name] != nil, "%s is judged by %q, which no step asks", where, name)
		}
	}
	c.oneCase(cl)
}

// oneCase expects exactly one case for each version of Docker, each firewall,
// with root and without, for each combination of Podman's parts, and for each
// cluster.
func (c *checker) oneCase(cl labs.Claim) {
	c.onePodmanCase(cl)
	c.oneClusterCase(cl)
	if !slices.Contains(cl.Engines(), "docker") {
		return
	}
	wrong := map[string][]string{} // problem to the versions that have it
	for _, v := range versions {
		for _, firewall := range []string{"iptables", "nftables"} {
			if excepted(c.lab.Name, v) || firewall == "nftables" && !strings.HasPrefix(v, "29.") {
				continue
			}
			for _, way := range []string{"", "attached slirp4netns", "attached pasta", "detached slirp4netns", "detached pasta"} {
				netns, network, rootless := strings.Cut(way, " ")
				facts := map[string]string{"docker": v, "firewall": firewall, "rootless": strconv.FormatBool(rootless)}
				if rootless {
					facts["netns"], facts["rootless-network"] = netns, network
				}
				if netns == "detached" && !strings.HasPrefix(v, "29.") {
					continue
				}
				_, basis, err := runner.Fit(cl, facts)
				switch {
				case err != nil:
					wrong["no case, or more than one"] = append(wrong["no case, or more than one"], v+" "+firewall)
				case basis != results.Verified:
					wrong["only a case that is near"] = append(wrong["only a case that is near"], v+" "+firewall)
				}
			}
		}
	}
	for problem, where := range wrong {
		c.want(false, "%s has %s for Docker %s", cl.ID, problem, strings.Join(slices.Compact(where), ", "))
	}
}

func (c *checker) onePodmanCase(cl labs.Claim)  { c.oneTestedCase(cl, "podman") }
func (c *checker) oneClusterCase(cl labs.Claim) { c.oneTestedCase(cl, "kubernetes") }

func (c *checker) oneTestedCase(cl labs.Claim, engine string) {
	if !slices.Contains(cl.Engines(), engine) {
		return
	}
	for _, facts := range labs.Tested {
		if facts[engine] == "" || slices.Contains(c.lab.Needs, driver.OwnCluster) && facts["cluster-dns"] != "" ||
			slices.Contains(c.lab.Needs, driver.NodeRules) && facts["node-engine-firewall"] != "iptables" ||
			slices.Contains(c.lab.Needs, driver.Workers) && facts["nodes"] == "1" ||
			slices.Contains(c.lab.Needs, driver.Pasta) && facts["rootless"] != "true" ||
			slices.Contains(c.lab.Needs, driver.Slirp4netns) && strings.HasPrefix(facts["podman"], "6.") {
			continue
		}
		_, basis, err := runner.Fit(cl, facts)
		c.want(err == nil, "%v", err)
		c.want(err != nil || basis == results.Verified, "%s has only a case that is near for %v", cl.ID, facts)
	}
}

func excepted(lab, version string) bool {
	versions, ok := noCase[lab]
	if !ok {
		return false
	}
	c, err := semver.NewConstraint(versions)
	return err == nil && c.Check(semver.MustParse(version))
}

func TestForwardersAreTheNetworksOwn(t *testing.T) {
	n := topo.Node{Mode: topo.Slirp4netns, NetworkOptions: []string{"cidr=10.41.0.0/24"}}
	for server, want := range map[string]bool{"10.41.0.3": true, "10.41.0.4": false, "192.0.2.1": false, "fd00::3": true} {
		if forwarders(n, server) != want {
			t.Errorf("%s: is %v of %v", server, !want, n.NetworkOptions)
		}
	}
}
