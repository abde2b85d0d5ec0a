package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// InputDropped lets the host drop all that is sent to it and not let in, as a
// firewall does. What containers ask Podman's server is sent to the host; what
// they send each other is not.
func InputDropped() Lab {
	lan := topo.Network{Name: "lan"}
	web := topo.Node{Name: "web", On: topo.On(lan)}
	client := topo.Node{Name: "client", On: topo.On(lan)}
	late := topo.Node{Name: "late", On: topo.On(lan), Later: true}
	ask := func(from topo.Node) topo.Question { return topo.Wire{From: from, Name: "{web}"} }

	return Lab{
		Name:     "input-dropped",
		Story:    "The host's firewall drops what nothing lets in. Do containers still find each other by name?",
		Needs:    []driver.Cap{driver.UserNetworks, driver.OwnHost},
		Topology: topo.Topology{web, client, late},
		Steps: []Step{{Ask: map[string]topo.Question{
			"before": ask(client),
		}}, {
			Do:  []topo.Act{topo.HostRun{Root: true, Changes: topo.Machine, Args: []string{"iptables", "-P", "INPUT", "DROP"}}},
			Ask: map[string]topo.Question{"dropped": ask(client), "rules": topo.HostCommand{Root: true, Args: []string{"nft", "list", "ruleset"}}},
		}, {
			Do: []topo.Act{topo.Start{Node: late}},
			Ask: map[string]topo.Question{
				"late's": ask(late),
				"with iptables": script(`export NETAVARK_FW=iptables && podman network create {lan}-ipt >/dev/null && ` +
					`podman run --detach --network {lan}-ipt --name {lan}-first ` + image + ` >/dev/null && ` +
					`podman run --rm --network {lan}-ipt --entrypoint /dnslab-agent ` + image + ` ask {lan}-first A "$(podman inspect --format '{{ range .NetworkSettings.Networks }}{{ .Gateway }}{{ end }}' {lan}-first)"`),
			},
		}, {
			Ask: map[string]topo.Question{"iptables": topo.HostCommand{Root: true, Args: []string{"iptables", "-S"}}},
		}, {
			Do:  []topo.Act{topo.HostRun{Root: true, Changes: topo.Machine, Args: []string{"iptables", "-P", "INPUT", "ACCEPT"}}},
			Ask: map[string]topo.Question{"after": ask(client)},
		}},
		Claims: []Claim{{
			ID:   "found",
			Says: "whether a name is found where the policy of the chain INPUT is to drop",
			Cases: []Case{{
				When:    and(aardvark(">=1.12"), rootless(false)),
				Expect:  is.All{is.AddressOf(web, "before"), is.Outcome("dropped", results.TimedOutAsk), is.Outcome("late's", results.TimedOutAsk), is.AddressOf(web, "after")},
				Because: "?",
			}},
		}, {
			ID:   "iptables",
			Says: "whether it is found where netavark's rules are of iptables",
			Cases: []Case{{
				When:    and(aardvark(">=1.12"), rootless(false)),
				Expect:  is.All{is.PrintedText("with iptables", "NOERROR "), is.PrintedText("iptables", "--dport 53 -j ACCEPT")},
				Because: "?",
			}},
		}},
	}
}
