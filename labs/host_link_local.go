package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// HostLinkLocal has a dnsmasq at a link-local address of the host, which means
// something only together with a network interface. Beside that the host names
// an IPv4 server, since rootless engines have no other way and would ask public
// servers.
func HostLinkLocal() Lab {
	lan, six := topo.Network{Name: "lan"}, topo.Network{Name: "six", IPv6: true, NoIPv4: true}
	up := topo.Node{Name: "up", Kind: topo.Upstream, Mode: topo.BesideHost}
	beside := topo.Node{Name: "beside", Kind: topo.Upstream, Mode: topo.BesideHost}
	four := topo.Node{Name: "four", On: topo.On(lan), Later: true}
	other := topo.Node{Name: "other", On: topo.On(six), Later: true}
	web := topo.Node{Name: "web", On: topo.On(lan), Later: true}
	const addr = "fe80::53%lab0"
	file := func(n topo.Node) topo.Question { return topo.File{Of: n, Path: "/etc/resolv.conf"} }

	return Lab{
		Name:     "host-link-local",
		Story:    "The host's resolver is at a link-local IPv6 address. Do containers get an answer from it, and whose file names an IPv6 server?",
		Needs:    []driver.Cap{driver.OwnHost, driver.UserNetworks, driver.IPv6Only},
		Topology: topo.Topology{up, beside, four, other, web},
		Steps: []Step{{
			Do: []topo.Act{
				topo.HostRun{Root: true, Changes: topo.Machine, Args: []string{"sh", "-c", "ip link add lab0 type bridge && ip link set lab0 up && ip address add fe80::53/64 dev lab0 nodad"}},
				topo.HostStart{Name: "dnsmasq", Answers: "[" + addr + "]:53", Args: []string{"dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--pid-file=", "--log-facility=-",
					"--no-resolv", "--no-hosts", "--cache-size=0", "--listen-address=fe80::53", "--bind-dynamic", "--server={up.addr}"}},
				topo.HostWrite{Path: "/etc/resolv.conf", Content: "nameserver " + addr + "\nnameserver {beside.addr}\n"},
				topo.Start{Node: web}, topo.Start{Node: four}, topo.Start{Node: other},
			},
			Ask: map[string]topo.Question{
				"four's file":  file(four),
				"other's file": file(other),
				"web's":        topo.Wire{From: four, Name: "{web}"},
				"out":          topo.Wire{From: four, Name: "one.lab.test."},
			},
		}, {Ask: map[string]topo.Question{
			"dnsmasq": topo.HostProgram{Name: "dnsmasq"},
		}}},
		Claims: []Claim{{
			ID:   "asked",
			Says: "who answers a container on a network, where the first server of the host is at a link-local address",
			Cases: []Case{{
				When:    and(aardvark(">=1.13.1"), rootless(false)),
				Expect:  is.All{is.AnsweredBy("out", 1), is.AddressOf(web, "web's"), is.Runs("dnsmasq")},
				Because: "aardvark-dns pull request 537, since 1.13.1 (RELEASE_NOTES.md): the interface is looked up, and the address asked there (run on aardvark-dns 1.14.0 and 1.17.1)",
				Sources: holds("aardvark-dns:host-dns-v6-link-local"),
			}, {
				When:    and(aardvark("<1.13"), rootless(false)),
				Expect:  is.All{is.AnsweredBy("out", 2), is.AddressOf(web, "web's"), is.Runs("dnsmasq")},
				Because: "aardvark-dns pull request 537: before 1.13 the interface behind the address was left out, and the address means nothing without; the next server is asked (run on aardvark-dns 1.4.0)",
				Sources: refutes("aardvark-dns:host-dns-v6-link-local"),
			}, {
				When:    and(aardvark(">=1.13 <1.13.1"), rootless(false)),
				Expect:  is.All{is.TimedOut("out"), is.AddressOf(web, "web's"), is.Runs("dnsmasq")},
				Because: "aardvark-dns pull request 537: 1.13.0 leaves the interface out, but not the sign before it, and what is no address makes it give the file up, as in host-lines; read from there alone",
				Sources: refutes("aardvark-dns:host-dns-v6-link-local"),
			}, {
				When:    and(dnsname(), rootless(false)),
				Expect:  is.All{is.AnsweredBy("out", 1), is.AddressOf(web, "web's"), is.Runs("dnsmasq")},
				Because: "dnsmasq, which dnsname runs, knows addresses with an interface (run on podman 4.3.1)",
			}, {
				When:    and(podman(""), rootless(true)),
				Expect:  is.All{is.AnsweredBy("out", 2), is.AddressOf(web, "web's"), is.Runs("dnsmasq")},
				Because: "the forwarders of pasta and slirp4netns at an IPv4 address ask the first IPv4 server of the host's file (run on podman 5.8.6 with pasta)",
			}},
		}, {
			ID:   "families",
			Says: "whose file names an IPv6 server: that of a container on a network with IPv6 alone",
			Cases: []Case{{
				When:    podman(""),
				Expect:  is.All{is.LacksText("four's file", "fe80::"), is.LacksText("four's file", "fd"), is.HasText("other's file", "nameserver fd")},
				Because: "the servers of such a network are its gateways: podman libpod/container_internal_common.go addResolvConf, generateResolvConf before 4.4 (run on podman 4.3.1, netavark and CNI, 5.4.2 and 5.8.6)",
				Sources: partly("podman:ipv6-in-resolv-conf"), // slirp4netns with enable_ipv6 is not asked
			}},
		}},
	}
}
