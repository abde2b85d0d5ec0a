package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// FromTheHost asks Podman's DNS server where the host is and, of a user's
// engine, where the user's networks are. Who asks has the gateway's own address
// then, which no container has. It has a host for itself: aardvark-dns 1.4 loses
// questions while it reads its files anew, which it does whenever a container of
// whomever comes or goes (aardvark-dns#389).
func FromTheHost() Lab {
	lan, other := topo.Network{Name: "lan"}, topo.Network{Name: "other"}
	web := topo.Node{Name: "web", On: topo.On(lan, "www")}
	elsewhere := topo.Node{Name: "elsewhere", On: topo.On(other)}
	ask := func(name string) topo.Question { return script(asking(name, "web")) }
	within := func(name string) topo.Question {
		return script("podman unshare --rootless-netns " + asking(name, "web"))
	}
	withRoot := func(facts Facts) Facts { return and(facts, rootless(false)) }
	users := and(podman(""), rootless(true))
	cases := func(root, user is.All, because string, sources ...string) []Case {
		return []Case{{
			When: withRoot(dnsname()), Expect: root, Because: "dnsname plugins/meta/dnsname/config.go dnsMasqTemplate: a dnsmasq for each network, which answers whoever asks",
		}, {
			When: withRoot(aardvark(">=1.4")), Expect: root, Because: because + " (run on aardvark-dns 1.14.0)", Sources: holds(sources...),
		}, {
			When: users, Expect: user, Because: because + "; containers-common libnetwork/internal/rootlessnetns: networks of a user are in a namespace of their own", Sources: partly(sources...),
		}}
	}

	return Lab{
		Name:     "from-the-host",
		Story:    "A container's name is asked from the host, of the server at the gateway of its network.",
		Needs:    []driver.Cap{driver.UserNetworks, driver.OwnHost},
		Topology: topo.Topology{web, elsewhere},
		Steps: []Step{{
			Do: []topo.Act{topo.HostRun{Args: []string{"podman", "network", "inspect", "{lan}"}, Changes: topo.Machine}},
			Ask: map[string]topo.Question{
				"name":     ask("{web}.dns.podman"),
				"bare":     ask("{web}"),
				"alias":    ask("www.dns.podman"),
				"nobody":   ask("nobody.dns.podman"),
				"stranger": ask("{elsewhere}.dns.podman"),
				"outside":  ask("out.lab.test"),

				"name within":     within("{web}.dns.podman"),
				"bare within":     within("{web}"),
				"alias within":    within("www.dns.podman"),
				"nobody within":   within("nobody.dns.podman"),
				"stranger within": within("{elsewhere}.dns.podman"),
				"outside within":  within("out.lab.test"),
				"sockets within":  script("podman unshare --rootless-netns ss -H -l -n -p -u -t"),
			}}},
		Claims: []Claim{{
			ID:   "found",
			Says: "whether a container is found from the host by name and alias",
			Cases: cases(is.All{is.Printed("name", "NOERROR {web}"), is.Printed("bare", "NOERROR {web}"), is.Printed("alias", "NOERROR {web}")},
				is.All{is.Exited("name", 1), is.Exited("bare", 1), is.Exited("alias", 1),
					is.Printed("name within", "NOERROR {web}"), is.Printed("bare within", "NOERROR {web}"), is.Printed("alias within", "NOERROR {web}")},
				"aardvark-dns src/backend/mod.rs lookup: of an address that is no container's, the network whose gateway was asked", "S2-36"),
		}, {
			ID:   "one-network",
			Says: "whether one of another network is found there, or a name that nobody has",
			Cases: cases(is.All{is.Printed("name", "NOERROR {web}"), is.Printed("stranger", "NXDOMAIN"), is.Printed("nobody", "NXDOMAIN")},
				is.All{is.Printed("name within", "NOERROR {web}"), is.Printed("stranger within", "NXDOMAIN"), is.Printed("nobody within", "NXDOMAIN")},
				"aardvark-dns src/backend/mod.rs lookup: that network alone"),
		}, {
			ID:   "outside",
			Says: "whether the server at the gateway asks the host's servers for whoever asks there",
			Cases: cases(is.All{is.Printed("outside", "NOERROR 203.0.113.250")}, is.All{is.Printed("outside within", "NOERROR 203.0.113.250"), is.Exited("outside", 1)},
				"aardvark-dns src/dns/coredns.rs process_message"),
		}, {
			ID:   "within",
			Says: "whether the user's networks are another place than the host's, and the server's sockets there",
			Cases: []Case{{
				When:    withRoot(podman("")),
				Expect:  is.All{is.Exited("sockets within", 125), is.Exited("name within", 125), is.Printed("name", "NOERROR {web}")},
				Because: "podman cmd/podman/system/unshare.go: with root there is no other",
			}, {
				When:    users,
				Expect:  is.All{is.PrintedText("sockets within", `"aardvark-dns"`), is.PrintedText("sockets within", ":53 ")},
				Because: "containers-common libnetwork/internal/rootlessnetns",
				Sources: append(holds("S2-17"), refutes("S2-21", "S2-22")...),
			}},
		}},
	}
}

// asking is in a script a question to the server at the gateway of the one
// network that a node is on.
func asking(name, node string) string {
	return `/usr/local/sbin/dnslab-agent ask ` + name + ` A "` + gatewayOf(node) + `"`
}
