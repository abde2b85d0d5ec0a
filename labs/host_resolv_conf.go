package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// HostResolvConf changes the server of the host while containers run.
func HostResolvConf() Lab {
	lan := topo.Network{Name: "lan"}
	before := topo.Node{Name: "before", Kind: topo.Upstream, Mode: topo.BesideHost, Serves: slowly}
	after := topo.Node{Name: "after", Kind: topo.Upstream, Mode: topo.BesideHost, Serves: slowly}
	plain := topo.Node{Name: "plain", Mode: topo.AsItComes, Later: true}
	netted := topo.Node{Name: "netted", On: topo.On(lan), Later: true}
	newPlain := topo.Node{Name: "new-plain", Mode: topo.AsItComes, Later: true}
	newNetted := topo.Node{Name: "new-netted", On: topo.On(lan), Later: true}
	conf := func(server topo.Node) topo.Act {
		return topo.HostWrite{Path: "/etc/resolv.conf", Content: "nameserver {" + server.Name + ".addr}\n", Rename: true}
	}
	file := func(n topo.Node) topo.Question { return topo.File{Of: n, Path: "/etc/resolv.conf"} }
	ask := func(n topo.Node, name string) topo.Question { return topo.Wire{From: n, Name: name + ".lab.test."} }

	const (
		slirpAddr = "10.0.2.3"
		pastaAddr = "169.254.1.1"

		moby    = "moby daemon/libnetwork/sandbox_dns_unix.go: the servers of the host are read when the container starts"
		slirp   = "libslirp src/slirp.c get_dns_addr_cached: 10.0.2.3 is whatever the host's resolv.conf names, read anew after a second"
		passt   = "passt conf.c get_dns: the host's resolv.conf is read once, when pasta starts, which it does with the engine (run with passt 2025-05 and 2026-10)"
		podmans = "podman libpod/container_internal_common.go addResolvConf writes the file once, when the container starts"
	)
	withRoot := rootless(false)
	news := is.All{is.AnsweredBy("new plain asks", 2), is.AnsweredBy("new netted asks", 2), is.Asked("after's log", "fifth.lab.test.")}
	// who are the cases of Docker: who answers, by how the engine reaches the host.
	who := func(answers []string, own, slirped int, sources ...results.Source) []Case {
		answered := func(by int) (all is.All) {
			for _, a := range answers {
				all = append(all, is.AnsweredBy(a, by))
			}
			return all
		}
		return append(each(Case{Expect: answered(own), Because: moby, Sources: sources}, onHost("")...),
			Case{When: throughSlirp(inRootlessKit("")), Expect: answered(slirped), Because: slirp},
			Case{When: throughPasta(inRootlessKit("")), Expect: answered(ofHost), Because: passt})
	}

	return Lab{
		Name:     "host-resolv-conf",
		Story:    "The host's resolv.conf is replaced while containers run. Who asks the new server: those that were there, or only those that come after?",
		Needs:    []driver.Cap{driver.OwnHost, driver.UserNetworks},
		Topology: topo.Topology{before, after, plain, netted, newPlain, newNetted},
		Steps: []Step{{
			Do: []topo.Act{conf(before), topo.Start{Node: plain}, topo.Start{Node: netted}},
			Ask: map[string]topo.Question{
				"host":   topo.HostFile{Path: "/etc/resolv.conf"},
				"plain":  file(plain),
				"first":  ask(plain, "first"),
				"second": ask(netted, "second"),
			},
		}, {
			Do: []topo.Act{conf(after)},
			Ask: map[string]topo.Question{
				"slow": ask(plain, "slow"),
			},
		}, {
			Ask: map[string]topo.Question{
				"plain then":  file(plain),
				"plain asks":  ask(plain, "third"),
				"netted asks": ask(netted, "fourth"),
			},
		}, {
			Do: []topo.Act{topo.Start{Node: newPlain}, topo.Start{Node: newNetted}},
			Ask: map[string]topo.Question{
				"new plain asks":  ask(newPlain, "fifth"),
				"new netted asks": ask(newNetted, "sixth"),
			},
		}, {
			Ask: map[string]topo.Question{
				"before's log": topo.Saw{Upstream: before},
				"after's log":  topo.Saw{Upstream: after},
			},
		}},
		Claims: []Claim{{
			ID:   "told",
			Says: "which server a container is told that asks for no network",
			Cases: append(each(Case{
				Expect:  is.All{is.Nameservers("host", "{before}"), is.Nameservers("plain", "{before}")},
				Because: "moby daemon/libnetwork/internal/resolvconf TransformForLegacyNw: the host's servers, but for loopback ones; rootless 29 detaches the network namespace, so that the engine reads the host's file",
				Sources: partly("S2-6"),
			}, onHost("")...), Case{
				When:    inRootlessKit(""),
				Expect:  is.Nameservers("plain", slirpAddr),
				Because: "moby contrib/dockerd-rootless.sh: the engine's own resolv.conf is RootlessKit's, which names the forwarder at 10.0.2.3, slirp4netns' or pasta's",
				Sources: partly("S2-6"),
			}, Case{
				When:    and(podman(""), withRoot),
				Expect:  is.Nameservers("plain", "{before}"),
				Because: "podman libpod/container_internal_common.go addResolvConf: the default network has no DNS, so the host's servers are copied",
			}, Case{
				When:    throughSlirp(podman("")),
				Expect:  is.Nameservers("plain", slirpAddr, "{before}"),
				Because: "podman libpod/container_internal_linux.go addSpecialDNS: slirp4netns' forwarder first, then the host's servers",
				Sources: partly("S2-23"),
			}, Case{
				When:    throughPasta(podman("")),
				Expect:  is.Nameservers("plain", pastaAddr, "{before}"),
				Because: "common pasta_linux.go dnsForwardIpv4, 169.254.1.1 since podman 5.3: pasta's forwarder first, then the host's servers",
				Sources: partly("S2-26"),
			}),
		}, {
			ID:   "asked",
			Says: "whom a container's question reaches in the end, without a network and on one of its own",
			Cases: append(who([]string{"first", "second"}, 1, 1), Case{
				When:    podman(""),
				Expect:  is.All{is.AnsweredBy("first", 1), is.AnsweredBy("second", 1), is.Asked("before's log", "first.lab.test."), is.Asked("before's log", "second.lab.test.")},
				Because: "aardvark-dns src/server/serve.rs and dnsname's dnsmasq forward to the servers of the host",
			}),
		}, {
			ID:   "default-there",
			Says: "whom a container asks after the change that was there before it, without a network of its own",
			Cases: append(who([]string{"plain asks"}, 1, 2, holds("moby#42752")...), Case{
				When:    and(podman(""), withRoot),
				Expect:  is.All{is.AnsweredBy("plain asks", 1), is.SameText("plain", "plain then", true)},
				Because: podmans,
				Sources: holds("podman#14412"),
			}, Case{
				When:    throughPasta(podman("")),
				Expect:  is.All{is.AnsweredBy("plain asks", 1), is.SameText("plain", "plain then", true)},
				Because: passt,
				Sources: holds("podman#14412"),
			}, Case{
				When:    throughSlirp(podman("")),
				Expect:  is.All{is.AnsweredBy("plain asks", 2), is.SameText("plain", "plain then", true)},
				Because: slirp,
				Sources: refutes("podman#14412"),
			}),
		}, {
			ID:   "network-there",
			Says: "whom a container asks after the change that was there before it, on a network of its own",
			Cases: append(who([]string{"netted asks"}, 1, 2, holds("moby#42752")...), Case{
				When:    dnsname(),
				Expect:  is.AnsweredBy("netted asks", 2),
				Because: "dnsmasq polls the host's resolv.conf",
			}, Case{
				When:    and(aardvark("<1.17"), withRoot),
				Expect:  is.AnsweredBy("netted asks", 1),
				Because: "aardvark-dns src/server/serve.rs: before 1.17 the host's file is read when a container starts or stops",
				Sources: refutes("aardvark-dns:nameservers-updated-when-resolv-conf-changes"),
			}, Case{
				When:    and(aardvark(">=1.17"), withRoot),
				Expect:  is.AnsweredBy("netted asks", 2),
				Because: "aardvark-dns src/server/serve.rs: from 1.17 it watches the host's file",
				Sources: holds("aardvark-dns:nameservers-updated-when-resolv-conf-changes"),
			}, Case{
				When:    throughPasta(podman("")),
				Expect:  is.AnsweredBy("netted asks", 1),
				Because: "common internal/rootlessnetns: the networks of a user have a file of their own, that names pasta's forwarder; " + passt,
				Sources: refutes("aardvark-dns:nameservers-updated-when-resolv-conf-changes"),
			}, Case{
				When:    throughSlirp(podman("")),
				Expect:  is.AnsweredBy("netted asks", 2),
				Because: "common internal/rootlessnetns: the networks of a user have a file of their own, that names slirp4netns' forwarder; " + slirp,
			}),
		}, {
			ID:   "new",
			Says: "whom containers ask that start after the change",
			Cases: append(who([]string{"new plain asks", "new netted asks"}, 2, 2), Case{
				When:    and(podman(""), withRoot),
				Expect:  news,
				Because: podmans + ", and aardvark-dns serve.rs reads the host's file then",
			}, Case{
				When:    throughSlirp(podman("")),
				Expect:  news,
				Because: podmans + ", and the forwarder asks the new server; " + slirp,
			}, Case{
				When:    throughPasta(podman("")),
				Expect:  news,
				Because: podmans + ", and aardvark-dns serve.rs reads the host's file then: its own, which common internal/rootlessnetns mounts over that, ends with what it is mounted on (mount_namespaces(7)). Edited in place the mount stays: see host-restarts; run both ways on 5.4.2",
			}),
		}},
	}
}
