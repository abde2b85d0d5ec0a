package images

import "context"

// What the parts of a KIND node's image take besides its programs, on two cores.
const (
	nodeSeconds, nodeBytes                 = 5, 10e6   // the agent and what keeps the node in
	clusterSeconds, clusterBytes           = 60, 680e6 // KIND's files, programs, their images
	nodePackagesSeconds, nodePackagesBytes = 65, 320e6 // a Debian suite and the packages
)

// NodeImageCostAnew is what [NodeImageCost] is where nothing is there. It asks
// no engine.
func NodeImageCostAnew(name string) (seconds int, bytes int64) {
	n, err := nodeImageOf(name)
	if err != nil {
		return 0, 0
	}
	seconds, bytes = nodeSeconds+clusterSeconds+nodePackagesSeconds, nodeBytes+clusterBytes+nodePackagesBytes
	for _, s := range n.sources() {
		sec, b := s.estimate()
		seconds, bytes = seconds+sec, bytes+b
	}
	return seconds, bytes
}

// NodeImageCost returns what making the image of a KIND node takes, about, on
// two cores and without a registry: seconds, and octets of disk. What is there
// already costs nothing. The error says in one line why it cannot be made
// here, unless a registry has the stock image.
func NodeImageCost(ctx context.Context, e Engine, name string) (seconds int, bytes int64, err error) {
	n, err := nodeImageOf(name)
	if err != nil {
		return 0, 0, err
	}
	goos, arch := e.Platform()
	platform := goos + "/" + arch
	seconds, bytes = nodeSeconds, nodeBytes
	for _, ref := range []string{n.stock(), named("cluster-"+n.short(), n.clusterHash(platform))} {
		if has, err := e.Has(ctx, ref); err != nil || has {
			return seconds, bytes, err
		}
	}
	seconds, bytes = seconds+clusterSeconds, bytes+clusterBytes
	has, err := e.Has(ctx, named("node-packages", nodePackagesHash(platform)))
	if err != nil {
		return 0, 0, err
	}
	if !has {
		seconds, bytes = seconds+nodePackagesSeconds, bytes+nodePackagesBytes
	}
	for _, s := range n.sources() {
		if !s.built(ctx, arch) {
			sec, b := s.estimate()
			seconds, bytes = seconds+sec, bytes+b
		}
	}
	return seconds, bytes, n.buildable(ctx, arch)
}
