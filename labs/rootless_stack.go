package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// RootlessStack looks for the program that stands between a rootless Docker and
// its host, and at what containers are told because of it. Lab hosts have both
// slirp4netns and pasta, so that which of them runs was chosen.
func RootlessStack() Lab {
	lan := topo.Network{Name: "lan"}
	plain := topo.Node{Name: "plain", Mode: topo.AsItComes}
	netted := topo.Node{Name: "netted", On: topo.On(lan)}
	root := func(args ...string) topo.Question { return topo.HostCommand{Args: args, Root: true} }

	const (
		script = "moby contrib/dockerd-rootless.sh: DOCKERD_ROOTLESS_ROOTLESSKIT_NET or, where that is not set, slirp4netns if it is installed"
		kit    = "rootlesskit pkg/child/child.go setupNet: the resolv.conf that the engine reads is RootlessKit's, and names the forwarder of slirp4netns or pasta"
		detach = "moby contrib/dockerd-rootless.sh --detach-netns: the engine is in the host's namespace and reads its file"
		ran    = "; run on 26.1.5, 28.5.2 and 29.8.0"
		older  = "; read from the source"
	)
	run := func(slirp, pasta is.Assertion) is.All {
		return is.All{is.Exited("dockerd", 0), slirp, pasta}
	}
	asked := func(servers string) is.All {
		return is.All{is.Nameservers("netted's file", "127.0.0.11"), is.HasLine("netted's file", "# ExtServers: ["+servers+"]")}
	}
	// silent is the file of versions that do not say whom the engine asks.
	silent := is.All{is.Nameservers("netted's file", "127.0.0.11"), is.LacksText("netted's file", "ExtServers")}

	return Lab{
		Name:     "rootless-stack",
		Story:    "A program carries what a rootless Docker sends to the network of its host. Which one is it, who chose it, and what are containers told of it?",
		Needs:    []driver.Cap{driver.OwnHost, driver.UserNetworks},
		Topology: topo.Topology{topo.HostUpstream, plain, netted},
		Steps: []Step{{Ask: map[string]topo.Question{
			"dockerd":       root("pgrep", "-x", "dockerd"),
			"slirp4netns":   root("pgrep", "-x", "slirp4netns"),
			"pasta":         root("pgrep", "^pasta"), // on some machines it is pasta.avx2
			"rootlesskit":   root("pgrep", "-x", "-a", "rootlesskit"),
			"environment":   root("sh", "-c", `tr '\0' '\n' </proc/$(pgrep -x -o rootlesskit)/environ`),
			"plain's file":  topo.File{Of: plain, Path: "/etc/resolv.conf"},
			"netted's file": topo.File{Of: netted, Path: "/etc/resolv.conf"},
		}}},
		Claims: []Claim{{
			ID:   "program",
			Says: "which program is between the engine and its host: slirp4netns, pasta or, with root, none",
			Cases: []Case{{
				When:    and(docker(""), rootless(false)),
				Expect:  append(run(is.Exited("slirp4netns", 1), is.Exited("pasta", 1)), is.Exited("rootlesskit", 1)),
				Because: "dockerd is started by root, without RootlessKit" + ran,
			}, {
				When:    throughSlirp(and(docker(""), rootless(true))),
				Expect:  append(run(is.Exited("slirp4netns", 0), is.Exited("pasta", 1)), is.PrintedText("rootlesskit", "--net=slirp4netns")),
				Because: script + ran,
				Sources: holds("S2-6"),
			}, {
				When:    throughPasta(and(docker(""), rootless(true))),
				Expect:  append(run(is.Exited("slirp4netns", 1), is.Exited("pasta", 0)), is.PrintedText("rootlesskit", "--net=pasta")),
				Because: script + ran,
				Sources: holds("S2-6"),
			}},
		}, {
			ID:   "chosen",
			Says: "who chose it: slirp4netns is the default where both are installed, pasta was asked for",
			Cases: []Case{{
				When:    and(docker(""), rootless(false)),
				Expect:  is.All{is.Exited("dockerd", 0), is.Exited("rootlesskit", 1)},
				Because: "dockerd is started by root, without RootlessKit" + ran,
			}, {
				When:    throughSlirp(and(docker(""), rootless(true))),
				Expect:  is.All{is.PrintedText("environment", "XDG_RUNTIME_DIR="), is.LacksText("environment", "DOCKERD_ROOTLESS_ROOTLESSKIT_NET=")},
				Because: script + ran,
				Sources: holds("S2-6"),
			}, {
				When:    throughPasta(and(docker(""), rootless(true))),
				Expect:  is.PrintedText("environment", "DOCKERD_ROOTLESS_ROOTLESSKIT_NET=pasta\n"),
				Because: script + ran,
				Sources: holds("S2-6"),
			}},
		}, {
			ID:   "default-bridge",
			Says: "which server a container is told on the default bridge",
			Cases: append(each(Case{
				Expect:  is.Nameservers("plain's file", "{host-upstream}"),
				Because: "moby libnetwork/internal/resolvconf TransformForLegacyNw: the servers of the file that the engine reads; " + detach + ran,
			}, and(docker(""), rootless(false))), Case{
				When:    inRootlessKit(""),
				Expect:  is.Nameservers("plain's file", "10.0.2.3"),
				Because: kit + ran,
				Sources: partly("S2-7"),
			}, Case{
				When:    detached(""),
				Expect:  is.Nameservers("plain's file", "{host-upstream}"),
				Because: detach + "; run on 29.8.0",
				Sources: refutes("S2-7"),
			}),
		}, {
			ID:   "on-a-network",
			Says: "which server it is told on a network of its own, and whom the engine asks behind that",
			Cases: []Case{{
				When:    and(docker("<26.0"), rootless(false)),
				Expect:  silent,
				Because: "moby libnetwork rebuildDNS; run on 20.10.24",
			}, {
				When:    inRootlessKit("<26.0"),
				Expect:  silent,
				Because: "moby libnetwork rebuildDNS" + older,
				Sources: refutes("S2-7"),
			}, {
				When:    and(docker(">=26.0 <28.0"), rootless(false)),
				Expect:  asked("{host-upstream}"),
				Because: "moby libnetwork/internal/resolvconf TransformForIntNS; run on 26.1.5",
			}, {
				When:    inRootlessKit(">=26.0 <28.0"),
				Expect:  asked("10.0.2.3"),
				Because: kit + "; run on 26.1.5",
				Sources: refutes("S2-7"),
			}, {
				When:    and(docker(">=28.0"), rootless(false)),
				Expect:  asked("host({host-upstream})"),
				Because: "moby libnetwork/internal/resolvconf TransformForIntNS, from 28.0: from the engine's own namespace; run on 28.5.2 and 29.8.0",
			}, {
				When:    inRootlessKit(">=28.0"),
				Expect:  asked("host(10.0.2.3)"),
				Because: kit + "; from 28.0 it is asked from the engine's own namespace; run on 28.5.2 and 29.8.0",
				Sources: refutes("S2-7"),
			}, {
				When:    detached(""),
				Expect:  asked("host({host-upstream})"),
				Because: detach + "; run on 29.8.0",
				Sources: refutes("S2-7"),
			}},
		}},
	}
}
