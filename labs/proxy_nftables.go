package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// ProxyNftables has kube-proxy write rules of nftables, and those of iptables
// again.
func ProxyNftables() Lab {
	client := besideNode("client")
	one := topo.Node{Name: "one", Kind: topo.Upstream, Mode: topo.PodNetwork}
	two := topo.Node{Name: "two", Kind: topo.Upstream, Mode: topo.PodNetwork}
	front, single, nobody := serviceOf("front", one, two), serviceOf("single", one), serviceOf("nobody")
	// element asks for those of a map of the table that are about a service.
	element := func(of topo.Node, in string) topo.Question {
		return topo.NodeCommand{Of: clusterNode, Args: []string{"sh", "-c", "nft list map ip kube-proxy " + in +
			" | grep -oE '{" + of.Name + `.addr} [.] (udp|tcp) [.] [0-9]+( comment "[^"]*")? : goto (service|reject-chain)' | sed 's/ comment "[^"]*"//' | sort`}}
	}
	ask := func(then string) map[string]topo.Question {
		return map[string]topo.Question{
			"rules, " + then:               topo.Rules{Of: clusterNode},
			"table, " + then:               topo.NodeCommand{Of: clusterNode, Args: []string{"nft", "list", "table", "ip", "kube-proxy"}},
			"inside, " + then:              topo.Wire{From: client, Name: "kubernetes.default.svc.cluster.local."},
			"front, " + then:               topo.Wire{From: client, Server: front.Name, Name: then + ".lab.test.", Times: 40},
			"single, " + then:              topo.Wire{From: client, Server: single.Name, Name: "single-" + then + ".lab.test.", TCP: true},
			"nobody, " + then:              topo.Wire{From: client, Server: nobody.Name, Name: "nobody.lab.test.", TCP: true},
			"ping of the service, " + then: topo.Ping{From: client, To: single.Name},
			"ping of the pod, " + then:     topo.Ping{From: client, To: one.Name},
		}
	}
	in := ask("nftables")
	in["table, nftables"] = topo.NodeCommand{Of: clusterNode, Args: []string{"sh", "-c", "nft list table ip kube-proxy | head -n 1"}} // the rest is read as rules
	in["where it leads"], in["where nobody is led"] = element(single, "service-ips"), element(nobody, "no-endpoint-services")
	works := func(then string) is.Assertion {
		return is.All{
			is.NoError("inside, " + then), is.AnsweredBy("single, "+then, 1),
			is.LeadsTo("rules, "+then, front, "udp", one, two), is.LeadsTo("rules, "+then, front, "tcp", one, two), is.LeadsTo("rules, "+then, single, "udp", one),
			is.AnsweredByEach("front, "+then, 1, 2),
		}
	}
	noTable := func(name string) is.Assertion { return is.Complained(name, 1, "No such file or directory") }
	const table = "kubernetes pkg/proxy/nftables/proxier.go "
	const run = "; run on Kubernetes 1.34.3"
	cases := func(expect is.Assertion, because string, sources ...string) []Case {
		return []Case{{When: byIptables, Expect: expect, Because: because + run, Sources: partly(sources...)}}
	}

	return Lab{
		Name:     "proxy-nftables",
		Story:    "kube-proxy is told to use nftables: the services stay what they are to pods, and what they are made of is another thing.",
		Needs:    []driver.Cap{driver.OwnCluster, driver.Pods, driver.Outside},
		Topology: topo.Topology{clusterNode, client, one, two, front, single, nobody},
		Steps: []Step{
			{Do: ready(client, front, single), Ask: ask("iptables")},
			{Do: append([]topo.Act{topo.SetProxy{Mode: "nftables"}}, ready(client, front, single)...), Ask: in},
			{Ask: map[string]topo.Question{"flow": flow("tcp", "client", "single"), "one's log": topo.Saw{Upstream: one}}},
			{Do: append([]topo.Act{topo.SetProxy{Mode: "iptables"}}, ready(client, front, single)...), Ask: ask("back")},
		},
		Claims: []Claim{{
			ID:    "iptables",
			Says:  "in mode iptables a service is rules of iptables, and there is no table of kube-proxy's",
			Cases: cases(is.All{works("iptables"), is.NoChain("rules, iptables", "kube-proxy services", "KUBE-SERVICES"), noTable("table, iptables")}, "kubernetes pkg/proxy/iptables/proxier.go", "S1-6"),
		}, {
			ID:   "nftables",
			Says: "in mode nftables it is a table of kube-proxy's own, with a map from address and port to a chain, and no rule of iptables",
			Cases: cases(is.All{
				works("nftables"), is.Printed("table, nftables", "table ip kube-proxy {"),
				is.HasRule("rules, nftables", "kube-proxy nat-prerouting", "jump services"), is.HasRule("rules, nftables", "kube-proxy nat-output", "jump services"),
				is.Printed("where it leads", "{single} . tcp . 53 : goto service\n{single} . udp . 53 : goto service"),
				is.NoChain("rules, nftables", "KUBE-SERVICES", "kube-proxy services"), is.NoChain("rules, nftables", "KUBE-SVC-*", "kube-proxy services"),
			}, table+"setupNFTables; cmd/kube-proxy/app/server_linux.go platformCleanup", "S1-6"),
		}, {
			ID:   "back",
			Says: "back in mode iptables the table is gone and the chains are there again",
			Cases: cases(is.All{works("back"), noTable("table, back"), is.NoChain("rules, back", "kube-proxy services", "KUBE-SERVICES"), is.HasChain("rules, back", chainDNS)},
				"kubernetes cmd/kube-proxy/app/server_linux.go platformCleanup", "S1-6"),
		}, {
			ID:   "no-endpoints",
			Says: "what goes to a service without pods is rejected in both modes",
			Cases: cases(is.All{
				is.Outcome("nobody, iptables", "refused"), is.HasRule("rules, iptables", "filter KUBE-SERVICES", "-d {nobody}/32 -p tcp -m tcp --dport 53 -j REJECT --reject-with icmp-port-unreachable"),
				is.Outcome("nobody, nftables", "refused"), is.Printed("where nobody is led", "{nobody} . tcp . 53 : goto reject-chain\n{nobody} . udp . 53 : goto reject-chain"),
			}, table+"setupNFTables: no-endpoint-services; pkg/proxy/iptables/proxier.go syncProxyRules: \"has no endpoints\""),
		}, {
			ID:   "ping",
			Says: "a ping of a service's address is left to itself in mode iptables, and rejected in mode nftables",
			Cases: cases(is.All{
				is.NoEcho("ping of the service, iptables", "ping of the pod, iptables"),
				is.Outcome("ping of the service, nftables", "refused"), is.Echo("ping of the pod, nftables"),
				is.HasRule("rules, nftables", "kube-proxy cluster-ips-check", "ip daddr @cluster-ips reject"),
			}, table+"setupNFTables: \"Reject traffic to invalid ports of ClusterIPs\", whatever the protocol", "S3-4"),
		}, {
			ID:   "conntrack",
			Says: "in mode nftables as well the kernel keeps what was led where, and the pod is asked by the address of the pod that asks",
			Cases: cases(is.All{translated("flow", "client", "single", "one"), is.AskedFrom("one's log", "single-nftables.lab.test.", client)},
				table+"syncProxyRules: dnat in the chain of the endpoint, and a mark for masquerade only for what no pod sent", "S4-5"),
		}},
	}
}
