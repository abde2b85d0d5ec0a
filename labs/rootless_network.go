package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// RootlessNetwork asks Podman itself. That the networks which it lets one have
// do what they should is in PastaNetwork and Slirp4netnsNetwork.
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
	const told = "podman libpod/define/info.go RootlessNetworkCmd, since 5.1; "
	const common = "common pkg/config/default.go defaultConfig; "
	const run = "; run on podman 5.4.2, 5.8.6 and 6.1.1"

	return Lab{
		Name:     "rootless-network",
		Story:    "Which of pasta and slirp4netns does a Podman take that was told nothing, which can be asked for, and can a configuration file bring the older one back?",
		Needs:    []driver.Cap{driver.OwnHost},
		Topology: topo.Topology{topo.HostUpstream}, // no container is needed
		Steps: []Step{{Ask: map[string]topo.Question{
			"default":     shell(`CONTAINERS_CONF=/dev/null podman info --format json | grep -o '"rootlessNetworkCmd": "[a-z0-9]*"' || echo not told`),
			"pasta":       shell(create("--network pasta")),
			"slirp4netns": shell(create("--network slirp4netns")),
			"configured": shell(`conf=$(mktemp) && printf '[network]\ndefault_rootless_network_cmd="slirp4netns"\n' >"$conf" && export CONTAINERS_CONF="$conf" && ` +
				create("")),
		}}},
		Claims: []Claim{{
			ID:   "default",
			Says: "what a Podman without a configuration file says that it takes for containers of a user",
			Cases: []Case{{
				When:    podman("<5.1"),
				Expect:  is.Printed("default", "not told"),
				Because: told + "run on podman 4.3.1",
			}, {
				When:    podman(">=5.1 <5.3"),
				Expect:  is.Printed("default", `"rootlessNetworkCmd": "pasta"`),
				Because: told + common + "pasta since 5.0.0; read from the source",
				Sources: refutes("S2-25"),
			}, {
				When:    podman(">=5.3"),
				Expect:  is.Printed("default", `"rootlessNetworkCmd": "pasta"`),
				Because: told + common + "pasta since 5.0.0" + run,
			}},
		}, {
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
				When:    podman("<4.4"),
				Expect:  is.Complained("pasta", 125, "network"),
				Because: "podman RELEASE_NOTES 4.4.0: before that pasta is the name of a network like others; run on podman 4.3.1",
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
		}, {
			ID:   "configured",
			Says: "what a container gets that asks for no network where default_rootless_network_cmd is slirp4netns",
			Cases: []Case{{
				When:    rootlessPodman("<6.0", true),
				Expect:  is.Printed("configured", mode("slirp4netns")),
				Because: "podman pkg/specgen/namespaces.go ParseNetworkFlag; run on podman 5.4.2 and 5.8.6",
				Sources: partly("S2-42"),
			}, {
				When:    rootlessPodman(">=6.0", true),
				Expect:  is.Complained("configured", 125, `invalid default_rootless_network_cmd option "slirp4netns"`),
				Because: "podman pkg/specgen/namespaces.go ParseNetworkFlag; run on podman 6.1.1",
				Sources: partly("S2-42"),
			}, {
				When:    rootlessPodman("", false),
				Expect:  is.Printed("configured", mode("bridge")),
				Because: "podman pkg/specgen/namespaces.go: the option is for engines without root alone; run on podman 4.3.1 and 5.4.2",
			}},
		}},
	}
}

func rootlessPodman(versions string, is bool) Facts { return and(podman(versions), rootless(is)) }
