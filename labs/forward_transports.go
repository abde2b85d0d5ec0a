package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// ForwardTransports asks a CoreDNS over both transports; names say over which
// ("udp.", "tcp."), and the server behind cuts answers over UDP to those with
// "cut" in them. No name is asked twice but for those that show connections.
func ForwardTransports() Lab {
	up := upstreamPod("up",
		topo.Reply{Name: "udp-cut.plain.lab.test.", Truncated: true},
		topo.Reply{Name: "udp-cut.prefer.lab.test.", Truncated: true}, topo.Reply{Name: "tcp-cut.prefer.lab.test.", Truncated: true},
		topo.Reply{Name: "udp-big.force.lab.test.", Size: 1000}, topo.Reply{Name: "edns-big.force.lab.test.", Size: 1000},
	)
	client := topo.Node{Name: "client", Mode: topo.PodNetwork}
	dns := ownCoreDNS(`plain.lab.test {
    forward . {up.addr}
}
prefer.lab.test {
    forward . {up.addr} {
        prefer_udp
    }
}
force.lab.test {
    forward . {up.addr} {
        force_tcp
    }
}
both.lab.test {
    forward . {up.addr} {
        prefer_udp
        force_tcp
    }
}
again.lab.test {
    forward . {up.addr}
}
anew.lab.test {
    forward . {up.addr} {
        expire 0s
    }
}
`)
	udp := func(name string) topo.Question {
		return topo.Wire{From: client, Server: "dns", Name: name + ".lab.test."}
	}
	tcp := func(name string) topo.Question {
		return topo.Wire{From: client, Server: "dns", Name: name + ".lab.test.", TCP: true}
	}
	often := func(name string, tcp bool) topo.Question {
		return topo.Wire{From: client, Server: "dns", Name: name + ".lab.test.", TCP: tcp, Times: 8}
	}
	over := func(name string, transports ...string) is.Assertion {
		return is.AskedOverEach("log", name+".lab.test.", transports...)
	}
	ports := func(name string, least, most int) is.Assertion {
		return is.AskedFromPorts("log", name+".lab.test.", least, most)
	}
	cases := func(expect is.All, because string, sources ...[]results.Source) []Case {
		return anyCoreDNS(expect, "coredns plugin/pkg/proxy/connect.go Connect: "+because, sources...)
	}

	return Lab{
		Name:     "forward-transports",
		Story:    "Over which transport a CoreDNS asks the server behind it, what prefer_udp and force_tcp make of that, and how often it connects.",
		Needs:    []driver.Cap{driver.OwnCluster, driver.Pods},
		Topology: topo.Topology{up, dns, client},
		Steps: []Step{{Ask: map[string]topo.Question{
			"plain over UDP":        udp("udp.plain"),
			"plain over TCP":        tcp("tcp.plain"),
			"plain, cut":            udp("udp-cut.plain"),
			"prefer_udp over UDP":   udp("udp.prefer"),
			"prefer_udp over TCP":   tcp("tcp.prefer"),
			"prefer_udp, cut":       udp("udp-cut.prefer"),
			"prefer_udp, TCP, cut":  tcp("tcp-cut.prefer"),
			"force_tcp over UDP":    udp("udp.force"),
			"force_tcp, big":        udp("udp-big.force"),
			"force_tcp, big, EDNS":  topo.Wire{From: client, Server: "dns", Name: "edns-big.force.lab.test.", EDNS: 1232},
			"both over UDP":         udp("udp.both"),
			"again over UDP":        often("udp.again", false),
			"again over TCP":        often("tcp.again", true),
			"each anew over UDP":    often("udp.anew", false),
			"each anew over TCP":    often("tcp.anew", true),
			"prefer_udp, both ways": tcp("tcp-both.both"),
		}}, {Ask: map[string]topo.Question{
			"log": topo.Saw{Upstream: up},
		}}},
		Claims: []Claim{{
			ID:    "as-it-came",
			Says:  "a question goes on over the transport that it came over, and an answer that is cut stays cut",
			Cases: cases(is.All{over("udp.plain", "udp"), over("tcp.plain", "tcp"), over("udp-cut.plain", "udp"), is.Flags("plain, cut", "tc")}, "the transport of the question"),
		}, {
			ID:    "prefer-udp",
			Says:  "with prefer_udp what came over TCP goes on over UDP, and nothing changes for what came over UDP",
			Cases: cases(is.All{over("tcp.prefer", "udp"), is.AnsweredBy("prefer_udp over TCP", 1), over("udp.prefer", "udp")}, "PreferUDP", partly("S2-57")),
		}, {
			ID:   "prefer-udp-cut",
			Says: "with prefer_udp an answer that is cut is asked for again over TCP, for a client over UDP, too",
			Cases: cases(is.All{
				over("tcp-cut.prefer", "udp", "tcp"), is.AnsweredBy("prefer_udp, TCP, cut", 1), is.Flags("prefer_udp, TCP, cut", "-tc"),
				over("udp-cut.prefer", "udp", "tcp"), is.AnsweredBy("prefer_udp, cut", 1), is.Flags("prefer_udp, cut", "-tc"),
			}, "and plugin/forward/forward.go ServeDNS: truncated and PreferUDP, whatever the client came over", partly("S2-57")),
		}, {
			ID:    "force-tcp",
			Says:  "with force_tcp everything goes on over TCP, with prefer_udp beside it, too",
			Cases: cases(is.All{over("udp.force", "tcp"), is.AnsweredBy("force_tcp over UDP", 1), over("udp.both", "tcp"), over("tcp-both.both", "tcp")}, "ForceTCP comes first", partly("S2-57")),
		}, {
			ID:   "force-tcp-big",
			Says: "force_tcp brings a large answer to CoreDNS whole, and the client gets of it what it offered to take",
			Cases: anyCoreDNS(is.All{
				over("udp-big.force", "tcp"), is.Flags("force_tcp, big", "tc"), is.Size("force_tcp, big", 0, 512), is.Size("force_tcp, big, EDNS", 900, 1232),
			}, "coredns core/dnsserver/server.go ServeDNS: a ScrubWriter makes the answer fit", partly("S2-57")),
		}, {
			ID:    "connections",
			Says:  "connections are used again, over UDP and over TCP, unless expire is 0s",
			Cases: anyCoreDNS(is.All{ports("udp.again", 1, 4), ports("tcp.again", 1, 4), ports("udp.anew", 5, 8), ports("tcp.anew", 5, 8)}, "coredns plugin/pkg/proxy/persistent.go: a connection is kept for 10 s, or expire; one that is not given back within 25 ms is lost"),
		}},
	}
}
