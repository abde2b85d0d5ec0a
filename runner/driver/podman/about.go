package podman

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"regexp"
	"strings"
	"sync"

	"github.com/Masterminds/semver/v3"

	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/driver/internal/book"
)

// info is what the service says of itself (podman libpod/define, Info).
type info struct {
	Host struct {
		Arch           string
		OS             string
		Kernel         string
		CPUs           int
		CgroupVersion  string // "v1"
		NetworkBackend string // "netavark", "cni"; since 4.0
		Distribution   struct{ Distribution, Version string }
		Conmon         program
		OCIRuntime     struct {
			Name string
			program
		}
		NetworkBackendInfo struct { // since 4.6
			Backend string
			program
			DNS program
		}
		RootlessNetworkCmd string // "pasta", "slirp4netns"; since 5.0
		Slirp4NetNS        program
		Pasta              program
		Security           struct {
			Rootless bool
			AppArmor bool `json:"apparmorEnabled"`
			SELinux  bool `json:"selinuxEnabled"`
		}
	}
	Store   struct{ GraphDriverName string }
	Version struct{ Version string }
}

// A program is one that the engine starts.
type program struct {
	Package string // "netavark_1.14.0-2_amd64", "passt-0^20250503.g587980c-1.fc42.x86_64", "Unknown"
	Version string // what it says when asked: "netavark 1.14.0", "conmon version 2.1.12, commit: unknown"
}

var (
	number = regexp.MustCompile(`\d+(\.\d+)+`)
	day    = regexp.MustCompile(`20\d\d_?\d\d_?\d\d`)
)

// number is that in what the program says or, where it says nothing, of its package.
func (p program) number() string {
	return cmp.Or(number.FindString(p.Version), number.FindString(p.Package))
}

// day is that of a release of pasta, which has no other number: of "pasta
// 2025_05_03.587980c" or "passt_0.0~git20250503.587980c-2" it is 20250503.
func (p program) day() string {
	return strings.ReplaceAll(cmp.Or(day.FindString(p.Version), day.FindString(p.Package)), "_", "")
}

// About asks the service what it is and tries what it can do.
func (r *Runtime) About(ctx context.Context) (driver.About, error) {
	var i info
	if err := r.api.do(ctx, get("info"), &i); err != nil {
		return driver.About{}, fmt.Errorf("asking the service what it is: %w", err)
	}
	a := driver.About{
		Engine:   "podman",
		Version:  i.Version.Version,
		Rootless: i.Host.Security.Rootless,
		Versions: i.versions(r.told),
		Caps:     driver.Caps{},
	}
	a.Facts = map[string]string{
		"podman":          i.Version.Version,
		"network-backend": i.backend(),
		"rootless":        fmt.Sprint(a.Rootless),
		"kernel":          i.Host.Kernel,
		"os":              strings.TrimSpace(i.Host.Distribution.Distribution + " " + i.Host.Distribution.Version),
		"arch":            i.Host.Arch,
		"storage":         i.Store.GraphDriverName,
		"cgroup-version":  strings.TrimPrefix(i.Host.CgroupVersion, "v"),
	}
	for _, part := range []string{"netavark", "aardvark-dns", "dnsname"} {
		if v := a.Versions[part]; v != "" {
			a.Facts[part] = v
		}
	}
	if a.Rootless {
		a.Facts["rootless-network"] = r.rootlessNetwork(ctx, i)
	}
	if a.Facts["network-backend"] == "netavark" && tearsDown(a.Facts["aardvark-dns"]) {
		a.Alone = "aardvark-dns " + a.Facts["aardvark-dns"] + " closes its sockets whenever any container comes or goes"
	}
	r.try(ctx, a.Rootless, a.Caps)
	// An engine that died during the trials failed them all, which says nothing
	// of what it can do.
	if err := r.Ping(ctx); err != nil {
		return driver.About{}, fmt.Errorf("asking the service what it can do: %w", err)
	}
	return a, nil
}

// tearsDown tells whether this aardvark-dns ends all of its servers on each
// SIGHUP and starts them anew, so that questions on any network are lost while
// another changes: up to 1.10 (aardvark-dns#389, #449; src/server/serve.rs).
func tearsDown(aardvark string) bool {
	v, err := semver.NewVersion(aardvark)
	return err == nil && v.LessThan(semver.New(1, 11, 0, "", ""))
}

// backend is CNI's before 4.0, which had no other.
func (i info) backend() string {
	if i.Host.NetworkBackend == "" {
		return "cni"
	}
	return i.Host.NetworkBackend
}

// versions are those of the parts that are used; what the service does not say
// is taken from what was told of its host.
func (i info) versions(told map[string]string) map[string]string {
	its := map[string]string{
		"podman":               i.Version.Version,
		"conmon":               i.Host.Conmon.number(),
		i.Host.OCIRuntime.Name: i.Host.OCIRuntime.number(),
	}
	if i.backend() == "netavark" {
		its["netavark"], its["aardvark-dns"] = i.Host.NetworkBackendInfo.number(), i.Host.NetworkBackendInfo.DNS.number()
	} else {
		its["dnsname"], its["dnsmasq"] = "", "" // it says nothing of them
	}
	if i.Host.Security.Rootless {
		its["slirp4netns"], its["pasta"] = i.Host.Slirp4NetNS.number(), i.Host.Pasta.day()
	}
	all := map[string]string{}
	for part, version := range its {
		if version == "" {
			version = told[part]
		}
		if version != "" {
			all[part] = version
		}
	}
	return all
}

// rootlessNetwork is what a container gets that asks for no network. Before
// 5.0 only a container tells.
func (r *Runtime) rootlessNetwork(ctx context.Context, i info) string {
	if i.Host.RootlessNetworkCmd != "" {
		return i.Host.RootlessNetworkCmd
	}
	image, err := r.Image(ctx, "agent")
	if err != nil {
		return "unknown"
	}
	id, err := r.createContainer(ctx, container{Image: image, Labels: r.labels("trial", "")})
	if err != nil {
		return "unknown"
	}
	defer r.removeContainer(context.WithoutCancel(ctx), id)
	var c struct{ HostConfig struct{ NetworkMode string } }
	if err := r.api.do(ctx, get("containers", id, "json"), &c); err != nil || c.HostConfig.NetworkMode == "" {
		return "unknown"
	}
	return c.HostConfig.NetworkMode
}

// try finds out by trial what info does not tell. What a trial makes it
// removes, so an interrupt waits for it; a trial that fails means that the engine
// cannot do it.
func (r *Runtime) try(ctx context.Context, rootless bool, caps driver.Caps) {
	if ctx.Err() != nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), book.MakeTimeout)
	defer cancel()
	dual := sync.OnceValues(func() (string, bool) { return r.tryDual(ctx) })
	trials := map[driver.Cap]func(context.Context) (string, bool){
		driver.UserNetworks: func(ctx context.Context) (string, bool) {
			if evidence, ok := dual(); ok { // one trial is half the wait
				return evidence, true
			}
			_, ok := r.tryNetwork(ctx, networkSpec{})
			return "trial: a container on a network of driver bridge got an address", ok
		},
		driver.IPv6:          func(context.Context) (string, bool) { return dual() },
		driver.IPv6Only:      r.tryIPv6Only,
		driver.DefaultBridge: func(ctx context.Context) (string, bool) { return r.tryDefaultBridge(ctx, rootless) },
		driver.NetworkDNS:    r.tryNetworkDNS,
		driver.HostNetns:     r.tryHostNetwork,
		driver.Outside:       r.tryOutside,
		driver.Slirp4netns:   func(ctx context.Context) (string, bool) { return r.tryMode(ctx, "slirp4netns") },
		driver.Pasta:         func(ctx context.Context) (string, bool) { return r.tryMode(ctx, "pasta") },
		driver.HostFiles:     r.tryVolume,
	}
	var mu sync.Mutex
	var all sync.WaitGroup
	for c, trial := range trials {
		all.Go(func() {
			if evidence, ok := trial(ctx); ok {
				mu.Lock()
				defer mu.Unlock()
				caps[c] = evidence
			}
		})
	}
	all.Wait()
}

// tryNetwork starts a container on a network, since the engine makes networks
// with IPv6 on hosts that have none.
func (r *Runtime) tryNetwork(ctx context.Context, s networkSpec) (families string, ok bool) {
	s.name, s.labels = "try-"+book.RandomTag(), r.labels("trial", "")
	if err := r.createNetwork(ctx, s); err != nil {
		return "", false
	}
	defer r.removeNetwork(ctx, s.name)
	id, end, err := r.tryContainer(ctx, func(image string) (c container) {
		c.Image = image
		r.join(&c, s.name, nil)
		return c
	})
	defer end()
	if err != nil {
		return "", false
	}
	on, err := r.addresses(ctx, id)
	if err != nil {
		return "", false
	}
	for _, a := range on[s.name] {
		if a.Is4() {
			families += "4"
		} else {
			families += "6"
		}
	}
	return families, families != ""
}

func (r *Runtime) tryDual(ctx context.Context) (string, bool) {
	families, _ := r.tryNetwork(ctx, networkSpec{ipv6: true})
	return "trial: a container on a network of driver bridge got an IPv4 and an IPv6 address", families == "46"
}

func (r *Runtime) tryIPv6Only(ctx context.Context) (string, bool) {
	families, _ := r.tryNetwork(ctx, networkSpec{ipv6: true, noIPv4: true})
	return "trial: a container on a network of driver bridge got an IPv6 address and no other", families == "6"
}

func (r *Runtime) tryNetworkDNS(ctx context.Context) (string, bool) {
	s := networkSpec{name: "try-" + book.RandomTag(), dns: []netip.Addr{netip.MustParseAddr("192.0.2.1")}, labels: r.labels("trial", "")}
	if err := r.createNetwork(ctx, s); err != nil {
		return "", false
	}
	r.removeNetwork(ctx, s.name)
	return "trial: a network of driver bridge that was given a DNS server has it", true
}

func (r *Runtime) tryDefaultBridge(ctx context.Context, rootless bool) (string, bool) {
	if rootless {
		return "", false // there it is no bridge, and containers do not see each other
	}
	if err := r.api.do(ctx, get("networks", "podman", "json"), nil); err != nil {
		return "", false
	}
	return "network podman is there, and info: security.rootless is false", true
}

func (r *Runtime) tryHostNetwork(ctx context.Context) (string, bool) {
	_, end, err := r.tryContainer(ctx, func(image string) container {
		return container{Image: image, NetNS: &namespace{Mode: "host"}}
	})
	end()
	return "trial: a container started on the host's network", err == nil
}

// tryMode starts a container with a network of its own through a program: pasta
// is for engines without root alone, and slirp4netns is gone since 6.0.
func (r *Runtime) tryMode(ctx context.Context, mode string) (string, bool) {
	_, end, err := r.tryContainer(ctx, func(image string) container {
		return container{Image: image, NetNS: &namespace{Mode: mode}}
	})
	end()
	return "trial: a container started with --network " + mode, err == nil
}

// tryOutside does with the agent's image what is done with the helper's.
func (r *Runtime) tryOutside(ctx context.Context) (string, bool) {
	target, end, err := r.tryContainer(ctx, func(image string) container {
		return container{Image: image, NetNS: &namespace{Mode: "none"}}
	})
	defer end()
	if err != nil {
		return "", false
	}
	_, endToo, err := r.tryContainer(ctx, func(image string) container { return r.outside(image, target) })
	endToo()
	return "trial: a container with the host's PID namespace started on the network of another", err == nil
}

// tryContainer starts one, and returns what removes it again.
func (r *Runtime) tryContainer(ctx context.Context, of func(image string) container) (id string, end func(), err error) {
	image, err := r.Image(ctx, "agent")
	if err != nil {
		return "", func() {}, err
	}
	c := of(image)
	c.Stdin, c.Log, c.Labels = true, noLog, r.labels("trial", "")
	if id, err = r.createContainer(ctx, c); err != nil {
		return "", func() {}, err
	}
	return id, func() { r.removeOutside(ctx, id) }, r.startContainer(ctx, id)
}

func (r *Runtime) tryVolume(ctx context.Context) (string, bool) {
	name := "try-" + book.RandomTag()
	dir, err := r.createVolume(ctx, name, r.labels("trial", ""))
	if err != nil {
		return "", false
	}
	err = r.removeVolume(ctx, name)
	return "trial: a volume has a folder on the engine's host", err == nil && dir != ""
}
