package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// DefaultBridgeFile asks nobody anything, since the servers in these files are
// those of the machine: it reads and compares.
func DefaultBridgeFile() Lab {
	plain := topo.Node{Name: "plain", Mode: topo.DefaultBridge}
	hosted := topo.Node{Name: "hosted", Mode: topo.HostNetwork}
	read := func(n topo.Node) topo.Question { return topo.File{Of: n, Path: "/etc/resolv.conf"} }

	return Lab{
		Name:     "default-bridge-file",
		Story:    "Without flags, the resolv.conf of a container on the default bridge is made from the host's; one in the host's network shows what that says.",
		Needs:    []driver.Cap{driver.DefaultBridge, driver.HostNetns},
		Topology: topo.Topology{plain, hosted},
		Steps: []Step{{Ask: map[string]topo.Question{
			"plain's file": read(plain), "host's file": read(hosted),
		}}},
		Claims: []Claim{{
			ID:   "servers",
			Says: "it names the host's servers, but none on loopback, and so not the embedded resolver",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.All{is.ServersOfHost("plain's file", "host's file"), is.LacksText("plain's file", "nameserver 127.")},
				Because: "moby libnetwork/resolvconf/resolvconf.go FilterResolvDNS up to 25.0, internal/resolvconf TransformForLegacyNw from 26.0",
				Sources: refutes("S2-3"),
			}, {
				When:    podman(""),
				Expect:  is.All{is.ServersOfHost("plain's file", "host's file"), is.LacksText("plain's file", "nameserver 127.")},
				Because: "containers-common libnetwork/resolvconf filterResolvDNS (run on podman 4.3.1, 5.4.2 and 5.8.6)",
			}},
		}, {
			ID:   "comments",
			Says: "whose comments are in it",
			Cases: []Case{{
				When:    docker("<26.0"),
				Expect:  is.SameComments("plain's file", "host's file"),
				Because: "moby libnetwork/sandbox_dns_unix.go setupDNS up to 25.0: without flags the host's text is taken over, less the servers that are filtered out",
			}, {
				When: docker(">=26.0"),
				Expect: is.All{
					is.HasLine("plain's file", generated1), is.HasText("plain's file", "' (legacy)\n"),
					is.HasText("host's file", "# Based on host file: '"), is.LacksText("host's file", "' (legacy)\n"),
				},
				Because: "moby libnetwork/internal/resolvconf/resolvconf.go Generate, TransformForLegacyNw, from 26.0: the file is written anew, with Docker's comments alone",
			}, {
				When:    podman(""),
				Expect:  is.All{is.Comments("plain's file"), is.HasText("plain's file", "nameserver ")},
				Because: "containers-common libnetwork/resolvconf/resolv.go build writes the file anew, without any (run on podman 4.3.1, 5.4.2 and 5.8.6)",
			}},
		}},
	}
}
