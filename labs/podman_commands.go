package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// PodmanCommands asks Podman's own command what it knows of DNS, and what it
// refuses. What a command makes, it removes.
func PodmanCommands() Lab {
	lan := topo.Network{Name: "lan"}
	web := topo.Node{Name: "web", On: topo.On(lan)}
	podmans := func(args ...string) topo.Question {
		return topo.HostCommand{Args: append([]string{"podman"}, args...)}
	}
	made := func(name, flags, then string) topo.Question { // a network, for as long as the command
		return script(`podman network create ` + flags + ` {lan}-` + name + ` >/dev/null && ` + then + ` {lan}-` + name + `; s=$?; podman network rm {lan}-` + name + ` >/dev/null 2>&1; exit $s`)
	}
	ran := func(flags string) topo.Question {
		return script(`podman run --rm ` + flags + ` --entrypoint /dnslab-agent ` + webImage)
	}
	// told is the resolv.conf that a container gets that is made by these flags.
	told := func(before, flags, after string) topo.Question {
		return script(before + `id=$(podman create ` + flags + ` ` + webImage + `) && podman init "$id" >/dev/null && ` +
			`cat "$(podman inspect --format '{{ .ResolvConfPath }}' "$id")"; s=$?; podman rm --force "$id" >/dev/null 2>&1; ` + after + `exit $s`)
	}
	const configured = `export CONTAINERS_CONF_OVERRIDE=/tmp/{lan}-dns.conf && printf '[containers]\ndns_servers = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"]\ndns_searches = ["lab.test"]\ndns_options = ["timeout:3"]\n' >$CONTAINERS_CONF_OVERRIDE && `
	const named = `ip netns add {lan}-ns && mkdir -p /etc/netns/{lan}-ns && echo nameserver 192.0.2.7 >/etc/netns/{lan}-ns/resolv.conf && `
	const unnamed = `ip netns delete {lan}-ns; rm -r /etc/netns/{lan}-ns; `
	const four = "nameserver 192.0.2.1\nnameserver 192.0.2.2\nnameserver 192.0.2.3\nnameserver 192.0.2.4"
	const enabled = `podman network inspect --format '{{ .DNSEnabled }}'`
	const slirp = `export CONTAINERS_CONF_OVERRIDE=/tmp/{lan}.conf && printf '[network]\ndefault_rootless_network_cmd = "slirp4netns"\n' >$CONTAINERS_CONF_OVERRIDE && `
	const flags = "podman cmd/podman/networks/create.go and update.go"
	const run = " (run on podman 5.4.2)"
	// excluded: neither servers, nor a search list, nor options; end is how the
	// complaint ends about no network, and about another's.
	excluded := func(none, another string) is.All {
		all := is.All{is.Exited("servers on the host's network", 0)}
		for _, what := range []string{"servers", "search", "options"} {
			all = append(all, is.Complained(what+" on no network", 125, "conflicting options: dns and the network mode"+none),
				is.Complained(what+" on another's network", 125, "conflicting options: dns and the network mode"+another))
		}
		return all
	}

	configures := is.All{is.PrintedText("configured", four), is.PrintedText("configured", "search lab.test"), is.PrintedText("configured", "options timeout:3"),
		is.PrintedText("configured on a network", "search lab.test"), is.PrintedText("configured on a network", "options timeout:3")}
	refusesWords := is.All{is.Complained("run with a word", 125, "nowhere is not an ip address"), is.Complained("update with a word", 125, "unable to parse ip nowhere")}
	const withoutDNS = "cannot set NetworkDNSServers if DNS is not enabled"

	return Lab{
		Name:     "podman-commands",
		Story:    "What Podman's command says of its networks, which flags about DNS it has, and which it refuses together.",
		Needs:    []driver.Cap{driver.UserNetworks, driver.OwnHost},
		Topology: topo.Topology{web},
		Steps: []Step{{Ask: map[string]topo.Question{
			"backend":         podmans("info", "--format", "{{ .Host.NetworkBackend }}"),
			"default network": script(enabled + " podman"),
			"default's text":  podmans("network", "inspect", "podman"),
			"made network":    made("plain", "", enabled),
			"made one's text": made("text", "", "podman network inspect"),
			"without DNS":     made("without", "--disable-dns", enabled),

			"create with servers":     made("served", "--dns 192.0.2.1 --dns 192.0.2.2", `podman network inspect --format '{{ .NetworkDNSServers }}'`),
			"create with a search":    made("searched", "--dns-search lab.test", "true"),
			"create with a word":      made("word", "--dns nowhere", "true"),
			"create without but with": made("neither", "--disable-dns --dns 192.0.2.1", "true"),
			"update with a search":    podmans("network", "update", "--dns-search-add", "lab.test", "{lan}"),
			"update with a word":      podmans("network", "update", "--dns-add", "nowhere", "{lan}"),
			"run with a word":         ran("--dns nowhere"),

			"rootless command":         podmans("info", "--format", "{{ .Host.RootlessNetworkCmd }}"),
			"rootless default":         script("CONTAINERS_CONF=/dev/null podman info --format '{{ .Host.RootlessNetworkCmd }}'"),
			"slirp4netns in info":      script(slirp + "podman info --format '{{ .Host.RootlessNetworkCmd }}'"),
			"slirp4netns by a setting": script(slirp + `id=$(podman create ` + webImage + `) && podman inspect --format '{{ .HostConfig.NetworkMode }}' "$id"; s=$?; podman rm "$id" >/dev/null 2>&1; exit $s`),

			"servers on no network":         ran("--network none --dns 192.0.2.1"),
			"search on no network":          ran("--network none --dns-search lab.test"),
			"options on no network":         ran("--network none --dns-opt ndots:1"),
			"servers on another's network":  ran("--network container:{web} --dns 192.0.2.1"),
			"search on another's network":   ran("--network container:{web} --dns-search lab.test"),
			"options on another's network":  ran("--network container:{web} --dns-opt ndots:1"),
			"servers on the host's network": ran("--network host --dns 192.0.2.1"),
			"configured":                    told(configured, "", ""),
			"configured on a network":       told(configured, "--network {lan}", ""),
			"on the network without":        told("", "--network {lan}", ""),
			"own network namespace":         told(named, "--network ns:/run/netns/{lan}-ns", unnamed),
			"without its file":              told("ip netns add {lan}-bare && ", "--network ns:/run/netns/{lan}-bare", "ip netns delete {lan}-bare; "),
			"own users":                     told("", "--userns keep-id --network {lan}", ""),
			"own users, asked for":          told("", "--userns keep-id --network {lan} --dns-search lab.test --dns-opt timeout:3", ""),

			"server that is the gateway":        ran(`--network {lan} --dns "` + gatewayOf("web") + `"`),
			"no server on a network of its own": ran("--network {lan}"),
		}}},
		Claims: []Claim{{
			ID:   "backend",
			Says: "info says what does the networks",
			Cases: []Case{{
				When:    podman("<4"),
				Expect:  is.Complained("backend", 125, "NetworkBackend"),
				Because: "podman libpod/define/info.go has it since 4.0",
			}, {
				When:    and(podman(">=4"), Facts{"network-backend": "cni"}),
				Expect:  is.Printed("backend", "cni"),
				Because: "podman libpod/define/info.go since 4.0",
				Sources: append(holds("S2-20"), partly("S2-16")...),
			}, {
				When:    and(podman(">=4"), Facts{"network-backend": "netavark"}),
				Expect:  is.Printed("backend", "netavark"),
				Because: "podman libpod/define/info.go since 4.0" + run,
				Sources: append(holds("S2-20"), partly("S2-16")...),
			}},
		}, {
			ID:   "enabled",
			Says: "a network that one makes has DNS unless one says no; the default network has none",
			Cases: []Case{{
				When:    podman("<4"),
				Expect:  is.All{is.LacksText("default's text", "dnsname"), is.PrintedText("made one's text", "dnsname")},
				Because: "podman libpod/network up to 3.4: a made network has the plugin dnsname, the one of the package has not",
			}, {
				When:    podman(">=4"),
				Expect:  is.All{is.Printed("default network", "false"), is.Printed("made network", "true"), is.Printed("without DNS", "false")},
				Because: "containers-common libnetwork createDefaultNetwork; podman cmd/podman/networks/create.go" + run,
				Sources: holds("S2-19"),
			}},
		}, {
			ID:   "servers-of-a-network",
			Says: "whether a network can be made with DNS servers",
			Cases: []Case{{
				When:    podman("<4.4"),
				Expect:  is.Complained("create with servers", 125, "unknown flag: --dns"),
				Because: flags + " up to 4.3",
			}, {
				When:    podman(">=4.4"),
				Expect:  is.Printed("create with servers", "[192.0.2.1 192.0.2.2]"),
				Because: flags + " since 4.4.0" + run,
				Sources: holds("S2-32"),
			}},
		}, {
			ID:   "no-search-of-a-network",
			Says: "a network has no search list to be made with, nor to be given",
			Cases: []Case{{
				When:    podman("<4.4"),
				Expect:  is.All{is.Complained("create with a search", 125, "unknown flag: --dns-search"), is.Exited("update with a search", 125)},
				Because: flags + ": not up to 4.3, where networks cannot be updated at all",
				Sources: refutes("S2-33", "S2-35"),
			}, {
				When:    podman(">=4.4"),
				Expect:  is.All{is.Complained("create with a search", 125, "unknown flag: --dns-search"), is.Complained("update with a search", 125, "unknown flag: --dns-search-add")},
				Because: flags + ": not up to 6.1" + run,
				Sources: refutes("S2-33", "S2-35"),
			}},
		}, {
			ID:   "servers-refused",
			Says: "which servers a network and a container refuse: what is no address, and any where there is no DNS",
			Cases: []Case{{
				When:    podman("<4.4"),
				Expect:  is.All{is.Complained("run with a word", 125, "nowhere is not an ip address"), is.Exited("no server on a network of its own", 0)},
				Because: "podman cmd/podman/parse",
				Sources: holds("podman:bad-server"),
			}, {
				When: podman(">=4.4 <6"),
				Expect: is.All{refusesWords, is.Complained("create with a word", 125, "nowhere"), is.Complained("create without but with", 125, withoutDNS),
					is.Exited("no server on a network of its own", 0), is.Exited("create with servers", 0)},
				Because: "containers-common libnetwork/netavark networkCreate, NetworkUpdate" + run,
				Sources: holds("podman:bad-server"),
			}, {
				When: podman(">=6"),
				Expect: is.All{refusesWords, is.Complained("create with a word", 125, "netavark: failed to load network create: IO error: invalid IP address"),
					is.Complained("create without but with", 125, "netavark: "+withoutDNS), is.Exited("no server on a network of its own", 0), is.Exited("create with servers", 0)},
				Because: "netavark src/commands/create.rs: from 6.0 on Podman leaves it to netavark to look (run on podman 6.1.1, netavark 2.0.0)",
				Sources: holds("podman:bad-server"),
			}},
		}, {
			ID:   "gateway-as-server",
			Says: "whether a container may have its network's own resolver as its server",
			Cases: []Case{{
				When:    podman(""),
				Expect:  is.All{is.Exited("server that is the gateway", 0), is.Exited("no server on a network of its own", 0)},
				Because: "nothing in podman or netavark compares them" + run,
				Sources: refutes("netavark:dns-server-equals-gateway"),
			}},
		}, {
			ID:   "configured",
			Says: "what containers.conf can say of servers, search list and options, and what of it the file names on a network",
			Cases: []Case{{
				When:    podman("<4.5"),
				Expect:  is.All{is.PrintedText("configured", "nameserver "), is.LacksText("configured", "192.0.2."), is.LacksText("configured", "timeout:3")},
				Because: "containers-common pkg/config New, v0.50 and v0.51, which podman 4.3 and 4.4 have, does not read CONTAINERS_CONF_OVERRIDE; v0.52, which 4.5.0 has, does (run on podman 4.3.1)",
			}, {
				When:    and(podman(">=4.5"), dnsname()),
				Expect:  append(configures[:len(configures):len(configures)], is.PrintedText("configured on a network", four)),
				Because: "podman libpod/container_internal_common.go addResolvConf: read from the source",
			}, {
				When:    and(podman(">=4.5"), aardvark("")),
				Expect:  append(configures[:len(configures):len(configures)], is.PrintedText("configured on a network", "nameserver 10."), is.LacksText("configured on a network", "192.0.2.")),
				Because: "containers-common pkg/config ContainersConfig; podman libpod/container_internal_common.go addResolvConf since 4.4.3: on a network its own server alone stands in the file" + run,
				Sources: holds("podman:containers-conf-dns-options"),
			}},
		}, {
			ID:   "network-namespace",
			Says: "a container in a network namespace of the host's that has a resolv.conf in /etc/netns gets that one",
			Cases: []Case{{
				When:    and(podman(""), rootless(false)),
				Expect:  is.All{is.Printed("own network namespace", "nameserver 192.0.2.7"), is.LacksText("without its file", "192.0.2.7")},
				Because: "containers-common libnetwork/resolvconf getDefaultResolvConf, before podman libpod/container_internal_linux.go generateResolvConf" + run,
				Sources: holds("podman:user-namespace-resolv-conf"),
			}, {
				When:    and(podman(""), rootless(true)),
				Expect:  is.Complained("own network namespace", 1, "Permission denied"),
				Because: "a user without root can make no network namespace of the host's (ip-netns(8))" + run,
			}},
		}, {
			ID:   "user-namespace",
			Says: "users of its own change nothing of what a container's file says",
			Cases: []Case{{
				When:    and(podman("<4.2"), rootless(false)),
				Expect:  is.All{is.SameText("own users", "on the network without", true), is.PrintedText("own users, asked for", "search lab.test")},
				Because: "podman before 4.2.0 takes no notice of keep-id where root asks for it (RELEASE_NOTES.md; run on podman 3.0.1)",
			}, {
				When:    and(podman(">=4.2 <4.5"), rootless(false)),
				Expect:  is.All{is.Complained("own users", 125, "keep-id is only supported in rootless mode"), is.PrintedText("on the network without", "nameserver ")},
				Because: "podman pkg/util GetKeepIDMapping, v4.4.0 too; in v4.5.0 root has the mapping that the host has (run on podman 4.3.1)",
			}, {
				When:    and(podman("<4.5"), rootless(true)),
				Expect:  is.All{is.SameText("own users", "on the network without", true), is.PrintedText("own users, asked for", "search lab.test")},
				Because: "podman libpod/container_internal_common.go generateResolvConf knows nothing of users: read from the source",
			}, {
				When:    podman(">=4.5"),
				Expect:  is.All{is.SameText("own users", "on the network without", true), is.PrintedText("own users, asked for", "search lab.test")},
				Because: "podman libpod/container_internal_common.go addResolvConf knows nothing of users" + run,
			}},
		}, {
			ID:   "rootless-command",
			Says: "what info says of the network that a user's container gets which asks for none",
			Cases: []Case{{
				When:    podman("<5"),
				Expect:  is.Complained("rootless command", 125, "RootlessNetworkCmd"),
				Because: "podman libpod/define/info.go has it since 5.0",
			}, {
				When:    and(podman(">=5"), rootless(false)),
				Expect:  is.Printed("rootless command", "pasta"),
				Because: "containers-common pkg/config/default.go DefaultRootlessNetworkCmd: what a user would get" + run,
			}, {
				When:    throughPasta(podman(">=5")),
				Expect:  is.Printed("rootless command", "pasta"),
				Because: "podman libpod/info.go" + run,
			}, {
				When:    throughSlirp(podman(">=5")),
				Expect:  is.Printed("rootless command", "slirp4netns"),
				Because: "podman libpod/info.go" + run,
				Sources: holds("S2-42"),
			}},
		}, {
			ID:   "rootless-default",
			Says: "which it is where nothing is configured",
			Cases: []Case{{
				When:    podman("<5"),
				Expect:  is.Complained("rootless default", 125, "RootlessNetworkCmd"),
				Because: "podman libpod/define/info.go has it since 5.0",
			}, {
				When:    podman(">=5.0 <5.3"),
				Expect:  is.Printed("rootless default", "pasta"),
				Because: "podman RELEASE_NOTES 5.0.0, containers-common pkg/config/default.go DefaultRootlessNetworkCmd",
				Sources: refutes("S2-25"),
			}, {
				When:    podman(">=5.3"),
				Expect:  is.Printed("rootless default", "pasta"),
				Because: "containers-common pkg/config/default.go DefaultRootlessNetworkCmd" + run,
			}},
		}, {
			ID:   "slirp4netns",
			Says: "whether it can be slirp4netns by containers.conf",
			Cases: []Case{{
				When:    and(podman("<6"), rootless(true)),
				Expect:  is.All{is.Printed("slirp4netns in info", "slirp4netns"), is.Printed("slirp4netns by a setting", "slirp4netns")},
				Because: "containers-common pkg/config default_rootless_network_cmd, podman pkg/specgen/generate/namespaces.go" + run,
				Sources: holds("S2-42"),
			}, {
				When:    and(podman(">=6"), rootless(true)),
				Expect:  is.All{is.Exited("slirp4netns by a setting", 125)},
				Because: "podman RELEASE_NOTES 6.0.0: slirp4netns is gone",
				Sources: partly("S2-42"),
			}, {
				When:    and(podman("<5"), rootless(false)),
				Expect:  is.All{is.Printed("slirp4netns by a setting", "bridge")},
				Because: "podman pkg/specgen/generate/namespaces.go: with root it is no matter",
			}, {
				When:    and(podman(">=5"), rootless(false)),
				Expect:  is.All{is.Printed("slirp4netns by a setting", "bridge")},
				Because: "podman pkg/specgen/generate/namespaces.go: with root it is no matter" + run,
			}},
		}, {
			ID:   "excluded",
			Says: "flags about DNS are refused where the container has no network, or that of another",
			Cases: []Case{{
				When:    podman("<3.4"),
				Expect:  excluded(".", "."),
				Because: "podman cmd/podman/containers/create.go: up to 3.3 the complaint does not say which mode (run on podman 3.0.1)",
				Sources: holds("podman:dns-excludes-network"),
			}, {
				When:    podman(">=3.4"),
				Expect:  excluded(": none", ": container"),
				Because: "podman cmd/podman/common/netflags.go NetFlagsToNetOptions" + run,
				Sources: holds("podman:dns-excludes-network"),
			}},
		}},
	}
}

// script is a program of the lab host's shell, as the engine's user.
func script(text string) topo.Question { return topo.HostCommand{Args: []string{"sh", "-c", text}} }

// webImage is in a script the image that the node called web runs, the agent's.
const webImage = `"$(podman inspect --format '{{ .Image }}' {web})"`

// gatewayOf is in a script the gateway of the one network that a node is on.
func gatewayOf(node string) string {
	return `$(podman inspect --format '{{ range .NetworkSettings.Networks }}{{ .Gateway }}{{ end }}' {` + node + `})`
}
