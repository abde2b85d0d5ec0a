package images

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// Base returns the reference of an image of a Debian suite ("bookworm") with
// apt in it, and makes it where the engine has none: of the official image
// where its registry answers, otherwise of Debian's packages, on this machine.
// Say is as in [Ensure].
func Base(ctx context.Context, e Engine, suite string, say func(string)) (string, error) {
	goos, arch := e.Platform()
	m := maker{Engine: e, platform: goos + "/" + arch, say: say}
	official, ref := "debian:"+suite+"-slim", "dnslab/base:"+suite
	if has, err := e.Has(ctx, official); err != nil || has {
		return official, err
	}
	err := m.once(ctx, ref, func() error {
		if ok, err := m.adopt(ctx, official, ref); err != nil || ok {
			return err
		}
		return m.bootstrap(ctx, suite, arch, ref)
	})
	if err != nil {
		return "", fmt.Errorf("making the image %q: %w", ref, err)
	}
	return ref, nil
}

// adopt makes ref of the official image, and tells whether that can be had. Of
// the official image's own name nothing stays.
func (m maker) adopt(ctx context.Context, official, ref string) (bool, error) {
	p, ok := m.Engine.(Puller)
	if !ok {
		return false, nil
	}
	if err := p.Pull(ctx, official); err != nil {
		if ctx.Err() != nil {
			return false, context.Cause(ctx)
		}
		return false, nil // no registry: a machine like many
	}
	m.announce(ref, official)
	dockerfile := "FROM " + official + "\n" + label("HASH") + "\n"
	err := m.build(ctx, ref, hash(nil, official, m.platform), files{"Dockerfile": []byte(dockerfile)}, map[string]string{})
	if rm := p.Remove(context.WithoutCancel(ctx), official); err == nil {
		err = rm
	}
	return err == nil, err
}

// bootstrap makes ref of Debian's packages.
func (m maker) bootstrap(ctx context.Context, suite, arch, ref string) error {
	if err := needMmdebstrap(ctx, suite, m.say); err != nil {
		return err
	}
	m.announce(ref, "Debian "+suite+", with mmdebstrap; about 25 s")
	dir, err := os.MkdirTemp("", "dnslab-base-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	rootfs := filepath.Join(dir, suite+".tar")
	args := mmdebstrap(suite, arch, rootfs)
	if err := command(ctx, args...); err != nil {
		return err
	}
	f, err := os.Open(rootfs)
	if err != nil {
		return err
	}
	defer f.Close()
	h := hash(nil, append(mmdebstrap(suite, arch, ""), m.platform)...)
	return m.Import(ctx, ref, f, []string{`CMD ["/bin/sh"]`, label(h)})
}
