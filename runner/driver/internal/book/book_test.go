package book

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"testing"

	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// builder notes what it was told to make.
type builder struct {
	*Book
	fails  string // name of what cannot be made
	stuck  error  // of closing
	closed int
}

var errNoRoom = errors.New("no room")

func (b *builder) Network(_ context.Context, n topo.Network) error {
	b.NoteNetwork(b.Name(n.Name))
	return b.make(n.Name)
}

func (b *builder) Node(_ context.Context, n topo.Node) error {
	b.Note(n.Name, "id of "+n.Name)
	return b.make(n.Name)
}

func (b *builder) Close(context.Context) error { b.closed++; return b.stuck }

func (b *builder) make(name string) error {
	if name == b.fails {
		return errNoRoom
	}
	return nil
}

func newBuilder() *builder {
	net := topo.Network{Name: "net"}
	web := topo.Node{Name: "web", On: []topo.Attach{{Network: net}}}
	client := topo.Node{Name: "client", DNS: []string{"web"}}
	return &builder{Book: New(driver.Tag{Lab: "lab", Name: "r1x1"}, topo.Topology{client, web})}
}

// What could not be built is closed, once, and the error says whether that was possible.
func TestBuild(t *testing.T) {
	for _, tt := range []struct {
		fails string
		stuck error
		want  string
	}{
		{"", nil, ""},
		{"net", nil, `making network "net": no room`},
		{"client", nil, `starting "client": no room`},
		{"web", errors.New("it is busy"), `starting "web": no room (and something is left behind: it is busy)`},
	} {
		b := newBuilder()
		b.fails, b.stuck = tt.fails, tt.stuck
		err := b.Build(t.Context(), b)
		closed := 0
		if tt.want != "" {
			closed = 1
		}
		if got := text(err); got != tt.want || b.closed != closed {
			t.Errorf("where %q fails: %q, closed %d times; want %q, %d", tt.fails, got, b.closed, tt.want, closed)
		}
		if errors.Is(err, driver.ErrLeft) != (tt.stuck != nil) {
			t.Errorf("where %q fails: %v does not say whether anything is left", tt.fails, err)
		}
	}
}

// A network comes after the one that it hangs on, whatever their order.
func TestBuildParents(t *testing.T) {
	ground := topo.Network{Name: "ground"}
	hanging := topo.Network{Name: "hanging", Driver: topo.Macvlan, Parent: "ground"}
	on := topo.Node{Name: "on", On: append(topo.On(hanging), topo.On(ground)...)}
	b := &builder{Book: New(driver.Tag{Lab: "lab", Name: "r1x1"}, topo.Topology{on}), fails: "ground"}
	if got := text(b.Build(t.Context(), b)); got != `making network "ground": no room` {
		t.Errorf("without the parent: %q", got)
	}
	if made := b.Empty().Networks; !slices.Equal(made, []string{"ground-r1x1"}) {
		t.Errorf("without the parent there are %q", made)
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// A node can be reached while it runs, and what was made is handed out once.
func TestBook(t *testing.T) {
	b := newBuilder()
	if err := b.Build(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Running("web"); !errors.Is(err, driver.ErrNoPlace) {
		t.Errorf("a node that was not started can be reached: %v", err)
	}
	b.Runs("web", map[string][]netip.Addr{"net": {netip.MustParseAddr("192.0.2.1")}})
	if id, err := b.Running("web"); err != nil || id != "id of web" {
		t.Errorf("a node that runs is %q, %v", id, err)
	}
	b.Stopped("web")
	if _, err := b.Running("web"); !errors.Is(err, driver.ErrNoPlace) {
		t.Errorf("a node that was stopped can be reached: %v", err)
	}
	b.Removed("web")
	if _, err := b.ID("web"); !errors.Is(err, driver.ErrNoPlace) {
		t.Errorf("a node that was removed has an id: %v", err)
	}
	b.Extra("helper")
	if _, err := b.Folder("etc", func() (string, error) { return "", nil }); err == nil {
		t.Error("a folder that is nowhere is no error")
	}
	m := b.Empty()
	if len(m.Nodes) != 1 || !slices.Equal(m.Extra, []string{"helper"}) || !slices.Equal(m.Networks, []string{"net-r1x1"}) || !slices.Equal(m.Folders, []string{"etc"}) {
		t.Errorf("made: %+v", m)
	}
	if m := b.Empty(); len(m.Nodes)+len(m.Extra)+len(m.Networks)+len(m.Folders) > 0 {
		t.Errorf("still to remove: %+v", m)
	}
}
