package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// ServiceNames asks for every kind of name that there is below a service, and
// for some that look like one.
func ServiceNames() Lab {
	web, client := aPod("web"), aPod("client")
	api := topo.Node{Name: "api", Mode: topo.PodNetwork, Hostname: "one", Pod: topo.Pod{Subdomain: "{behind}"}}
	front, behind := aService("front", "web", "api"), headlessOf("behind", "web", "api")
	empty, vacant := aService("empty"), headlessOf("vacant")
	far := aService("far")
	far.Pod.Namespace = "yard"
	ask := func(name string) topo.Question { return topo.Wire{From: client, Name: name} }
	typed := func(name, qtype string) topo.Question { return topo.Wire{From: client, Name: name, Type: qtype} }
	const find = "coredns plugin/kubernetes/kubernetes.go findServices"
	no := func(names ...string) is.All {
		var all is.All
		for _, n := range names {
			all = append(all, is.NXDomain(n), is.SaysWhoseZone(n, "{cluster-domain}."))
		}
		return all
	}

	return Lab{
		Name:     "service-names",
		Story:    "Two pods, one of them with a hostname, behind a service with an address and a headless one: which names are there, and which are not.",
		Needs:    []driver.Cap{driver.Pods},
		Topology: topo.Topology{web, api, front, behind, empty, vacant, far, client},
		Steps: []Step{{
			Do: []topo.Act{topo.Await{Ask: topo.Wire{From: client, Name: serviceName("{behind}")}, Answers: []string{"{web.addr}", "{api.addr}"}}},
			Ask: map[string]topo.Question{
				"service":                 ask(serviceName("{front}")),
				"service, over TCP":       topo.Wire{From: client, Name: serviceName("{front}"), TCP: true},
				"service, AAAA":           typed(serviceName("{front}"), "AAAA"),
				"in capitals":             ask("{front.upper}.{lab.upper}.SVC.{cluster-domain}."),
				"without pods":            ask(serviceName("{empty}")),
				"elsewhere":               ask("{far}.{yard}.svc.{cluster-domain}."),
				"headless":                ask(serviceName("{behind}")),
				"headless, over TCP":      topo.Wire{From: client, Name: serviceName("{behind}"), TCP: true},
				"headless, AAAA":          typed(serviceName("{behind}"), "AAAA"),
				"headless, without pods":  ask(serviceName("{vacant}")),
				"dashed":                  ask(serviceName("{web.dashed}.{behind}")),
				"dashed, of service":      ask(serviceName("{web.dashed}.{front}")),
				"dashed, of hostname":     ask(serviceName("{api.dashed}.{behind}")),
				"hostname":                ask(serviceName("one.{behind}")),
				"hostname, of service":    ask(serviceName("one.{front}")),
				"SRV http":                typed(serviceName("_http._tcp.{front}"), "SRV"),
				"SRV http, over TCP":      topo.Wire{From: client, Name: serviceName("_http._tcp.{front}"), Type: "SRV", TCP: true},
				"SRV dns":                 typed(serviceName("_dns._udp.{front}"), "SRV"),
				"SRV of both":             typed(serviceName("{front}"), "SRV"),
				"SRV headless":            typed(serviceName("_http._tcp.{behind}"), "SRV"),
				"SRV without underscores": typed(serviceName("http.tcp.{front}"), "SRV"),
				"SRV wrong protocol":      typed(serviceName("_http._udp.{front}"), "SRV"),
				"SRV no port":             typed(serviceName("_ftp._tcp.{front}"), "SRV"),
				"A of a port":             ask(serviceName("_http._tcp.{front}")),
				"any service":             ask(serviceName("*")),
				"any namespace":           ask("{front}.*.svc.{cluster-domain}."),
				"any service, in words":   ask(serviceName("any")),
				"any port":                typed(serviceName("*._tcp.{front}"), "SRV"),
				"missing":                 ask(serviceName("missing")),
				"missing, AAAA":           typed(serviceName("missing"), "AAAA"),
				"missing endpoint":        ask(serviceName("192-0-2-1.{behind}")),
				"missing namespace":       ask("{front}.missing.svc.{cluster-domain}."),
				"wrong namespace":         ask("{far}.{lab}.svc.{cluster-domain}."),
				"no kind":                 ask("{front}.{lab}.{cluster-domain}."),
				"too deep":                ask(serviceName("a._http._tcp.{front}")),
				"name of a pod":           ask(serviceName("{web}")),
				"namespace":               ask("{lab}.svc.{cluster-domain}."),
				"kind":                    ask("svc.{cluster-domain}."),
				"TXT dns-version":         typed("dns-version.{cluster-domain}.", "TXT"),
				"service, TXT":            typed(serviceName("{front}"), "TXT"),
				"service, MX":             typed(serviceName("{front}"), "MX"),
				"service, CNAME":          typed(serviceName("{front}"), "CNAME"),
				"missing, TXT":            typed(serviceName("missing"), "TXT"),
			},
		}},
		Claims: []Claim{{
			ID:   "service",
			Says: "a service has a record of its own address, over UDP and TCP, with pods or without, in any namespace and in letters of any size",
			Cases: onClusters(is.All{
				is.AddressOf(front, "service"), is.AddressOf(front, "service, over TCP"), is.AddressOf(front, "in capitals"),
				is.AddressOf(empty, "without pods"), is.AddressOf(far, "elsewhere"),
			}, find+": a record for each of spec.clusterIPs, whatever is behind it; match: strings.EqualFold", holds("S1-1", "kubernetes:services", "coredns:TestKubernetesNSExposed")...),
		}, {
			ID:   "headless",
			Says: "a headless service has a record of each pod, and none where it has no pods: then there is no such name",
			Cases: onClusters(append(no("headless, without pods"),
				is.AddressesOf("headless", web, api), is.AddressesOf("headless, over TCP", web, api)),
				find+": err stays errNoItems unless an endpoint is found, as the specification of Kubernetes wants it (kubernetes/dns docs/specification.md, 2.4)", holds("kubernetes:services", "S4-8")...),
		}, {
			ID:    "no-ipv6",
			Says:  "where pods have IPv4 alone, AAAA of a name that exists is no data, and of one that does not NXDOMAIN",
			Cases: onClusters(append(no("missing, AAAA"), is.NoData("service, AAAA"), is.NoData("headless, AAAA")), "coredns plugin/backend_lookup.go AAAA, and handler.go ServeDNS: no records and no error is NOERROR"),
		}, {
			ID:   "endpoints",
			Says: "each pod has a name below its services: its hostname below the headless one that is its subdomain, and its address with dashes below others",
			Cases: onClusters(append(no("dashed, of hostname", "hostname, of service", "missing endpoint"),
				is.AddressOf(web, "dashed"), is.AddressOf(web, "dashed, of service"), is.AddressOf(api, "hostname")),
				"coredns plugin/kubernetes/kubernetes.go endpointHostname: the hostname or else the address, never both; kubernetes staging/src/k8s.io/endpointslice/utils.go ShouldSetHostname"),
		}, {
			ID:   "srv",
			Says: "SRV of a named port leads to the service, or to each pod of a headless one, and brings along the address; a name without a port has all ports",
			Cases: onClusters(is.All{
				is.Data("SRV http", "0 100 80 front.lab.svc.{cluster-domain}."), is.BringsAddresses("SRV http", front),
				is.Data("SRV http, over TCP", "0 100 80 front.lab.svc.{cluster-domain}."),
				is.Data("SRV dns", "0 100 53 front.lab.svc.{cluster-domain}."),
				is.Data("SRV of both", "0 50 80 front.lab.svc.{cluster-domain}.", "0 50 53 front.lab.svc.{cluster-domain}."),
				is.Data("SRV headless", "0 50 80 {web.dashed}.behind.lab.svc.{cluster-domain}.", "0 50 80 one.behind.lab.svc.{cluster-domain}."),
				is.BringsAddresses("SRV headless", web, api),
			}, "coredns plugin/backend_lookup.go SRV: the weights of one priority share 100", append(holds("kubernetes:services"), partly("coredns:TestKubernetesSRV")...)...), // of the rest see no-wildcards
		}, {
			ID:   "srv-loosely",
			Says: "underscores may be missing, and a port has an address, too; a port that is not there, or not of that protocol, does not exist",
			Cases: onClusters(append(no("SRV wrong protocol", "SRV no port"),
				is.Data("SRV without underscores", "0 100 80 front.lab.svc.{cluster-domain}."), is.AddressOf(front, "A of a port")),
				"coredns plugin/kubernetes/parse.go stripUnderscore, parseRequest, which no type of question has a part in"),
		}, {
			ID:   "no-wildcards",
			Says: "nothing in a name stands for all services, namespaces or ports",
			Cases: []Case{{
				When:    Facts{"kubernetes": "", "coredns": ">=1.9.0"},
				Expect:  no("any service", "any namespace", "any service, in words", "any port"),
				Because: "coredns notes/coredns-1.9.0.md: wildcard queries are no longer supported (coredns#5019)" + onKubernetes,
				Sources: partly("coredns:TestKubernetesA", "coredns:TestKubernetesSRV"), // older ones, which ask for them
			}},
		}, {
			ID:   "not-there",
			Says: "what is not there is NXDOMAIN with the SOA of the cluster's domain: a service, a namespace, too many labels, the name of a pod",
			Cases: onClusters(no("missing", "missing namespace", "wrong namespace", "no kind", "too deep", "name of a pod"),
				"coredns plugin/kubernetes/handler.go: the zone is its own, so it forwards nothing of it; parse.go parseRequest", partly("coredns:TestKubernetesA")...),
		}, {
			ID:    "levels",
			Says:  "a namespace, and svc above it, are names without data",
			Cases: onClusters(is.All{is.NoData("namespace"), is.NoData("kind"), is.SaysWhoseZone("namespace", "{cluster-domain}.")}, find+": an empty name in a namespace that there is; parse.go parseRequest"),
		}, {
			ID:   "other-types",
			Says: "TXT of dns-version is the version of the specification, and there is no other TXT, no MX and no CNAME of a service",
			Cases: onClusters(append(no("missing, TXT"),
				is.Data("TXT dns-version", `"1.1.0"`), is.NoData("service, TXT"), is.NoData("service, MX"), is.NoData("service, CNAME")),
				"coredns plugin/kubernetes/kubernetes.go DNSSchemaVersion, Services", partly("coredns:TestKubernetesA")...), // it asks for 1.0.1, or 1.1.0 later
		}},
	}
}
