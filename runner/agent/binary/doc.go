// Package binary finds the agent's program for an engine's platform.
//
// An engine may run on another machine or be of another architecture than
// this process, and an agent's image has nothing in it but the agent. So the
// program comes, in this order, from
//
//   - what a release build of dnslab carries,
//   - this very process, if its main has called [SelfServes],
//   - the Go toolchain and the source of this module.
//
// The program that makes clusters is had the same way, but for the second.
//
// What an image gets is a [Program]: files and how to start them.
//
//	p, err := binary.For(ctx, "linux", "arm64")
//	entrypoint := append(p.Args, "hold")
package binary
