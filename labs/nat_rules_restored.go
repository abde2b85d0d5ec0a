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
				"restored":       name(false),
				"restored, TCP":  name(true),
				"restored: out":  topo.Wire{From: client, Name: "out.lab.test."},
				"restored rules": topo.Rules{Of: client},
				"sockets":        topo.Sockets{Of: client},
			},
		}, {
			Do:  []topo.Act{topo.Restart{Node: client}},
			Ask: map[string]topo.Question{"started anew": name(false), "sockets anew": topo.Sockets{Of: client}},
		}, {
			Do:  []topo.Act{do(pid, false), topo.FlushRules{Of: client}, do(restore, true)},
			Ask: map[string]topo.Question{"stale": name(false), "stale, TCP": name(true), "stale rules": topo.Rules{Of: client}},
		}},
		Claims: []Claim{{
			ID: "restored", Says: "x", Cases: []Case{{When: docker(""), Because: "x", Expect: is.All{is.Outcome("flushed", results.Refused), is.Outcome("flushed, TCP", results.Refused), is.AddressOf(web, "restored"), is.AddressOf(web, "restored, TCP"), is.AnsweredBy("restored: out", 1)}}},
		}, {
			ID: "stale", Says: "x", Cases: []Case{{When: docker(""), Because: "x", Expect: is.All{is.AddressOf(web, "started anew"), is.SamePorts("sockets", "sockets anew", "127.0.0.11", false), is.Outcome("stale", results.Refused), is.Outcome("stale, TCP", results.Refused)}}},
		}},
	}
}
