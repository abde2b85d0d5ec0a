package docker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/build"
	"github.com/moby/moby/api/types/jsonstream"
	"github.com/moby/moby/client"

	"github.com/dnslab/dnslab/images"
)

// imageEngine makes images on a Docker engine.
type imageEngine struct {
	api      *client.Client
	os, arch string
}

var (
	_ images.Engine = imageEngine{}
	_ images.Puller = imageEngine{}
	_ images.Lister = imageEngine{}
)

func (e imageEngine) Platform() (os, arch string) { return e.os, e.arch }

func (e imageEngine) Has(ctx context.Context, ref string) (bool, error) {
	_, err := e.api.ImageInspect(ctx, ref)
	if errdefs.IsNotFound(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("asking for the image %q: %w", ref, err)
	}
	return true, nil
}

func (e imageEngine) Import(ctx context.Context, ref string, rootfs io.Reader, changes []string) error {
	body, err := e.api.ImageImport(ctx, client.ImageImportSource{Source: rootfs, SourceName: "-"}, ref, client.ImageImportOptions{Changes: changes})
	if err != nil {
		return fmt.Errorf("importing the image %q: %w", ref, err)
	}
	defer body.Close()
	if err := follow(body, func() {}); err != nil {
		return fmt.Errorf("importing the image %q: %w", ref, err)
	}
	return nil
}

// Build uses the classic builder, which every engine has and which needs no
// image of its own. It leaves the last image of each stage behind without a
// name; those that carry our label are removed.
func (e imageEngine) Build(ctx context.Context, ref, hash string, files io.Reader, args map[string]string) error {
	given := map[string]*string{}
	for k, v := range args {
		given[k] = &v
	}
	defer e.prune(context.WithoutCancel(ctx), hash)
	res, err := e.api.ImageBuild(ctx, files, client.ImageBuildOptions{
		Version:     build.BuilderV1,
		Tags:        []string{ref},
		BuildArgs:   given,
		Remove:      true,
		ForceRemove: true,
	})
	if err != nil {
		return fmt.Errorf("building the image %q: %w", ref, err)
	}
	defer res.Body.Close()
	if err := follow(res.Body, func() {}); err != nil {
		return fmt.Errorf("building the image %q: %w", ref, err)
	}
	return nil
}

// prune removes images without a name that carry our label with that hash.
// What it cannot remove, "dnslab clean --images" finds by the same label.
func (e imageEngine) prune(ctx context.Context, hash string) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	e.api.ImagePrune(ctx, client.ImagePruneOptions{
		Filters: make(client.Filters).Add("dangling", "true").Add("label", images.Label+"="+hash),
	})
}

// pullSilence bounds how long a registry may be silent.
const pullSilence = 20 * time.Second

func (e imageEngine) Pull(ctx context.Context, ref string) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	silence := time.AfterFunc(pullSilence, func() {
		cancel(fmt.Errorf("nothing was heard of the registry for %v", pullSilence))
	})
	defer silence.Stop()
	body, err := e.api.ImagePull(ctx, ref, client.ImagePullOptions{})
	if err == nil {
		defer body.Close()
		err = follow(body, func() { silence.Reset(pullSilence) })
	}
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	if err != nil {
		return fmt.Errorf("pulling the image %q: %w", ref, err)
	}
	return nil
}

func (e imageEngine) Remove(ctx context.Context, ref string) error {
	_, err := e.api.ImageRemove(ctx, ref, client.ImageRemoveOptions{PruneChildren: true})
	if err != nil && !errdefs.IsNotFound(err) {
		return fmt.Errorf("removing the image %q: %w", ref, err)
	}
	return nil
}

func (e imageEngine) List(ctx context.Context) ([]images.Made, error) {
	res, err := e.api.ImageList(ctx, client.ImageListOptions{Filters: make(client.Filters).Add("label", images.Label)})
	if err != nil {
		return nil, fmt.Errorf("listing images: %w", err)
	}
	var made []images.Made
	for _, s := range res.Items {
		m := images.Made{ID: s.ID, Hash: s.Labels[images.Label], Size: s.Size}
		for _, ref := range s.RepoTags {
			if ref != "<none>:<none>" { // as engines before 24 say that there is none
				m.Refs = append(m.Refs, ref)
			}
		}
		made = append(made, m)
	}
	return made, nil
}

// Called is what an image that was made here is called: as it is anywhere.
func (e imageEngine) Called(ref string) string { return ref }

// Receive loads ref of an archive, unless it is there.
func (e imageEngine) Receive(ctx context.Context, ref string, archive func(context.Context) (io.ReadCloser, error)) (string, error) {
	if has, err := e.Has(ctx, ref); err != nil || has {
		return ref, err
	}
	in, err := archive(ctx)
	if err != nil {
		return "", err
	}
	defer in.Close()
	res, err := e.api.ImageLoad(ctx, in)
	if err != nil {
		return "", fmt.Errorf("loading the image %q: %w", ref, err)
	}
	defer res.Close()
	if err := follow(res, func() {}); err != nil {
		return "", fmt.Errorf("loading the image %q: %w", ref, err)
	}
	return ref, nil
}

// Save returns ref as an archive that "docker load" reads.
func (e imageEngine) Save(ctx context.Context, ref string) (io.ReadCloser, error) {
	out, err := e.api.ImageSave(ctx, []string{ref})
	if err != nil {
		return nil, fmt.Errorf("saving the image %q: %w", ref, err)
	}
	return out, nil
}

// follow reads the messages about some work to their end, and calls heard for
// each. If the work failed, the error has the last lines that it printed.
func follow(messages io.Reader, heard func()) error {
	var printed strings.Builder
	decoder := json.NewDecoder(messages)
	for {
		var m jsonstream.Message
		err := decoder.Decode(&m)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading the engine's messages: %w", err)
		}
		heard()
		printed.WriteString(m.Stream)
		switch {
		case m.Error != nil && printed.Len() > 0:
			return fmt.Errorf("%s; it printed:\n%s", m.Error.Message, images.LastLines(printed.String(), 20))
		case m.Error != nil:
			return m.Error
		}
	}
}
