package images

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/dnslab/dnslab/runner/agent/binary"
)

// Ensure returns the reference of the image called name, one of [Names],
// [HostNames] or [NodeImageNames], and makes it where the engine does not have it. It is safe for
// concurrent use: what several ask for is made once. Say hears in plain words
// what is being made; it hears nothing when nothing is to be done.
func Ensure(ctx context.Context, e Engine, name string, say func(string)) (ref string, err error) {
	p, err := planOf(name)
	if err != nil {
		return "", err
	}
	goos, arch := e.Platform()
	agent, err := binary.For(ctx, goos, arch)
	if err != nil {
		return "", err
	}
	m := maker{Engine: e, platform: goos + "/" + arch, say: say}
	if ref, err = p.make(ctx, m, agent); err != nil {
		return "", fmt.Errorf("making the image %q: %w", ref, err)
	}
	return ref, nil
}

// Ref returns what [Ensure] would, and makes nothing.
func Ref(ctx context.Context, e Engine, name string) (string, error) {
	p, err := planOf(name)
	if err != nil {
		return "", err
	}
	goos, arch := e.Platform()
	agent, err := binary.For(ctx, goos, arch)
	if err != nil {
		return "", err
	}
	return p.ref(ctx, agent, goos+"/"+arch)
}

// A plan is how an image is made, of a node, of a lab host or of a cluster's node.
type plan interface {
	ref(ctx context.Context, agent binary.Program, platform string) (string, error)
	make(ctx context.Context, m maker, agent binary.Program) (ref string, err error)
}

func planOf(name string) (plan, error) {
	if h, err := hostImageOf(name); err == nil {
		return h, nil
	}
	if n, err := nodeImageOf(name); err == nil {
		return n, nil
	}
	return definitionOf(name)
}

func (d definition) ref(_ context.Context, agent binary.Program, platform string) (string, error) {
	return named(d.name, d.hash(agent, platform)), nil
}

func (d definition) make(ctx context.Context, m maker, agent binary.Program) (string, error) {
	return m.image(ctx, d, agent)
}

// A maker makes images on one engine.
type maker struct {
	Engine
	platform string
	say      func(string)
}

func (m maker) image(ctx context.Context, d definition, agent binary.Program) (string, error) {
	h := d.hash(agent, m.platform)
	ref := named(d.name, h)
	return ref, m.once(ctx, ref, func() error {
		entrypoint := "ENTRYPOINT " + list(append(slices.Clone(agent.Args), "hold"))
		if d.part == "" {
			m.announce(ref, d.what)
			return m.Import(ctx, ref, rooted(agent.Files).tar(), []string{entrypoint, label(h)})
		}
		part, err := m.part(ctx, partOf(d.part))
		if err != nil {
			return err
		}
		m.announce(ref, d.what)
		f := rooted(agent.Files).under("agent")
		f["Dockerfile"] = append(folder(d.name)["Dockerfile"], entrypoint+"\n"...)
		return m.build(ctx, ref, h, f, map[string]string{"PART": part})
	})
}

func (m maker) part(ctx context.Context, p part) (string, error) {
	f := folder("parts/" + p.name)
	h := p.hash(m.platform)
	ref := named(p.name, h)
	return ref, m.once(ctx, ref, func() error {
		base, err := Base(ctx, m.Engine, suite, m.say)
		if err != nil {
			return err
		}
		m.announce(ref, p.what)
		return m.build(ctx, ref, h, f, map[string]string{"BASE": base})
	})
}

func (m maker) build(ctx context.Context, ref, hash string, context files, args map[string]string) error {
	return m.buildLarge(ctx, ref, hash, context, nil, args)
}

// buildLarge is build with files on disk too, by where they are in the context.
func (m maker) buildLarge(ctx context.Context, ref, hash string, context files, disk, args map[string]string) error {
	labelled := maps.Clone(context)
	labelled["Dockerfile"] = bytes.ReplaceAll(context["Dockerfile"], []byte(label("HASH")), []byte(label(hash)))
	// The builder knows these without an ARG, and they are not part of what
	// it remembers of a step.
	for _, name := range []string{"http_proxy", "https_proxy", "no_proxy"} {
		if v, ok := os.LookupEnv(name); ok {
			args[name] = v
		} else if v, ok := os.LookupEnv(strings.ToUpper(name)); ok {
			args[name] = v
		}
	}
	in := labelled.stream(disk)
	defer in.Close()
	return m.Build(ctx, ref, hash, in, args)
}

// once does make unless ref is there or another goroutine has just made it.
func (m maker) once(ctx context.Context, ref string, make func() error) error {
	unlock, err := making.lock(ctx, work{m.Engine, ref})
	if err != nil {
		return err
	}
	defer unlock()
	has, err := m.Has(ctx, ref)
	if err != nil || has {
		return err
	}
	if err = make(); err == nil || ctx.Err() != nil {
		return err
	}
	// Another process may have made the same in the meantime, and removed as
	// left-overs what this one was about to use.
	if has, _ := m.Has(ctx, ref); has {
		return nil
	}
	return err
}

func (m maker) announce(ref, what string) {
	m.say("building " + strings.Split(ref, ":")[0] + " (" + what + ")")
}

func (d definition) hash(agent binary.Program, platform string) string {
	f := rooted(agent.Files).under("agent")
	words := append([]string{d.name, platform}, agent.Args...)
	if d.part != "" {
		f["Dockerfile"] = folder(d.name)["Dockerfile"]
		words = append(words, partOf(d.part).hash(platform))
	}
	return hash(f, words...)
}

func (p part) hash(platform string) string {
	return hash(folder("parts/"+p.name), p.name, platform, suite)
}

// label is the line of a Dockerfile that sets [Label]. Those in the folders
// have HASH for the hash.
func label(hash string) string { return "LABEL " + Label + "=" + hash }

// list writes words as a Dockerfile's exec form.
func list(words []string) string {
	b, err := json.Marshal(words)
	must(err)
	return string(b)
}
