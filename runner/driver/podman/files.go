package podman

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/dnslab/dnslab/runner/topo"
)

// copyFiles puts files into a folder of a container that is not running. What
// is below a volume gets there only where that folder is the volume's.
func (w *world) copyFiles(ctx context.Context, id, folder string, files map[string]string) error {
	if len(files) == 0 {
		return nil
	}
	var buf bytes.Buffer
	tw := tar.NewWriter(&buf)
	for path, content := range files {
		content, err := topo.Expand(content, w.Known().Lookup)
		if err != nil {
			return err
		}
		name := strings.TrimPrefix(path, "/")
		if err := tw.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(content))}); err != nil {
			return err
		}
		if _, err := tw.Write([]byte(content)); err != nil {
			return err
		}
	}
	if err := tw.Close(); err != nil {
		return err
	}
	return w.r.api.do(ctx, put("containers", id, "archive").with("path", folder).of(&buf), nil)
}

// folder makes the volume of a folder, once, and returns where the engine's
// host has it.
func (w *world) folder(ctx context.Context, name string) (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if dir, ok := w.folders[name]; ok {
		return dir, nil
	}
	dir, err := w.r.createVolume(ctx, w.engineName(name), w.r.labels(w.tag.Lab, name))
	if err != nil {
		return "", err
	}
	w.folders[name] = dir
	if dir == "" {
		return "", fmt.Errorf("making folder %q: the engine does not say where its volume is", name)
	}
	return dir, nil
}

func (r *Runtime) createVolume(ctx context.Context, name string, labels map[string]string) (dir string, err error) {
	ctx, cancel, err := making(ctx)
	if err != nil {
		return "", err
	}
	defer cancel()
	var made struct{ Mountpoint string }
	err = r.api.do(ctx, post("volumes", "create").of(struct {
		Name  string
		Label map[string]string
	}{name, labels}), &made)
	return made.Mountpoint, err
}

func (r *Runtime) removeVolume(ctx context.Context, name string) error {
	return unlessGone(r.api.do(ctx, remove("volumes", name).with("force", "true"), nil))
}

// fill puts one file into a folder, through a container that is never started.
func (w *world) fill(ctx context.Context, folder, file, content string) error {
	image, err := w.r.image(ctx, "agent")
	if err != nil {
		return err
	}
	id, err := w.r.createContainer(ctx, container{
		Image:   image,
		Labels:  w.r.labels(w.tag.Lab, folder),
		Volumes: []volume{{w.engineName(folder), "/folder"}},
	})
	if err != nil {
		return err
	}
	// The volume stays: it has a name.
	defer w.r.removeContainer(context.WithoutCancel(ctx), id)
	return w.copyFiles(ctx, id, "/folder", map[string]string{file: content})
}
