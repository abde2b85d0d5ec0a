package podman

import (
	"context"
	"net/netip"

	"github.com/dnslab/dnslab/runner/driver/internal/book"
)

// A container is what the service is told of one that is to be made
// (podman pkg/specgen, SpecGenerator).
type container struct {
	Name     string            `json:"name,omitempty"`
	Image    string            `json:"image"`
	Stdin    bool              `json:"stdin,omitempty"`
	Labels   map[string]string `json:"labels"`
	Log      *logging          `json:"log_configuration,omitempty"`
	Hostname string            `json:"hostname,omitempty"`

	PidNS    *namespace            `json:"pidns,omitempty"`
	NetNS    *namespace            `json:"netns,omitempty"`
	Networks map[string]attachment `json:"networks,omitempty"`
	Names    []string              `json:"cni_networks,omitempty"` // of networks, before 4.0
	Aliases  map[string][]string   `json:"aliases,omitempty"`      // network to aliases, before 4.0

	NetworkOptions map[string][]string `json:"network_options,omitempty"` // mode to what its program is told

	DNS        []netip.Addr `json:"dns_server,omitempty"`
	DNSSearch  []string     `json:"dns_search,omitempty"`
	DNSOptions []string     `json:"dns_option,omitempty"`
	ExtraHosts []string     `json:"hostadd,omitempty"`

	Mounts  []mount  `json:"mounts,omitempty"`
	Volumes []volume `json:"volumes,omitempty"`

	CapAdd   []string `json:"cap_add,omitempty"`
	AppArmor string   `json:"apparmor_profile,omitempty"`
	SELinux  []string `json:"selinux_opts,omitempty"`
}

type (
	logging struct {
		Driver string `json:"driver"`
	}
	namespace struct {
		Mode   string `json:"nsmode"`
		Value  string `json:"value,omitempty"`
		Value3 string `json:"string,omitempty"` // the same before 4.0
	}
	attachment struct {
		Aliases []string `json:"aliases,omitempty"`
	}
	mount struct {
		Type    string   `json:"type"`
		Source  string   `json:"source"`
		At      string   `json:"destination"`
		Options []string `json:"options,omitempty"`
	}
	volume struct {
		Name string
		Dest string
	}
)

// shared is the namespace of another container.
func shared(container string) *namespace { return &namespace{"container", container, container} }

// noLog is for what an agent says: it goes to whoever is attached and to no log.
var noLog = &logging{"none"}

func (r *Runtime) createContainer(ctx context.Context, c container) (id string, err error) {
	ctx, cancel, err := book.Making(ctx)
	if err != nil {
		return "", err
	}
	defer cancel()
	var made struct {
		ID string `json:"Id"`
	}
	err = r.api.do(ctx, post("containers", "create").of(c), &made)
	return made.ID, err
}

func (r *Runtime) startContainer(ctx context.Context, id string) error {
	if r.before(4) {
		return r.start3(ctx, id)
	}
	return r.api.do(ctx, post("containers", id, "start"), nil)
}

// removeContainer kills: an agent has nothing to say when it goes. Before 4.0
// the service knows no timeout here.
func (r *Runtime) removeContainer(ctx context.Context, id string) error {
	return unlessGone(r.api.do(ctx, remove("containers", id).with("force", "true", "v", "true", "timeout", "0"), nil))
}

// removeOutside removes a container in the host's PID namespace. To stop one
// the engine kills all that is in its cgroup (libpod StopContainer, "all"), and
// rootless there may be none; what is killed by a signal of ours is dead.
// Whether it was to be killed, the removal tells.
func (r *Runtime) removeOutside(ctx context.Context, id string) error {
	r.api.do(ctx, post("containers", id, "kill").with("signal", "KILL"), nil)
	return r.removeContainer(ctx, id)
}
