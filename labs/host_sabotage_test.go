package labs_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/dnslab/dnslab/labs"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/driver/all"
	"github.com/dnslab/dnslab/runner/driver/owner"
	"github.com/dnslab/dnslab/runner/host"
	"github.com/dnslab/dnslab/runner/topo"
)

// TestHostSabotage breaks for real what only a lab host lets one break: the
// engine's own DNS server, the host's file, the engine itself.
func TestHostSabotage(t *testing.T) {
	if wanted() != "" {
		t.Skip("only some labs are wanted")
	}
	for _, s := range hostSabotages {
		t.Run(s.runtime+" "+s.name, func(t *testing.T) {
			notYet(t, s.soak)
			t.Parallel() // each has a host of its own
			lab := s.broken(t)
			run := onHost(t, s.runtime, lab)
			for _, r := range run.Results {
				if s.errors && r.Status == results.Error && s.fails[r.Claim] != "" {
					continue
				}
				judgeOne(t, r, s.fails)
			}
			if s.errors != (run.Runtimes[0].Status == results.Broken) {
				t.Errorf("the runtime is %s (%s)", run.Runtimes[0].Status, run.Runtimes[0].Reason)
			}
		})
	}
}

// A hostSabotage is a sabotage on a runtime of a lab host.
type hostSabotage struct {
	sabotage
	runtime string
	errors  bool // the claims that do not hold cannot be told, and the runtime is broken
}

// onHost runs one lab on a lab host. Where the host is not built and need not
// be, the test is skipped.
func onHost(t *testing.T, name string, lab labs.Lab) results.Run {
	t.Helper()
	ctx := inTime(t)
	id := runner.NewID()
	engine, later := laterOn(t, ctx, name, driver.Options{Run: id})
	plan, err := runner.Choose([]labs.Lab{lab}, runner.Filter{Labs: []string{lab.Name}})
	if err != nil {
		t.Fatal(err)
	}
	return runner.Run(ctx, plan, []runner.Target{{Name: name, Engine: engine, Opener: meddler{later}, Required: true}}, runner.Options{ID: id})
}

// laterOn is a runtime that dnslab makes, to be opened; see needed.
func laterOn(t *testing.T, ctx context.Context, name string, o driver.Options) (engine string, later all.Later) {
	t.Helper()
	chosen, err := all.Choose(all.Candidates(), []string{name})
	if err != nil {
		t.Fatal(err)
	}
	o.Owner = owner.Text()
	opener := all.Open(ctx, o)
	t.Cleanup(func() { opener.Close(context.Background()) })
	later = opener.Later(chosen[0])
	needed(t, ctx, later, name)
	return chosen[0].Engine, later
}

// needed skips a test of a runtime that is not built, and one that need not be
// where others are.
func needed(t *testing.T, ctx context.Context, later all.Later, name string) {
	t.Helper()
	required := split(os.Getenv("DNSLAB_REQUIRE"))
	switch {
	case slices.Contains(required, name):
	case len(required) > 0:
		t.Skip("other runtimes are wanted")
	case !later.Ready(ctx):
		t.Skipf("%s is not built (dnslab run -r %s builds it)", name, name)
	}
}

// onTheHost is a command that is run on the lab host, as an act.
type onTheHost struct {
	Args []string
	Ends bool // the host ends with it, so how it went cannot be told
}

func (onTheHost) Touches() topo.Scope { return topo.World }
func (a onTheHost) String() string    { return "on the host: " + strings.Join(a.Args, " ") }

func hostRuns(args ...string) func(labs.Lab) []topo.Act {
	return func(labs.Lab) []topo.Act { return []topo.Act{onTheHost{Args: args}} }
}

// dropped drops questions over UDP in a chain of the host's, where they fit.
func dropped(chain string, fit ...string) func(labs.Lab) []topo.Act {
	return hostRuns(slices.Concat([]string{"iptables", "-I", chain, "-p", "udp", "--dport", "53"}, fit, []string{"-j", "DROP"})...)
}

// joins puts a node on one more network.
func joins(name, network string) func(labs.Lab) []topo.Act {
	return func(l labs.Lab) []topo.Act {
		return []topo.Act{topo.Connect{Node: node(l, name), Network: topo.Network{Name: network}}}
	}
}

// killEngine ends the engine, and with it the host, whose only program it is.
func killEngine(labs.Lab) []topo.Act {
	return []topo.Act{onTheHost{Args: []string{"sh", "-c", "kill -9 $(cat /run/dnslab/engine.pid); sleep 60"}, Ends: true}}
}

// A meddler opens lab hosts whose worlds know the act onTheHost.
type meddler struct{ all.Later }

func (m meddler) Open(ctx context.Context) (driver.Runtime, error) {
	rt, err := m.Later.Open(ctx)
	if err != nil {
		return nil, err
	}
	return meddled{rt.(*host.Runtime)}, nil
}

type meddled struct{ *host.Runtime }

func (m meddled) Up(ctx context.Context, tag driver.Tag, t topo.Topology) (driver.World, error) {
	w, err := m.Runtime.Up(ctx, tag, t)
	if err != nil {
		return nil, err
	}
	return meddledWorld{w, m.Runtime}, nil
}

type meddledWorld struct {
	driver.World
	host *host.Runtime
}

func (w meddledWorld) Do(ctx context.Context, a topo.Act) error {
	command, ok := a.(onTheHost)
	if !ok {
		return w.World.Do(ctx, a)
	}
	out, err := w.host.Exec(ctx, command.Args...)
	if command.Ends {
		return nil
	}
	if err == nil && out.Status != 0 {
		err = fmt.Errorf("exit status %d: %s", out.Status, out.Err)
	}
	return err
}

var hostSabotages = []hostSabotage{{
	runtime: "docker-29-nftables", sabotage: sabotage{
		name: "rules flushed", lab: "names", do: flush("client"),
		fails: fail("should be an answer, but was: refused", "name", "short-id", "hostname", "alias", "dotted-alias", "with-network",
			"dotted-name", "letter-case", "full-id", "answer", "no-edns", "other-network", "with-domain"),
	},
}, {
	runtime: "podman-5.8", sabotage: sabotage{
		name: "aardvark-dns killed", lab: "shared-alias", do: hostRuns("pkill", "-9", "-x", "aardvark-dns"),
		fails: fail("should be an answer, but was: ", "all-addresses", "shuffled", "own-names", "those-that-run"),
	},
}, {
	runtime: "podman-5.8-rootless", sabotage: sabotage{
		name: "aardvark-dns killed", lab: "shared-alias", do: hostRuns("pkill", "-9", "-x", "aardvark-dns"),
		fails: fail("should be an answer, but was: ", "all-addresses", "shuffled", "own-names", "those-that-run"),
	},
}, {
	runtime: "podman-5.4-rootless", sabotage: sabotage{
		name: "pasta killed", lab: "pasta-network", do: hostRuns("pkill", "-9", "pasta"),
		fails: fail("should be an answer, but was: ", "forwards", "no-cache", "own-address", "own-ipv6-address", "like-slirp4netns",
			"map-guest-addr", "with-an-equals-sign", "address-of-the-host", "neighbours"),
	},
}, {
	runtime: "podman-5.4-rootless", sabotage: sabotage{
		name: "slirp4netns killed", lab: "slirp4netns-network", do: hostRuns("pkill", "-9", "slirp4netns"),
		fails: map[string]string{
			"forwards": "should be an answer, but was: ", "no-cache": "should be an answer, but was: ", "third-of-its-network": "should be an answer, but was: ",
			"address-of-its-own": "should be an answer, but was: ", "neighbours": "should be an answer, but was: ",
			"over-ipv6": `should be "timeout", but was: unreachable`,
		},
	},
}, {
	runtime: "podman-5.4-rootless", sabotage: sabotage{
		name: "first server refuses", lab: "behind-pasta", do: func(l labs.Lab) []topo.Act {
			return []topo.Act{topo.Program{Upstream: node(l, "first"), Replies: []topo.Reply{{Name: "answer.lab.test.", Rcode: "REFUSED"}}, Says: "REFUSED"}}
		},
		fails: fail("answer should have the answer of upstream 1, but was: REFUSED", "one-server"),
	},
}, {
	runtime: "podman-4.3-cni", sabotage: sabotage{
		name: "dnsmasq killed", lab: "without-flags", do: hostRuns("pkill", "-9", "-x", "dnsmasq"),
		fails: fail("should be an answer, but was: ", "names", "short-id", "hostname", "what-stands-behind", "answer", "order", "reverse", "other-family", "over-tcp", "outside"),
	},
}, {
	runtime: "podman-5.4", sabotage: sabotage{
		name: "servers of a network taken away unseen", lab: "network-servers",
		do: hostRuns("sh", "-c", "sed -i '1s/ .*//' /run/containers/networks/aardvark-dns/lan-* && pkill -HUP -x aardvark-dns && sleep 1"),
		fails: map[string]string{
			"asked": "should have the answer of upstream 1, but was: NOERROR, 203.0.113.250",
			"order": "should have the answer of upstream 1", "updated": "first's log was never asked for one.lab.test., so the silence", "config": `should begin with a gateway and ["{first}"]`,
		},
	},
}, {
	runtime: "podman-5.4", sabotage: sabotage{
		name: "a container's line removed", lab: "resolver-files",
		do:    hostRuns("sh", "-c", "sed -i '/ web-/d' /run/containers/networks/aardvark-dns/lan-*"),
		fails: map[string]string{"line": "should have one line for web", "comes-and-goes": "has no line about a container, which says nothing of late"},
	},
}, {
	runtime: "podman-5.4", sabotage: sabotage{
		name: "a third port", lab: "port-taken",
		do: hostRuns("sh", "-c", "mkdir -p /etc/containers/containers.conf.d && printf '[network]\ndns_bind_port = 5354\n' >/etc/containers/containers.conf.d/third.conf"),
		fails: map[string]string{
			"udp": `should end with status 126 and complain of "failed to bind udp listener", but ended with 0`,
			"tcp": `should end with status 126 and complain of "failed to bind tcp listener", but ended with 0`, "another-port": `should print ":5353 " somewhere`,
		},
	},
}, {
	runtime: "podman-5.8", sabotage: sabotage{
		name: "a line that cannot be read", lab: "alias-with-a-space", step: 1,
		do:    hostRuns("sh", "-c", "sed -i '$s/$/ odd/' /run/containers/networks/aardvark-dns/lan-*"),
		fails: map[string]string{"found": "but was: refused", "next": "should end with status 0, but ended with 126", "gone": "should "},
	},
}, {
	runtime: "podman-5.4", sabotage: sabotage{
		name: "the server behind lies, and there is IPv6", lab: "host-link-local",
		do: func(l labs.Lab) []topo.Act {
			lies := program("up", "192.0.2.66 to everything", topo.Reply{Answers: []string{"A 192.0.2.66"}, Type: "A"})
			return slices.Concat(lies(l), joins("four", "six")(l))
		},
		fails: map[string]string{"asked": "but was: NOERROR, 192.0.2.66", "families": `should not hold "fd"`},
	},
}, {
	runtime: "podman-5.4", sabotage: sabotage{
		name: "the host's own questions dropped", lab: "from-the-host",
		do:    hostRuns("iptables", "-I", "INPUT", "-i", "lo", "-p", "udp", "--dport", "53", "-j", "DROP"),
		fails: fail("but ended with 1: \"dnslab-agent: asking for ", "found", "one-network", "outside", "within"),
	},
}, {
	runtime: "podman-5.4", sabotage: sabotage{
		name: "another rootless command", lab: "podman-commands",
		do:    hostRuns("sh", "-c", "mkdir -p /etc/containers/containers.conf.d && printf '[network]\ndefault_rootless_network_cmd = \"slirp4netns\"\n' >/etc/containers/containers.conf.d/command.conf"),
		fails: fail(`should print "pasta", but ended with 0: "slirp4netns"`, "rootless-command"),
	},
}, {
	runtime: "docker-26.1", sabotage: sabotage{
		name: "resolv.conf put back unseen", lab: "host-resolv-conf", step: 2, soak: true,
		do:    hostRuns("sh", "-c", "echo nameserver 192.0.2.1 >/etc/resolv.conf"),
		fails: fail("should have the answer of upstream 2", "new"),
	},
}, {
	runtime: "docker-26.1", sabotage: sabotage{
		name: "questions sent under another address", lab: "host-way",
		do: hostRuns("sh", "-c", `own=$(ip -4 -o address show eth0 | sed 's|.* inet \([0-9.]*\)[.][0-9]*/.*|\1|') &&
			iptables -t nat -I POSTROUTING -p udp --dport 53 -j SNAT --to-source "$own.254"`),
		fails: map[string]string{"answered": "should be an answer, but was: timeout", "source": "but was asked from an address of no node"},
	},
}, {
	runtime: "docker-26.1", sabotage: sabotage{
		name: "link to something", lab: "host-without-servers", step: 3, soak: true,
		do:    hostRuns("sh", "-c", "mkdir /run/nothing && echo nameserver 192.0.2.1 >/run/nothing/resolv.conf"),
		fails: fail(`but has ["192.0.2.1"]`, "link-to-nothing"),
	},
}, {
	runtime: "docker-26.1", sabotage: sabotage{
		name: "resolv.conf changed unseen", lab: "host-restarts", step: 3,
		do:    hostRuns("sh", "-c", "echo nameserver $NAMESERVER >/etc/resolv.conf"),
		fails: fail("should have the answer of upstream 2", "restarted-default", "restarted-network"),
	},
}, {
	runtime: "docker-26.1", sabotage: sabotage{
		name: "another configuration", lab: "daemon-dns", step: 1,
		do:    hostRuns("sed", "-i", "s/timeout:2/timeout:3/", "/etc/docker/daemon.json"),
		fails: fail("timeout:3", "default-bridge", "network", "one-flag"),
	},
}, {
	runtime: "docker-26.1", sabotage: sabotage{
		name: "flags for servers lost", lab: "daemon-dns", step: 1, soak: true,
		do: hostRuns("sh", "-c", `sed -i 's/"Dns":\["[^]]*\]/"Dns":[]/' $(docker info --format '{{ .DockerRootDir }}')/containers/*/hostconfig.json`),
		fails: map[string]string{
			"flags-replace": "should have nameserver", "network": "flagged's log was never asked for netted-flags", "comments": "# ExtServers",
		},
	},
}, {
	runtime: "docker-26.1", sabotage: sabotage{
		name: "a server in time", lab: "host-without-servers-v6", step: 1, soak: true,
		do:    hostRuns("sh", "-c", "echo nameserver 192.0.2.1 >/etc/resolv.conf"),
		fails: fail("192.0.2.1", "default-bridge", "network"),
	},
}, {
	runtime: "docker-26.1", sabotage: sabotage{
		name: "a way out", lab: "host-internal-network", step: 1,
		do: func(l labs.Lab) []topo.Act {
			return []topo.Act{topo.Connect{Node: node(l, "prisoner"), Network: topo.Network{Name: "lan"}}}
		},
		fails: fail("should be SERVFAIL, but was: NOERROR, 203.0.113.", "loopback", "neighbour", "configured"),
	},
}, {
	runtime: "docker-26.1", sabotage: sabotage{
		name: "no restart policy", lab: "live-restore", step: 1, soak: true,
		do:    hostRuns("sh", "-c", "docker update --restart=no $(docker ps --quiet)"),
		fails: fail(`should print "true\ntrue", but ended with 0: "false\nfalse"`, "come-back"),
	},
}, {
	runtime: "docker-26.1", sabotage: sabotage{
		name: "live-restore turned off", lab: "live-restore", step: 4, soak: true,
		do:    hostRuns("sh", "-c", "echo {} >/etc/docker/daemon.json"),
		fails: map[string]string{"left-running": "differs", "servers": "should have the answer of upstream 2"},
	},
}, {
	runtime: "docker-26.1", sabotage: sabotage{
		name: "rules flushed after the engine was restarted", lab: "live-restore", step: 5, do: flush("client"),
		fails: map[string]string{"names": "but was: refused", "servers": "but was: refused", "rules": "but are []"},
	},
}, {
	runtime: "docker-26.1", sabotage: sabotage{
		name: "saved rules emptied", lab: "nat-rules-restored", step: 1,
		do:    hostRuns("sh", "-c", "for f in /tmp/*.rules; do : >$f; done"),
		fails: fail("but was: refused", "restored"),
	},
}, {
	runtime: "docker-26.1", sabotage: sabotage{
		name: "forwarding allowed", lab: "host-rules-replaced", step: 2,
		do:    hostRuns("iptables", "-P", "FORWARD", "ACCEPT"),
		fails: fail("but was: NOERROR, 203.0.113.1", "servers-lost"),
	},
}, {
	runtime: "docker-26.1", sabotage: sabotage{
		name: "dnsmasq on the host killed", lab: "host-dnsmasq", step: 1, do: hostRuns("pkill", "-9", "-x", "dnsmasq"),
		fails: map[string]string{"on-a-network": "should have the answer of upstream 1, but was: SERVFAIL", "runs": "should still run, but it has ended: signal: killed"},
	},
}, {
	runtime: "podman-5.4", sabotage: sabotage{
		name: "dnsmasq on the host killed", lab: "host-dnsmasq", step: 1, do: hostRuns("pkill", "-9", "-x", "dnsmasq"),
		fails: map[string]string{"on-a-network": "should be an answer, but was: ", "runs": "should still run, but it has ended: signal: killed"},
	},
}, {
	runtime: "docker-26.1", sabotage: sabotage{
		name: "dnsmasq's server lies", lab: "host-dnsmasq", soak: true, do: program("behind", "192.0.2.66 to everything", topo.Reply{Answers: []string{"A 192.0.2.66"}, Type: "A"}),
		fails: fail("but was: NOERROR, 192.0.2.66", "on-a-network", "in-the-hosts-network"),
	},
}, {
	runtime: "docker-26.1", sabotage: sabotage{
		name: "systemd-resolved killed", lab: "host-resolved", step: 6, do: hostRuns("pkill", "-9", "-x", "systemd-resolve"),
		fails: map[string]string{"with-another-network": "should have the answer of upstream 1", "runs": "should still run, but it has ended: signal: killed"},
	},
}, {
	runtime: "docker-26.1", sabotage: sabotage{
		name: "systemd-resolved told nothing new", lab: "host-resolved", step: 3, soak: true, do: hostRuns("sh", "-c", "resolvectl revert eth0 && resolvectl dns eth0 192.0.2.1"),
		fails: fail("should ", "uplinks", "uplinks-changed"),
	},
}, {
	runtime: "docker-26.1", sabotage: sabotage{
		name: "VPN gone unseen", lab: "host-split-dns", step: 2, soak: true, do: hostRuns("resolvectl", "revert", "eth0"),
		fails: fail("but was: NXDOMAIN", "restarted"),
	},
}, {
	runtime: "docker-26.1", errors: true, sabotage: sabotage{
		name: "engine killed half way", lab: "changes", step: 1, do: killEngine,
		fails: fail("error", "gone", "back", "aliases-of-an-attachment", "stopped", "started", "asker-restarted"),
	},
}, {
	runtime: "docker-26.1", sabotage: sabotage{
		name: "rules flushed on a macvlan", lab: "macvlan", do: flush("plain"),
		fails: fail("but was: refused", "neighbours", "host-server"),
	},
}, {
	runtime: "docker-26.1", sabotage: sabotage{
		name: "a way out of an internal macvlan", lab: "macvlan", do: joins("prisoner", "ground"),
		fails: fail("should be SERVFAIL, but was: NOERROR", "host-server-internal"),
	},
}, {
	runtime: "docker-28.5", sabotage: sabotage{
		name: "host's server out of the host's reach", lab: "macvlan", do: dropped("OUTPUT"),
		fails: map[string]string{"host-server": "but was: SERVFAIL", "host-server-internal": "porter.porter.lab.test."},
	},
}, {
	runtime: "docker-26.1", sabotage: sabotage{
		name: "a way out of an internal macvlan", lab: "macvlan-host-loopback", do: joins("prisoner", "ground"),
		fails: fail("should be SERVFAIL, but was: NOERROR", "internal"),
	},
}, {
	runtime: "docker-26.1", sabotage: sabotage{
		name: "loopback closed", lab: "macvlan-host-loopback", soak: true, do: dropped("OUTPUT", "-o", "lo"),
		fails: map[string]string{"open": "but was: SERVFAIL", "internal": "porter.lab.test."},
	},
}, {
	runtime: "docker-28.5", sabotage: sabotage{
		name: "host's server out of the host's reach", lab: "ipv6-only-host", do: dropped("OUTPUT"),
		fails: map[string]string{"asked": "but was: SERVFAIL", "source": "was never asked"},
	},
}, {
	runtime: "docker-26.1", sabotage: sabotage{
		name: "rules flushed in a swarm", lab: "swarm", step: 1, do: flush("client"),
		fails: fail("but was: refused", "there-before", "after"),
	},
}, {
	runtime: "docker-26.1", sabotage: sabotage{
		name: "the swarm left", lab: "swarm", step: 2, do: hostRuns("docker", "swarm", "leave", "--force"),
		fails: fail("should print \"Swarm: active\"", "the-rest"),
	},
}, {
	runtime: "docker-26.1-rootless", sabotage: sabotage{
		name: "another program runs", lab: "rootless-stack",
		do:    hostRuns("sh", "-c", "cp /bin/sleep /tmp/pasta && { setsid /tmp/pasta 120 >/dev/null 2>&1 & }"),
		fails: fail("should end with status 1, but ended with 0", "program"),
	},
}}
