// Package all knows every runtime there is by name, and is the only importer
// of the engines.
package all

import (
	"context"

	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/driver/docker"
	"github.com/dnslab/dnslab/runner/driver/kind"
	"github.com/dnslab/dnslab/runner/driver/podman"
	"github.com/dnslab/dnslab/runner/host"
)

// A Candidate is a runtime that may or may not be had here: an engine or a
// cluster of the user's, a lab host that dnslab makes, or a cluster on one.
type Candidate struct {
	Name    string // "docker", "podman-5.8-rootless"
	Engine  string // "docker", "podman", "kubernetes"
	Default bool   // one of the runtimes that show each behaviour once

	fix     string
	open    opener
	host    *host.Spec    // nil for what is the user's
	cluster *kind.Spec    // nil for what is no cluster on a lab host
	context *kind.Context // nil for what is no cluster of the user's
}

// Fix is a command that helps where the runtime cannot be opened.
func (c Candidate) Fix() string { return c.fix }

// Made tells whether dnslab makes the runtime.
func (c Candidate) Made() bool { return c.host != nil }

// Visited tells whether the runtime is a cluster of the user's.
func (c Candidate) Visited() bool { return c.context != nil }

// Version is that of the engine on a lab host, or of Kubernetes, as far as its
// name promises it.
func (c Candidate) Version() string {
	switch {
	case c.cluster != nil:
		return c.cluster.Kubernetes
	case c.host != nil:
		return c.host.Version
	}
	return ""
}

// Images are the names of the images that a lab host starts from, and then a
// cluster on it; none for an engine of the user's.
func (c Candidate) Images() []string {
	switch {
	case c.cluster != nil:
		return []string{c.host.Image, c.cluster.Image()}
	case c.host != nil:
		return []string{c.host.Image}
	}
	return nil
}

type opener func(ctx context.Context, name string, o driver.Options) (driver.Runtime, error)

// open finds the engine of that kind that is the user's own, or is at a socket.
var engines = map[string]opener{
	"docker": func(ctx context.Context, name string, o driver.Options) (driver.Runtime, error) {
		return docker.Connect(ctx, name, o)
	},
	"podman": func(ctx context.Context, name string, o driver.Options) (driver.Runtime, error) {
		return podman.Connect(ctx, name, o)
	},
}

// Candidates returns all of them, in the order of results, but for clusters of
// the user's: those are had only by name.
func Candidates() []Candidate {
	all := []Candidate{
		{Name: "docker", Engine: "docker", Default: true, fix: "docker info", open: engines["docker"]},
		{Name: "podman", Engine: "podman", fix: "systemctl --user start podman.socket", open: engines["podman"]},
	}
	for _, s := range host.Specs() {
		all = append(all, Candidate{Name: s.Name, Engine: s.Engine, Default: s.Default, fix: "dnslab image build " + s.Image, host: &s})
	}
	for _, s := range kind.Specs() {
		on, err := host.Find(s.Host)
		if err != nil {
			panic(err) // a row of a table names none
		}
		all = append(all, Candidate{
			Name: s.Name, Engine: "kubernetes", Default: s.Default, host: &on, cluster: &s,
			fix: "dnslab image build " + on.Image + " " + s.Image(),
		})
	}
	return all
}
