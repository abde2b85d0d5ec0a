package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// DNSFlagsElsewhere reads files where there is no embedded resolver. Nothing
// is asked, so the servers are addresses set aside for documentation.
func DNSFlagsElsewhere() Lab {
	file := func(n topo.Node) topo.Question { return topo.File{Of: n, Path: "/etc/resolv.conf"} }
	repeated := topo.Node{
		Name: "repeated", Mode: topo.DefaultBridge, DNS: []string{"192.0.2.1", "192.0.2.2"},
		Search: []string{"one.lab.test", "two.lab.test"}, Options: []string{"ndots:9", "timeout:3"},
	}
	loopback := topo.Node{
		Name: "loopback", Mode: topo.DefaultBridge, DNS: []string{"127.0.0.1"},
		Search: []string{"one.lab.test"}, Options: []string{"timeout:3"},
	}
	none := topo.Node{
		Name: "none", Mode: topo.DefaultBridge, DNS: []string{"192.0.2.1"},
		Search: []string{"."}, Options: []string{"ndots:3"},
	}
	hosted := topo.Node{
		Name: "hosted", Mode: topo.HostNetwork, DNS: []string{"192.0.2.1", "192.0.2.2"},
		Search: []string{"one.lab.test", "two.lab.test"}, Options: []string{"timeout:3", "attempts:1"},
	}
	const writes = "podman libpod/container_internal_common.go addResolvConf, before 4.4 generateResolvConf: search, nameserver, options"
	const ran = "; run on 3.0.1 to 6.1.1"
	lines := func(name, search, servers, options string) []Case {
		return []Case{{
			When:    docker("<26.0"),
			Expect:  is.HasText(name, search+servers+options),
			Because: "moby libnetwork/resolvconf Build, called by setupDNS: 20.10 to 25.0",
			Sources: holds("S2-5", "moby:TestRunDNSRepeatOptions"),
		}, {
			When:    docker(">=26.0"),
			Expect:  is.HasText(name, servers+search+options),
			Because: "moby libnetwork/internal/resolvconf Generate, since 26.0",
			Sources: holds("S2-5", "moby:TestRunDNSRepeatOptions"),
		}, {
			When:    podman(""),
			Expect:  is.HasText(name, search+servers+options),
			Because: writes + ran,
			Sources: holds("podman:add-search", "podman:server", "podman:option"),
		}}
	}

	return Lab{
		Name:     "dns-flags-elsewhere",
		Story:    "What --dns, --dns-search and --dns-opt make of resolv.conf on the default bridge and in host mode, where the file names the servers themselves.",
		Needs:    []driver.Cap{driver.DefaultBridge, driver.HostNetns},
		Topology: topo.Topology{repeated, loopback, none, hosted},
		Steps: []Step{{Ask: map[string]topo.Question{
			"repeated": file(repeated), "loopback": file(loopback), "none": file(none), "hosted": file(hosted),
		}}},
		Claims: []Claim{{
			ID:    "order",
			Says:  "repeated flags add up in the order given, and in which order the lines come",
			Cases: lines("repeated", "search one.lab.test two.lab.test\n", "nameserver 192.0.2.1\nnameserver 192.0.2.2\n", "options ndots:9 timeout:3\n"),
		}, {
			ID:   "on-the-bridge",
			Says: "on the default bridge the flags are all there is: no other server, search domain or option",
			Cases: []Case{{
				When: docker(""),
				Expect: is.All{
					is.Nameservers("repeated", "192.0.2.1", "192.0.2.2"), is.SearchList("repeated", "one.lab.test", "two.lab.test"),
					is.ResolvOptions("repeated", "ndots:9", "timeout:3"), is.ResolvOptions("loopback", "timeout:3"),
				},
				Because: "moby libnetwork/sandbox_dns_unix.go setupDNS, from 26.0 updateDNS: 20.10 to 29",
				Sources: holds("S2-5", "S2-9", "moby:TestRunDNSOptions"),
			}, {
				When: podman(""),
				Expect: is.All{
					is.Nameservers("repeated", "192.0.2.1", "192.0.2.2"), is.SearchList("repeated", "one.lab.test", "two.lab.test"),
					is.ResolvOptions("repeated", "ndots:9", "timeout:3"), is.ResolvOptions("loopback", "timeout:3"),
				},
				Because: writes + "; with flags nothing of the host's file" + ran,
				Sources: holds("podman:server", "podman:option"),
			}},
		}, {
			ID:   "loopback",
			Says: "a loopback address given with --dns stays",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.Nameservers("loopback", "127.0.0.1"),
				Because: "moby libnetwork/sandbox_dns_unix.go setupDNS, from 26.0 internal/resolvconf TransformForLegacyNw: only servers of the host's file are left out, 20.10 to 29",
				Sources: holds("moby:TestRunDNSOptions"),
			}, {
				When:    podman(""),
				Expect:  is.Nameservers("loopback", "127.0.0.1"),
				Because: writes + "; with flags nothing of the host's file" + ran,
				Sources: holds("podman:server"),
			}},
		}, {
			ID:   "no-search",
			Says: "--dns-search . leaves no search line",
			Cases: []Case{{
				When:    docker(""),
				Expect:  is.All{is.SearchList("none"), is.Nameservers("none", "192.0.2.1"), is.ResolvOptions("none", "ndots:3")},
				Because: "moby libnetwork/resolvconf Build, from 26.0 libnetwork/internal/resolvconf OverrideSearch: 20.10 to 29",
				Sources: holds("S2-5", "moby:TestRunDNSOptions"),
			}, {
				When:    podman(""),
				Expect:  is.All{is.SearchList("none"), is.Nameservers("none", "192.0.2.1"), is.ResolvOptions("none", "ndots:3")},
				Because: writes + "; with flags nothing of the host's file" + ran,
				Sources: holds("podman:remove-all-search"),
			}},
		}, {
			ID:   "host-mode",
			Says: "in host mode the flags are all there is, too, and the file is not the host's",
			Cases: []Case{{
				When: docker(""),
				Expect: is.All{
					is.Nameservers("hosted", "192.0.2.1", "192.0.2.2"), is.SearchList("hosted", "one.lab.test", "two.lab.test"),
					is.ResolvOptions("hosted", "timeout:3", "attempts:1"),
				},
				Because: "moby libnetwork/sandbox_dns_unix.go setupDNS: with flags the file is built, also for the host's own network, 20.10 to 29",
				Sources: holds("S2-5", "moby:TestRunDNSInHostMode"),
			}, {
				When: podman(""),
				Expect: is.All{
					is.Nameservers("hosted", "192.0.2.1", "192.0.2.2"), is.SearchList("hosted", "one.lab.test", "two.lab.test"),
					is.ResolvOptions("hosted", "timeout:3", "attempts:1"),
				},
				Because: writes + "; with flags nothing of the host's file" + ran,
				Sources: holds("podman:server"),
			}},
		}},
	}
}
