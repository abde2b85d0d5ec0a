package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// SingleLabels asks for names without a dot, each from one container only, so
// that the upstream's log tells whose questions were passed on. All containers
// have options, as those of the host's own file would count as well.
func SingleLabels() Lab {
	lan := topo.Network{Name: "lan"}
	up := topo.Node{Name: "up", Kind: topo.Upstream, On: topo.On(lan)}
	for _, name := range []string{"free.", "zero.", "one.", "text.", "word."} {
		up.Serves = append(up.Serves, topo.Reply{Name: name, Answers: []string{"A 192.0.2.66", "AAAA 2001:db8::66", "TXT found"}})
	}
	web := topo.Node{Name: "web", On: topo.On(lan)}
	node := func(name string, options ...string) topo.Node {
		return topo.Node{Name: name, On: topo.On(lan), DNS: []string{"up"}, Search: []string{"lab.test"}, Options: options}
	}
	without := node("without", "timeout:5")
	zero, one := node("with-zero", "ndots:0"), node("with-one", "timeout:5", "ndots:1")
	word := node("with-word", "ndots:foobar")

	notAsked := func(name string) is.Assertion { return is.NotAskedBut("up's log", name, name+"lab.test.") }
	const serveDNS = "moby libnetwork/resolver.go serveDNS, NdotsSet: A and AAAA of a single label are answered without records if ndots is set, 20.10 to 29"

	resolved := func(name string) is.Assertion { return is.SentTo(name, "127.0.0.11") }
	// passedOn makes the cases of Podman, where ndots is no matter of the resolver's.
	passedOn := func(n topo.Node, qname string, all ...is.Assertion) []Case {
		const process = "aardvark-dns src/dns/coredns.rs process_message: "
		return append([]Case{{
			When:    forwards(">=1.13"),
			Expect:  append(is.All(all[:len(all):len(all)]), is.AskedFromHost("up's log", qname)),
			Because: process + "what no container is called is forwarded, whatever its dots, since 1.13; run on 1.14.0 and 1.17.1",
		}}, servedDirectly(append(is.All(all[:len(all):len(all)]), is.AskedFrom("up's log", qname, n)))...)
	}

	return Lab{
		Name:     "single-labels",
		Story:    "A name without a dot that no container has: the engine's resolver passes it on, or says itself that it has no address; with Docker that depends on whether ndots is set.",
		Needs:    []driver.Cap{driver.UserNetworks},
		Topology: topo.Topology{up, web, without, zero, one, word},
		Steps: []Step{{Ask: map[string]topo.Question{
			"free":        topo.Wire{From: without, Name: "free."},
			"free AAAA":   topo.Wire{From: without, Name: "free.", Type: "AAAA"},
			"zero":        topo.Wire{From: zero, Name: "zero."},
			"zero AAAA":   topo.Wire{From: zero, Name: "zero.", Type: "AAAA"},
			"zero dotted": topo.Wire{From: zero, Name: "zero.lab.test."},
			"searched":    topo.Wire{From: zero, Name: "searched", Search: true},
			"one":         topo.Wire{From: one, Name: "one."},
			"one AAAA":    topo.Wire{From: one, Name: "one.", Type: "AAAA"},
			"one dotted":  topo.Wire{From: one, Name: "one.lab.test."},
			"text":        topo.Wire{From: one, Name: "text.", Type: "TXT"},
			"own":         topo.Wire{From: one, Name: "{web}"},
			"word":        topo.Wire{From: word, Name: "word."},
			"word dotted": topo.Wire{From: word, Name: "word.lab.test."},
			"word's file": topo.File{Of: word, Path: "/etc/resolv.conf"},
		}}, {Ask: map[string]topo.Question{
			"up's log": topo.Saw{Upstream: up},
		}}},
		Claims: []Claim{{
			ID:   "without-ndots",
			Says: "without an ndots of the user's a single label is passed on",
			Cases: cases([]Case{{
				When:    docker(""),
				Expect:  is.All{resolved("free"), is.Addresses("free", "192.0.2.66"), is.Addresses("free AAAA", "2001:db8::66"), is.AskedFrom("up's log", "free.", without)},
				Because: serveDNS,
				Sources: partly("S0-3"),
			}}, passedOn(without, "free.", is.Addresses("free", "192.0.2.66"), is.Addresses("free AAAA", "2001:db8::66"))),
		}, {
			ID:   "ndots-0",
			Says: "whether it is with ndots:0, which is what Docker adds itself",
			Cases: cases([]Case{{
				When:    docker(""),
				Expect:  is.All{resolved("zero"), is.NoData("zero"), is.NoData("zero AAAA"), is.AnsweredBy("zero dotted", 1), notAsked("zero.")},
				Because: serveDNS,
				Sources: partly("S0-3"),
			}}, passedOn(zero, "zero.", is.Addresses("zero", "192.0.2.66"), is.Addresses("zero AAAA", "2001:db8::66"))),
		}, {
			ID:   "ndots-1",
			Says: "whether it is with any other ndots",
			Cases: cases([]Case{{
				When:    docker(""),
				Expect:  is.All{resolved("one"), is.NoData("one"), is.NoData("one AAAA"), is.AnsweredBy("one dotted", 1), notAsked("one.")},
				Because: serveDNS,
				Sources: partly("S0-3"),
			}}, passedOn(one, "one.", is.Addresses("one", "192.0.2.66"), is.Addresses("one AAAA", "2001:db8::66"))),
		}, {
			ID:   "search-list",
			Says: "a client with a search list then finds the name in one of its domains",
			Cases: cases([]Case{{
				When:    docker(""),
				Expect:  is.All{resolved("searched"), is.AnsweredBy("searched", 1), is.NotAskedBut("up's log", "searched.", "searched.lab.test.")},
				Because: serveDNS,
			}}, passedOn(zero, "searched.", is.AnsweredBy("searched", 1), is.Asked("up's log", "searched.lab.test."))),
		}, {
			ID:   "other-types",
			Says: "a question of another type is passed on, ndots or not",
			Cases: cases([]Case{{
				When:    docker(""),
				Expect:  is.All{resolved("text"), is.Data("text", `"found"`), is.AskedFrom("up's log", "text.", one)},
				Because: serveDNS,
			}}, passedOn(one, "text.", is.Data("text", `"found"`))),
		}, {
			ID:   "neighbours",
			Says: "whether the name of a neighbour is found",
			Cases: cases([]Case{{
				When:    docker(""),
				Expect:  is.All{resolved("own"), is.AddressOf(web, "own")},
				Because: serveDNS,
				Sources: holds("S0-1"),
			}, {
				When:    forwards(""),
				Expect:  is.All{is.SentToHost("own"), is.AddressOf(web, "own"), is.NotAskedBut("up's log", "web.", "one.lab.test.")},
				Because: "aardvark-dns src/dns/coredns.rs process_message: the names of containers come first; run on 1.14.0 and 1.17.1",
			}}, servedDirectly(is.All{is.NXDomain("own"), is.AskedFrom("up's log", "web.", one)})),
		}, {
			ID:   "ndots-that-is-no-number",
			Says: "what becomes of a single label if ndots is no number",
			Cases: cases([]Case{{
				When:    docker("<26.0"),
				Expect:  is.All{is.Nameservers("word's file", "{up}"), is.Addresses("word", "192.0.2.66"), is.AskedFrom("up's log", "word.", word)},
				Because: "moby libnetwork/sandbox_dns_unix.go startResolver: there is no resolver, and the client asks the server itself, 20.10 to 25.0",
			}, {
				When:    docker(">=26.0"),
				Expect:  is.All{is.HasOption("word's file", "ndots:0"), is.NoData("word"), is.AnsweredBy("word dotted", 1), notAsked("word.")},
				Because: "moby libnetwork/sandbox_dns_unix.go rebuildDNS looks for ndots before TransformForIntNS leaves it out, since 26.0",
			}}, passedOn(word, "word.", is.HasOption("word's file", "ndots:foobar"), is.Addresses("word", "192.0.2.66"), is.AnsweredBy("word dotted", 1))),
		}},
	}
}
