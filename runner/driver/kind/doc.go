// Package kind runs worlds on Kubernetes: on a KIND cluster of ours, whose nodes
// are containers of an engine on a lab host, and as a guest on any cluster of
// the user's, for which the package has the wrong name.
//
//	spec, err := kind.Find("kind-3")
//	rt, err := kind.Open(ctx, spec, host, engine, driver.Options{Run: id, Images: supply})
//
//	at, err := kind.FindContext("kubeconfig:prod")
//	rt, err := kind.Attach(ctx, at, way, driver.Options{Run: id, Images: supply})
//
// # A cluster of ours
//
// A lab host with an engine on it is given. Open loads the node image into that
// engine and has a program there (cmd/dnslab-kind) make the cluster, for KIND
// calls the docker or podman command of the machine that it runs on. KIND's own
// CNI is an image that a machine without a registry has not; instead each node
// gets what kindnet would do: a ptp network for its pods, a route to those of the
// other nodes, and a masquerade for what leaves them. Ready means that CoreDNS
// answers. CoreDNS is kept on the control plane, and the host searches a domain
// of its own. The API server is reached through the host's door, so no port is
// opened on the user's machine.
//
// # Worlds
//
// A world is a namespace. What a topology says of a node becomes
//
//	Mode PodNetwork      a pod whose only process is the agent
//	Mode HostNetwork     the same with hostNetwork
//	Mode ServiceAddress  a service, with the pod that it leads to
//	Mode ClusterNode     nothing: it is there, as "control-plane" or "worker"
//	Mode BesideCluster   a container of the engine, on KIND's network
//	Mode BareNode        the node of another cluster, made by KIND as far as that goes without Kubernetes
//
// A pod may have a CoreDNS beside its agent, from the image of the cluster's. It
// reads the cluster by a role of the cluster's, bound for the world alone.
//
// A pod's agent is attached to through the API server. Around a pod, and on a
// node of the cluster, the agent is a process in the node's container, whose
// image has it, and sees what the node sees. The API server is a place, too, at
// which what it says to GET is a file.
//
// Acts on the cluster itself are undone when their world is closed. Then the
// cluster is compared with what it was; if it differs, the next world gets
// another one.
//
// # A guest
//
// On a cluster of the user's there are only pods and services: no place outside
// a pod, no node, no act but on pods. A guest makes and removes namespaces that
// carry the label of its run, and reads the rest as far as it may. Its image is
// pulled from a registry, or where the nodes are KIND's, on the user's Docker,
// put into their containerd under a name of the run's own, and taken away in
// the end.
package kind
