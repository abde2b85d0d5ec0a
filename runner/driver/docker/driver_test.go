package docker

import (
	"context"
	"testing"

	"github.com/moby/moby/client"

	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/driver/drivertest"

	"github.com/dnslab/dnslab/runner/driver/internal/book"
)

func TestDriver(t *testing.T) {
	drivertest.Run(t, drivertest.Driver{
		Name: "docker",
		Open: func(ctx context.Context, o driver.Options) (driver.Runtime, error) { return Connect(ctx, "docker", o) },
		Left: left,
	})
}

// left lists what carries the label of a run, by a client of its own.
func left(ctx context.Context, run string) (all []string, err error) {
	api, err := newClient("")
	if err != nil {
		return nil, err
	}
	defer api.Close()
	its := make(client.Filters).Add("label", book.LabelRun+"="+run)
	containers, err := api.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: its})
	if err != nil {
		return nil, err
	}
	for _, c := range containers.Items {
		all = append(all, "container "+c.Names[0])
	}
	networks, err := api.NetworkList(ctx, client.NetworkListOptions{Filters: its})
	if err != nil {
		return nil, err
	}
	for _, n := range networks.Items {
		all = append(all, "network "+n.Name)
	}
	volumes, err := api.VolumeList(ctx, client.VolumeListOptions{Filters: its})
	for _, v := range volumes.Items {
		all = append(all, "volume "+v.Name)
	}
	return all, err
}
