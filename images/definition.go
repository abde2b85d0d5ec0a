package images

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// Names of images, as [Ensure] takes them. Glibc and Musl are topo's.
const (
	Agent  = "agent"
	Glibc  = "glibc"
	Musl   = "musl"
	Helper = "helper"
)

// A definition is an image with the agent in it.
type definition struct {
	name string
	part string // name of the part it is made from; empty: of the agent alone
	what string // for people
}

// A part is an image without the agent: what takes packages from Debian.
type part struct {
	name string
	what string // for people
}

var (
	definitions = []definition{
		{name: Agent, what: "the agent alone"},
		{name: Glibc, part: "libc", what: "the agent beside glibc"},
		{name: Musl, part: "libc", what: "the agent beside musl"},
		{name: Helper, part: "tools", what: "the agent beside iptables and nftables"},
	}
	parts = []part{
		{name: "libc", what: "getaddrinfo, with glibc and with musl; about 30 s"},
		{name: "tools", what: "iptables and nftables; about 20 s"},
	}
)

// suite is the Debian release that parts are made from: the versions of
// glibc, musl and iptables that labs see.
const suite = "bookworm"

//go:embed glibc musl helper parts
var sources embed.FS

// Names returns the names of all images.
func Names() []string {
	var all []string
	for _, d := range definitions {
		all = append(all, d.name)
	}
	return all
}

func definitionOf(name string) (definition, error) {
	for _, d := range definitions {
		if d.name == name {
			return d, nil
		}
	}
	return definition{}, fmt.Errorf("no image %q: there are %s", name, strings.Join(Names(), ", "))
}

func partOf(name string) part {
	for _, p := range parts {
		if p.name == name {
			return p
		}
	}
	panic("no part " + name)
}

// folder returns the files of a folder of sources, by their paths in it.
func folder(dir string) files { return folderOf(sources, dir) }

func folderOf(sources embed.FS, dir string) files {
	all, err := filesIn(sources, dir)
	must(err) // it is embedded
	return all
}

// filesIn returns the files of a folder, by their paths in it.
func filesIn(sources fs.FS, dir string) (files, error) {
	all := files{}
	err := fs.WalkDir(sources, dir, func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		content, err := fs.ReadFile(sources, p)
		all[strings.TrimPrefix(p, path.Clean(dir)+"/")] = content
		return err
	})
	return all, err
}
