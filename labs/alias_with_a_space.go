package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// AliasWithASpace gives one container an alias that is no name. Podman tells
// its server of containers in a file with spaces between words.
func AliasWithASpace() Lab {
	lan, other := topo.Network{Name: "lan"}, topo.Network{Name: "other"}
	web := topo.Node{Name: "web", On: topo.On(lan)}
	client := topo.Node{Name: "client", On: topo.On(lan)}
	neighbour := topo.Node{Name: "neighbour", On: topo.On(other)}
	late := `podman run --detach --stop-timeout 0 --network {lan} --name {lan}-odd --network-alias "odd alias" ` + webImage
	const next = `podman run --rm --network `
	ask := func(from topo.Node, name string) topo.Question { return topo.Wire{From: from, Name: name} }

	before := is.All{is.AddressOf(web, "before"), is.AddressOf(neighbour, "before elsewhere")}

	return Lab{
		Name:     "alias-with-a-space",
		Story:    "A container is given an alias with a space in it. Who is still found by name then, and does the next container start?",
		Needs:    []driver.Cap{driver.UserNetworks, driver.OwnHost},
		Topology: topo.Topology{web, client, neighbour},
		Steps: []Step{{Ask: map[string]topo.Question{
			"before":           ask(client, "{web}"),
			"before elsewhere": ask(neighbour, "{neighbour}"),
		}}, {
			Do: []topo.Act{topo.HostRun{Changes: topo.Machine, Args: []string{"sh", "-c", late}}},
			Ask: map[string]topo.Question{
				"after":     ask(client, "{web}"),
				"elsewhere": ask(neighbour, "{neighbour}"),
				"file":      ofAardvark("{lan}"),
			},
		}, {
			Ask: map[string]topo.Question{
				"next there":     script(next + `{lan} --entrypoint /dnslab-agent ` + webImage),
				"next elsewhere": script(next + `{other} --entrypoint /dnslab-agent ` + webImage),
			},
		}, {
			Ask: map[string]topo.Question{"leaving": topo.HostCommand{Args: []string{"podman", "network", "disconnect", "{other}", "{neighbour}"}}},
		}, {
			Ask: map[string]topo.Question{"next alone": script(next + `{lan} --entrypoint /dnslab-agent ` + webImage)},
		}, {
			Ask: map[string]topo.Question{"removal": topo.HostCommand{Args: []string{"podman", "rm", "--force", "{lan}-odd"}}},
		}, {
			Ask: map[string]topo.Question{"without it": script(next + `{lan} --entrypoint /dnslab-agent ` + webImage + ` ask {web} A "` + gatewayOf("web") + `"`)},
		}},
		Claims: []Claim{{
			ID:   "found",
			Says: "who is found then, on that network and on another",
			Cases: []Case{{
				When:    dnsname(),
				Expect:  is.All{before, is.AddressOf(web, "after"), is.AddressOf(neighbour, "elsewhere")},
				Because: "dnsname plugins/meta/dnsname/files.go appendToFile: in a file of hosts a word more is a name more (run on podman 4.3.1)",
			}, {
				When:    and(aardvark("<1.12")),
				Expect:  is.All{before, is.Outcome("after", results.Refused), is.Outcome("elsewhere", results.Refused), is.HasText("file", "odd alias")},
				Because: "aardvark-dns src/config/mod.rs takes what is behind the space for a server and reads no file any more; src/server/serve.rs ends then, for all networks (run on netavark and aardvark-dns 1.4.0)",
			}, {
				When:    aardvark(">=1.12 <1.17"),
				Expect:  is.All{before, is.Outcome("after", results.Refused), is.AddressOf(neighbour, "elsewhere"), is.HasText("file", "odd alias")},
				Because: "netavark src/dns/aardvark.rs commit_entry writes names as they are; aardvark-dns src/config/mod.rs takes what is behind the space for a server, can read no more of that network's file, and ends its service there (run on netavark and aardvark-dns 1.14.0)",
			}, {
				When:    aardvark(">=1.17"),
				Expect:  is.All{before, is.AddressOf(web, "after"), is.AddressOf(neighbour, "elsewhere"), is.LacksText("file", "odd alias")},
				Because: "netavark src/network/bridge.rs maybe_add_alias leaves out what cannot be written (run on netavark 1.17.2)",
				Sources: holds("netavark:invalid-dns-names"),
			}},
		}, {
			ID:   "next",
			Says: "whether another container starts on either network, and where nobody else is left",
			Cases: []Case{{
				When:    dnsname(),
				Expect:  is.All{is.Exited("next there", 0), is.Exited("next elsewhere", 0), is.Exited("next alone", 0)},
				Because: "dnsname plugins/meta/dnsname/files.go appendToFile (run on podman 4.3.1)",
			}, {
				When:    and(aardvark("<1.12")),
				Expect:  is.All{is.Exited("next there", 0), is.Exited("next elsewhere", 0), is.Exited("next alone", 0)},
				Because: "netavark src/dns/aardvark.rs up to 1.11 starts aardvark-dns and does not wait to see what becomes of it (run on netavark and aardvark-dns 1.4.0)",
			}, {
				When:    aardvark(">=1.12 <1.17"),
				Expect:  is.All{is.Exited("next there", 0), is.Exited("next elsewhere", 0), is.Exited("leaving", 0), is.Complained("next alone", 126, "aardvark-dns failed to start")},
				Because: "aardvark-dns src/server/serve.rs goes on while it can read some network's file, and cannot start otherwise (run on aardvark-dns 1.14.0)",
			}, {
				When:    aardvark(">=1.17"),
				Expect:  is.All{is.Exited("next there", 0), is.Exited("next elsewhere", 0), is.Exited("leaving", 0), is.Exited("next alone", 0)},
				Because: "netavark src/network/bridge.rs maybe_add_alias (run on netavark 1.17.2)",
				Sources: holds("netavark:invalid-dns-names"),
			}},
		}, {
			ID:   "gone",
			Says: "whether the container can be removed, and others are found without it by the next",
			Cases: []Case{{
				When:    dnsname(),
				Expect:  is.All{is.Exited("removal", 0), is.Printed("without it", "NOERROR {web}")},
				Because: "dnsname plugins/meta/dnsname/files.go removeFromFile (run on podman 4.3.1)",
			}, {
				When:    and(aardvark("<1.12")),
				Expect:  is.All{is.Exited("removal", 0), is.Printed("without it", "NOERROR {web}")},
				Because: "podman libpod removes the container whatever becomes of its networks, up to 4.x; netavark src/dns/aardvark.rs takes the line out of the file before it looks for the server (run on podman 4.3.1)",
			}, {
				When:    and(aardvark(">=1.12 <1.17"), podman("<5.3")),
				Expect:  is.All{is.Complained("removal", 0, "failed to get aardvark pid"), is.Printed("without it", "NOERROR {web}")},
				Because: "podman libpod/container_internal.go cleanupNetwork logs what goes wrong with a network, and no more; netavark src/dns/aardvark.rs takes the line out of the file before it looks for the server (run on podman 4.9.5 and 5.2.5 with netavark 1.14.0)",
			}, {
				When:    and(aardvark(">=1.12 <1.17"), podman(">=5.3")),
				Expect:  is.All{is.Complained("removal", 125, "failed to get aardvark pid"), is.Printed("without it", "NOERROR {web}")},
				Because: "podman#23553, after 5.2: cleanupNetwork returns the error; netavark src/dns/aardvark.rs takes the line out of the file before it looks for the server (run on podman 5.4.2 with netavark 1.14.0)",
			}, {
				When:    aardvark(">=1.17"),
				Expect:  is.All{is.Exited("removal", 0), is.Printed("without it", "NOERROR {web}")},
				Because: "netavark src/dns/aardvark.rs (run on netavark 1.17.2)",
			}},
		}},
	}
}
