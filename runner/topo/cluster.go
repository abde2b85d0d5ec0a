package topo

import (
	"cmp"
	"fmt"
	"time"
)

// Home is the namespace of a lab in a cluster, made with it and gone with it:
// {lab} in names, as in "{web}.{lab}.svc.cluster.local.".
const Home = "lab"

// ClusterDomain stands for the domain that names of a cluster are in, most
// often "cluster.local": "{web}.{lab}.svc.{cluster-domain}.".
const ClusterDomain = "cluster-domain"

// ClusterDNS stands for the address at which the cluster's DNS is asked, that
// of its service, for whoever has another server in resolv.conf:
// Server: "{cluster-dns}".
const ClusterDNS = "cluster-dns"

// Pod is what a node has only as a pod. What it shares with other containers
// is where theirs is: DNS, Search and Options become its dnsConfig (a domain in Search may name
// nodes, and {cluster-domain}), ExtraHosts
// its hostAliases, Mode HostNetwork its hostNetwork.
type Pod struct {
	Namespace string // another one of the lab's, {NAME} in names; empty is Home
	DNSPolicy string // "Default", "ClusterFirst", "ClusterFirstWithHostNet", "None"; empty leaves it to the cluster
	Subdomain string // spec.subdomain: with Hostname, and a headless service of that name, a name of its own
	On        string // the cluster's node that it runs on, as ClusterNode names it; empty is wherever
	Gated     bool   // it is not ready before the act Ready says so, though it runs
	Variables bool   // spec.enableServiceLinks: services of its namespace are variables in its environment

	CoreDNS CoreDNS // a server beside its agent
}

// CoreDNS is one of the lab's own, in the version of the cluster's: a second
// container of a pod, whose agent shares its network. It may be changed while
// it runs, by the act Write to CorefilePath, and its log be read; see LogOf.
type CoreDNS struct {
	Corefile string            // may name nodes; it must serve port 53. Empty is none
	Files    map[string]string // beside the Corefile, by name; may name nodes
	Blind    bool              // it may read nothing of the cluster
	Mounted  bool              // the folder is the ConfigMap, which the act SetConfig changes, and kubelet brings after a while
}

// CorefileDir is where a CoreDNS and the agent beside it see its files.
const CorefileDir = "/etc/coredns/"

// CorefilePath is its configuration.
const CorefilePath = CorefileDir + "Corefile"

// Service is what a node with Mode ServiceAddress stands for.
type Service struct {
	Of       []string // the pods that it leads to
	Headless bool     // no address: the name is that of its pods
	NotReady bool     // spec.publishNotReadyAddresses: pods that are not ready count
	External string   // spec.externalName: the name is an alias of this one, and the service leads to no pod
	Ports    []Port   // empty is DNS: port 53 over UDP and TCP
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

// SetKubelet changes the configuration of a node's kubelet, which then starts
// anew. What it says is for pods that are started later.
type SetKubelet struct {
	Node  Node   // Mode ClusterNode
	Patch string // of a KubeletConfiguration, in YAML: "clusterDNS: [192.0.2.53]" takes the place of that field
}

// SetProxy has kube-proxy use another mode, and returns when services are
// reached again.
type SetProxy struct{ Mode string } // "iptables", "nftables"

// Ready says of a pod that is Gated whether it is ready, and returns when the
// pod's status says so too. What follows from that takes a moment more.
type Ready struct {
	Node Node
	Is   bool
}

// SetService gives a service, which keeps its name, what Node.Service says now.
type SetService struct{ Node Node }

// SetConfig changes files in the ConfigMap of a CoreDNS that is Mounted.
type SetConfig struct {
	Node  Node
	Files map[string]string // by name; may name nodes
}

// TheAPI is the API server of the cluster.
var TheAPI = Place{At: API}

// Object reads what the API server says to GET, as "kubectl get" does: an object
// in JSON, a list of them, or a log. What is not there is not found.
type Object struct {
	Path  string // "/api/v1/namespaces/{lab}/services/{web}", perhaps with a query
	Field string // a template of "-o jsonpath": "{.spec.ports[*].port}" brings back what it finds, with spaces between, and what there is not as nothing; empty brings back all
}

// LogOf reads what the CoreDNS of a pod has written.
func LogOf(n Node) Object {
	return Object{Path: podPath(n) + "/log?container=coredns"}
}

// MetricsOf reads the metrics of the CoreDNS of a pod, which has the plugin
// prometheus on port 9153.
func MetricsOf(n Node) Object {
	return Object{Path: podPath(n) + ":9153/proxy/metrics"}
}

func podPath(n Node) string {
	space := n.Pod.Namespace
	if space == "" {
		space = Home
	}
	return fmt.Sprintf("/api/v1/namespaces/{%s}/pods/{%s}", space, n.Name)
}

func (Object) Place() Place { return TheAPI }
func (q Object) String() string {
	if q.Field != "" {
		return "the API server's " + q.Field + " of " + Plain(q.Path)
	}
	return "the API server's " + Plain(q.Path)
}

// AwaitText reads what the API server says until it holds a text: what a server
// has written in its log, say. Where that does not come in time the lab goes
// on, and what it asks next tells what came instead.
type AwaitText struct {
	In     Object
	Has    string
	Within time.Duration // 0 is 30 s; an act may take 90 s
}

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

func (SetKubelet) Touches() Scope     { return Cluster }
func (SetProxy) Touches() Scope       { return Cluster }
func (Ready) Touches() Scope          { return World }
func (SetService) Touches() Scope     { return World }
func (SetConfig) Touches() Scope      { return World }
func (AwaitText) Touches() Scope      { return World }
func (Scale) Touches() Scope          { return Cluster }
func (SetCorefile) Touches() Scope    { return Cluster }
func (RestartCoreDNS) Touches() Scope { return Cluster }

func (a Scale) String() string        { return fmt.Sprintf("scale CoreDNS to %d", a.Replicas) }
func (a SetCorefile) String() string  { return "from now on the cluster's CoreDNS: " + a.Says }
func (RestartCoreDNS) String() string { return "start CoreDNS anew" }
func (a SetKubelet) String() string {
	return fmt.Sprintf("start the kubelet of %s with %s", a.Node.Name, a.Patch)
}
func (a SetProxy) String() string { return "start kube-proxy in mode " + a.Mode }
func (a Ready) String() string {
	if a.Is {
		return a.Node.Name + " becomes ready"
	}
	return a.Node.Name + " is ready no more"
}
func (a SetService) String() string {
	switch s := a.Node.Service; {
	case s.External != "":
		return fmt.Sprintf("%s becomes an alias of %s", a.Node.Name, Plain(s.External))
	case s.Headless:
		return a.Node.Name + " becomes a headless service"
	default:
		return a.Node.Name + " becomes a service with an address"
	}
}
func (a SetConfig) String() string { return "change the ConfigMap of " + a.Node.Name }
func (a AwaitText) String() string {
	return fmt.Sprintf("read %s until it holds %q, for %v at most", a.In, a.Has, cmp.Or(a.Within, AwaitWithin))
}

func (q NodeCommand) Place() Place   { return Place{Inside, q.Of.Name} }
func (q NodeCommand) String() string { return q.Of.Name + " runs " + line(q.Args) }

func (NodeRun) Touches() Scope   { return Cluster }
func (a NodeRun) Place() Place   { return Place{Inside, a.Node.Name} }
func (a NodeRun) String() string { return a.Node.Name + " runs " + line(a.Args) }
