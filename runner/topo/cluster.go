package topo

import "fmt"

// Home is the namespace of a lab in a cluster, made with it and gone with it:
// {lab} in names, as in "{web}.{lab}.svc.cluster.local.".
const Home = "lab"

// ClusterDomain stands for the domain that names of a cluster are in, most
// often "cluster.local": "{web}.{lab}.svc.{cluster-domain}.".
const ClusterDomain = "cluster-domain"

// Pod is what a node has only as a pod. What it shares with other containers
// is where theirs is: DNS, Search and Options become its dnsConfig, ExtraHosts
// its hostAliases, Mode HostNetwork its hostNetwork.
type Pod struct {
	Namespace string // another one of the lab's, {NAME} in names; empty is Home
	DNSPolicy string // "Default", "ClusterFirst", "ClusterFirstWithHostNet", "None"; empty leaves it to the cluster
	Subdomain string // spec.subdomain: with Hostname, and a headless service of that name, a name of its own
	On        string // the cluster's node that it runs on, as ClusterNode names it; empty is wherever
}

// Service is what a node with Mode ServiceAddress stands for.
type Service struct {
	Of       string // the pod that it leads to
	Headless bool   // no address: the name is that of its pods
	External string // spec.externalName: the name is an alias of this one, and the service leads to no pod
	Ports    []Port // empty is DNS: port 53 over UDP and TCP
}

// Port is one of a service, with a name: SRV asks for it as _NAME._PROTOCOL.
type Port struct {
	Name     string // "dns"
	Protocol string // "UDP", "TCP"
	Number   int    // of the service and of its pod
}

// Scale sets how many replicas of CoreDNS the cluster has, and returns when
// that many are ready.
type Scale struct{ Replicas int }

// SetCorefile gives the cluster's CoreDNS another configuration, and returns
// when the servers that have it are ready.
type SetCorefile struct {
	Corefile string
	Says     string // "without the plugin cache": for people
}

// RestartCoreDNS starts the cluster's CoreDNS anew, with the resolv.conf that
// its node has now, and returns when it has either stayed ready for longer than
// its plugin loop looks for one, or ended again and again.
type RestartCoreDNS struct{}

// NodeCommand runs a program on a node of the cluster, as root, and brings back
// what it printed and its exit status, whatever that is. Arguments may name
// nodes, as in "{web.addr}".
type NodeCommand struct {
	Of   Node // Mode ClusterNode
	Args []string
}

// NodeRun runs a program on a node of the cluster, as root, which must succeed.
type NodeRun struct {
	Node Node     // Mode ClusterNode
	Args []string // may name nodes
}

func (Scale) Touches() Scope          { return Cluster }
func (SetCorefile) Touches() Scope    { return Cluster }
func (RestartCoreDNS) Touches() Scope { return Cluster }

func (a Scale) String() string        { return fmt.Sprintf("scale CoreDNS to %d", a.Replicas) }
func (a SetCorefile) String() string  { return "from now on the cluster's CoreDNS: " + a.Says }
func (RestartCoreDNS) String() string { return "start CoreDNS anew" }

func (q NodeCommand) Place() Place   { return Place{Inside, q.Of.Name} }
func (q NodeCommand) String() string { return q.Of.Name + " runs " + line(q.Args) }

func (NodeRun) Touches() Scope   { return Cluster }
func (a NodeRun) Place() Place   { return Place{Inside, a.Node.Name} }
func (a NodeRun) String() string { return a.Node.Name + " runs " + line(a.Args) }
