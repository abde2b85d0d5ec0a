package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// EditedResolvConf writes over /etc/resolv.conf inside of containers. The edit
// names the second upstream; --dns of client names the first. On a network that
// is connected later Podman asks the host's servers, whatever was given: what
// comes after that is claimed only where the host is dnslab's own.
func EditedResolvConf() Lab {
	const file, edit = "/etc/resolv.conf", "search edited.lab.test\nnameserver {second.addr}\n"

	lan, other := topo.Network{Name: "lan"}, topo.Network{Name: "other"}
	first := topo.Node{Name: "first", Kind: topo.Upstream, On: []topo.Attach{{Network: lan}, {Network: other}}}
	second := topo.Node{Name: "second", Kind: topo.Upstream, On: topo.On(lan)}
	client := topo.Node{Name: "client", On: topo.On(lan), DNS: []string{"first"}, Options: []string{"attempts:1"}}
	plain := topo.Node{Name: "plain", Mode: topo.DefaultBridge, DNS: []string{"second"}, Options: []string{"attempts:1"}}
	atOnce := is.All{
		is.Lines("edited", "search edited.lab.test", "nameserver {second}"), is.AnsweredBy("out", 2),
		is.AskedFrom("second's log so far", "out.lab.test.", client), is.NXDomain("neighbour"), is.Asked("second's log so far", "first."),
	}
	const inFrontBecause = "podman libpod/networking_common.go NetworkConnect: containers/common resolvconf.Add puts servers in front of the file as it is, and --dns is not told to the network"
	inFront := is.All{
		is.SearchList("connected", "edited.lab.test"), is.HostServerBefore("connected", "{second}"),
		is.AnsweredBy("out when connected", ofHost), is.NotAskedBut("second's log", "connected.lab.test.", "out.lab.test."),
		is.HostServerBefore("plain when connected", "{second}"), is.SearchList("plain when connected", "edited.lab.test"),
	}
	from := func(name, server string) topo.Question { return topo.Wire{From: client, Name: name, Server: server} }

	return Lab{
		Name:     "edited-resolv-conf",
		Story:    "Somebody edits /etc/resolv.conf inside of a container. Networks come, and the container is restarted.",
		Needs:    []driver.Cap{driver.UserNetworks, driver.DefaultBridge},
		Topology: topo.Topology{first, second, client, plain},
		Steps: []Step{{
			Do: []topo.Act{topo.Write{Node: client, Path: file, Content: edit}, topo.Write{Node: plain, Path: file, Content: edit}},
			Ask: map[string]topo.Question{
				"edited":    topo.File{Of: client, Path: file},
				"out":       from("out.lab.test.", ""),
				"inside":    from("inside.lab.test.", "127.0.0.11"),
				"neighbour": from("{first}", ""),
			},
		}, {
			Ask: map[string]topo.Question{"second's log so far": topo.Saw{Upstream: second}},
		}, {
			Do: []topo.Act{topo.Connect{Node: client, Network: other}, topo.Connect{Node: plain, Network: lan}},
			Ask: map[string]topo.Question{
				"connected":            topo.File{Of: client, Path: file},
				"other first":          from("{first}", ""),
				"out when connected":   from("connected.lab.test.", ""),
				"plain when connected": topo.File{Of: plain, Path: file},
				"plain inside":         topo.Wire{From: plain, Name: "plain.lab.test.", Server: "127.0.0.11"},
				"plain's neighbour":    topo.Wire{From: plain, Name: "{first}", Server: "127.0.0.11"},
			},
		}, {
			Do: []topo.Act{topo.Restart{Node: client}},
			Ask: map[string]topo.Question{
				"restarted":          topo.File{Of: client, Path: file},
				"out when restarted": from("restarted.lab.test.", ""),
				"inside once more":   from("again.lab.test.", "127.0.0.11"),
			},
		}, {
			Ask: map[string]topo.Question{"first's log": topo.Saw{Upstream: first}, "second's log": topo.Saw{Upstream: second}},
		}},
		Claims: []Claim{{
			ID:   "takes-effect",
			Says: "an edit counts at once: the server it names is asked, and names of neighbours are lost with the engine's server",
			Cases: []Case{{
				When:    docker(""),
				Expect:  atOnce,
				Because: "moby libnetwork/sandbox_dns_unix.go: a file that is in use is written only when a network is joined, 20.10 to 29",
			}, {
				When:    podman(""),
				Expect:  atOnce,
				Because: "podman libpod/container_internal_common.go: the file is written when the container starts, and changed when a network is joined or left; run on 4.3.1, 5.4.2 and 5.8.6",
			}},
		}, {
			ID:   "upstreams-stay",
			Says: "an edit changes nothing about the servers that the embedded resolver asks",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.All{is.AnsweredBy("inside", 1), is.NotAskedBut("second's log", "inside.lab.test.", "out.lab.test.")},
				Because: "moby libnetwork/sandbox_dns_unix.go setExternalResolvers: the list is made when the sandbox is, 20.10 to 29",
			}},
		}, {
			ID:   "one-more-network",
			Says: "an edit outlives that the container joins one more network",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.All{is.Lines("connected", "search edited.lab.test", "nameserver {second}"), is.AnsweredBy("out when connected", 2)},
				Because: "moby libnetwork/sandbox_dns_unix.go startResolver writes the file once; updateDNS leaves it where its hash differs (from 26.0) or flags were given (before), 20.10 to 29",
			}},
		}, {
			ID:   "first-network-with-dns",
			Says: "what becomes of an edit on the default bridge when the container joins its first network with an embedded resolver",
			Cases: []Case{{
				When: docker("<26.0"),
				Expect: is.All{
					is.Lines("plain when connected", "search edited.lab.test", "nameserver 127.0.0.11", "options ndots:0"),
					is.AddressOf(first, "plain's neighbour", lan), is.AnsweredBy("plain inside", 2),
				},
				Because: "moby libnetwork/sandbox_dns_unix.go rebuildDNS, v25.0.6: reads the container's file, edited or not, replaces its IPv4 servers and writes it; the upstreams were read before",
			}, {
				When: docker(">=26.0"),
				Expect: is.All{
					is.Lines("plain when connected", "search edited.lab.test", "nameserver {second}"),
					is.AddressOf(first, "plain's neighbour", lan), is.ServFail("plain inside"), is.NotAskedBut("second's log", "plain.lab.test.", "out.lab.test."),
				},
				Because: "moby libnetwork/sandbox_dns_unix.go rebuildDNS, v26.0.0 to 29: returns before it reads upstreams where resolvconf.UserModified, so the resolver has none",
			}},
		}, {
			ID:   "restart",
			Says: "what becomes of an edit when the container is restarted",
			Cases: []Case{{
				When: docker("<29.1.0 || >29.1.0"),
				Expect: is.All{
					is.Nameservers("restarted", "127.0.0.11"), is.LacksText("restarted", "edited.lab.test"),
					is.AnsweredBy("out when restarted", 1), is.NotAskedBut("second's log", "restarted.lab.test.", "out.lab.test."),
				},
				Because: "moby libnetwork/sandbox_dns_unix.go setupDNS: a new sandbox writes the file whoever touched it, 20.10 to 29.0 and again from 29.1.1",
				Sources: holds("moby#51570"),
			}, {
				When: docker("=29.1.0"),
				Expect: is.All{
					is.Lines("restarted", "search edited.lab.test", "nameserver {second}"),
					is.AnsweredBy("out when restarted", 2), is.NotAskedBut("first's log", "restarted.lab.test.", "inside.lab.test."),
				},
				Because: "moby daemon/libnetwork/sandbox_dns_unix.go setupDNS, moby/v2 v2.0.0-beta.4: returns where resolvconf.UserModified; taken back in 29.1.1 (moby#51615)",
				Sources: refutes("moby#51570"),
			}},
		}, {
			ID:   "upstreams-after-restart",
			Says: "whom the embedded resolver asks after the restart",
			Cases: []Case{{
				When:    docker("<29.1.0 || >29.1.0"),
				Expect:  is.All{is.AnsweredBy("inside once more", 1), is.NotAskedBut("second's log", "again.lab.test.", "out.lab.test.")},
				Because: "moby libnetwork/sandbox_dns_unix.go rebuildDNS: reads the upstreams anew, 20.10 to 29.0 and again from 29.1.1",
			}, {
				When:    docker("=29.1.0"),
				Expect:  is.All{is.ServFail("inside once more"), is.NotAskedBut("first's log", "again.lab.test.", "inside.lab.test.")},
				Because: "moby daemon/libnetwork/sandbox_dns_unix.go rebuildDNS, moby/v2 v2.0.0-beta.4: returns before it reads upstreams where resolvconf.UserModified",
				Sources: partly("moby#51614"),
			}},
		}, {
			ID:    "one-more-network-podman",
			Says:  "what a further network of Podman's does to an edit, and whom that leads to",
			Needs: []driver.Cap{driver.OwnHost},
			Cases: []Case{{
				When:    aardvark(""),
				Expect:  append(inFront, is.AddressOf(first, "other first")),
				Because: inFrontBecause + "; aardvark-dns src/backend/mod.rs lookup answers from all networks of the container that asks; run on 4.3.1, 5.4.2 and 5.8.6",
			}, {
				When: and(podman("<4.0"), dnsname()),
				Expect: is.All{
					is.Lines("connected", "search edited.lab.test", "nameserver {second}"), is.AnsweredBy("out when connected", 2), is.NXDomain("other first"),
					is.Lines("plain when connected", "search edited.lab.test", "nameserver {second}"),
				},
				Because: "run on podman 3.0.1: to connect a network changes nothing in resolv.conf",
			}, {
				When:    and(podman(">=4.0"), dnsname()),
				Expect:  append(inFront, is.AddressOf(first, "other first", other)),
				Because: inFrontBecause + "; each network has a dnsmasq of its own, which knows no other; run on 4.3.1",
			}},
		}, {
			ID:    "restart-podman",
			Says:  "what is in the file when a container of Podman's is restarted that was edited and then connected to one more network",
			Needs: []driver.Cap{driver.OwnHost},
			Cases: cases([]Case{{
				When: forwards(""),
				Expect: is.All{
					is.HostServers("restarted", 2), is.SearchList("restarted", "dns.podman", "dns.podman"), is.LacksText("restarted", "edited.lab.test"),
					is.AnsweredBy("out when restarted", 1), is.NotAskedBut("second's log", "restarted.lab.test.", "out.lab.test."),
				},
				Because: "podman libpod/container_internal_common.go addResolvConf writes the file anew, with the server and the search domain of each network, and does not see that the domain is the same; run on 5.4.2 and 5.8.6",
			}}, servedDirectly(is.All{
				is.Nameservers("restarted", "{first}"), is.LacksText("restarted", "edited.lab.test"),
				is.AnsweredBy("out when restarted", 1), is.NotAskedBut("second's log", "restarted.lab.test.", "out.lab.test."),
			})),
		}},
	}
}
