package images

import "context"

// What the parts of a lab host's image take, on two cores.
const (
	agentSeconds, agentBytes = 5, 10e6 // the agent and what starts the host
	suiteSeconds             = 65      // a Debian suite and the packages
)

// HostCostAnew is what [HostCost] is where nothing is there. It asks no engine.
func HostCostAnew(name string) (seconds int, bytes int64) {
	h, err := hostImageOf(name)
	if err != nil {
		return 0, 0
	}
	s, b := Estimate(h.engine)
	return agentSeconds + suiteSeconds + s, int64(agentBytes) + h.bytes + b
}

// HostCost returns what making the image of a lab host takes, about, on two
// cores: seconds, and octets of disk. What is there already costs nothing.
// The error says in one line why it cannot be made here.
func HostCost(ctx context.Context, e Engine, name string) (seconds int, bytes int64, err error) {
	h, err := hostImageOf(name)
	if err != nil {
		return 0, 0, err
	}
	goos, arch := e.Platform()
	platform := goos + "/" + arch
	seconds, bytes = agentSeconds, agentBytes
	has, err := e.Has(ctx, named("packages-"+h.suiteName(), h.packagesHash(platform)))
	if err != nil {
		return 0, 0, err
	}
	if !has {
		seconds, bytes = seconds+suiteSeconds, bytes+h.bytes
	}
	if h.engine == "" || Built(ctx, h.engine, arch) {
		return seconds, bytes, nil
	}
	s, b := Estimate(h.engine)
	return seconds + s, bytes + b, Buildable(ctx, h.engine, arch)
}
