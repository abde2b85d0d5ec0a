// Package podman runs worlds on a Podman service, 3.0 or newer, through its
// libpod API.
//
// The service is found as the podman command finds it: CONTAINER_HOST,
// CONTAINER_CONNECTION, the socket of the user's own or of the system's service.
//
//	rt, err := podman.Connect(ctx, "podman", driver.Options{Run: id})
//
// A node is a container whose main process is the agent; its stream is the
// container's attached standard input and output. What must be read with the
// host's rights is read by a helper container that shares the node's network
// namespace and the host's PID namespace, so the node itself has no more
// rights than a user's container.
package podman
