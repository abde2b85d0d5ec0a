package images

import (
	"context"
	"embed"
	"fmt"
	"path"
	"strings"

	"github.com/dnslab/dnslab/runner/agent/binary"
)

// A hostImage is the file system of a lab host: a Debian suite, packages of
// it, and where the suite lacks the engine that is wanted, that engine's
// programs before the suite's in PATH.
type hostImage struct {
	name     string // "host-trixie"
	suite    string // "trixie"
	more     string // a suite above it that packages are taken from first: "experimental"; or empty
	packages string
	engine   string // one of [EngineNames]; empty where the suite has all
	bytes    int64  // of the suite and the packages, about
}

// What every host needs besides an engine, the resolvers that a host may have
// on its loopback, what rootless engines need, and the engines as each suite
// has them. Bullseye has systemd-resolved as a part of systemd, and no package
// of it.
const (
	machinery = "tini mount iproute2 iptables nftables procps "
	loopback  = "dnsmasq-base systemd-resolved "
	rootless  = "uidmap slirp4netns "
	netavark  = "podman crun netavark aardvark-dns "
	cni       = "containernetworking-plugins golang-github-containernetworking-plugin-dnsname "

	bullseyePackages = machinery + rootless + cni + "dnsmasq-base podman crun"
	bookwormPackages = machinery + loopback + rootless + cni + netavark + "docker.io rootlesskit"
	trixiePackages   = machinery + loopback + rootless + netavark + "passt docker.io docker-cli rootlesskit" // and forky's
	siblingPackages  = machinery + loopback + rootless + netavark + "passt"
)

// hostImages are the images of all lab hosts.
var hostImages = append([]hostImage{
	{name: "host-bullseye", suite: "bullseye", packages: bullseyePackages, bytes: 200e6},
	{name: "host-bookworm", suite: "bookworm", packages: bookwormPackages, bytes: 550e6},
	{name: "host-trixie", suite: "trixie", packages: trixiePackages, bytes: 530e6},
	{name: "host-forky", suite: "forky", packages: trixiePackages, bytes: 530e6},
	{name: "host-experimental", suite: "sid", more: "experimental", packages: siblingPackages, bytes: 250e6},
}, fromModules()...)

// fromModules are the images of engines that are built from Go modules: moby's
// master over forky, the others over trixie.
func fromModules() []hostImage {
	var all []hostImage
	for _, e := range engines {
		suite := "trixie"
		if strings.HasPrefix(e.name, "docker-29") {
			suite = "forky"
		}
		all = append(all, hostImage{name: "host-" + e.name, suite: suite, packages: trixiePackages, engine: e.name, bytes: 530e6})
	}
	return all
}

//go:embed hosts
var hostSources embed.FS

// HostNames returns the names of the images of lab hosts, which [Ensure] and
// [Ref] take too: "host-trixie", "host-docker-29".
func HostNames() []string {
	var all []string
	for _, h := range hostImages {
		all = append(all, h.name)
	}
	return all
}

// HostImage tells what the image of a lab host called name is made of: the
// Debian suite, and the engine that is built from Go modules, or none.
func HostImage(name string) (suite, engine string, err error) {
	h, err := hostImageOf(name)
	return h.suite, h.engine, err
}

// HostParts returns the programs that an engine built from Go modules brings
// along from other modules than its own, each with its version: "rootlesskit"
// to "3.1.0". They are used instead of the suite's.
func HostParts(name string) map[string]string {
	parts := map[string]string{}
	h, err := hostImageOf(name)
	if err != nil || h.engine == "" {
		return parts
	}
	e, err := engineOf(h.engine)
	if err != nil {
		return parts
	}
	for _, m := range e.modules[1:] {
		for _, c := range m.commands {
			parts[path.Base(c)] = strings.TrimPrefix(m.version, "v")
		}
	}
	return parts
}

func hostImageOf(name string) (hostImage, error) {
	for _, h := range hostImages {
		if h.name == name {
			return h, nil
		}
	}
	return hostImage{}, fmt.Errorf("no image %q: there are %s", name, strings.Join(HostNames(), ", "))
}

func (h hostImage) ref(ctx context.Context, agent binary.Program, platform string) (string, error) {
	sum, err := h.hash(ctx, agent, platform)
	if err != nil {
		return h.name, err
	}
	return named(h.name, sum), nil
}

// make makes the image of three layers: packages, which take time; an engine's
// programs, where there are any; the agent and what starts the host, so that
// another agent costs a second.
func (h hostImage) make(ctx context.Context, m maker, agent binary.Program) (string, error) {
	sum, err := h.hash(ctx, agent, m.platform)
	if err != nil {
		return h.name, err
	}
	ref := named(h.name, sum)
	return ref, m.once(ctx, ref, func() error {
		part, err := m.packages(ctx, h)
		if err == nil && h.engine != "" {
			part, err = m.engine(ctx, h, part)
		}
		if err != nil {
			return err
		}
		return m.build(ctx, ref, sum, h.files(agent), map[string]string{"PART": part})
	})
}

func (m maker) packages(ctx context.Context, h hostImage) (string, error) {
	f := hostFolder("packages")
	sum := h.packagesHash(m.platform)
	ref := named("packages-"+h.suiteName(), sum)
	return ref, m.once(ctx, ref, func() error {
		base, err := Base(ctx, m.Engine, h.suite, m.say)
		if err != nil {
			return err
		}
		m.announce(ref, "engines of Debian "+h.suiteName()+"; about 40 s")
		return m.build(ctx, ref, sum, f, map[string]string{"BASE": base, "PACKAGES": h.packages, "MORE": h.more})
	})
}

func (m maker) engine(ctx context.Context, h hostImage, part string) (string, error) {
	_, arch := m.Platform()
	sum, err := h.engineHash(ctx, m.platform)
	if err != nil {
		return "", err
	}
	ref := named("engine-"+h.engine, sum)
	return ref, m.once(ctx, ref, func() error {
		programs, err := Programs(ctx, h.engine, arch, m.say)
		if err != nil {
			return err
		}
		disk := map[string]string{}
		for at, from := range programs {
			disk["engine"+at] = from
		}
		return m.buildLarge(ctx, ref, sum, hostFolder("engine"), disk, map[string]string{"PART": part})
	})
}

func (h hostImage) suiteName() string {
	if h.more != "" {
		return h.more
	}
	return h.suite
}

// files are what is beside the packages.
func (h hostImage) files(agent binary.Program) files {
	f := withAgent(agent)
	source := hostFolder("host")
	f["Dockerfile"] = source["Dockerfile"]
	f["sbin/dnslab-host"] = source["dnslab-host"]
	return f
}

// withAgent returns the agent, under the name dnslab-agent in PATH, and what
// puts it before runc.
func withAgent(agent binary.Program) files {
	f := rooted(agent.Files).under("agent")
	f["sbin/dnslab-agent"] = []byte("#!/bin/sh\nexec " + strings.Join(agent.Args, " ") + " \"$@\"\n")
	f["sbin/dnslab-fit"] = hostFolder("host")["dnslab-fit"]
	return f
}

func (h hostImage) packagesHash(platform string) string {
	return hash(hostFolder("packages"), platform, h.suite, h.more, h.packages)
}

func (h hostImage) engineHash(ctx context.Context, platform string) (string, error) {
	_, arch, _ := strings.Cut(platform, "/")
	engine, err := EngineHash(ctx, h.engine, arch)
	return hash(hostFolder("engine"), h.packagesHash(platform), engine), err
}

func (h hostImage) hash(ctx context.Context, agent binary.Program, platform string) (string, error) {
	words := []string{h.name, h.packagesHash(platform)}
	if h.engine != "" {
		engine, err := h.engineHash(ctx, platform)
		if err != nil {
			return "", err
		}
		words = append(words, engine)
	}
	return hash(h.files(agent), words...), nil
}

// hostFolder returns the files of a folder of hosts.
func hostFolder(name string) files { return folderOf(hostSources, "hosts/"+name) }
