package driver

import (
	"context"
	"io"
	"net/netip"

	"github.com/dnslab/dnslab/runner/topo"
)

// A Runtime is one reachable endpoint of a container engine.
type Runtime interface {
	// Name identifies the endpoint in results: "docker", "podman-5.8-rootless".
	Name() string

	// About asks the runtime what it is and what it can do. An error means
	// that the engine does not answer.
	About(context.Context) (About, error)

	// Prepare makes what a world needs before it can be up, such as images, for
	// a topology and the places that will be dialled. It may be called by
	// several goroutines; work is done once. An error is a problem of the
	// stage "image".
	Prepare(context.Context, topo.Topology, []topo.Place) error

	// Up builds a topology under names that end in tag, and returns when every
	// node that is not Later has an agent that answers. On error it has
	// already removed whatever it made; where it could not, the error wraps
	// [ErrLeft].
	Up(ctx context.Context, tag Tag, t topo.Topology) (World, error)

	// Close lets go of the runtime and removes what it made for the run as a whole.
	Close(context.Context) error
}

// A Tag tells one world from all others.
type Tag struct {
	Lab  string // name of the lab, for people who look at the engine
	Name string // what every name in the engine ends in: "-NAME"
}

// A World is a running topology.
type World interface {
	// Known returns where every node is now, and by what names. It changes
	// only with acts, and is cheap.
	Known() Known

	// Dial opens the standard input and output of an agent at p. All that is
	// asked travels over it; the agent holds no socket there. For a place that
	// is not there the error wraps [ErrNoPlace].
	Dial(ctx context.Context, p topo.Place) (io.ReadWriteCloser, error)

	// Do carries out an act of the engine's own, such as connecting a network,
	// and returns when the engine says it is done. An act that the engine does
	// not know returns an error that wraps [ErrNoAct].
	Do(context.Context, topo.Act) error

	// Close removes every trace of the world. It is safe to call twice.
	Close(context.Context) error
}

// Known is what the runtime knows of a world by the lab's names.
type Known struct {
	Names map[string]string                  // node or network to its name in the engine
	IDs   map[string]string                  // node to the full id of its container
	Addrs map[string]map[string][]netip.Addr // node to network (or mode) to addresses
}

// Options are what a runtime may be told when it is opened.
type Options struct {
	Run   string       // id of the run, [a-z0-9]{8,20}: the value of the label dnslab.run
	Owner string       // who runs this, as package owner writes it
	Say   func(string) // hears in plain words what takes time, such as an image being built; nil says nothing

	Socket string // path of the engine's API socket, as a lab host has one; empty finds the user's own engine
	Images Supply // where images come from; nil makes them on the engine itself

	Versions map[string]string // of the engine's parts, as whoever made its host knows them; an engine that tells its own is believed
}

// A Supply tells the reference of one of dnslab's images by its name
// ("helper"), and how to get it as an archive that "docker load" reads. It is
// made where it is not there yet.
type Supply func(ctx context.Context, name string) (ref string, archive func(context.Context) (io.ReadCloser, error), err error)

// A Pinger is a runtime that can be asked whether it still answers, at no cost.
type Pinger interface{ Ping(context.Context) error }

// A Cleaner is a runtime that can find what dead runs left behind.
type Cleaner interface {
	// Clean removes what carries the label dnslab.run of runs whose process is
	// gone; with all, also of runs whose process cannot be known because it
	// ran elsewhere, and of those that go on. It returns what it removed, and
	// in words what it spared.
	Clean(ctx context.Context, all bool) (removed, spared []string, err error)
}
