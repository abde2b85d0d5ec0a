package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// Rename gives a running container another name, and later its old one to
// somebody else.
func Rename() Lab {
	lan := topo.Network{Name: "lan"}
	up := topo.Node{Name: "up", Kind: topo.Upstream, On: topo.On(lan)}
	web := topo.Node{Name: "web", On: topo.On(lan, "www"), Hostname: "webhost"}
	client := topo.Node{Name: "client", On: topo.On(lan), DNS: []string{"up"}}
	ask := func(name string) topo.Question { return topo.Wire{From: client, Name: name} }

	return Lab{
		Name:     "rename",
		Story:    "A running container is given another name.",
		Needs:    []driver.Cap{driver.UserNetworks},
		Topology: topo.Topology{up, web, client},
		Steps: []Step{{Ask: map[string]topo.Question{
			"before": ask("{web}"),
		}}, {
			Do: []topo.Act{topo.Rename{Node: web, Name: "portal"}},
			Ask: map[string]topo.Question{
				"old name":         ask("{web}"),
				"new name":         ask("{portal}"),
				"new name.network": ask("{portal}.{lan}"),
				"alias":            ask("www"),
				"short id":         ask("{web.id}"),
				"reverse":          topo.Wire{From: client, Name: "{web.ptr}", Type: "PTR"},
			},
		}, {
			Do: []topo.Act{topo.Restart{Node: web}},
			Ask: map[string]topo.Question{
				"old name later": ask("{web}"),
				"new name later": ask("{portal}"),
			},
		}, {Ask: map[string]topo.Question{
			"up's log": topo.Saw{Upstream: up},
		}}},
		Claims: []Claim{{
			ID:   "new-name",
			Says: "whether the new name is known at once, with and without that of the network",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.All{is.AddressOf(web, "before"), is.AddressOf(web, "new name"), is.AddressOf(web, "new name.network")},
				Because: "moby daemon/rename.go: Sandbox.Rename up to 24.0, Endpoint.UpdateDNSNames from 25.0, take the old records out and put new ones in",
			}, lost("before", "new name", "new name.network"), {
				When:    behind(">=1.13"),
				Expect:  is.All{is.AddressOf(web, "before"), is.NXDomain("new name"), is.NXDomain("new name.network"), is.AskedFromHost("up's log", "portal.")},
				Because: "podman libpod/container_api.go rename: aardvark-dns is not told (run on podman 5.4.2 and 5.8.6)",
			}},
		}, {
			ID:   "old-name",
			Says: "whether the old name is forgotten at once",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.All{is.AddressOf(web, "before"), is.NXDomain("old name"), is.Asked("up's log", "web.")},
				Because: "moby daemon/rename.go: Sandbox.Rename up to 24.0, Endpoint.UpdateDNSNames from 25.0, take the old records out and put new ones in",
			}, lost("before", "old name"), {
				When:    behind(">=1.13"),
				Expect:  is.All{is.AddressOf(web, "before"), is.AddressOf(web, "old name"), is.AskedFromHost("up's log", "portal.")},
				Because: "podman libpod/container_api.go rename: aardvark-dns is not told (run on podman 5.4.2 and 5.8.6)",
			}},
		}, {
			ID:   "other-names",
			Says: "whether alias and short id stay",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.All{is.NXDomain("old name"), is.AddressOf(web, "alias"), is.AddressOf(web, "short id")},
				Because: "moby libnetwork Endpoint.rename up to 24.0 leaves the aliases alone; daemon buildEndpointDNSNames from 25.0 puts them into the new list",
			}, lost("alias", "short id"), {
				When:    behind(">=1.13"),
				Expect:  is.All{is.NXDomain("new name"), is.AddressOf(web, "alias"), is.AddressOf(web, "short id")},
				Because: "podman libpod/container_api.go rename: aardvark-dns is not told (run on podman 5.4.2 and 5.8.6)",
			}},
		}, {
			ID:   "reverse",
			Says: "which names the address has then",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.Data("reverse", "portal.lan."),
				Because: "moby libnetwork Network.updateSvcRecord: the reverse map has the container's name, and is updated with the rest: the same from 20.10 to 29",
			}, {
				When:    podman("<4.4.3"),
				Expect:  is.Data("reverse", "ptr-by-up.lab.test."),
				Because: "podman libpod/container_internal_common.go generateResolvConf up to 4.4.2: who has a server of its own asks that alone (run on podman 4.3.1, netavark and CNI)",
			}, {
				When:    and(podman(">=4.4.3 <4.6"), aardvark(">=1.5")),
				Expect:  is.Data("reverse", "web.", "www.", "{web.id}."),
				Because: "podman RELEASE_NOTES 4.6.0: from then on the hostname is one of the names",
			}, {
				When:    and(podman(">=4.6"), aardvark(">=1.5")),
				Expect:  is.Data("reverse", "web.", "www.", "{web.id}.", "webhost."),
				Because: "podman libpod/container_api.go rename: aardvark-dns is not told, so the address has the old one, and all others (run on podman 5.4.2 and 5.8.6)",
			}},
		}, {
			ID:   "after-restart",
			Says: "which name is known after a restart",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.All{is.NXDomain("old name later"), is.AddressOf(web, "new name later")},
				Because: "moby daemon/rename.go keeps the container's name, and a start builds the records from it: the same from 20.10 to 29",
			}, lost("old name later", "new name later"), {
				When:    behind(">=1.13"),
				Expect:  is.All{is.AddressOf(web, "old name"), is.NXDomain("old name later"), is.AddressOf(web, "new name later")},
				Because: "podman libpod configureNetNS: a start tells aardvark-dns the name that the container has by now (run on podman 5.4.2 and 5.8.6)",
			}},
		}},
	}
}
