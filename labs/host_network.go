package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// HostNetwork gives containers in the host's network all flags about DNS, so
// that nothing of the host's own file is left in what is asserted.
func HostNetwork() Lab {
	lan := topo.Network{Name: "lan"}
	up := topo.Node{Name: "up", Kind: topo.Upstream, On: topo.On(lan)}
	web := topo.Node{Name: "web", On: topo.On(lan, "www")}
	guest := topo.Node{Name: "guest", Mode: topo.HostNetwork, DNS: []string{"up"}, Search: []string{"lab.test"}, Options: []string{"timeout:3"}}
	loopback := topo.Node{Name: "loopback", Mode: topo.HostNetwork, DNS: []string{"127.0.0.1"}} // never asks
	ask := func(name string) topo.Wire { return topo.Wire{From: guest, Name: name} }
	flags := is.All{is.Nameservers("guest's resolv.conf", "{up}"), is.SearchList("guest's resolv.conf", "lab.test"),
		is.ResolvOptions("guest's resolv.conf", "timeout:3")}
	// sameHost are the engines whose networks the host has a way to.
	sameHost := []Facts{and(docker(""), rootless(false)), inRootlessKit("")}
	const apart = "moby contrib/dockerd-rootless.sh --detach-netns: the networks of the engine are in RootlessKit's namespace, and a container in the host's network is in the host's own; run on 29.8 with slirp4netns and pasta"
	nowhere := is.All{is.Outcome("name", results.Unreachable), is.Outcome("alias", results.Unreachable), is.Outcome("reverse", results.Unreachable),
		is.NotAskedBut("up's log", "web.", "heard.lab.test."), is.NotAskedBut("up's log", "www.", "heard.lab.test.")}
	unreachable := is.All{is.Outcome("out", results.Unreachable), is.AnsweredBy("heard", 1), is.NotAskedBut("up's log", "out.lab.test.", "heard.lab.test.")}
	toTheServer := is.All{is.NXDomain("name"), is.NXDomain("alias"), is.Data("reverse", "ptr-by-up.lab.test."),
		is.Asked("up's log", "web."), is.Asked("up's log", "www."), is.Asked("up's log", "{web.ptr}")}

	return Lab{
		Name:     "host-network",
		Story:    "Containers run in the host's network, with --dns flags.",
		Needs:    []driver.Cap{driver.UserNetworks, driver.HostNetns},
		Topology: topo.Topology{up, web, guest, loopback},
		Steps: []Step{{Ask: map[string]topo.Question{
			"guest's resolv.conf":    topo.File{Of: guest, Path: "/etc/resolv.conf"},
			"loopback's resolv.conf": topo.File{Of: loopback, Path: "/etc/resolv.conf"},
			"out":                    topo.Wire{From: guest, Name: "out", Search: true},
			"name":                   ask("{web}"),
			"alias":                  ask("www"),
			"reverse":                topo.Wire{From: guest, Name: "{web.ptr}", Type: "PTR"},
			"heard":                  topo.Wire{From: web, Name: "heard.lab.test.", Server: "up"},
		}}, {Ask: map[string]topo.Question{
			"up's log": topo.Saw{Upstream: up},
		}}},
		Claims: []Claim{{
			ID:   "flags",
			Says: "resolv.conf says what the flags say, and no resolver of the engine stands in between",
			Cases: []Case{{
				When:    docker(""),
				Expect:  flags,
				Because: "moby libnetwork Sandbox.setupDNS: each of --dns, --dns-search and --dns-opt replaces what the host's file has of it: the same from 20.10 to 29",
				Sources: holds("moby:TestRunDNSInHostMode"),
			}, {
				When:    podman(""),
				Expect:  flags,
				Because: "podman libpod/container_internal_common.go addResolvConf: servers and search domains given take the place of the host's; run on 4.3.1, 5.4.2 and 5.8.6, with root and without",
				Sources: holds("podman:add-server", "podman:add-search", "podman:add-option"),
			}},
		}, {
			ID:   "loopback",
			Says: "a loopback address given as server is written as it is: in this network it is the host's",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.Nameservers("loopback's resolv.conf", "127.0.0.1"),
				Because: "moby libnetwork Sandbox.setupDNS: only what comes from the host's file is looked through for loopback addresses: the same from 20.10 to 29",
				Sources: partly("moby:TestRunDNSInHostMode"), // the warning that its command prints is not looked at
			}, {
				When:    podman(""),
				Expect:  is.Nameservers("loopback's resolv.conf", "127.0.0.1"),
				Because: "containers/common libnetwork/resolvconf filterResolvDNS looks only through what comes from the host's file; run on 4.3.1, 5.4.2 and 5.8.6, with root and without",
			}},
		}, {
			ID:   "server",
			Says: "whether the server given, which is on a network of the engine's, can be asked, and names are completed from the search list given",
			Cases: append(each(Case{
				Expect:  is.All{is.AnsweredBy("out", 1), is.Asked("up's log", "out.lab.test.")},
				Because: "moby libnetwork Sandbox.setupDNS writes them into the file that a stub resolver reads: the same from 20.10 to 29",
			}, sameHost...), Case{
				When: detached(""), Expect: unreachable, Because: apart,
			}, Case{
				When:    and(podman(""), rootless(false)),
				Expect:  is.All{is.AnsweredBy("out", 1), is.AskedFromHost("up's log", "out.lab.test.")},
				Because: "podman libpod/container_internal_common.go addResolvConf writes them into the file that a stub resolver reads; run on 4.3.1, 5.4.2 and 5.8.6",
			}, Case{
				When:    and(podman(""), rootless(true)),
				Expect:  unreachable,
				Because: "containers/common libnetwork/internal/rootlessnetns: networks of a rootless Podman are in a network namespace of their own, and the host has no way there; run on 5.4.2 and 5.8.6, with pasta and slirp4netns",
			}),
		}, {
			ID:   "no-names",
			Says: "containers are not found by name, alias or address: the questions are for the server given",
			Cases: append(each(Case{
				Expect:  toTheServer,
				Because: "moby daemon/network.go buildCreateEndpointOptions: resolution is disabled on networks that are not user-defined: the same from 20.10 to 29",
			}, sameHost...), Case{
				When: detached(""), Expect: nowhere, Because: apart,
			}, Case{
				When:    and(podman(""), rootless(false)),
				Expect:  toTheServer,
				Because: "podman libpod/container_internal_common.go addResolvConf: only a container on a network with DNS gets its server; run on 4.3.1, 5.4.2 and 5.8.6",
			}, Case{
				When:    and(podman(""), rootless(true)),
				Expect:  nowhere,
				Because: "as for the server given, which cannot be reached: run on 5.4.2 and 5.8.6, with pasta and slirp4netns",
			}),
		}},
	}
}
