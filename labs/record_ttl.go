package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// RecordTTL looks at what answers say beside their data: of the cluster's
// CoreDNS, and of one whose plugin kubernetes is told nothing.
func RecordTTL() Lab {
	web, client := aPod("web"), aPod("client")
	front, behind, far := aService("front", "web"), headlessOf("behind", "web"), aService("far")
	far.Pod.Namespace = "yard"
	dns := aCoreDNS(`.:53 {
    errors
    kubernetes cluster.local
}
only.lab.test:53 {
    errors
    kubernetes only.lab.test {
        namespaces {lab}
        ttl 0
    }
}
`)
	ask := func(server, suffix string) map[string]topo.Question {
		wire := func(name, qtype string) topo.Question {
			return topo.Wire{From: client, Name: name, Type: qtype, Server: server}
		}
		all := map[string]topo.Question{}
		for what, q := range map[string]topo.Question{
			"service": wire(serviceName("{front}"), "A"), "headless": wire(serviceName("{behind}"), "A"), "SRV": wire(serviceName("_http._tcp.{front}"), "SRV"),
			"no data": wire(serviceName("{front}"), "AAAA"), "missing": wire(serviceName("missing"), "A"), "version": wire("dns-version.{cluster-domain}.", "TXT"),
			"not asked for recursion": topo.Wire{From: client, Name: serviceName("{front}"), Server: server, NoRD: true},
			"SOA":                     wire("cluster.local.", "SOA"), "apex": wire("cluster.local.", "A"), "NS": wire("cluster.local.", "NS"),
		} {
			all[what+suffix] = q
		}
		return all
	}
	first := ask("", "")
	for name, q := range ask("dns", ", ours") {
		first[name] = q
	}
	for name, q := range map[string]string{"exposed": "{front}.{lab}", "not exposed": "{far}.{yard}", "exposed, missing": "missing.{lab}"} {
		first[name] = topo.Wire{From: client, Name: q + ".svc.only.lab.test.", Server: "dns"}
	}
	first["everywhere"] = topo.Wire{From: client, Name: "{far}.{yard}.svc.{cluster-domain}.", Server: "dns"}
	ttl := func(suffix string, want uint32) is.All {
		return is.All{
			is.TTL("service"+suffix, want), is.TTL("headless"+suffix, want), is.TTL("SRV"+suffix, want),
			is.SOA("missing"+suffix, "cluster.local.", want), is.SOA("no data"+suffix, "cluster.local.", want),
		}
	}
	const soa = "coredns plugin/backend_lookup.go SOA: the smaller of 300 and MinTTL, which is that of records"

	return Lab{
		Name:     "record-ttl",
		Story:    "What answers about the cluster say beside their data: whose they are, and how long they may be remembered.",
		Needs:    []driver.Cap{driver.OwnCluster, driver.Pods},
		Topology: topo.Topology{web, front, behind, far, client, dns},
		Steps: []Step{{
			Do: []topo.Act{
				topo.Await{Ask: topo.Wire{From: client, Name: serviceName("{behind}")}, Answers: []string{"{web.addr}"}},
				topo.Await{Ask: topo.Wire{From: client, Name: serviceName("{behind}"), Server: "dns"}, Answers: []string{"{web.addr}"}},
			},
			Ask: first,
		}},
		Claims: []Claim{{
			ID:   "authoritative",
			Says: "answers have the flag aa set, also those that say no, and over the cluster's server ra as well",
			Cases: onClusters(is.All{
				is.Flags("service", "aa"), is.Flags("headless", "aa"), is.Flags("SRV", "aa"), is.Flags("missing", "aa"), is.Flags("no data", "aa"), is.Flags("not asked for recursion", "aa", "-rd"),
				is.AddressOf(front, "not asked for recursion"), is.Flags("service, ours", "aa"), is.Flags("missing, ours", "aa"),
			}, "coredns plugin/kubernetes/handler.go ServeDNS; plugin/backend_lookup.go BackendError", holds("S1-1")...),
		}, {
			ID:    "kubeadm",
			Says:  "the cluster's CoreDNS gives 30 s, to what there is and to what there is not",
			Cases: onClusters(ttl("", 30), "kubernetes cmd/kubeadm/app/phases/addons/dns/manifests.go CoreDNSConfigMap: ttl 30, and no cache for the cluster's domain, so that it does not count down; "+soa),
		}, {
			ID:    "default",
			Says:  "without the option ttl it is 5 s",
			Cases: onClusters(ttl(", ours", 5), "coredns plugin/kubernetes/kubernetes.go defaultTTL; "+soa, holds("coredns:TestKubernetesNSExposed")...),
		}, {
			ID:    "version",
			Says:  "dns-version has 8 hours, whatever the option says, which the cluster's cache lowers to its 30 s, though it keeps nothing of that domain",
			Cases: onClusters(is.All{is.TTL("version, ours", 28800), is.TTL("version", 30)}, "coredns plugin/kubernetes/kubernetes.go Services: 28800, written there; plugin/cache/cache.go WriteMsg: the cap is applied to what is not kept, too"),
		}, {
			ID:    "zero",
			Says:  "an option ttl of 0 is what it says: nothing is to be remembered",
			Cases: onClusters(is.All{is.AddressOf(front, "exposed"), is.TTL("exposed", 0), is.SOA("exposed, missing", "only.lab.test.", 0)}, "coredns plugin/kubernetes/setup.go: 0 to 3600"),
		}, {
			ID:   "exposed",
			Says: "services of all namespaces have names, or those of the namespaces in the option of that name",
			Cases: onClusters(is.All{is.AddressOf(far, "everywhere"), is.AddressOf(front, "exposed"), is.NXDomain("not exposed")},
				"coredns plugin/kubernetes/namespace.go namespaceExposed", append(holds("coredns:TestKubernetesNSExposed"), partly("coredns:TestKubernetesA")...)...),
		}, {
			ID:   "apex",
			Says: "the domain itself has an SOA record and a name server, and no address",
			Cases: onClusters(is.All{
				is.TTL("SOA", 30), is.NoError("SOA"), is.NoData("apex"), is.Data("NS", "kube-dns.kube-system.svc.cluster.local."), is.TTL("SOA, ours", 5),
			}, "coredns plugin/kubernetes/ns.go nsAddrs: the services that lead to the server itself"),
		}},
	}
}
