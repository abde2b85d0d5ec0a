package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// RootlessNetwork asks Podman itself. Which of the two it takes unasked is in
// PodmanCommands, and that both do what they should in PastaNetwork and
// Slirp4netnsNetwork.
func RootlessNetwork() Lab {
	shell := func(script string) topo.Question {
		return topo.HostCommand{Args: []string{"sh", "-c", script}}
	}
	// create makes a container and prints the network that it got, or nothing
	// where Podman would not make it.
	create := func(options string) string {
		return `id=$(podman create ` + options + ` --rootfs /tmp true) && podman inspect "$id" | grep -o '"NetworkMode": "[a-z0-9]*"' && podman rm "$id" >/dev/null`
	}
	mode := func(name string) string { return `"NetworkMode": "` + name + `"` }
	const run = "; run on podman 5.4.2, 5.8.6 and 6.1.1"

	return Lab{
		Name:     "rootless-network",
		Story:    "Which of pasta and slirp4netns can a container be given that asks for it?",
		Needs:    []driver.Cap{driver.OwnHost},
		Topology: topo.Topology{topo.HostUpstream}, // no container is needed
		Steps: []Step{{Ask: map[string]topo.Question{
			"pasta":       shell(create("--network pasta")),
			"slirp4netns": shell(create("--network slirp4netns")),
			"on pasta":    topo.HostCommand{Args: []string{"podman", "run", "--rm", "--network", "pasta", "--rootfs", "/tmp", "true"}},
		}}},
		Claims: []Claim{{
			ID:   "pasta",
			Says: "whether --network pasta can be had",
			Cases: []Case{{
				When:    and(podman(">=4.4"), rootless(true)),
				Expect:  is.Printed("pasta", mode("pasta")),
				Because: "podman RELEASE_NOTES 4.4.0" + run,
			}, {
				When:    and(podman(">=4.4"), rootless(false)),
				Expect:  is.Complained("pasta", 125, "pasta networking is only supported for rootless mode"),
				Because: "podman pkg/specgen/container_validate.go; run on podman 5.4.2",
			}, {
				When:    podman("<4.0"),
				Expect:  is.All{is.Printed("pasta", mode("bridge")), is.Complained("on pasta", 127, `CNI network "pasta" not found`)},
				Because: "podman pkg/specgen/namespaces.go ParseNetworkNamespace: pasta is the name of a network like others, which nobody looks for before the container starts; run on podman 3.0.1",
			}, {
				When:    podman(">=4.0 <4.4"),
				Expect:  is.All{is.Complained("pasta", 125, "network"), is.Complained("on pasta", 125, "network")},
				Because: "podman RELEASE_NOTES 4.4.0: before that pasta is the name of a network like others, for which libpod/runtime_ctr.go looks when the container is made; run on podman 4.3.1",
			}},
		}, {
			ID:   "slirp4netns",
			Says: "whether --network slirp4netns can be had",
			Cases: []Case{{
				When:    podman("<6.0"),
				Expect:  is.Printed("slirp4netns", mode("slirp4netns")),
				Because: "podman pkg/specgen/namespaces.go ParseNetworkFlag, with root and without; run on podman 4.3.1, 5.4.2 and 5.8.6",
			}, {
				When:    podman(">=6.0"),
				Expect:  is.Complained("slirp4netns", 125, "slirp4netns support has been removed"),
				Because: "podman pkg/specgen/namespaces.go ParseNetworkFlag; run on podman 6.1.1",
				Sources: partly("S2-42"),
			}},
		}},
	}
}
