// Package topo describes what a lab builds, does and asks, as plain data.
//
// A topology is a list of nodes. A node is a container or an upstream, and it
// is on networks; a network exists because a node is on it:
//
//	lan := topo.Network{Name: "lan"}
//	up := topo.Node{Name: "up", Kind: topo.Upstream, On: topo.On(lan)}
//	web := topo.Node{Name: "web", On: topo.On(lan, "www"), DNS: []string{"up"}}
//
// # Names
//
// A lab writes short names. On an engine they must be unique, so a run gives
// every node and network a suffix of its own, and every zone a label of its
// own. Text in a lab therefore refers to what only the run knows:
//
//	{web}          the name that the engine knows the node or network by
//	{web.id}       the first 12 characters of the container's id
//	{web.id63}     the first 63 of them, as many as a DNS label can hold
//	{web.full-id}  all 64 of them, which is no label
//	{web.upper}    the name in capital letters
//	{web.addr}     its first IPv4 address
//	{web.addr6}    its first IPv6 address
//	{web.dashed}   its first IPv4 address as a label, as in "10-244-0-5"
//	{web.ptr}      the name under in-addr.arpa. of its first IPv4 address
//	{web.ptr6}     the name under ip6.arpa. of its first IPv6 address
//	lab.test       the zone of this run, as in "out.lab.test."
//
// In a cluster {cluster-domain} is the domain of its names, {lab} is the lab's namespace, and so is the name of any other
// that one of its pods is in.
//
// What comes back is read the same way round: an assertion sees "web.lan.",
// "out.lab.test." and "nameserver {up}", whatever the run called them.
package topo
