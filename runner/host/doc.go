// Package host makes lab hosts: disposable containers on the user's Docker,
// each a machine of its own with one engine on it.
//
//	spec, err := host.Find("docker-26.1-rootless")
//	h, err := host.Up(ctx, spec, outside, driver.Options{Run: id, Owner: owner.Text(), Say: say})
//	defer h.Close(context.WithoutCancel(ctx))
//	// DOCKER_HOST=unix:// + h.Socket()
//
// A host is what nobody's laptop is: its resolv.conf, its engine's
// configuration, its firewall and the server behind them are dnslab's. Its
// resolv.conf is an ordinary file that names an upstream of its own, a
// neighbour on the default network of the engine outside. Nothing it sends gets
// further than that network.
//
// The engine is reached at a unix socket here that only this user can open, and
// no port: connections travel over the input and output of one process in the
// host. Whatever speaks to an engine at a socket does so unchanged.
package host
