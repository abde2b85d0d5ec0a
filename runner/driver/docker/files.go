package docker

import (
	"context"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/mount"
	"github.com/moby/moby/client"

	"github.com/dnslab/dnslab/runner/driver/internal/book"
)

// copyFiles puts files into a container that is not running.
func (w *world) copyFiles(ctx context.Context, id string, files map[string]string) error {
	if len(files) == 0 {
		return nil
	}
	archive, err := w.Archive(files)
	if err != nil {
		return err
	}
	_, err = w.r.api.CopyToContainer(ctx, id, client.CopyToContainerOptions{DestinationPath: "/", Content: archive})
	return err
}

// folder makes the volume of a folder, once, and returns where the engine's
// host has it.
func (w *world) folder(ctx context.Context, name string) (string, error) {
	return w.Folder(name, func() (string, error) {
		ctx, cancel, err := book.Making(ctx)
		if err != nil {
			return "", err
		}
		defer cancel()
		res, err := w.r.api.VolumeCreate(ctx, client.VolumeCreateOptions{Name: w.Name(name), Labels: w.r.labels(w.Tag.Lab, name)})
		return res.Volume.Mountpoint, err
	})
}

// fill puts one file into a folder, through a container that is never started.
func (w *world) fill(ctx context.Context, folder, file, content string) error {
	image, err := w.r.Image(ctx, "agent")
	if err != nil {
		return err
	}
	res, err := w.r.createContainer(ctx, client.ContainerCreateOptions{
		Config: &container.Config{Image: image, Labels: w.r.labels(w.Tag.Lab, folder)},
		HostConfig: &container.HostConfig{Mounts: []mount.Mount{
			{Type: mount.TypeVolume, Source: w.Name(folder), Target: "/folder"},
		}},
	})
	if err != nil {
		return err
	}
	defer w.r.api.ContainerRemove(context.WithoutCancel(ctx), res.ID, client.ContainerRemoveOptions{Force: true})
	return w.copyFiles(ctx, res.ID, map[string]string{"/folder/" + file: content})
}
