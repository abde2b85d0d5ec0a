package images

import (
	"context"
	"io"
)

// Label is on every image made here, on the containers that builds run in and
// on what builds leave behind. Its value is the hash of what the image is made of.
const Label = "dnslab.image"

// An Engine can make images. It must be comparable, as a pointer is: work on
// one engine is done once.
type Engine interface {
	// Platform returns what containers run on there, as Go names it: "linux", "amd64".
	Platform() (os, arch string)

	// Has tells whether the image ref is there.
	Has(ctx context.Context, ref string) (bool, error)

	// Import makes ref of a root file system. Changes are lines of a
	// Dockerfile, such as `ENTRYPOINT ["/x"]`. Without an error, ref is there;
	// with one, it is not.
	Import(ctx context.Context, ref string, rootfs io.Reader, changes []string) error

	// Build makes ref of a context with a Dockerfile in it, in which every
	// stage begins with a LABEL of [Label] and hash. What the build makes beside
	// ref is removed, by this label. The error has the last lines that the
	// build printed.
	Build(ctx context.Context, ref, hash string, context io.Reader, args map[string]string) error
}

// A Puller is an engine that may reach a registry.
type Puller interface {
	// Pull gets ref from its registry. It gives up when nothing is heard of
	// the registry for 20 s.
	Pull(ctx context.Context, ref string) error

	// Remove takes the name ref away, and the image too unless something needs it.
	Remove(ctx context.Context, ref string) error
}

// A Lister tells what there is to remove.
type Lister interface {
	// List returns all that carries [Label].
	List(context.Context) ([]Made, error)
}

// Made is an image that carries [Label].
type Made struct {
	ID   string   // "sha256:…"
	Refs []string // "dnslab/helper:0123456789ab"; empty for what a build left behind
	Hash string   // the value of [Label]
	Size int64    // octets; images share some of theirs
}
