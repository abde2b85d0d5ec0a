package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// OtherTypes asks for more than addresses of one name that both the engine and
// the upstream know, so that each answer tells whose it is.
func OtherTypes() Lab {
	lan := topo.Network{Name: "lan"}
	const known, unknown = "known.lab.test.", "out.lab.test."
	up := topo.Node{Name: "up", Kind: topo.Upstream, On: topo.On(lan), Serves: []topo.Reply{
		{Type: "MX", Answers: []string{"MX 10 mail.lab.test."}},
		{Type: "SRV", Answers: []string{"SRV 0 0 8080 there.lab.test."}},
		{Type: "CNAME", Answers: []string{"CNAME there.lab.test."}},
		{Type: "HTTPS", Answers: []string{"HTTPS 1 there.lab.test."}},
		{Type: "ANY", Answers: []string{`TXT "anything"`}},
		{Type: "TYPE65280", Answers: []string{`TYPE65280 \# 3 010203`}},
	}}
	web := topo.Node{Name: "web", On: topo.On(lan, "known.lab.test")}
	client := topo.Node{Name: "client", On: topo.On(lan), DNS: []string{"up"}}
	ask := func(name, qtype string) topo.Question { return topo.Wire{From: client, Name: name, Type: qtype} }
	const process = "aardvark-dns src/dns/coredns.rs process_message: "
	// forwarded makes the cases of a type that the resolver knows nothing of.
	forwarded := func(question, qtype, data, because string) []Case {
		told := is.All{is.NoError(question), is.Data(question, data), is.Flags(question, "aa")} // as from the upstream
		told = told[:len(told):len(told)]
		expect := append(told, is.AskedTimes("up's log", known, qtype, 1))
		expect = expect[:len(expect):len(expect)]
		return append([]Case{{
			When:    docker(""),
			Expect:  expect,
			Because: because + ": the same from 20.10 to 29",
		}, {
			When:    forwards(""),
			Expect:  append(told, forwardedOnce("up's log", known, qtype), is.SentToHost(question)),
			Because: process + "only A, AAAA and PTR are looked up, all else is forwarded; run on 1.14.0 and 1.17.1",
		}}, servedDirectly(append(expect, is.AskedFrom("up's log", known, client)))...)
	}
	const others = "moby libnetwork resolver.go serveDNS: only A, AAAA, MX, PTR and SRV are looked up, all else is forwarded"

	return Lab{
		Name:     "other-types",
		Story:    "A container asks for more than addresses of a name that is both a neighbour's alias and in the upstream's zone.",
		Needs:    []driver.Cap{driver.UserNetworks},
		Topology: topo.Topology{up, web, client},
		Steps: []Step{{Ask: map[string]topo.Question{
			"A":                ask(known, "A"),
			"MX":               ask(known, "MX"),
			"MX of an unknown": ask(unknown, "MX"),
			"SRV":              ask(known, "SRV"),
			"TXT":              ask(known, "TXT"),
			"CNAME":            ask(known, "CNAME"),
			"HTTPS":            ask(known, "HTTPS"),
			"ANY":              ask(known, "ANY"),
			"TYPE65280":        ask(known, "TYPE65280"),
			"TXT of a name":    ask("{web}", "TXT"),
		}}, {Ask: map[string]topo.Question{
			"up's log": topo.Saw{Upstream: up},
		}}},
		Claims: []Claim{{
			ID:   "address",
			Says: "whose address such a name has, the neighbour's or the one that the upstream knows",
			Cases: cases([]Case{{
				When:    docker(""),
				Expect:  is.All{is.AddressOf(web, "A"), is.AskedTimes("up's log", known, "A", 0), is.Asked("up's log", known)},
				Because: "moby libnetwork resolver.go handleIPQuery comes before forwarding: the same from 20.10 to 29",
			}, {
				When:    forwards(""),
				Expect:  is.All{is.AddressOf(web, "A"), is.SentToHost("A"), is.AskedTimes("up's log", known, "A", 0), is.Asked("up's log", known)},
				Because: process + "the names of containers come first; run on 1.14.0 and 1.17.1",
			}}, servedDirectly(is.All{is.AnsweredBy("A", 1), is.AskedTimes("up's log", known, "A", 1), is.AskedFrom("up's log", known, client)})),
		}, {
			ID:   "mx",
			Says: "whose the mail exchangers of a neighbour are: none, or the upstream's",
			Cases: cases([]Case{{
				When: docker(""),
				Expect: is.All{is.NoData("MX"), is.Flags("MX", "ra", "-aa"), is.AskedTimes("up's log", known, "MX", 0),
					is.Asked("up's log", unknown)},
				Because: "moby libnetwork resolver.go handleMXQuery: a name with an address is its own exchanger (RFC 5321, 5.1): the same from 20.10 to 29",
			}, {
				When:    forwards(""),
				Expect:  is.All{is.Data("MX", "10 mail.lab.test."), is.SentToHost("MX"), forwardedOnce("up's log", known, "MX"), is.AskedFromHost("up's log", known)},
				Because: process + "MX is forwarded as all other types; run on 1.14.0 and 1.17.1",
			}}, servedDirectly(is.All{is.Data("MX", "10 mail.lab.test."), is.AskedTimes("up's log", known, "MX", 1), is.AskedFrom("up's log", known, client)})),
		}, {
			ID:   "mx-of-an-unknown",
			Says: "the mail exchangers of an unknown name are the upstream's",
			Cases: cases([]Case{{
				When:    docker(""),
				Expect:  is.All{is.Data("MX of an unknown", "10 mail.lab.test."), is.AskedTimes("up's log", unknown, "MX", 1)},
				Because: "moby libnetwork resolver.go handleMXQuery returns no response for an unknown name: the same from 20.10 to 29",
			}, {
				When:    forwards(""),
				Expect:  is.All{is.Data("MX of an unknown", "10 mail.lab.test."), forwardedOnce("up's log", unknown, "MX"), is.AskedFromHost("up's log", unknown)},
				Because: process + "MX is forwarded as all other types; run on 1.14.0 and 1.17.1",
			}}, servedDirectly(is.All{is.Data("MX of an unknown", "10 mail.lab.test."), is.AskedFrom("up's log", unknown, client)})),
		}, {
			ID:   "srv",
			Says: "the services of a neighbour are the upstream's",
			Cases: forwarded("SRV", "SRV", "0 0 8080 there.lab.test.",
				"moby libnetwork Network.ResolveService knows only what swarm services publish"),
		}, {
			ID:    "txt",
			Says:  "the texts of a neighbour are the upstream's",
			Cases: forwarded("TXT", "TXT", `"up"`, others),
		}, {
			ID:    "cname",
			Says:  "the canonical name of a neighbour is the upstream's",
			Cases: forwarded("CNAME", "CNAME", "there.lab.test.", others),
		}, {
			ID:    "https",
			Says:  "the HTTPS records of a neighbour are the upstream's",
			Cases: forwarded("HTTPS", "HTTPS", "1 there.lab.test.", others),
		}, {
			ID:    "any",
			Says:  "whoever asks for any type of a neighbour gets what the upstream has, and no address of the neighbour",
			Cases: forwarded("ANY", "ANY", `"anything"`, others),
		}, {
			ID:    "unknown-type",
			Says:  "a type that the resolver has no name for reaches the upstream, and its answer the container",
			Cases: forwarded("TYPE65280", "TYPE65280", `\# 3 010203`, others),
		}, {
			ID:   "nonexistent",
			Says: "another type of a neighbour whose name the upstream does not know brings NXDOMAIN, although the name has an address",
			Cases: cases([]Case{{
				When:    docker(""),
				Expect:  is.All{is.NXDomain("TXT of a name"), is.AskedTimes("up's log", "web.", "TXT", 1)},
				Because: others + ": the same from 20.10 to 29",
			}, {
				When:    forwards(">=1.13"),
				Expect:  is.All{is.NXDomain("TXT of a name"), forwardedOnce("up's log", "web.", "TXT"), is.AskedFromHost("up's log", "web.")},
				Because: process + "a type that is not looked up is forwarded for a name that is known, too; run on 1.14.0 and 1.17.1",
			}}, servedDirectly(is.All{is.NXDomain("TXT of a name"), is.AskedFrom("up's log", "web.", client)})),
		}},
	}
}
