package host

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/mount"
	"github.com/moby/moby/client"
	"github.com/moby/sys/capability"
	"github.com/testcontainers/testcontainers-go"
	tclog "github.com/testcontainers/testcontainers-go/log"

	"github.com/dnslab/dnslab/runner/agent"
	"github.com/dnslab/dnslab/runner/topo"
)

// run makes the container of a host and starts it.
func (h *Host) run(ctx context.Context, image string) error {
	p, err := provider(h.out.API())
	if err != nil {
		return err
	}
	known, _ := lacking.Load(h.out.API())
	lacks, _ := known.([]string)
	err = h.runWith(ctx, p, image, lacks)
	if lacks != nil || err == nil || !strings.Contains(err.Error(), "unable to apply caps") {
		return err
	}
	// The machine lacks a capability, and says itself which.
	lacks, e := h.upstream.lacks(ctx)
	if e != nil {
		return fmt.Errorf("%w (and asking the machine for its capabilities: %w)", err, e)
	}
	if err := h.remove(ctx); err != nil {
		return err
	}
	lacking.Store(h.out.API(), lacks)
	return h.runWith(ctx, p, image, lacks)
}

// lacking remembers the capabilities that machines lack, by their engine's client.
var lacking sync.Map

// runWith does so with all capabilities but those that the machine lacks.
func (h *Host) runWith(ctx context.Context, p *testcontainers.DockerProvider, image string, lacks []string) error {
	// What is begun is not cut off, or nobody would know what was made.
	if err := context.Cause(ctx); err != nil {
		return err
	}
	making, cancel := context.WithTimeout(context.WithoutCancel(ctx), makeTimeout)
	defer cancel()
	req := testcontainers.ContainerRequest{
		Image:  image,
		Name:   h.name,
		Labels: h.labels,
		Cmd:    h.command(),
		Env:    map[string]string{"NAMESERVER": h.upstream.addr.String()},
		Tmpfs:  map[string]string{"/run": "exec,mode=755", "/tmp": "exec,mode=1777"}, // the engine outside would say noexec
		ConfigModifier: func(c *container.Config) {
			// With a dot in it, a name gives its host a search domain.
			c.Hostname = strings.ReplaceAll(h.Spec.Name, ".", "-")
			c.Env = append(append(c.Env, h.env()...), h.Env...)
		},
		HostConfigModifier: func(c *container.HostConfig) { h.configure(c, lacks) },
	}
	if h.Cgroup2 {
		req.Env["CGROUP2"] = "yes"
	}
	if h.Engine == "podman" {
		req.Files = []testcontainers.ContainerFile{{
			Reader:            strings.NewReader(h.containersConf()),
			ContainerFilePath: "/etc/containers/containers.conf", FileMode: 0o644,
		}}
	}
	c, err := p.CreateContainer(making, req)
	if c != nil {
		h.id = c.GetContainerID()
	}
	if err != nil {
		return err
	}
	return c.Start(ctx)
}

// makeTimeout bounds making a container.
const makeTimeout = 90 * time.Second

// configure gives the container what a machine has, short of --privileged: that
// fails as a whole where one capability is lacking.
func (h *Host) configure(c *container.HostConfig, lacks []string) {
	c.CapAdd, c.CapDrop = []string{"ALL"}, lacks
	c.SecurityOpt = []string{"seccomp=unconfined", "apparmor=unconfined", "label=disable"}
	c.MaskedPaths, c.ReadonlyPaths = []string{}, []string{}
	c.DeviceCgroupRules = []string{"a *:* rwm"}
	c.CgroupnsMode = "private"
	c.NetworkMode = "bridge"
	c.LogConfig = container.LogConfig{Type: "json-file", Config: map[string]string{"max-size": "4m"}}
	c.Mounts = []mount.Mount{{
		Type: mount.TypeVolume, Source: h.name, Target: h.data(),
		VolumeOptions: &mount.VolumeOptions{NoCopy: true, Labels: h.labels},
	}}
}

// remove removes the container and its volume, if they are there: by name,
// since a call that failed may have made them after all.
func (h *Host) remove(ctx context.Context) error {
	api := h.out.API()
	_, err := api.ContainerRemove(ctx, h.name, client.ContainerRemoveOptions{Force: true, RemoveVolumes: true})
	if err != nil && !errdefs.IsNotFound(err) {
		return err // and the volume is in use
	}
	_, err = api.VolumeRemove(ctx, h.name, client.VolumeRemoveOptions{Force: true})
	if errdefs.IsNotFound(err) {
		return nil
	}
	return err
}

// provider is testcontainers on the engine that api talks to, whatever engine
// it would have found itself, without a container that cleans up: what is left
// behind is found by label.
func provider(api *client.Client) (*testcontainers.DockerProvider, error) {
	setting.Do(func() {
		os.Setenv("TESTCONTAINERS_RYUK_DISABLED", "true")
		tclog.SetDefault(tclog.NewNoopLogger())
	})
	p, err := testcontainers.NewDockerProvider(
		testcontainers.WithDefaultBridgeNetwork("bridge"),
		testcontainers.WithLogger(tclog.NewNoopLogger()),
	)
	if err != nil {
		return nil, fmt.Errorf("testcontainers finds no engine, but dnslab found one at %s (set DOCKER_HOST to that): %w", api.DaemonHost(), err)
	}
	p.Close()
	p.SetClient(api)
	return p, nil
}

var setting sync.Once

// lacks returns the capabilities that the machine's first process lacks, as
// "--cap-drop" takes them.
func (u *upstream) lacks(ctx context.Context) ([]string, error) {
	// It is seen by a helper, which is in the machine's PID namespace.
	stream, err := u.world.Dial(ctx, topo.Place{At: topo.Netns, Name: upstreamName})
	if err != nil {
		return nil, err
	}
	c := agent.NewClient(stream)
	defer c.Close()
	res, err := c.Do(ctx, agent.Request{Asks: map[string]agent.Ask{"status": {File: &agent.File{Path: "/proc/1/status"}}}})
	if err != nil {
		return nil, err
	}
	text := res.Observed["status"].Text
	if text == nil {
		return nil, errors.New("it has no /proc/1/status")
	}
	return missing(*text)
}

// missing returns the capabilities that are not in the bounding set of a
// process, by its /proc/PID/status.
func missing(status string) ([]string, error) {
	for line := range strings.Lines(status) {
		digits, ok := strings.CutPrefix(line, "CapBnd:")
		if !ok {
			continue
		}
		has, err := strconv.ParseUint(strings.TrimSpace(digits), 16, 64)
		if err != nil {
			return nil, err
		}
		var lacks []string
		for _, c := range capability.ListKnown() {
			if has>>uint(c)&1 == 0 {
				lacks = append(lacks, strings.ToUpper(c.String()))
			}
		}
		return lacks, nil
	}
	return nil, errors.New("/proc/PID/status has no CapBnd")
}
