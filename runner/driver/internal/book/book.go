// Package book keeps what a driver knows of one world: what it made, and what
// the engine calls it.
package book

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"sync"

	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// A Book is of one world. It may be used by several goroutines.
type Book struct {
	Tag      driver.Tag
	Topology topo.Topology

	mu      sync.Mutex
	known   driver.Known
	made    Made
	helpers map[string]string // node to the container that shares its namespace
	folders map[string]string // folder to its path on the engine's host
}

// Made is what has to be removed.
type Made struct {
	Nodes    map[string]string // to ids of their containers
	Extra    []string          // ids of containers beside the nodes
	Networks []string          // as they were noted
	Folders  []string          // by the lab's names
}

// New returns the book of a world in which nothing is made yet.
func New(tag driver.Tag, t topo.Topology) *Book {
	b := &Book{Tag: tag, Topology: t, helpers: map[string]string{}, folders: map[string]string{}}
	b.known = driver.Known{Names: map[string]string{}, IDs: map[string]string{}, Addrs: map[string]map[string][]netip.Addr{}}
	for _, n := range t {
		b.known.Names[n.Name] = b.Name(n.Name)
	}
	for _, n := range t.Networks() {
		b.known.Names[n.Name] = b.Name(n.Name)
	}
	return b
}

// Name is what the engine calls what the lab calls name.
func (b *Book) Name(name string) string { return name + "-" + b.Tag.Name }

// Lab turns the engine's name of a network into the lab's; what is not the
// lab's own is known by the node's mode.
func (b *Book) Lab(name string, n topo.Node) string {
	for _, net := range b.Topology.Networks() {
		if b.Name(net.Name) == name {
			return net.Name
		}
	}
	return string(n.Mode)
}

// Known returns a copy of what is known now.
func (b *Book) Known() driver.Known {
	b.mu.Lock()
	defer b.mu.Unlock()
	return driver.Known{Names: maps.Clone(b.known.Names), IDs: maps.Clone(b.known.IDs), Addrs: maps.Clone(b.known.Addrs)}
}

// ID returns the id of a node's container.
func (b *Book) ID(node string) (string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if id, ok := b.known.IDs[node]; ok {
		return id, nil
	}
	return "", fmt.Errorf("looking for node %q: %w", node, driver.ErrNoPlace)
}

// Running returns the id of a node's container if it was started, and not
// stopped since: to attach to another can set it up.
func (b *Book) Running(node string) (string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	id, ok := b.known.IDs[node]
	if _, runs := b.known.Addrs[node]; ok && runs {
		return id, nil
	}
	return "", driver.ErrNoPlace
}

// Note notes the container that was made for a node.
func (b *Book) Note(node, id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.known.IDs[node] = id
}

// Runs notes that a node runs, and where.
func (b *Book) Runs(node string, addrs map[string][]netip.Addr) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.known.Addrs[node] = addrs
}

// Stopped notes that a node no longer runs.
func (b *Book) Stopped(node string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.known.Addrs, node)
}

// Removed notes that a node is no more.
func (b *Book) Removed(node string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.known.Addrs, node)
	delete(b.known.IDs, node)
}

// Named notes a further name that a node was given.
func (b *Book) Named(name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.known.Names[name] = b.Name(name)
}

// Extra notes a container beside the nodes.
func (b *Book) Extra(id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.made.Extra = append(b.made.Extra, id)
}

// NoteNetwork notes a network that was made.
func (b *Book) NoteNetwork(id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.made.Networks = append(b.made.Networks, id)
}

// Helps notes that a container shares node's network namespace and runs.
func (b *Book) Helps(node, id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.helpers[node] = id
}

// Helper returns the container that shares node's network namespace.
func (b *Book) Helper(node string) (id string, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	id, ok = b.helpers[node]
	return id, ok
}

// DropHelper does the same for one that is about to be removed.
func (b *Book) DropHelper(node string) (id string, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	id, ok = b.helpers[node]
	delete(b.helpers, node)
	return id, ok
}

// Folder returns where the engine's host has a folder, which make makes the
// first time. A folder is noted as made even where nobody knows where it is.
func (b *Book) Folder(name string, make func() (path string, err error)) (string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if path, ok := b.folders[name]; ok {
		return path, nil
	}
	path, err := make()
	if err != nil {
		return "", err
	}
	b.folders[name] = path
	if path == "" {
		return "", fmt.Errorf("making folder %q: the engine does not say where its volume is", name)
	}
	return path, nil
}

// Empty returns all that was made, and forgets it.
func (b *Book) Empty() Made {
	b.mu.Lock()
	defer b.mu.Unlock()
	m := b.made
	m.Nodes, m.Folders = b.known.IDs, slices.Collect(maps.Keys(b.folders))
	b.made, b.known.IDs, b.folders = Made{}, map[string]string{}, map[string]string{}
	return m
}
