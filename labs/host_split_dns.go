package labs

import (
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// HostSplitDNS has a domain that one server knows and the other denies.
func HostSplitDNS() Lab {
	lan := topo.Network{Name: "lan"}
	office := topo.Node{Name: "office", Kind: topo.Upstream, Mode: topo.BesideHost, Serves: []topo.Reply{{Name: "*.corp.lab.test.", Rcode: "NXDOMAIN"}}}
	vpn := topo.Node{Name: "vpn", Kind: topo.Upstream, Mode: topo.BesideHost}
	plain := topo.Node{Name: "plain", Mode: topo.AsItComes, Later: true}
	netted := topo.Node{Name: "netted", On: topo.On(lan), Later: true}
	file := func(n topo.Node) topo.Question { return topo.File{Of: n, Path: "/etc/resolv.conf"} }
	ask := func(n topo.Node, name string) topo.Question { return topo.Wire{From: n, Name: name + ".lab.test."} }
	again := []topo.Act{topo.RestartEngine{}, topo.Restart{Node: plain}, topo.Restart{Node: netted}}
	const corp = "corp.lab.test"

	return Lab{
		Name:     "host-split-dns",
		Story:    "A VPN comes up, and the host's resolver sends one domain to the server behind it. Which containers find names of that domain: those that run already, those started anew?",
		Needs:    []driver.Cap{driver.OwnHost, driver.UserNetworks},
		Topology: topo.Topology{office, vpn, plain, netted},
		Steps: []Step{{
			Do: append(resolved("{office.addr}"), resolvConf("stub-resolv.conf"), topo.RestartEngine{},
				topo.Start{Node: plain}, topo.Start{Node: netted}),
			Ask: map[string]topo.Question{
				"plain, before":  ask(plain, "one.corp"),
				"netted, before": ask(netted, "two.corp"),
			},
		}, {
			Do: []topo.Act{linkDNS(vpn), resolvectl("domain", "eth0", "~"+corp), resolvectl("default-route", "eth0", "no")},
			Ask: map[string]topo.Question{
				"plain, up":             ask(plain, "three.corp"),
				"netted, up":            ask(netted, "four.corp"),
				"plain, up, elsewhere":  ask(plain, "five"),
				"netted, up, elsewhere": ask(netted, "six"),
				"uplinks":               topo.HostFile{Path: "/run/systemd/resolve/resolv.conf"},
			},
		}, {
			Do: []topo.Act{topo.Restart{Node: plain}, topo.Restart{Node: netted}},
			Ask: map[string]topo.Question{
				"plain's file, restarted": file(plain),
				"plain, restarted":        ask(plain, "seven.corp"),
				"netted, restarted":       ask(netted, "eight.corp"),
			},
		}, {
			Do: append([]topo.Act{resolvConf("resolv.conf")}, again...),
			Ask: map[string]topo.Question{
				"netted's file, uplinks":     file(netted),
				"plain, uplinks":             ask(plain, "nine.corp"),
				"netted, uplinks":            ask(netted, "ten.corp"),
				"netted, uplinks, elsewhere": ask(netted, "eleven"),
			},
		}, {
			Do: append([]topo.Act{
				topo.HostStop{Name: "systemd-resolved"},
				dnsmasq("127.0.0.1", "--server={office.addr}", "--server=/"+corp+"/{vpn.addr}"),
				topo.HostWrite{Path: "/etc/resolv.conf", Content: "nameserver 127.0.0.1\nnameserver {office.addr}\n", Rename: true},
			}, again...),
			Ask: map[string]topo.Question{
				"plain, dnsmasq":             ask(plain, "twelve.corp"),
				"netted, dnsmasq":            ask(netted, "thirteen.corp"),
				"netted, dnsmasq, elsewhere": ask(netted, "fourteen"),
			},
		}, {Ask: map[string]topo.Question{
			"office's log": topo.Saw{Upstream: office},
			"vpn's log":    topo.Saw{Upstream: vpn},
			"dnsmasq":      topo.HostProgram{Name: "dnsmasq"},
		}}},
		Claims: []Claim{},
	}
}
