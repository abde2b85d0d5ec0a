package driver

import "errors"

// ErrNoPlace is wrapped where a place does not exist, such as a stopped node.
var ErrNoPlace = errors.New("no such place")

// ErrNoAct is wrapped where an engine cannot carry out an act.
var ErrNoAct = errors.New("the engine has no such act")

// ErrLeft is wrapped where what was made could not be removed.
var ErrLeft = errors.New("something is left behind")

// About is what a runtime says of itself.
type About struct {
	Engine   string            // "docker", "podman", "kubernetes"
	Version  string            // as the engine says: "20.10.24+dfsg1"
	Rootless bool              // the engine runs without the host's root
	Versions map[string]string // of the engine's parts: "docker", "netavark", "aardvark-dns"
	Facts    map[string]string // "firewall" to "iptables"
	Caps     Caps
	Alone    string // why labs must not run side by side on it; empty where they may
}

// A Cap names one thing a runtime may or may not be able to do. Evidence for
// it comes from the engine's own info or from a trial, never from its name or
// from the environment.
type Cap string

const (
	UserNetworks  Cap = "user-networks"  // user-defined networks can be made
	DefaultBridge Cap = "default-bridge" // there is a default network
	Links         Cap = "links"          // --link
	IPv6          Cap = "ipv6"           // networks carry IPv6
	IPv6Only      Cap = "ipv6-only"      // networks can do without IPv4
	Macvlan       Cap = "macvlan"        // networks of driver macvlan, on an interface that there is
	IPvlan        Cap = "ipvlan"         // networks of driver ipvlan, on an interface that there is
	DummyParent   Cap = "dummy-parent"   // networks of driver macvlan on no interface in particular
	Swarm         Cap = "swarm"          // the engine is no node of a swarm and can become one
	NetworkDNS    Cap = "network-dns"    // networks can have DNS servers of their own
	HostNetns     Cap = "host-network"   // containers can join the host's network
	Outside       Cap = "outside"        // a namespace can be entered with the host's rights, to read rules and owners
	Slirp4netns   Cap = "slirp4netns"    // a container can have a network of its own through slirp4netns
	Pasta         Cap = "pasta"          // the same through pasta
	HostFiles     Cap = "host-files"     // a file on the engine's host can be mounted into a container
	LibcImages    Cap = "libc-images"    // images with glibc and musl can be had
	OwnHost       Cap = "host"           // the host under the engine is ours to change
	Resolved      Cap = "resolved"       // the host has systemd-resolved, to be started
	Pods          Cap = "pods"           // nodes can be pods, and services lead to them
	OwnCluster    Cap = "cluster"        // the cluster is ours: its nodes are places, its CoreDNS can be changed, containers run beside it
	Workers       Cap = "workers"        // the cluster has nodes beside its control plane, called "worker", "worker2"
	NodeRules     Cap = "node-rules"     // rules of iptables lead what the cluster's nodes ask to the engine's DNS
)

// Caps maps each capability a runtime has to the evidence for it, such as
// "info: SecurityOptions has name=rootless".
type Caps map[Cap]string

// Lacks returns those of needs that c does not have.
func (c Caps) Lacks(needs []Cap) []Cap {
	var lacks []Cap
	for _, n := range needs {
		if _, ok := c[n]; !ok {
			lacks = append(lacks, n)
		}
	}
	return lacks
}
