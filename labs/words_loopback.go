package labs

import (
	"net"
	"strings"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/topo"
)

const becauseKit = "moby contrib/dockerd-rootless.sh: the engine reads RootlessKit's resolv.conf, which names the forwarder, whatever the host's says"

// What an engine falls back to where no server is left, without IPv6 and with it.
var (
	publicServers  = []string{"8.8.8.8", "8.8.4.4"}
	publicServers6 = append(publicServers[:2:2], "2001:4860:4860::8888", "2001:4860:4860::8844")
)

// Before 3.2 the public servers of Podman have IPv6 whatever the container has.
const becauseSix = "podman libpod/container_internal_linux.go generateResolvConf has the public servers of IPv6 too, up to 3.1, and since 3.2 where the container has an address of IPv6; run on 3.0.1"

// dnsmasq starts one on an address of the host's loopback. It asks whom the
// arguments name, knows nothing itself and keeps no answer.
func dnsmasq(addr string, args ...string) topo.Act {
	always := []string{"dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--pid-file=", "--log-facility=-",
		"--no-resolv", "--no-hosts", "--cache-size=0", "--listen-address=" + addr, "--bind-dynamic"}
	return topo.HostStart{Name: "dnsmasq", Args: append(always, args...), Answers: net.JoinHostPort(addr, "53")}
}

// toldElsewhere are the cases of a claim about what the file of a container
// without a network names, of all but a Docker that reads the host's own file.
func toldElsewhere(file string, servers []string, podmans string, sources []results.Source, also ...is.Assertion) []Case {
	expect := func(servers ...string) is.All { return append(is.All{is.Nameservers(file, servers...)}, also...) }
	behind := func(forwarder string) is.All { return expect(append([]string{forwarder}, servers...)...) }
	return []Case{
		{When: inRootlessKit(""), Expect: expect("10.0.2.3"), Because: becauseKit, Sources: partly("S2-7")},
		{When: and(podman(""), rootless(false)), Expect: expect(servers...), Because: podmans, Sources: sources},
		{When: throughPasta(podman("")), Expect: behind("169.254.1.1"), Because: podmans + ", behind pasta's forwarder"},
		{When: throughSlirp(podman("")), Expect: behind("10.0.2.3"), Because: podmans + ", behind slirp4netns' forwarder"},
	}
}

// resolved starts systemd-resolved on the host, with servers for all names or
// none, and what resolvectl reaches it through. It has no servers of its own
// choice to fall back to, and asks nobody by other protocols.
func resolved(servers string) []topo.Act {
	return []topo.Act{
		topo.HostRun{Args: []string{"sh", "-c", "mkdir -p /etc/systemd/resolved.conf.d /run/systemd /run/dbus && dbus-daemon --system --fork"}, Root: true, Changes: topo.Machine},
		topo.HostWrite{Path: "/etc/systemd/resolved.conf.d/lab.conf", Content: "[Resolve]\nDNS=" + servers + "\nFallbackDNS=\nDNSSEC=no\nLLMNR=no\nMulticastDNS=no\n"},
		topo.HostStart{Name: "systemd-resolved", Args: []string{"/usr/lib/systemd/systemd-resolved"}, Answers: "127.0.0.53:53"},
	}
}

// linkDNS tells systemd-resolved the server of the host's link, as a DHCP
// client does.
func linkDNS(server topo.Node) topo.Act { return resolvectl("dns", "eth0", "{"+server.Name+".addr}") }

func resolvectl(args ...string) topo.Act {
	return topo.HostRun{Args: append([]string{"resolvectl"}, args...), Root: true, Changes: topo.Machine}
}

// resolvConf makes the host's resolv.conf a link to a file that systemd-resolved
// keeps: "stub-resolv.conf" names it, "resolv.conf" the servers that it asks.
func resolvConf(file string) topo.Act {
	return topo.HostLink{Path: "/etc/resolv.conf", To: "../run/systemd/resolve/" + file}
}

// extServers are the cases of Docker of a claim about the file of a container on
// a network, by the servers that the host names: from 26.0 it says whom the
// resolver asks, and from where. Of a file before that, which does not, the
// servers are those of before.
func extServers(file string, before Case, servers ...string) []Case {
	own := func(expect string) is.All {
		return is.All{is.Nameservers(file, "127.0.0.11"), is.HasLine(file, "# ExtServers: ["+expect+"]")}
	}
	var some, all []string
	for _, s := range servers {
		all = append(all, "host("+s+")")
		if !strings.HasPrefix(s, "{") { // of the loopback
			s = "host(" + s + ")"
		}
		some = append(some, s)
	}
	const moby = "moby libnetwork/internal/resolvconf TransformForIntNS: servers on loopback are asked from the host's network, and all of the host's since 28.0"
	before.When = and(docker("<26.0"), rootless(false))
	return []Case{
		before,
		{When: and(docker(">=26.0 <28.0"), rootless(false)), Expect: own(strings.Join(some, " ")), Because: moby + "; run on 26.1.5"},
		{When: and(docker(">=28.0"), rootless(false)), Expect: own(strings.Join(all, " ")), Because: moby + "; run on 29.8.0"},
		{When: detached(""), Expect: own(strings.Join(all, " ")), Because: moby},
		{When: inRootlessKit("<26.0"), Expect: is.Nameservers(file, "127.0.0.11"), Because: becauseKit},
		{When: inRootlessKit(">=26.0 <28.0"), Expect: own("10.0.2.3"), Because: becauseKit, Sources: partly("S2-7")},
		{When: inRootlessKit(">=28.0"), Expect: own("host(10.0.2.3)"), Because: becauseKit, Sources: partly("S2-7")},
	}
}

// forwarded are the cases of the engines that tell a container without a network
// a forwarder, which asks the first server of the host's file.
func forwarded(expect is.Assertion) []Case {
	const because = "slirp4netns and pasta ask the first server of the host's file, from the host's network, loopback or not"
	return append(
		each(Case{Expect: expect, Because: because, Sources: holds("S2-24")}, throughSlirp(inRootlessKit("")), throughSlirp(podman(""))),
		each(Case{Expect: expect, Because: because, Sources: partly("S2-30")}, throughPasta(inRootlessKit("")), throughPasta(podman("")))...)
}

// ofDocker adds what a pass says of sources to the cases of Docker.
func ofDocker(sources []results.Source, cases []Case) []Case {
	for i := range cases {
		if _, ok := cases[i].When["docker"]; ok {
			cases[i].Sources = sources
		}
	}
	return cases
}

// since26 adds what a pass says of sources to the cases of a Docker from 26.0 on
// that reads the host's own file.
func since26(cases []Case, sources []results.Source) []Case {
	for i := range cases {
		if own := cases[i].When; own["netns"] != "attached" && own["docker"] != "<26.0" {
			cases[i].Sources = sources
		}
	}
	return cases
}
