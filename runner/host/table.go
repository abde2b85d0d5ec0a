package host

// A lab host is a row here: name, engine, the version that the engine must say
// it is, the image it runs from, and what differs. Another version is another
// row; an image for it is a row in images/hosts.go or images/engines.go.
var specs = []Spec{
	docker("docker-20.10", "20.10", "host-bookworm", normal),
	docker("docker-23.0", "23.0", "host-docker-23.0"),
	docker("docker-25.0.3", "25.0.3", "host-docker-25.0.3"),
	docker("docker-25.0.6", "25.0.6", "host-docker-25.0.6"),
	docker("docker-26.0", "26.0", "host-docker-26.0"),
	docker("docker-26.1", "26.1", "host-trixie", normal),
	docker("docker-26.1-rootless", "26.1", "host-trixie", rootless),
	docker("docker-26.1-rootless-pasta", "26.1", "host-trixie", rootless, dockerPasta, implicitPorts),
	docker("docker-27.5", "27.5", "host-docker-27.5"),
	docker("docker-28.1", "28.1", "host-docker-28.1"),
	docker("docker-28.5", "28.5", "host-forky", normal),
	docker("docker-28.5-rootless", "28.5", "host-forky", rootless, normal),
	docker("docker-28.5-rootless-pasta", "28.5", "host-forky", rootless, dockerPasta, implicitPorts),
	docker("docker-29.0", "29.0", "host-docker-29.0"),
	docker("docker-29", "29", "host-docker-29"),
	docker("docker-29-nftables", "29", "host-docker-29", normal, flag("--firewall-backend=nftables")),
	docker("docker-29-rootless", "29", "host-docker-29", rootless, detached),
	docker("docker-29-rootless-pasta", "29", "host-docker-29", rootless, detached, dockerPasta, implicitPorts),
	docker("docker-29-rootless-attached", "29", "host-docker-29", rootless, env("DOCKERD_ROOTLESS_ROOTLESSKIT_DETACH_NETNS=false")),

	podman("podman-3.0", "3.0", "host-bullseye", network(`cni_plugin_dirs = ["/usr/lib/cni", "/usr/lib"]`)), // the plugin dnsname is in the latter
	podman("podman-4.3-cni", "4.3", "host-bookworm", normal, network(`network_backend = "cni"`)),
	podman("podman-4.3", "4.3", "host-bookworm", normal, network(`network_backend = "netavark"`)),
	podman("podman-4.9", "4.9", "host-podman-4.9"),
	podman("podman-5.2", "5.2", "host-podman-5.2"),
	podman("podman-5.4", "5.4", "host-trixie", normal),
	podman("podman-5.4-rootless", "5.4", "host-trixie", rootless, podmanNet("pasta")),
	podman("podman-5.4-rootless-slirp4netns", "5.4", "host-trixie", rootless, podmanNet("slirp4netns")),
	podman("podman-5.8", "5.8", "host-forky", normal),
	podman("podman-5.8-rootless", "5.8", "host-forky", rootless, podmanNet("pasta"), normal),
	podman("podman-5.8-rootless-slirp4netns", "5.8", "host-forky", rootless, podmanNet("slirp4netns"), normal),
	podman("podman-6.1", "6.1", "host-experimental", cgroup2),
	podman("podman-6.1-rootless", "6.1", "host-experimental", cgroup2, rootless),
}

// An option is what differs in a row.
type option func(*Spec)

func docker(name, version, image string, options ...option) Spec {
	return spec("docker", name, version, image, options)
}

func podman(name, version, image string, options ...option) Spec {
	return spec("podman", name, version, image, options)
}

func spec(engine, name, version, image string, options []option) Spec {
	s := Spec{Name: name, Engine: engine, Version: version, Image: image, User: "root"}
	for _, o := range options {
		o(&s)
	}
	return s
}

func normal(s *Spec)   { s.Default = true }
func detached(s *Spec) { s.Netns = "detached" }
func rootless(s *Spec) {
	s.User = "lab"
	if s.Engine == "docker" {
		s.Netns = "attached"
	}
}
func cgroup2(s *Spec) { s.Cgroup2 = true }

func env(vars ...string) option   { return func(s *Spec) { s.Env = append(s.Env, vars...) } }
func flag(flags ...string) option { return func(s *Spec) { s.Flags = append(s.Flags, flags...) } }
func network(lines ...string) option {
	return func(s *Spec) { s.Network = append(s.Network, lines...) }
}

// podmanNet is the default network of a rootless Podman; the uplink of its
// bridges is the same.
func podmanNet(command string) option {
	return network(`default_rootless_network_cmd = "` + command + `"`)
}

// Variables of dockerd-rootless.sh. RootlessKit's port driver "builtin" does
// not go with pasta before RootlessKit 2.1.
var (
	dockerPasta   = env("DOCKERD_ROOTLESS_ROOTLESSKIT_NET=pasta")
	implicitPorts = env("DOCKERD_ROOTLESS_ROOTLESSKIT_PORT_DRIVER=implicit")
)
