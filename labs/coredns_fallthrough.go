package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// CoreDNSFallthrough adds names of its own to the domain of a cluster: by a file
// that the plugin kubernetes lets through to, for all its names or for some.
func CoreDNSFallthrough() Lab {
	front, client := aService("front"), aPod("client")
	aliasOf := func(name, of string) topo.Node {
		return topo.Node{Name: name, Mode: topo.ServiceAddress, Service: topo.Service{External: of}}
	}
	alias, within := aliasOf("alias", "f.b.svc.some.lab.test."), aliasOf("within", "foo.all.lab.test.")
	block := func(zone, option string) string {
		return zone + `:53 {
    errors
    file /etc/coredns/zone.db ` + zone + `
    kubernetes ` + zone + ` {
        ` + option + `
    }
}
`
	}
	dns := aCoreDNS(block("all.lab.test", "fallthrough") + block("some.lab.test", "fallthrough svc.some.lab.test") + block("none.lab.test", "pods disabled"))
	dns.Pod.CoreDNS.Files = map[string]string{"zone.db": `@ 60 IN SOA ns hostmaster 1 7200 1800 86400 60
@ 60 IN NS ns
ns 60 IN A 192.0.2.1
foo 60 IN A 192.0.2.10
f.b.svc 60 IN A 192.0.2.11
{front}.{lab}.svc 60 IN A 192.0.2.12
`}
	ask := map[string]topo.Question{}
	for _, zone := range []string{"all", "some", "none"} {
		for what, name := range map[string]string{"foo": "foo", "below svc": "f.b.svc", "service": "{front}.{lab}.svc", "nowhere": "nowhere.svc"} {
			ask[zone+", "+what] = topo.Wire{From: client, Name: name + "." + zone + ".lab.test.", Server: "dns"}
		}
	}
	ask["all, alias"] = topo.Wire{From: client, Name: "{alias}.{lab}.svc.all.lab.test.", Server: "dns"}
	ask["all, alias within"] = topo.Wire{From: client, Name: "{within}.{lab}.svc.all.lab.test.", Server: "dns"}
	ask["all, alias within, CNAME"] = topo.Wire{From: client, Name: "{within}.{lab}.svc.all.lab.test.", Type: "CNAME", Server: "dns"}
	const because = "coredns plugin.cfg: kubernetes comes before file, wherever a Corefile has them; plugin/kubernetes/handler.go ServeDNS: k.Fall.Through"

	return Lab{
		Name:     "coredns-fallthrough",
		Story:    "One domain is served by the plugin kubernetes and by a file. Whether the file is asked at all is a matter of the option fallthrough.",
		Needs:    []driver.Cap{driver.OwnCluster, driver.Pods},
		Topology: topo.Topology{front, alias, within, client, dns},
		Steps: []Step{{
			Do:  []topo.Act{topo.Await{Ask: topo.Wire{From: client, Name: "{front}.{lab}.svc.all.lab.test.", Server: "dns"}, Answers: []string{"{front.addr}"}}},
			Ask: ask,
		}},
		Claims: []Claim{{
			ID:   "all",
			Says: "with fallthrough what is no service is looked for in the file, and what is one is not; an alias of a name in another zone is followed",
			Cases: onClusters(is.All{
				is.Addresses("all, foo", "192.0.2.10"), is.Addresses("all, below svc", "192.0.2.11"), is.AddressOf(front, "all, service"),
				is.NXDomain("all, nowhere"), is.Data("all, alias", "f.b.svc.some.lab.test.", "192.0.2.11"),
			}, because, holds("coredns:TestKubernetesFallthrough")...),
		}, {
			ID:   "alias-within",
			Says: "an alias of a name of the same zone that only the file has leads nowhere: the alias itself is told to who asks for it, and to others that there is no data",
			Cases: onClusters(is.All{is.Data("all, alias within, CNAME", "foo.all.lab.test."), is.NoData("all, alias within"), is.Addresses("all, foo", "192.0.2.10")},
				"coredns plugin/backend_lookup.go A: within the zone only the plugin itself is asked for what an alias leads to, and without records the alias is left out"),
		}, {
			ID:   "some",
			Says: "with fallthrough for some names the file is asked for those alone",
			Cases: onClusters(is.All{
				is.Addresses("some, below svc", "192.0.2.11"), is.NXDomain("some, foo"), is.SaysWhoseZone("some, foo", "some.lab.test."), is.AddressOf(front, "some, service"),
			}, because, holds("coredns:TestKubernetesFallthrough")...),
		}, {
			ID:   "none",
			Says: "without it the file is never asked",
			Cases: onClusters(is.All{
				is.NXDomain("none, foo"), is.NXDomain("none, below svc"), is.AddressOf(front, "none, service"),
			}, because),
		}},
	}
}
