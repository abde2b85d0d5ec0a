package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// besideNode is a pod on the node whose rules and flows are read: each node has
// its own.
func besideNode(name string) topo.Node {
	return topo.Node{Name: name, Mode: topo.PodNetwork, Pod: topo.Pod{On: clusterNode.Name}}
}

// flow asks a node for the flows of one transport between two of a lab's that
// its kernel knows: who sent what to whom, and who answers whom.
func flow(transport, from, to string) topo.Question {
	return topo.NodeCommand{Of: clusterNode, Args: []string{"sh", "-c",
		"conntrack -L -p " + transport + " --orig-src {" + from + ".addr} --orig-dst {" + to + ".addr} 2>/dev/null | grep -oE 'src=[0-9.]+ dst=[0-9.]+' | paste -d' ' - - | sort -u"}}
}

// translated is what flow brings back of one that a rule has led from a service
// to a pod.
func translated(name, from, service, pod string) is.Assertion {
	return is.Printed(name, "src={"+from+"} dst={"+service+"} src={"+pod+"} dst={"+from+"}")
}

// astray is what flow brings back of one that no rule has led anywhere, so that
// it leaves the node from the node's own address.
func astray(name, from, to string) is.Assertion {
	return is.Printed(name, "src={"+from+"} dst={"+to+"} src={"+to+"} dst={"+clusterNode.Name+"}")
}

// ServiceWay follows a question to a service and its answer back.
func ServiceWay() Lab {
	client := besideNode("client")
	up := topo.Node{Name: "up", Kind: topo.Upstream, Mode: topo.PodNetwork}
	front := serviceOf("front", up)
	ask := func(server, name string, tcp bool) topo.Question {
		return topo.Wire{From: client, Server: server, Name: name + ".lab.test.", TCP: tcp}
	}
	cases := func(expect is.Assertion, because string, sources ...string) []Case {
		return []Case{{When: byIptables, Expect: expect, Because: because + "; run on Kubernetes 1.34.3", Sources: holds(sources...)}}
	}
	const rewrites = "kubernetes pkg/proxy/iptables/proxier.go syncProxyRules: DNAT in the chain of the endpoint, and a mark for masquerade only for what no pod sent; the kernel translates the answer back"

	return Lab{
		Name:     "service-way",
		Story:    "A service's address is nobody's: rules of the node lead what is sent to its port to a pod, and what the pod answers comes back from the service.",
		Needs:    []driver.Cap{driver.OwnCluster, driver.Pods, driver.Outside},
		Topology: topo.Topology{clusterNode, client, up, front},
		Steps: []Step{{
			Do: ready(client, front),
			Ask: map[string]topo.Question{
				"over UDP": ask("front", "udp", false), "over TCP": ask("front", "tcp", true), "past it": ask("up", "past", false),
				"ping of the service": topo.Ping{From: client, To: "front"}, "ping of the pod": topo.Ping{From: client, To: "up"},
				"ping of the DNS": topo.Ping{From: client, To: "10.96.0.10"},
			},
		}, {Ask: map[string]topo.Question{
			"flow over UDP": flow("udp", "client", "front"), "flow over TCP": flow("tcp", "client", "front"), "flow past it": flow("udp", "client", "up"), "flow of the ping": flow("icmp", "client", "front"),
			"up's log": topo.Saw{Upstream: up},
		}}},
		Claims: []Claim{{
			ID:    "answered",
			Says:  "who asks a service hears its answer from the service's address, to which its socket is bound",
			Cases: cases(is.All{is.AnsweredBy("over UDP", 1), is.AnsweredBy("over TCP", 1)}, rewrites+"; a connected socket takes nothing from another address (connect(2))", "S4-5"),
		}, {
			ID:    "source",
			Says:  "the pod behind it is asked by the address of the pod that asks, not by its node's",
			Cases: cases(is.All{is.AskedFrom("up's log", "udp.lab.test.", client), is.AskedFrom("up's log", "tcp.lab.test.", client), is.AskedFrom("up's log", "past.lab.test.", client)}, rewrites, "S4-5"),
		}, {
			ID:   "conntrack",
			Says: "the kernel keeps that what was sent to the service is answered by the pod",
			Cases: cases(is.All{
				translated("flow over UDP", "client", "front", "up"), translated("flow over TCP", "client", "front", "up"),
				translated("flow past it", "client", "up", "up"),
			}, rewrites, "S4-5"),
		}, {
			ID:   "ping",
			Says: "nobody answers a ping of a service's address, and its pod does",
			Cases: cases(is.All{is.NoEcho("ping of the service", "ping of the pod"), is.NoEcho("ping of the DNS", "ping of the pod"), astray("flow of the ping", "client", "front")},
				"kubernetes pkg/proxy/iptables/proxier.go syncProxyRules: rules are for a protocol and a port; a ping goes on by the node's default route, as to any address that is not there", "S3-4"),
		}},
	}
}
