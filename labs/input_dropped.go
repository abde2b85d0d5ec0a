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

	// found makes a network, by a firewall driver or the default one, and asks on
	// it for a container's name.
	found := func(name, driver, flags string) topo.Question {
		set := ""
		if driver != "" {
			set = "export NETAVARK_FW=" + driver + " && "
		}
		net := "{lan}-" + name
		return script(set + `podman network create ` + flags + ` ` + net + ` >/dev/null && ` +
			`podman run --detach --network ` + net + ` --name ` + net + `-first ` + webImage + ` >/dev/null && ` +
			`podman run --rm --network ` + net + ` --entrypoint /dnslab-agent ` + webImage + ` ask ` + net + `-first A "$(podman inspect --format '{{ range .NetworkSettings.Networks }}{{ .Gateway }}{{ end }}' ` + net + `-first)"`)
	}

	dropped := is.All{is.AddressOf(web, "before"), is.Outcome("dropped", results.TimedOutAsk), is.Outcome("late's", results.TimedOutAsk), is.AddressOf(web, "after")}

	return Lab{
		Name:     "input-dropped",
		Story:    "The host's firewall drops what nothing lets in. Do containers still find each other by name?",
		Needs:    []driver.Cap{driver.UserNetworks, driver.OwnHost},
		Topology: topo.Topology{web, client, late},
		Steps: []Step{{Ask: map[string]topo.Question{
			"before":          ask(client),
			"internal before": found("vault-before", "", "--internal"),
			"TCP before":      topo.Wire{From: client, Name: "{web}", TCP: true},
		}}, {
			Do:  []topo.Act{topo.HostRun{Root: true, Changes: topo.Machine, Args: []string{"iptables", "-P", "INPUT", "DROP"}}},
			Ask: map[string]topo.Question{"dropped": ask(client), "TCP dropped": topo.Wire{From: client, Name: "{web}", TCP: true}, "rules": topo.HostCommand{Root: true, Args: []string{"nft", "list", "ruleset"}}},
		}, {
			Do: []topo.Act{topo.Start{Node: late}},
			Ask: map[string]topo.Question{
				"late's":                 ask(late),
				"with iptables":          found("ipt", "iptables", ""),
				"internal":               found("vault", "", "--internal"),
				"internal with iptables": found("vault-ipt", "iptables", "--internal"),
			},
		}, {
			Ask: map[string]topo.Question{"iptables": topo.HostCommand{Root: true, Args: []string{"iptables", "-S"}}},
		}, {
			Do:  []topo.Act{topo.HostRun{Root: true, Changes: topo.Machine, Args: []string{"iptables", "-P", "INPUT", "ACCEPT"}}},
			Ask: map[string]topo.Question{"after": ask(client)},
		}},
		Claims: []Claim{{
			ID:   "found",
			Says: "whether a container is found where the policy of the host's chain INPUT is to drop",
			Cases: []Case{{
				When:    and(dnsname(), rootless(false)),
				Expect:  is.All{is.AddressOf(web, "before"), is.AddressOf(web, "dropped"), is.AddressOf(web, "late's"), is.AddressOf(web, "TCP before"), is.Outcome("TCP dropped", results.TimedOutAsk)},
				Because: "dnsname plugins/meta/dnsname/main.go lets in UDP port 53 of its bridge, and no TCP (run on podman 4.3.1)",
			}, {
				When:    and(aardvark("<1.8"), rootless(false)),
				Expect:  dropped,
				Because: "netavark src/firewall/varktables up to 1.7 lets in nothing that is sent to the host (run on netavark 1.4.0)",
			}, {
				When:    and(aardvark(">=1.8"), rootless(false)),
				Expect:  append(dropped[:len(dropped):len(dropped)], is.PrintedText("rules", "dport 53 accept")),
				Because: "netavark src/firewall/nft.rs lets questions in, in a chain of its own: what one chain of a hook accepts another one still drops (nft(8), verdict statements; run on netavark 1.14.0 and 1.17.2)",
				Sources: partly("netavark:dns-with-default-drop-policy"),
			}, {
				When:    rootlessPodman,
				Expect:  is.All{is.AddressOf(web, "before"), is.AddressOf(web, "dropped"), is.AddressOf(web, "late's")},
				Because: "containers-common libnetwork/internal/rootlessnetns: the host's rules are no matter to networks of a user (run on podman 5.4.2)",
			}},
		}, {
			ID:   "iptables",
			Says: "whether it is found there where netavark is told to use iptables",
			Cases: []Case{{
				When:    and(dnsname(), rootless(false)),
				Expect:  is.All{is.PrintedText("with iptables", "NOERROR "), is.PrintedText("iptables", "-P INPUT DROP"), is.PrintedText("iptables", "-p udp -m udp --dport 53 -j ACCEPT")},
				Because: "it has no netavark, and its rules are of iptables as ever (run on podman 4.3.1)",
			}, {
				When:    and(Facts{"netavark": "<1.8"}, rootless(false)),
				Expect:  is.All{is.Complained("with iptables", 1, "timeout"), is.PrintedText("iptables", "-P INPUT DROP"), is.LacksText("iptables", "--dport 53 -j ACCEPT")},
				Because: "netavark src/firewall/varktables up to 1.7 lets in nothing that is sent to the host (run on netavark 1.4.0)",
			}, {
				When:    and(Facts{"netavark": ">=1.8 <2"}, rootless(false)),
				Expect:  is.All{is.PrintedText("with iptables", "NOERROR "), is.PrintedText("iptables", "-P INPUT DROP"), is.PrintedText("iptables", "--dport 53 -j ACCEPT")},
				Because: "netavark src/firewall/varktables/types.rs NETAVARK_INPUT since 1.8: in the chain INPUT itself (run on netavark 1.14.0 and 1.17.2)",
				Sources: holds("netavark:dns-with-default-drop-policy"),
			}, {
				When:    and(Facts{"netavark": ">=2"}, rootless(false)),
				Expect:  is.All{is.Exited("with iptables", 126)},
				Because: "netavark RELEASE_NOTES 2.0.0: it has no rules of iptables any more",
			}, {
				When:    and(Facts{"netavark": "<2"}, rootless(true)),
				Expect:  is.PrintedText("with iptables", "NOERROR "),
				Because: "containers-common libnetwork/internal/rootlessnetns: the host's rules are no matter to networks of a user (run on podman 5.4.2)",
			}, {
				When:    and(Facts{"netavark": ">=2"}, rootless(true)),
				Expect:  is.All{is.Exited("with iptables", 126)},
				Because: "netavark RELEASE_NOTES 2.0.0: it has no rules of iptables any more",
			}},
		}, {
			ID:   "internal",
			Says: "whether it is found on an internal network",
			Cases: []Case{{
				When:    and(dnsname(), rootless(false)),
				Expect:  is.All{is.Complained("internal before", 1, "timeout"), is.Complained("internal", 1, "timeout")},
				Because: "dnsname and internal networks are incompatible, says containers-common libnetwork/cni: nobody is asked for names there (run on podman 4.3.1)",
			}, {
				When:    and(Facts{"netavark": "<2"}, rootless(false)),
				Expect:  is.All{is.PrintedText("internal before", "NOERROR "), is.Complained("internal", 1, "timeout"), is.Complained("internal with iptables", 1, "timeout")},
				Because: "netavark's rules that let questions in are of networks that are not internal (run on netavark 1.4.0, 1.14.0 and 1.17.2)",
				Sources: refutes("netavark:internal-network-dns-with-drop-policy"),
			}, {
				When:    and(Facts{"netavark": ">=2"}, rootless(false)),
				Expect:  is.All{is.PrintedText("internal before", "NOERROR "), is.Complained("internal", 1, "timeout")},
				Because: "netavark's rules that let questions in are of a chain of their own, and another one still drops (nft(8), verdict statements); not run on netavark 2",
			}, {
				When:    and(podman(""), rootless(true)),
				Expect:  is.All{is.PrintedText("internal before", "NOERROR "), is.PrintedText("internal", "NOERROR ")},
				Because: "containers-common libnetwork/internal/rootlessnetns: the host's rules are no matter to networks of a user (run on podman 5.8.6)",
			}},
		}},
	}
}
