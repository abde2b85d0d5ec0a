//go:build unix

package main

import (
	"context"
	"strings"
	"syscall"
	"testing"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/dnslab/dnslab/images"
	"github.com/dnslab/dnslab/runner"
)

// lab waits until something of a lab is there, and returns the id of its run.
func lab(t *testing.T, d *process) (id string) {
	t.Helper()
	until(t, "the lab", func() bool {
		for _, id = range runsOf(t, d.pid()) {
			for _, thing := range there(t, "dnslab.run="+id) {
				if l := thing.labels["dnslab.lab"]; l != "" && l != "trial" {
					return true
				}
			}
		}
		return false
	})
	return id
}

// Clean spares a run whose process lives. With --all it does not.
func TestCleanSpares(t *testing.T) {
	needEngine(t)
	t.Parallel()
	var hold, release func()
	p := newProxy(t, func(p *proxy) { hold, release = p.hold() })
	d := start(t, p.host, "run", "-p", "1", "names", "--repeat", "1000")
	id := lab(t, d)
	hold() // from now on the run waits, with what it has
	p.settle(t)
	its := len(there(t, "dnslab.run="+id))
	if said := cleaned(t, id); said != "docker: spared run "+id+", which still goes on\nnothing was removed\n" {
		t.Errorf("of a run that goes on clean says %q", said)
	}
	if now := len(there(t, "dnslab.run="+id)); now != its || its == 0 {
		t.Errorf("%d things are left of %d", now, its)
	}
	if said := cleaned(t, id, "--all"); strings.Count(said, "docker: removed ") != its {
		t.Errorf("with --all, of %d things clean %s", its, said)
	}
	nothingOf(t, id)
	d.signal(syscall.SIGINT)
	release()
	d.exits(130)
	nothingOf(t, id)
}

// Two who clean at once both find in the end that nothing is left.
func TestCleanTwice(t *testing.T) {
	host := needEngine(t).String()
	t.Parallel()
	d := start(t, host, append([]string{"run", "--keep"}, some()...)...)
	d.exits(0)
	id := d.run().ID
	p := newProxy(t, func(p *proxy) { p.only = "dnslab.run=" + id })
	one, two := start(t, p.host, "clean"), start(t, p.host, "clean")
	one.exits(0)
	two.exits(0)
	nothingOf(t, id)
}

// Clean removes what a killed build of an image left, and not what may belong
// to one that goes on.
func TestCleanAfterBuild(t *testing.T) {
	host := needEngine(t).String()
	t.Parallel()
	start(t, host, "image", "build", "agent").exits(0)
	api := dial(t)
	ctx, cancel := context.WithTimeout(context.Background(), patience())
	defer cancel()
	made, err := api.ImageList(ctx, client.ImageListOptions{Filters: make(client.Filters).Add("reference", "dnslab/agent:*")})
	if err != nil || len(made.Items) == 0 {
		t.Fatalf("no image of the agent: %v", err)
	}
	hash := "test-" + strings.ToLower(t.Name()) + "-" + runner.NewID()
	for _, running := range []bool{false, true} {
		res, err := api.ContainerCreate(ctx, client.ContainerCreateOptions{Config: &container.Config{
			Image: made.Items[0].ID, OpenStdin: true, Labels: map[string]string{images.Label: hash},
		}})
		if err != nil {
			t.Fatal(err)
		}
		defer api.ContainerRemove(context.Background(), res.ID, client.ContainerRemoveOptions{Force: true})
		if running {
			if _, err := api.ContainerStart(ctx, res.ID, client.ContainerStartOptions{}); err != nil {
				t.Fatal(err)
			}
		}
	}
	narrowed := newProxy(t, func(p *proxy) { p.only = images.Label + "=" + hash })
	clean := func(args ...string) string {
		p := start(t, narrowed.host, append([]string{"clean"}, args...)...)
		p.exits(0)
		return p.stdout.String()
	}
	if said := clean(); !strings.Contains(said, "may belong to a build that goes on") || strings.Contains(said, "docker: removed") {
		t.Errorf("at once: %s", said)
	}
	if said := clean("--all"); strings.Count(said, "docker: removed container ") != 1 {
		t.Errorf("with --all: %s", said)
	}
	if left := there(t, images.Label+"="+hash); len(left) != 1 {
		t.Errorf("left are %v, want the one that runs", left)
	}
}
