package docker

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/mount"
	"github.com/moby/moby/client"

	"github.com/dnslab/dnslab/runner/topo"
)

// copyFiles puts files into a container that is not running.
func (w *world) copyFiles(ctx context.Context, id string, files map[string]string) error {
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
	_, err := w.r.api.CopyToContainer(ctx, id, client.CopyToContainerOptions{DestinationPath: "/", Content: &buf})
	return err
}

// folder makes the volume of a folder, once, and returns where the engine's
// host has it.
func (w *world) folder(ctx context.Context, name string) (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if dir, ok := w.folders[name]; ok {
		return dir, nil
	}
	ctx, cancel, err := making(ctx)
	if err != nil {
		return "", err
	}
	defer cancel()
	res, err := w.r.api.VolumeCreate(ctx, client.VolumeCreateOptions{Name: w.engineName(name), Labels: w.r.labels(w.tag.Lab, name)})
	if err != nil {
		return "", err
	}
	if res.Volume.Mountpoint == "" {
		return "", fmt.Errorf("making folder %q: the engine does not say where its volume is", name)
	}
	w.folders[name] = res.Volume.Mountpoint
	return res.Volume.Mountpoint, nil
}

// fill puts one file into a folder, through a container that is never started.
func (w *world) fill(ctx context.Context, folder, file, content string) error {
	image, err := w.r.image(ctx, "agent")
	if err != nil {
		return err
	}
	res, err := w.r.createContainer(ctx, client.ContainerCreateOptions{
		Config: &container.Config{Image: image, Labels: w.r.labels(w.tag.Lab, folder)},
		HostConfig: &container.HostConfig{Mounts: []mount.Mount{
			{Type: mount.TypeVolume, Source: w.engineName(folder), Target: "/folder"},
		}},
	})
	if err != nil {
		return err
	}
	defer w.r.api.ContainerRemove(context.WithoutCancel(ctx), res.ID, client.ContainerRemoveOptions{Force: true})
	return w.copyFiles(ctx, res.ID, map[string]string{"/folder/" + file: content})
}
