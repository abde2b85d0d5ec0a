package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// NATRules reads the packet filter around one container, all of it.
func NATRules() Lab {
	lan := topo.Network{Name: "lan"}
	web := topo.Node{Name: "web", On: topo.On(lan)}
	iptables := func(versions string) Facts { return Facts{"docker": versions, "firewall": "iptables"} }
	nftables := Facts{"docker": ">=29.0", "firewall": "nftables"}

	return Lab{
		Name:     "nat-rules",
		Story:    "NAT rules in the container's namespace turn port 53 of 127.0.0.11 into the two ports where the embedded resolver listens, and back.",
		Needs:    []driver.Cap{driver.UserNetworks, driver.Outside},
		Topology: topo.Topology{web},
		Steps: []Step{{Ask: map[string]topo.Question{
			"rules":   topo.Rules{Of: web},
			"sockets": topo.Sockets{Of: web, Owners: true},
		}}},
		Claims: []Claim{{
			ID:   "rules",
			Says: "which NAT rules there are, with which ports",
			Cases: []Case{{
				When: iptables(""),
				Expect: is.NATRules("rules", "sockets", "127.0.0.11",
					"OUTPUT -d 127.0.0.11/32 -j DOCKER_OUTPUT",
					"POSTROUTING -d 127.0.0.11/32 -j DOCKER_POSTROUTING",
					"DOCKER_OUTPUT -d 127.0.0.11/32 -p tcp -m tcp --dport 53 -j DNAT --to-destination 127.0.0.11:{tcp}",
					"DOCKER_OUTPUT -d 127.0.0.11/32 -p udp -m udp --dport 53 -j DNAT --to-destination 127.0.0.11:{udp}",
					"DOCKER_POSTROUTING -s 127.0.0.11/32 -p tcp -m tcp --sport {tcp} -j SNAT --to-source :53",
					"DOCKER_POSTROUTING -s 127.0.0.11/32 -p udp -m udp --sport {udp} -j SNAT --to-source :53"),
				Because: "moby libnetwork/resolver_unix.go reexecSetupResolver up to 23.0, setupIPTable from 24.0, setupIptablesNAT in 29: two DNAT, two SNAT, two jumps",
				Sources: holds("S0-7"),
			}, {
				When: nftables,
				Expect: is.NativeRules("rules", "docker-dns", "sockets", "127.0.0.11",
					"dns-dnat ip daddr 127.0.0.11 udp dport 53 counter dnat to 127.0.0.11:{udp}",
					"dns-dnat ip daddr 127.0.0.11 tcp dport 53 counter dnat to 127.0.0.11:{tcp}",
					"dns-snat ip saddr 127.0.0.11 udp sport {udp} counter snat to :53",
					"dns-snat ip saddr 127.0.0.11 tcp sport {tcp} counter snat to :53"),
				Because: "moby daemon/libnetwork/resolver_unix.go setupNftablesNAT, new in 29.0: no jumps, as the chains hook themselves in",
				Sources: partly("S0-7"),
			}},
		}, {
			ID:   "where",
			Says: "they are where the engine's firewall backend keeps its rules, and in no other place",
			Cases: []Case{{
				When:    iptables(""),
				Expect:  is.NoRuleOf("rules", "nftables", "127.0.0.11"),
				Because: "moby libnetwork/resolver_unix.go: iptables is called, of whichever variant it is",
				Sources: holds("S0-7"),
			}, {
				When:    nftables,
				Expect:  is.All{is.NoRuleOf("rules", "legacy", "127.0.0.11"), is.NoRuleOf("rules", "nft", "127.0.0.11")},
				Because: "moby daemon/libnetwork/resolver_unix.go setupNAT: one or the other, from 29.0",
				Sources: partly("S0-7"),
			}},
		}},
	}
}
