package labs

import (
	"time"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// DNSCacheServices makes a service that was asked for before, and removes one.
func DNSCacheServices() Lab {
	server := func(name, cache string) topo.Node {
		return topo.Node{Name: name, Mode: topo.PodNetwork, Pod: topo.Pod{CoreDNS: topo.CoreDNS{Corefile: `.:53 {
    kubernetes cluster.local in-addr.arpa ip6.arpa {
        pods insecure
        fallthrough in-addr.arpa ip6.arpa
        ttl 30
    }
    cache 30` + cache + `
}
`}}}
	}
	all := server("all", "")
	exempt := server("exempt", " {\n        disable success cluster.local\n        disable denial cluster.local\n    }")
	brief := server("brief", " {\n        success 9984 2 1\n        denial 9984 2 1\n    }")
	fresh := topo.Node{Name: "fresh", Mode: topo.ServiceAddress, Later: true}
	doomed := topo.Node{Name: "doomed", Mode: topo.ServiceAddress}
	client := topo.Node{Name: "client", Mode: topo.PodNetwork, DNS: []string{"exempt"}, Pod: topo.Pod{DNSPolicy: "None"}}
	ask := func(server, service string) topo.Wire {
		return topo.Wire{From: client, Name: "{" + service + "}.{lab}.svc.cluster.local.", Server: server}
	}
	both := func(service, when string) map[string]topo.Question {
		questions := map[string]topo.Question{}
		for _, s := range []string{"all", "exempt"} {
			questions[service+" "+when+", "+s] = ask(s, service)
		}
		return questions
	}
	// known is when a server has seen the service: of its address nobody has
	// asked, and that it is not there yet is not remembered, since no plugin says so
	known := func(server string) topo.Act {
		return topo.Await{Ask: topo.Wire{From: client, Name: "{fresh.ptr}", Type: "PTR", Server: server}, Within: 20 * time.Second}
	}
	first := both("fresh", "before")
	first["doomed before, all"], first["doomed before, exempt"] = ask("all", "doomed"), ask("exempt", "doomed")
	first["fresh before, brief"], first["doomed before, brief"] = ask("brief", "fresh"), ask("brief", "doomed")
	second := both("fresh", "then")
	second["fresh's IPv6, all"] = topo.Wire{From: client, Name: "{fresh}.{lab}.svc.cluster.local.", Type: "AAAA", Server: "all"}
	third := both("doomed", "then")
	third["fresh in the end, brief"], third["doomed in the end, brief"] = ask("brief", "fresh"), ask("brief", "doomed")

	return Lab{
		Name:     "dns-cache-services",
		Story:    "A pod asks for a service before there is one, and for one that goes: what it hears then from a CoreDNS that remembers names of the cluster, as kubeadm's did before 1.32, and from one that does not.",
		Needs:    []driver.Cap{driver.OwnCluster, driver.Pods},
		Topology: topo.Topology{all, exempt, brief, doomed, fresh, client},
		Steps: []Step{
			{Ask: first},
			{Do: []topo.Act{topo.Start{Node: fresh}, known("all"), known("exempt")}, Ask: second},
			{Do: []topo.Act{
				topo.Remove{Node: doomed},
				topo.Await{Ask: ask("exempt", "doomed"), Rcode: "NXDOMAIN", Within: 20 * time.Second},
				topo.Await{Ask: ask("brief", "doomed"), Rcode: "NXDOMAIN", Within: 20 * time.Second},
				topo.Await{Ask: ask("brief", "fresh"), Within: 20 * time.Second},
			}, Ask: third},
		},
		Claims: []Claim{{
			ID:   "new-remembered",
			Says: "with cache 30 for all names, a service that was asked for too early is NXDOMAIN for up to half a minute, though CoreDNS knows it",
			Cases: cacheCase(is.All{
				is.NXDomain("fresh before, all"), is.SOA("fresh before, all", "cluster.local.", 30),
				is.NXDomain("fresh then, all"), is.NoData("fresh's IPv6, all"), is.AddressOf(fresh, "fresh then, exempt"),
			}, "handler.go ServeDNS: it comes before the plugin kubernetes (plugin.cfg), whose denials have the TTL that is set there", partly("S4-6")...),
		}, {
			ID:   "new-at-once",
			Says: "with kubeadm's disable denial it is found as soon as CoreDNS knows it",
			Cases: cacheCase(is.All{
				is.NXDomain("fresh before, exempt"), is.AddressOf(fresh, "fresh then, exempt"),
			}, "cache.go set: names of these zones are not kept", partly("S4-6")...),
		}, {
			ID:   "gone-remembered",
			Says: "a service that is gone is still found where answers are remembered, and NXDOMAIN where they are not",
			Cases: cacheCase(is.All{
				is.NoError("doomed before, all"), is.NoError("doomed then, all"), is.CountedDown("doomed before, all", "doomed then, all", 0),
				is.NoError("doomed before, exempt"), is.NXDomain("doomed then, exempt"),
			}, "cache.go set: disable success", partly("S4-6")...),
		}, {
			ID:   "not-for-longer",
			Says: "a lower TTL of the cache is as long as either lasts",
			Cases: cacheCase(is.All{
				is.SOA("fresh before, brief", "cluster.local.", 2), is.AddressOf(fresh, "fresh in the end, brief"),
				is.TTL("doomed before, brief", 2), is.NXDomain("doomed in the end, brief"),
			}, "cache.go computeTTL", partly("S4-6")...),
		}},
	}
}
