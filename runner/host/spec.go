package host

import (
	"fmt"
	"slices"
	"strings"
)

// A Spec is a lab host as data: which engine runs on it, and how.
type Spec struct {
	Name    string // "docker-26.1-rootless"
	Engine  string // "docker", "podman"
	Version string // how the version begins that the engine must say it is: "26.1"
	Image   string // one of images.HostNames: "host-trixie"
	User    string // who the engine runs as: "root" or "lab", an ordinary user
	Env     []string
	Flags   []string // of dockerd
	Network []string // lines of the table [network] in containers.conf
	Cgroup2 bool     // the engine refuses cgroup v1
	Netns   string   // of a rootless Docker: "detached" from the engine's process, or "attached" to it; see moby's dockerd-rootless.sh
	Default bool     // one of the runtimes that show each behaviour once
}

// Specs returns all lab hosts, in the order of results.
func Specs() []Spec { return slices.Clone(specs) }

// Find returns the lab host called name.
func Find(name string) (Spec, error) {
	i := slices.IndexFunc(specs, func(s Spec) bool { return s.Name == name })
	if i < 0 {
		return Spec{}, fmt.Errorf("no lab host %q (dnslab host ls shows all)", name)
	}
	return specs[i], nil
}

// Rootless tells whether the engine runs without root.
func (s Spec) Rootless() bool { return s.User == "lab" }

// is tells whether an engine of this version is what the name promises:
// "26.1.5+dfsg1" is 26.1, and "26.10.0" is not.
func (s Spec) is(version string) bool {
	rest, ok := strings.CutPrefix(version, s.Version)
	return ok && (rest == "" || !strings.ContainsRune("0123456789", rune(rest[0])))
}

// data is the folder of the engine's containers and images. An overlay cannot
// lie on an overlay, so there is a volume for it.
func (s Spec) data() string {
	switch {
	case s.Engine == "docker" && s.Rootless():
		return home + "/.local/share/docker"
	case s.Engine == "docker":
		return "/var/lib/docker"
	case s.Rootless():
		return home + "/.local/share/containers"
	}
	return "/var/lib/containers"
}

const (
	home      = "/home/lab"
	labFolder = "/run/user/1000" // XDG_RUNTIME_DIR of lab
)

// socket is where the engine's API is, and where its command looks for it.
func (s Spec) socket() string {
	at := "/run"
	if s.Rootless() {
		at = labFolder
	}
	if s.Engine == "docker" {
		return at + "/docker.sock"
	}
	return at + "/podman/podman.sock"
}

// rootlessPool is where a rootless Docker takes addresses for its networks. It
// cannot see those of its host, and would give containers the addresses that
// the host's neighbours have: each would look like the other.
const rootlessPool = "base=10.64.0.0/12,size=16"

// command starts the engine; see images/hosts/host/dnslab-host.
func (s Spec) command() []string {
	switch {
	case s.Engine == "podman":
		return []string{s.User, "podman", "system", "service", "--time=0", "unix://" + s.socket()}
	case s.Rootless():
		return append([]string{s.User, "dockerd-rootless.sh", "--host=unix://" + s.socket(), "--default-address-pool=" + rootlessPool}, s.Flags...)
	}
	return append([]string{s.User, "dockerd", "--host=unix://" + s.socket()}, s.Flags...)
}

// containersConf is the engine's configuration where it is Podman.
func (s Spec) containersConf() string {
	conf := "[engine]\ncgroup_manager = \"cgroupfs\"\nevents_logger = \"file\"\n" // there is no systemd, which Podman 3.0 does not notice
	conf += "[network]\n" + strings.Join(append(s.Network, ""), "\n")
	if s.Cgroup2 { // made by hand, it has no controllers
		conf += "[containers]\npids_limit = 0\n"
	}
	return conf
}

// env is the environment of whatever runs as the engine's user.
func (s Spec) env() []string {
	env := []string{"PODMAN_IGNORE_CGROUPSV1_WARNING=1"}
	if s.Rootless() {
		env = append(env, "HOME="+home, "USER=lab", "XDG_RUNTIME_DIR="+labFolder, "DOCKER_HOST=unix://"+s.socket())
	}
	return env
}
