package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// NATRulesRestored does what a firewall program does that saves rules, flushes
// them and puts them back: once at once, and once after the container was
// started anew, when the resolver has other ports.
func NATRulesRestored() Lab {
	lan := topo.Network{Name: "lan"}
	up := topo.Node{Name: "up", Kind: topo.Upstream, On: topo.On(lan)}
	web := topo.Node{Name: "web", On: topo.On(lan), DNS: []string{"up"}}
	client := topo.Node{Name: "client", On: topo.On(lan), DNS: []string{"up"}}
	const (
		pid     = `docker inspect {client} | sed -n 's/.*"Pid": \([0-9]*\),.*/\1/p' >/tmp/{client}.pid && test -s /tmp/{client}.pid`
		around  = `nsenter --net=/proc/$(cat /tmp/{client}.pid)/ns/net `
		save    = around + `iptables-save -t nat >/tmp/{client}.rules && { ` + around + `nft list table ip docker-dns >/tmp/{client}.nft 2>/dev/null || :; }`
		restore = around + `iptables-restore /tmp/{client}.rules && { [ ! -s /tmp/{client}.nft ] || ` + around + `nft -f /tmp/{client}.nft; }`
	)
	do := func(script string, root bool) topo.Act {
		return topo.HostRun{Args: []string{"sh", "-c", script}, Root: root, Changes: topo.World}
	}
	name := func(tcp bool) topo.Question { return topo.Wire{From: client, Name: "{web}", TCP: tcp} }

	return Lab{
		Name:     "nat-rules-restored",
		Story:    "A program around a container saves its NAT rules, flushes them and puts them back; and later puts the same ones back when the container was started anew.",
		Needs:    []driver.Cap{driver.OwnHost, driver.UserNetworks, driver.Outside},
		Topology: topo.Topology{up, web, client},
		Steps: []Step{{
			Do:  []topo.Act{do(pid, false), do(save, true), topo.FlushRules{Of: client}},
			Ask: map[string]topo.Question{"flushed": name(false), "flushed, TCP": name(true)},
		}, {
			Do: []topo.Act{do(restore, true)},
			Ask: map[string]topo.Question{
				"restored":      name(false),
				"restored, TCP": name(true),
				"restored: out": topo.Wire{From: client, Name: "out.lab.test."},
				"sockets":       topo.Sockets{Of: client},
			},
		}, {
			Do:  []topo.Act{topo.Restart{Node: client}},
			Ask: map[string]topo.Question{"started anew": name(false), "sockets anew": topo.Sockets{Of: client}},
		}, {
			Do:  []topo.Act{do(pid, false), topo.FlushRules{Of: client}, do(restore, true)},
			Ask: map[string]topo.Question{"stale": name(false), "stale, TCP": name(true)},
		}},
		Claims: []Claim{{
			ID:   "restored",
			Says: "put back at once, the rules lead to the resolver again, over UDP and TCP",
			Cases: []Case{{
				When: docker(""),
				Expect: is.All{is.Outcome("flushed", results.Refused), is.Outcome("flushed, TCP", results.Refused),
					is.AddressOf(web, "restored"), is.AddressOf(web, "restored, TCP"), is.AnsweredBy("restored: out", 1)},
				Because: "iptables 1.8.9 and 1.8.11 read what they have printed, \"--to-source :53\" too, which 1.4.21 called port 0; run on 20.10.24, 25.0.3, 26.1.5, 28.5.2 and 29.8.0, with nftables as well",
				Sources: refutes("moby#40428"),
			}},
		}, {
			ID:   "stale",
			Says: "put back after the container was started anew, they lead to ports where nobody listens any more",
			Cases: []Case{{
				When: docker(""),
				Expect: is.All{is.AddressOf(web, "started anew"), is.SamePorts("sockets", "sockets anew", "127.0.0.11", false),
					is.Outcome("stale", results.Refused), is.Outcome("stale, TCP", results.Refused)},
				Because: "moby libnetwork/resolver.go SetupFunc(0): each start has ports of its own; run on 20.10.24, 25.0.3, 26.1.5, 28.5.2 and 29.8.0, with nftables as well",
				Sources: partly("moby#40428"),
			}},
		}},
	}
}
