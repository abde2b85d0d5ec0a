package podman

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/dnslab/dnslab/images"
)

// imageEngine makes images on a Podman service.
//
// Podman knows no short name: what is called dnslab/agent elsewhere is
// localhost/dnslab/agent here if it was made or, by version, loaded here, and
// docker.io/dnslab/agent if it was loaded as what "docker save" wrote.
type imageEngine struct {
	api      *api
	os, arch string
}

var (
	_ images.Engine = imageEngine{}
	_ images.Puller = imageEngine{}
	_ images.Lister = imageEngine{}
)

const local = "localhost/"

// Called is what an image is called that was made on this engine.
func (imageEngine) Called(ref string) string { return local + ref }

func (e imageEngine) Platform() (os, arch string) { return e.os, e.arch }

func (e imageEngine) Has(ctx context.Context, ref string) (bool, error) {
	full, err := e.find(ctx, ref)
	return full != "", err
}

// find returns the whole name of the image that is called ref elsewhere, or
// nothing where there is none.
func (e imageEngine) find(ctx context.Context, ref string) (string, error) {
	for _, full := range []string{e.Called(ref), "docker.io/" + ref, "docker.io/library/" + ref} {
		err := e.api.do(ctx, get("images", full, "exists"), nil)
		if err == nil {
			return full, nil
		}
		if !notFound(err) {
			return "", fmt.Errorf("asking for the image %q: %w", ref, err)
		}
	}
	return "", nil
}

func (e imageEngine) Import(ctx context.Context, ref string, rootfs io.Reader, changes []string) error {
	c := post("images", "import").with("reference", e.Called(ref)).of(rootfs)
	c.query["changes"] = changes
	if err := e.api.do(ctx, c, nil); err != nil {
		return fmt.Errorf("importing the image %q: %w", ref, err)
	}
	return nil
}

// Build leaves nothing without a name behind: layers are not kept.
func (e imageEngine) Build(ctx context.Context, ref, hash string, files io.Reader, args map[string]string) error {
	text, err := json.Marshal(args)
	if err != nil {
		return err
	}
	defer e.prune(context.WithoutCancel(ctx), hash)
	res, err := e.api.send(ctx, post("build").with(
		"t", e.Called(ref), "buildargs", string(text), "layers", "false", "rm", "true", "forcerm", "true", "pullpolicy", "never",
	).of(files))
	if err != nil {
		return fmt.Errorf("building the image %q: %w", ref, err)
	}
	defer res.Body.Close()
	if err := follow(res.Body, func() {}); err != nil {
		return fmt.Errorf("building the image %q: %w", ref, because(ctx, err))
	}
	return nil
}

// prune removes images without a name that carry our label with that hash.
// What it cannot remove, "dnslab clean --images" finds by the same label.
func (e imageEngine) prune(ctx context.Context, hash string) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	made, err := e.List(ctx)
	if err != nil {
		return
	}
	for _, m := range made {
		if m.Hash == hash && len(m.Refs) == 0 {
			e.api.do(ctx, remove("images", m.ID), nil)
		}
	}
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
	full := "docker.io/" + ref
	if !strings.Contains(ref, "/") {
		full = "docker.io/library/" + ref
	}
	res, err := e.api.send(ctx, post("images", "pull").with("reference", full))
	if err == nil {
		defer res.Body.Close()
		err = follow(res.Body, func() { silence.Reset(pullSilence) })
	}
	if err != nil {
		return fmt.Errorf("pulling the image %q: %w", ref, because(ctx, err))
	}
	return nil
}

// Remove takes the name away, by which the image goes if it was the last.
func (e imageEngine) Remove(ctx context.Context, ref string) error {
	full, err := e.find(ctx, ref)
	if err != nil {
		return err
	}
	if full == "" {
		full = ref // an id
	}
	if err := unlessGone(e.api.do(ctx, remove("images", full), nil)); err != nil {
		return fmt.Errorf("removing the image %q: %w", ref, err)
	}
	return nil
}

func (e imageEngine) List(ctx context.Context) ([]images.Made, error) {
	var all []struct {
		ID       string `json:"Id"`
		RepoTags []string
		Labels   map[string]string
		Size     int64
	}
	if err := e.api.do(ctx, get("images", "json").with(labelled(images.Label)...), &all); err != nil {
		return nil, fmt.Errorf("listing images: %w", err)
	}
	var made []images.Made
	for _, s := range all {
		m := images.Made{ID: s.ID, Hash: s.Labels[images.Label], Size: s.Size}
		for _, ref := range s.RepoTags {
			if ref != "<none>:<none>" {
				m.Refs = append(m.Refs, short(ref))
			}
		}
		made = append(made, m)
	}
	return made, nil
}

// short is what an image is called elsewhere.
func short(full string) string {
	for _, registry := range []string{local, "docker.io/library/", "docker.io/"} {
		if ref, ok := strings.CutPrefix(full, registry); ok {
			return ref
		}
	}
	return full
}

// Receive loads ref of an archive, unless it is there, and returns its whole name.
func (e imageEngine) Receive(ctx context.Context, ref string, archive func(context.Context) (io.ReadCloser, error)) (string, error) {
	if full, err := e.find(ctx, ref); err != nil || full != "" {
		return full, err
	}
	in, err := archive(ctx)
	if err != nil {
		return "", err
	}
	defer in.Close()
	if err := e.api.do(ctx, post("images", "load").of(io.Reader(in)), nil); err != nil {
		return "", fmt.Errorf("loading the image %q: %w", ref, err)
	}
	full, err := e.find(ctx, ref)
	if err == nil && full == "" {
		err = fmt.Errorf("loading the image %q: it is not in what was loaded", ref)
	}
	return full, err
}

// follow reads the messages about some work to their end, and calls heard for
// each. If the work failed, the error has the last lines that it printed.
func follow(messages io.Reader, heard func()) error {
	var printed strings.Builder
	decoder := json.NewDecoder(messages)
	for {
		var m struct {
			Stream string `json:"stream"`
			Error  string `json:"error"`
		}
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
		case m.Error != "" && printed.Len() > 0:
			return fmt.Errorf("%s; it printed:\n%s", m.Error, images.LastLines(printed.String(), 20))
		case m.Error != "":
			return errors.New(m.Error)
		}
	}
}
