package labs

import (
	is "github.com/dnslab/dnslab/assertions"
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
	// by are the cases of a claim, by whether a container without a network is
	// told a server, or a forwarder that asks the host's resolver.
	by := func(told, asked is.All) []Case {
		return append(each(Case{
			Expect:  told,
			Because: "without a network nothing stands between a container and the servers in its file, and a server on the host's loopback cannot be one of them: moby libnetwork/resolvconf, containers-common libnetwork/resolvconf",
		}, append(onHost(""), and(podman(""), rootless(false)))...), forwarded(asked)...)
	}
	again := []topo.Act{topo.RestartEngine{}, topo.Restart{Node: plain}, topo.Restart{Node: netted}}
	const corp = "corp.lab.test"

	return Lab{
		Name:     "host-split-dns",
		Story:    "A VPN comes up, and the host's resolver sends one domain to the server behind it. Which containers find names of that domain: those that run already, those started anew?",
		Needs:    []driver.Cap{driver.OwnHost, driver.Resolved, driver.UserNetworks},
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
				"plain, uplinks":             ask(plain, "nine.corp"),
				"netted, uplinks":            ask(netted, "ten.corp"),
				"netted, uplinks, elsewhere": ask(netted, "eleven"),
				"resolved":                   topo.HostProgram{Name: "systemd-resolved"},
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
		Claims: []Claim{{
			ID:   "before",
			Says: "before the VPN is up, nobody finds names of its domain",
			Cases: each(Case{
				Expect:  is.All{is.NXDomain("plain, before"), is.NXDomain("netted, before"), is.NotAskedBut("vpn's log", "one."+corp+".", "four."+corp+"."), is.NotAskedBut("vpn's log", "two."+corp+".", "four."+corp+".")},
				Because: "the office's server is the only one, and denies them",
			}, docker(""), podman("")),
		}, {
			ID:   "running-network",
			Says: "a container on a network that runs already finds them as soon as the VPN is up, and all other names where they were",
			Cases: each(Case{
				Expect:  is.All{is.AnsweredBy("netted, up", 2), is.AnsweredBy("netted, up, elsewhere", 1), is.NotAskedBut("office's log", "four."+corp+".", "six.lab.test.")},
				Because: "the engine's own server, or the forwarder that it asks, asks the stub in the host's network: moby libnetwork setExternalResolvers, from 26.0 TransformForIntNS; aardvark-dns forward_to_servers",
			}, docker(""), podman("")),
		}, {
			ID:   "running-default",
			Says: "whether a container without a network finds them that runs already",
			Cases: by(is.All{is.NXDomain("plain, up"), is.AnsweredBy("plain, up, elsewhere", 1), is.Asked("office's log", "three."+corp+".")},
				is.All{is.AnsweredBy("plain, up", 2), is.AnsweredBy("plain, up, elsewhere", 1)}),
		}, {
			ID:   "restarted",
			Says: "whether it does after a restart, and what a container on a network finds then",
			Cases: by(is.All{is.NXDomain("plain, restarted"), is.Nameservers("plain's file, restarted", "{office}"), is.AnsweredBy("netted, restarted", 2)},
				is.All{is.AnsweredBy("plain, restarted", 2), is.AnsweredBy("netted, restarted", 2)}),
		}, {
			ID:   "uplinks",
			Says: "where the host's file is a link to the one with resolved's servers, nobody finds them: what is asked for which domain is lost",
			Cases: each(Case{
				Expect: is.All{is.HasLine("uplinks", "nameserver {office}"), is.LacksText("uplinks", "{vpn}"), is.NXDomain("plain, uplinks"),
					is.NXDomain("netted, uplinks"), is.AnsweredBy("netted, uplinks, elsewhere", 1), is.Asked("office's log", "ten."+corp+".")},
				Because: "systemd src/resolve/resolved-resolv-conf.c write_uplink_resolv_conf_contents: the file has servers and no domains to route by, and those of a link that is no default route are left out; run on systemd 257",
				Sources: partly("S2-67"),
			}, docker(""), podman("")),
		}, {
			ID:   "dnsmasq",
			Says: "who finds them behind a dnsmasq on 127.0.0.1 that routes by domain, with the office's server beside it",
			Cases: by(is.All{is.NXDomain("plain, dnsmasq"), is.AnsweredBy("netted, dnsmasq", 2), is.AnsweredBy("netted, dnsmasq, elsewhere", 1), is.NotAskedBut("office's log", "thirteen."+corp+".", "fourteen.lab.test.")},
				is.All{is.AnsweredBy("plain, dnsmasq", 2), is.AnsweredBy("netted, dnsmasq", 2), is.AnsweredBy("netted, dnsmasq, elsewhere", 1), is.NotAskedBut("office's log", "thirteen."+corp+".", "fourteen.lab.test.")}),
		}, {
			ID:   "runs",
			Says: "resolved runs until it is stopped, dnsmasq to the end",
			Cases: each(Case{
				Expect:  is.All{is.Runs("resolved"), is.Runs("dnsmasq")},
				Because: "all of the other claims would be about another thing",
			}, docker(""), podman("")),
		}},
	}
}
