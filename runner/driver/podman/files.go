package podman

import (
	"context"

	"github.com/dnslab/dnslab/runner/driver/internal/book"
)

// copyFiles puts files into a folder of a container that is not running. What
// is below a volume gets there only where that folder is the volume's.
func (w *world) copyFiles(ctx context.Context, id, folder string, files map[string]string) error {
	if len(files) == 0 {
		return nil
	}
	archive, err := w.Archive(files)
	if err != nil {
		return err
	}
	return w.r.api.do(ctx, put("containers", id, "archive").with("path", folder).of(archive), nil)
}

// folder makes the volume of a folder, once, and returns where the engine's
// host has it.
func (w *world) folder(ctx context.Context, name string) (string, error) {
	return w.Folder(name, func() (string, error) {
		return w.r.createVolume(ctx, w.Name(name), w.r.labels(w.Tag.Lab, name))
	})
}

func (r *Runtime) createVolume(ctx context.Context, name string, labels map[string]string) (dir string, err error) {
	ctx, cancel, err := book.Making(ctx)
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
	image, err := w.r.Image(ctx, "agent")
	if err != nil {
		return err
	}
	id, err := w.r.createContainer(ctx, container{
		Image:   image,
		Labels:  w.r.labels(w.Tag.Lab, folder),
		Volumes: []volume{{w.Name(folder), "/folder"}},
	})
	if err != nil {
		return err
	}
	// The volume stays: it has a name.
	defer w.r.removeContainer(context.WithoutCancel(ctx), id)
	return w.copyFiles(ctx, id, "/folder", map[string]string{file: content})
}
