package main

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/moby/moby/client"
)

// A thing is a container, network or volume on the engine.
type thing struct {
	name   string // "container web-rk3v9x2m8qx1"
	labels map[string]string
}

// there lists the things on the engine that carry a label, as "dnslab.run" or
// "dnslab.run=ID".
func there(t *testing.T, label string) (all []thing) {
	t.Helper()
	api := dial(t)
	ctx, cancel := context.WithTimeout(context.Background(), patience())
	defer cancel()
	its := make(client.Filters).Add("label", label)
	containers, err1 := api.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: its})
	for _, c := range containers.Items {
		all = append(all, thing{"container " + strings.Join(c.Names, " "), c.Labels})
	}
	networks, err2 := api.NetworkList(ctx, client.NetworkListOptions{Filters: its})
	for _, n := range networks.Items {
		all = append(all, thing{"network " + n.Name, n.Labels})
	}
	volumes, err3 := api.VolumeList(ctx, client.VolumeListOptions{Filters: its})
	for _, v := range volumes.Items {
		all = append(all, thing{"volume " + v.Name, v.Labels})
	}
	if err := errors.Join(err1, err2, err3); err != nil {
		t.Fatal(err)
	}
	return all
}

// dial returns a client of the real engine.
func dial(t *testing.T) *client.Client {
	t.Helper()
	api, err := client.New(client.WithHost(needEngine(t).String()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { api.Close() })
	return api
}

// nothingOf wants nothing left of the run with that id.
func nothingOf(t *testing.T, id string) {
	t.Helper()
	if id == "" {
		t.Fatal("a run without an id")
	}
	for _, thing := range there(t, "dnslab.run="+id) {
		t.Errorf("run %s left %s", id, thing.name)
	}
}

// runsOf returns the ids of runs that have something on the engine and belong
// to the process with that number, as the label dnslab.owner has it.
func runsOf(t *testing.T, pid string) (ids []string) {
	t.Helper()
	for _, thing := range there(t, "dnslab.owner") {
		if parts := strings.Split(thing.labels["dnslab.owner"], ":"); len(parts) == 3 && parts[1] == pid {
			ids = append(ids, thing.labels["dnslab.run"])
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}
