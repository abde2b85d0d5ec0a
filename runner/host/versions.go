package host

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/dnslab/dnslab/images"
)

// part is what Debian calls a part of an engine, and what results call it.
type part struct{ pkg, name string }

var (
	firewallParts = []part{{"iptables", "iptables"}, {"nftables", "nftables"}}
	dockerParts   = []part{{"containerd", "containerd"}, {"runc", "runc"}}
	podmanParts   = []part{
		{"netavark", "netavark"}, {"aardvark-dns", "aardvark-dns"}, {"crun", "crun"}, {"conmon", "conmon"},
		{"golang-github-containernetworking-plugin-dnsname", "dnsname"}, {"dnsmasq-base", "dnsmasq"},
	}
	rootlessParts = []part{{"slirp4netns", "slirp4netns"}, {"passt", "pasta"}, {"rootlesskit", "rootlesskit"}}
)

// Versions tells the versions of what an engine of this host may use, as the
// packages have them ("netavark" to "1.14.0"), and of the engine as it says
// itself. Of pasta, which has no number, it is the day ("20250503").
func (h *Host) Versions(ctx context.Context) (map[string]string, error) {
	parts := map[string]string{}
	for _, p := range h.parts() {
		parts[p.pkg] = p.name
	}
	args := append([]string{"dpkg-query", "-W", "-f", "${Package} ${Version}\n"}, slices.Sorted(maps.Keys(parts))...)
	out, err := h.Exec(ctx, args...)
	if err != nil {
		return nil, err
	}
	versions := map[string]string{h.Engine: h.Version}
	for line := range strings.Lines(out.Out) {
		pkg, version, _ := strings.Cut(strings.TrimSpace(line), " ")
		if name, ok := parts[pkg]; ok && version != "" {
			versions[name] = number(name, version)
		}
	}
	for name, version := range images.HostParts(h.Image) {
		if versions[name] != "" {
			versions[name] = version
		}
	}
	if len(versions) < 2 {
		return nil, fmt.Errorf("asking the lab host %q for versions: dpkg-query ended with %d: %s", h.Name, out.Status, strings.TrimSpace(out.Err))
	}
	return versions, nil
}

func (h *Host) parts() []part {
	all := slices.Concat(firewallParts, dockerParts)
	if h.Engine == "podman" {
		all = slices.Concat(firewallParts, podmanParts)
	}
	if h.Rootless() {
		all = append(all, rootlessParts...)
	}
	return all
}

// digits are the number of a release, day that of one of pasta.
var (
	digits = regexp.MustCompile(`[0-9]+(\.[0-9]+)*`)
	day    = regexp.MustCompile(`git([0-9]{8})`)
)

// number is what the authors call a release, of a version that Debian gives
// it: of "1:1.6.20~ds1-1+deb12u1" it is "1.6.20".
func number(name, version string) string {
	if m := day.FindStringSubmatch(version); m != nil && name == "pasta" {
		return m[1]
	}
	if _, rest, ok := strings.Cut(version, ":"); ok { // an epoch
		version = rest
	}
	return digits.FindString(version)
}
