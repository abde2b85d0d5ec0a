// Package docker runs worlds on a Docker engine, 19.03 (API 1.40) or newer.
//
// The engine is found as the docker command finds it: DOCKER_HOST,
// DOCKER_CONTEXT, the current context, the default socket.
//
//	rt, err := docker.Connect(ctx, "docker", driver.Options{Run: id})
//
// A node is a container whose main process is the agent; its stream is the
// container's attached standard input and output. What must be read with the
// host's rights is read by a helper container that shares the node's network
// namespace and the host's PID namespace, so the node itself has no more
// rights than a user's container.
package docker
