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
	late := `podman run --detach --network {lan} --name {lan}-odd --network-alias "odd alias" ` + image
	const next = `podman run --rm --network `
	ask := func(from topo.Node, name string) topo.Question { return topo.Wire{From: from, Name: name} }

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
				"after":          ask(client, "{web}"),
				"elsewhere":      ask(neighbour, "{neighbour}"),
				"file":           ofAardvark("{lan}"),
				"next there":     script(next + `{lan} --entrypoint /dnslab-agent ` + image),
				"next elsewhere": script(next + `{other} --entrypoint /dnslab-agent ` + image),
			},
		}, {
			Do:  []topo.Act{topo.Disconnect{Node: neighbour, Network: other}},
			Ask: map[string]topo.Question{"next alone": script(next + `{lan} --entrypoint /dnslab-agent ` + image)},
		}, {
			Do:  []topo.Act{topo.HostRun{Args: []string{"podman", "rm", "--force", "--time", "0", "{lan}-odd"}, Changes: topo.Machine}, topo.Restart{Node: client}},
			Ask: map[string]topo.Question{"without it": ask(client, "{web}")},
		}},
		Claims: []Claim{{
			ID:   "found",
			Says: "whether containers are still found, on that network and on others",
			Cases: []Case{{
				When:    aardvark(">=1.12"),
				Expect:  is.All{is.AddressOf(web, "before"), is.AddressOf(neighbour, "before elsewhere"), is.Outcome("after", results.Refused), is.AddressOf(neighbour, "elsewhere"), is.PrintedText("file", "odd alias"), is.AddressOf(web, "without it")},
				Because: "?",
			}},
		}, {
			ID:   "next",
			Says: "whether another container starts on a network",
			Cases: []Case{{
				When:    aardvark(">=1.12"),
				Expect:  is.All{is.Exited("next there", 0), is.Exited("next elsewhere", 0), is.Complained("next alone", 126, "aardvark-dns failed to start")},
				Because: "?",
			}},
		}},
	}
}
