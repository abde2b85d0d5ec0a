package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// CoreDNSHosts writes the plugin hosts before and after the plugin kubernetes.
// Each server block serves the names of the cluster in a domain of its own.
func CoreDNSHosts() Lab {
	client := topo.Node{Name: "client", Mode: topo.PodNetwork}
	front := topo.Node{Name: "front", Mode: topo.ServiceAddress, Service: topo.Service{Of: []string{"client"}}}
	dns := topo.Node{Name: "dns", Mode: topo.PodNetwork, Pod: topo.Pod{CoreDNS: topo.CoreDNS{Corefile: `before.lab.test {
    hosts {
        192.0.2.80 kubernetes.default.svc.before.lab.test
        192.0.2.81 fixed.before.lab.test
        fallthrough
    }
    kubernetes before.lab.test
}
after.lab.test {
    kubernetes after.lab.test
    hosts {
        192.0.2.80 kubernetes.default.svc.after.lab.test
        192.0.2.81 fixed.after.lab.test
        fallthrough
    }
}
alone.lab.test {
    hosts {
        192.0.2.81 fixed.alone.lab.test
    }
    kubernetes alone.lab.test
}
`}}}
	ask := map[string]topo.Question{"fixed alone, AAAA": topo.Wire{From: client, Server: "dns", Name: "fixed.alone.lab.test.", Type: "AAAA"}}
	var read []topo.Act // until CoreDNS has heard of the service
	for _, domain := range []string{"before", "after", "alone"} {
		wire := func(name string) topo.Wire {
			return topo.Wire{From: client, Server: "dns", Name: name + "." + domain + ".lab.test."}
		}
		ask["the API server's "+domain], ask["fixed "+domain] = wire("kubernetes.default.svc"), wire("fixed")
		ask["service "+domain], ask["missing "+domain] = wire("{front}.{lab}.svc"), wire("missing")
		if domain != "alone" {
			read = append(read, topo.Await{Ask: wire("{front}.{lab}.svc")})
		}
	}
	both := func(domain string) is.Assertion {
		return is.All{is.Addresses("the API server's "+domain, "192.0.2.80"), is.Addresses("fixed "+domain, "192.0.2.81"), is.AddressOf(front, "service "+domain), is.NXDomain("missing " + domain)}
	}
	const hosts = "coredns plugin/hosts/hosts.go ServeDNS: "

	return Lab{
		Name:     "coredns-hosts",
		Story:    "A CoreDNS with the plugin hosts, written before and after the plugin kubernetes, with fallthrough and without.",
		Needs:    []driver.Cap{driver.OwnCluster, driver.Pods},
		Topology: topo.Topology{client, front, dns},
		Steps:    []Step{{Do: read, Ask: ask}},
		Claims: []Claim{{
			ID:    "before",
			Says:  "hosts answers the names that it has, before kubernetes does, and leaves others to it",
			Cases: anyCoreDNS(both("before"), hosts+"Fall.Through; plugin.cfg: hosts before kubernetes", holds("S3-11", "S2-64")),
		}, {
			ID:    "after",
			Says:  "that hosts is written after kubernetes changes nothing",
			Cases: anyCoreDNS(both("after"), "coredns plugin.cfg: the order of plugins is that of the build", refutes("S3-10")),
		}, {
			ID:   "without-fallthrough",
			Says: "without fallthrough every other name of the zone is SERVFAIL, not NXDOMAIN, those of the cluster, too",
			Cases: anyCoreDNS(is.All{
				is.Addresses("fixed alone", "192.0.2.81"), is.ServFail("service alone"), is.ServFail("the API server's alone"), is.ServFail("missing alone"),
			}, hosts+"SERVFAIL, for there is no SOA to say NXDOMAIN with", partly("S3-11")),
		}, {
			ID:    "other-type",
			Says:  "of a name that hosts has, a type that it has not is without data",
			Cases: anyCoreDNS(is.NoData("fixed alone, AAAA"), hosts+"otherRecordsExist"),
		}, {
			ID:    "inline",
			Says:  "entries need no file beside the Corefile, and have TTL 3600",
			Cases: anyCoreDNS(is.All{is.Addresses("fixed before", "192.0.2.81"), is.TTL("fixed before", 3600)}, "coredns plugin/hosts/setup.go hostsParse: lines of the block; hostsfile.go newOptions: ttl 3600", refutes("S3-12")),
		}},
	}
}
