package labs

import (
	"fmt"
	"strings"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// domains are so many to search, each another one and of so many characters,
// in labels of no more than 63.
func domains(count, length int) []string {
	var all []string
	for i := range count {
		name := fmt.Sprintf("d%02d", i+1)
		for len(name) < length {
			label := strings.Repeat("x", min(63, length-len(name)-1))
			name = label + "." + name
		}
		all = append(all, name)
	}
	return all
}

// PodDNSLimits has pods say as much of DNS as the API server allows, and more
// together with what their policy gives than kubelet does.
func PodDNSLimits() Lab {
	pod := func(name, policy string, search []string, dns ...string) topo.Node { // none of them ever asks
		return topo.Node{Name: name, Mode: topo.PodNetwork, DNS: dns, Search: search, Pod: topo.Pod{DNSPolicy: policy}}
	}
	three := []string{"192.0.2.51", "192.0.2.52", "192.0.2.53"}
	many := domains(32, 3)
	long := append(domains(15, 127), domains(16, 128)[15]) // 16 domains and 15 spaces: 2048 characters
	tooLong := domains(1, 253)[0] + "."                    // the API server does not count the dot

	servers := pod("servers", "ClusterFirst", nil, three...)
	searches := pod("searches", "ClusterFirst", many)
	line := pod("line", "ClusterFirst", long)
	domain := pod("domain", "ClusterFirst", []string{tooLong, "last.test"})
	atMost := pod("at-most", "None", many, three...)
	exact := pod("exact", "None", long, three[0])

	ask := map[string]topo.Question{}
	for _, n := range []topo.Node{servers, searches, line, domain, atMost, exact} {
		ask[n.Name+" file"], ask[n.Name+" events"] = podsFile(n), events(n)
	}
	const source = "kubernetes pkg/kubelet/network/dns/dns.go formDNSSearchFitsLimits, pkg/apis/core/validation/validation.go MaxDNS*"
	cut := func(file, event, dropped string, kept ...string) (func(string) is.Assertion, is.Assertion) {
		const says = "Warning Search Line limits were exceeded, some search paths have been omitted, the applied search line is: "
		return func(ofNode string) is.Assertion {
				all := ofCluster(append([]string{ofNode}, kept...)...)
				return is.All{is.SearchList(file, all...), is.HasText(event, says+strings.Join(all[:4], " ")+" "+kept[0]), is.LacksText(event, dropped)}
			}, is.All{ // of the domains of their nodes there may be some, and others are left out for them
				beginsAsCluster(file), is.LacksText(file, dropped), is.HasText(event, says), is.LacksText(event, dropped),
			}
	}
	first, theirFirst := cut("searches file", "searches events", " d32", many[:28]...)
	shorter, theirShorter := cut("line file", "line events", ".d16", long[:15]...)
	without, theirWithout := cut("domain file", "domain events", ".d01", "last.test")
	const serversCut = "Warning Nameserver limits were exceeded, some nameservers have been omitted, the applied nameserver line is: "

	return Lab{
		Name:     "pod-dns-limits",
		Story:    "A resolv.conf has three servers, 32 domains and 2048 characters of them at most: what is more kubelet leaves out, and says so in an event.",
		Needs:    []driver.Cap{driver.Pods},
		Topology: topo.Topology{servers, searches, line, domain, atMost, exact},
		Steps:    []Step{{Ask: ask}},
		Claims: []Claim{{
			ID:   "servers",
			Says: "of four servers the last is left out, and an event says so",
			Cases: onEach("kubernetes pkg/kubelet/network/dns/dns.go formDNSNameserversFitsLimits", holds("S1-12", "kubelet:TestFormDNSNameserversFitsLimits"), func(string) is.Assertion {
				return is.All{is.Nameservers("servers file", "10.96.0.10", "192.0.2.51", "192.0.2.52"), is.Lines("servers events", serversCut+"10.96.0.10 192.0.2.51 192.0.2.52")}
			}, is.All{is.LacksText("servers file", "192.0.2.53"), is.HasText("servers events", serversCut)}),
		}, {
			ID:    "domains",
			Says:  "of more than 32 domains the last are left out, and an event says so",
			Cases: onEach(source, holds("S1-12", "kubelet:TestFormDNSSearchFitsLimits"), first, theirFirst),
		}, {
			ID:    "characters",
			Says:  "of more than 2048 characters the last domains are left out, and an event says so",
			Cases: onEach(source, holds("S1-12", "kubelet:TestFormDNSSearchFitsLimits"), shorter, theirShorter),
		}, {
			ID:    "long-domain",
			Says:  "a domain of more than 253 characters is left out, those behind it stay, and an event says so",
			Cases: onEach(source+"; utilvalidation.DNS1123SubdomainMaxLength: the dot at the end counts", holds("kubelet:TestFormDNSSearchFitsLimits"), without, is.All{theirWithout, is.HasText("domain file", " last.test")}),
		}, {
			ID:   "at-most",
			Says: "three servers with 32 domains, and domains of 2048 characters, are kept, and no event is written",
			Cases: []Case{{
				When: kubernetes(""),
				Expect: is.All{
					is.Nameservers("at-most file", three...), is.SearchList("at-most file", many...), is.Lines("at-most events"),
					is.SearchList("exact file", long...), is.Lines("exact events"),
					is.HasText("searches events", "limits were exceeded"), // silence says something where others speak
				},
				Because: source + "; run on Kubernetes 1.34.3 with containerd 1.6.20",
				Sources: holds("S1-12", "kubelet:TestFormDNSSearchFitsLimits", "kubelet:TestFormDNSNameserversFitsLimits"),
			}},
		}},
	}
}
