package topo

// A Network is a user-defined network.
type Network struct {
	Name     string
	Internal bool // no route off the host
	IPv6     bool // dual stack, with a prefix of its own
	NoIPv4   bool // with IPv6: that alone

	Driver NetworkDriver
	Parent string // of Macvlan and IPvlan: the network, of driver bridge, on whose interface this one hangs; empty leaves it to the engine, which makes an interface that leads nowhere

	// DNS are the servers that the engine's resolver asks for what containers
	// of the network ask and it does not know: names of nodes that are
	// [BesideHost], since it is made before all others, or literal addresses.
	DNS []string
}

// A NetworkDriver is how a network is carried.
type NetworkDriver string

const (
	Bridge  NetworkDriver = ""        // a bridge of the engine's, with addresses of its own and a way off the host
	Macvlan NetworkDriver = "macvlan" // interfaces with addresses of their own on another interface
	IPvlan  NetworkDriver = "ipvlan"  // interfaces that share the address of another one on the link
)

// A Kind says what runs in a node.
type Kind int

const (
	Container Kind = iota // an agent, waiting for questions
	Upstream              // an agent that also serves the lab's zone on port 53 and logs who asks
)

// A Mode says where a node's network comes from.
type Mode string

const (
	OnNetworks    Mode = ""               // the user-defined networks in On
	DefaultBridge Mode = "default-bridge" // the engine's default network
	AsItComes     Mode = "as-it-comes"    // what the engine gives a container that asks for nothing: its default network or, rootless, perhaps none
	HostNetwork   Mode = "host"           // the host's own network namespace
	SharedNetwork Mode = "shared"         // that of the node in ShareWith
	BesideHost    Mode = "beside-host"    // that of the engine under the lab host: the host's own neighbour, an upstream for its resolv.conf
	Slirp4netns   Mode = "slirp4netns"    // one of its own, which slirp4netns leads to the host's sockets (--network slirp4netns); see NetworkOptions
	Pasta         Mode = "pasta"          // the same by pasta, with the addresses of the host (--network pasta); see NetworkOptions
	ServesHost    Mode = "serves-host"    // nothing is made: it is the upstream that the lab host's resolv.conf names, and all labs ask; see HostUpstream

	PodNetwork     Mode = "pod"            // a pod on the cluster's network; with HostNetwork it is one on its node's
	ServiceAddress Mode = "service"        // nothing runs: a name, and mostly an address, that leads to pods; see Service
	ClusterNode    Mode = "cluster-node"   // nothing is made: a node that the cluster has, by KIND's name for it: "control-plane", "worker", "worker2"
	BesideCluster  Mode = "beside-cluster" // a plain container on the network that the cluster's nodes are on
	BareNode       Mode = "bare-node"      // a node as KIND makes it for a cluster of its own, without Kubernetes on it; Search is the cluster's dnsSearch, and none is another thing than nil
)

// An Image says which libc a node has beside its agent.
type Image string

const (
	Bare  Image = ""      // the agent alone, nothing else
	Glibc Image = "glibc" // the agent, glibc with its NSS modules, and a program that calls getaddrinfo
	Musl  Image = "musl"  // the agent and the same program, linked with musl
)

// A Node is one container. Its DNS servers are other nodes, since addresses
// are known only once it runs. The zero value of a field leaves the matter to
// the engine.
type Node struct {
	Name      string // kebab-case, unique in its topology
	Kind      Kind
	Image     Image
	On        []Attach
	Mode      Mode
	ShareWith string // with Mode SharedNetwork: the node whose network it joins

	NetworkOptions []string // with Mode Slirp4netns "cidr=10.41.0.0/24", with Pasta "--dns-forward", "198.51.100.1", each word by itself; may name nodes that are there before

	DNS     []string // names of nodes, or literal addresses (--dns)
	Search  []string // --dns-search
	Options []string // --dns-opt

	Hostname   string
	ExtraHosts []string // "NAME:ADDRESS", an address may be {node.addr} (--add-host)
	Links      []Link
	Files      map[string]string // path to content, put there before the node starts
	Mounts     []Mount
	Serves     []Reply // of an upstream: how it answers from the start; see Reply
	Pod        Pod     // what only pods have
	Service    Service // with Mode ServiceAddress

	Later bool // not started until an act starts it
}

// Attach puts a node on a network, under further names if any.
type Attach struct {
	Network Network
	Aliases []string
}

// On attaches to n.
func On(n Network, aliases ...string) []Attach { return []Attach{{n, aliases}} }

// A Link is Docker's --link NODE:ALIAS.
type Link struct{ Node, Alias string }

// A Mount puts one file of the engine's host into a node: the file is in a
// folder that dnslab made there, so that it can be changed from outside.
// Another mount with the same Folder and an empty File shows the whole folder.
type Mount struct {
	Folder  string // name of the folder; one folder can serve several nodes
	File    string // file in it; empty mounts the folder itself
	Content string // what File holds when the node starts
	At      string // path in the node
}

// A Topology is its nodes, in the order in which they start.
type Topology []Node

// Networks returns the networks that nodes of t are on, each once, in order.
func (t Topology) Networks() []Network {
	var all []Network
	seen := map[string]bool{}
	for _, n := range t {
		for _, a := range n.On {
			if !seen[a.Network.Name] {
				seen[a.Network.Name] = true
				all = append(all, a.Network)
			}
		}
	}
	return all
}

// Node returns the node called name.
func (t Topology) Node(name string) (Node, bool) {
	for _, n := range t {
		if n.Name == name {
			return n, true
		}
	}
	return Node{}, false
}
