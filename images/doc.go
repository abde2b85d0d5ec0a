// Package images makes the images that nodes run from, on whatever engine
// has a way to import and build them.
//
// A node needs little: "agent" is the agent alone, "glibc" and "musl" have a
// libc and a program that calls it beside the agent, "helper" has iptables
// and nftables to read rules with. What an image is made of is data, in the
// folders beside this file.
//
// What others run in has images too: [HostNames] are those of lab hosts,
// [NodeImageNames] those of the nodes of KIND clusters.
//
//	ref, err := images.Ensure(ctx, engine, images.Helper, say)
//
// Images are a cache. Each is named by the hash of what it is made of, and
// carries that hash in the label [Label]; what is there is not made again.
// Those with much in them are made of two: a part that takes packages and
// time, and the part with the agent on it, so that another agent costs a second.
package images
