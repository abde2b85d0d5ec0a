package images

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

// An engineSource is an engine that no Debian suite has, and the Go modules
// that its programs are built from. What else it needs (containerd, runc,
// netavark) it finds in the suite below it.
type engineSource struct {
	name    string // of the runtime: "docker-25.0.3"
	version string // what the engine says it is: "25.0.3"
	seconds int    // to build it on two cores, with nothing in Go's caches
	bytes   int64  // of its programs
	modules []goModule
	conf    map[string]string // files beside them: path in an image, content
}

// A goModule is a Go module and the programs it gives.
type goModule struct {
	path, version string   // "github.com/docker/docker", "v25.0.3+incompatible"
	commands      []string // packages of programs: "./cmd/dockerd"
	scripts       []string // files that are programs as they are
	tags          []string // build tags
	stamps        []string // the linker's -X, "package.Variable=value"; none: the source says its version
	vendorMod     bool     // what it requires is in vendor.mod and vendor.sum
	cgo           bool     // parts of it are C
	instead       []string // "module@version" of what it requires, where the version it asks for is not served
	siblings      string   // version of the other modules of its repository, which its go.mod takes from folders beside it
}

// engines are all engines from Go modules. Another version is another line;
// its seconds and bytes are those of a first build.
var engines = []engineSource{
	docker("docker-23.0", "23.0.15", 175, 59e6).with("github.com/moby/buildkit@v0.10.6"), // which builds images; the commit after it that is asked for is not served
	docker("docker-25.0.3", "25.0.3", 175, 64e6),
	docker("docker-25.0.6", "25.0.6", 175, 65e6),
	docker("docker-26.0", "26.0.2", 175, 67e6),
	docker("docker-27.5", "27.5.1", 180, 68e6),
	docker("docker-28.1", "28.1.1", 180, 71e6),
	moby("docker-29.0", "29.0.0", "v2.0.0-beta.3", 180, 110e6), // of the commit that 29.0.0 was made of, d105562
	moby("docker-29", "29.8.0-dev", "v2.0.0-beta.24", 180, 110e6),
	podman("podman-4.9", "4.9.5", 175, 45e6),
	podman("podman-5.2", "5.2.5", 175, 46e6),
}

// docker is Docker until 28: its repository is a Go module only by courtesy,
// so it has no go.mod, and a version above v1 is "+incompatible".
func docker(name, version string, seconds int, bytes int64) engineSource {
	return engineSource{name: name, version: version, seconds: seconds, bytes: bytes, modules: []goModule{{
		path:      "github.com/docker/docker",
		version:   "v" + version + "+incompatible",
		commands:  []string{"./cmd/dockerd", "./cmd/docker-proxy"},
		tags:      []string{"exclude_graphdriver_btrfs", "exclude_graphdriver_devicemapper", "exclude_disk_quota"}, // they are C
		stamps:    []string{"github.com/docker/docker/dockerversion.Version=" + version},
		vendorMod: true,
	}}}
}

// with is e with other versions of modules it requires. None may have a part
// in how names are resolved.
func (e engineSource) with(instead ...string) engineSource {
	e.modules[0].instead = instead
	return e
}

// moby is Docker from 29 on. Its releases are not Go modules, but stages of its
// master branch are: version is that of the release such a stage comes before,
// or is.
// It brings what rootless mode needs, in the versions it was made with.
func moby(name, version, module string, seconds int, bytes int64) engineSource {
	return engineSource{name: name, version: version, seconds: seconds, bytes: bytes, modules: []goModule{{
		path:     "github.com/moby/moby/v2",
		version:  module,
		commands: []string{"./cmd/dockerd", "./cmd/docker-proxy"},
		scripts:  []string{"contrib/dockerd-rootless.sh"},
		tags:     []string{"no_libnftables"}, // it is C; the nft command does the same
		stamps:   []string{"github.com/moby/moby/v2/dockerversion.Version=" + version},
	}, {
		path:     "github.com/rootless-containers/rootlesskit/v3",
		version:  "v3.1.0", // moby's hack/dockerfile/install/rootlesskit.installer
		commands: []string{"./cmd/rootlesskit"},
	}}}
}

// podman is Podman, to be run by root. It is without seccomp, whose library has
// headers that few machines have, and must be told so.
func podman(name, version string, seconds int, bytes int64) engineSource {
	major, _, _ := strings.Cut(version, ".")
	return engineSource{name: name, version: version, seconds: seconds, bytes: bytes, modules: []goModule{{
		path:     "github.com/containers/podman/v" + major,
		version:  "v" + version,
		commands: []string{"./cmd/podman"},
		tags:     []string{"exclude_graphdriver_btrfs", "exclude_graphdriver_devicemapper", "containers_image_openpgp", "netgo", "osusergo"},
		cgo:      true, // SQLite, and what it does before Go's runtime starts
	}}, conf: map[string]string{
		"/etc/containers/containers.conf.d/no-seccomp.conf": "[containers]\nseccomp_profile = \"unconfined\"\n",
	}}
}

// EngineNames returns the names of the engines that are built from Go
// modules, as [Programs] takes them.
func EngineNames() []string {
	var all []string
	for _, e := range engines {
		all = append(all, e.name)
	}
	return all
}

// EngineVersion returns what the engine called name says it is: "25.0.3". It
// is empty for one that is not built from Go modules.
func EngineVersion(name string) string {
	e, err := engineOf(name)
	if err != nil {
		return ""
	}
	return e.version
}

func engineOf(name string) (engineSource, error) {
	for _, e := range engines {
		if e.name == name {
			return e, nil
		}
	}
	return engineSource{}, fmt.Errorf("no engine %q is built from Go modules: there are %s", name, strings.Join(EngineNames(), ", "))
}

// programsDir is where an engine's programs are in an image: before Debian's in PATH.
const programsDir = "/usr/local/sbin"

// files returns what e is: the path of each file in an image, and its name in
// the folder that e is built into.
func (e engineSource) files() map[string]string {
	all := map[string]string{}
	for _, m := range e.modules {
		for _, p := range append(slices.Clone(m.commands), m.scripts...) {
			all[path.Join(programsDir, programOf(p))] = programOf(p)
		}
	}
	for p := range e.conf {
		all[p] = path.Base(p)
	}
	return all
}

// programOf is the name of a program, as the go command chooses it: the last
// part of its package's path that is not a major version.
func programOf(command string) string {
	dir, base := path.Split(command)
	if majorVersion.MatchString(base) {
		return path.Base(dir)
	}
	return base
}

var majorVersion = regexp.MustCompile(`^v[0-9]+$`)

// hash stands for what makes e's programs.
func (e engineSource) hash(arch, goVersion string) string {
	words := []string{arch, goVersion}
	for _, m := range e.modules {
		words = append(words, m.path, m.version, fmt.Sprint(m.scripts, m.vendorMod))
		words = append(append(words, m.instead...), m.environment(arch)...)
		if m.siblings != "" {
			words = append(words, m.siblings)
		}
		words = append(words, m.buildArgs("")...)
	}
	conf := files{}
	for p, content := range e.conf {
		conf[p] = []byte(content)
	}
	return hash(conf, words...)
}

// cgo tells whether a C compiler is needed.
func (e engineSource) cgo() bool {
	for _, m := range e.modules {
		if m.cgo {
			return true
		}
	}
	return false
}
