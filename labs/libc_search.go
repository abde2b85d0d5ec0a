package labs

import (
	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// LibcSearch compares glibc and musl on three search domains and ndots:5. Names
// are in lab.test, which the run makes one label longer: "few.lab.test" has 3
// dots on the wire, "many.a.b.lab.test" 5. What glibc asks for begins with
// "g-", what musl asks for with "m-". Nothing exists unless Serves says so.
func LibcSearch() Lab {
	lan := topo.Network{Name: "lan"}
	up := topo.Node{Name: "up", Kind: topo.Upstream, On: topo.On(lan), Serves: []topo.Reply{
		{Rcode: "NXDOMAIN"},
		{Name: "g-few.lab.test.two.lab.test.", Rcode: "NOERROR"}, {Name: "m-few.lab.test.two.lab.test.", Rcode: "NOERROR"},
		{Name: "g-empty.lab.test.one.lab.test.", Answers: []string{"TXT empty"}}, {Name: "m-empty.lab.test.one.lab.test.", Answers: []string{"TXT empty"}},
		{Name: "g-empty.lab.test.two.lab.test.", Rcode: "NOERROR"}, {Name: "m-empty.lab.test.two.lab.test.", Rcode: "NOERROR"},
		{Name: "g-dot.lab.test.one.lab.test.", Rcode: "NOERROR"}, {Name: "m-dot.lab.test.one.lab.test.", Rcode: "NOERROR"},
	}}
	node := func(name string, image topo.Image) topo.Node {
		return topo.Node{
			Name: name, Image: image, On: topo.On(lan), DNS: []string{"up"},
			Search:  []string{"one.lab.test", "two.lab.test", "three.lab.test"},
			Options: []string{"ndots:5", "timeout:20", "attempts:1"}, // so long that nothing is asked twice on a slow machine
		}
	}
	glibc, musl := node("glibc", topo.Glibc), node("musl", topo.Musl)
	look := func(n topo.Node, name, family string) topo.Question {
		return topo.Libc{From: n, Name: name, Family: family}
	}
	// The engine's resolver has no part in it, so that Docker and Podman are one.
	both := func(expect is.Assertion, because string, sources ...results.Source) []Case {
		return []Case{
			{When: docker(""), Expect: expect, Because: because, Sources: sources},
			{When: podman(""), Expect: expect, Because: because + "; run on podman 4.3.1, 5.4.2 and 5.8.6, with root and without", Sources: sources},
		}
	}
	asked := func(name string) []string {
		return []string{name + ".lab.test.one.lab.test.", name + ".lab.test.two.lab.test.", name + ".lab.test.three.lab.test.", name + ".lab.test."}
	}

	return Lab{
		Name:     "libc-search",
		Story:    "With three search domains and ndots:5, which names do glibc and musl ask for, in which order, and how often.",
		Needs:    []driver.Cap{driver.UserNetworks},
		Topology: topo.Topology{up, glibc, musl},
		Steps: []Step{{Ask: map[string]topo.Question{
			"glibc, few dots":     look(glibc, "g-few.lab.test", ""),
			"glibc, nowhere":      look(glibc, "g-nowhere.lab.test", ""),
			"glibc, many dots":    look(glibc, "g-many.a.b.lab.test", ""),
			"glibc, no addresses": look(glibc, "g-empty.lab.test", ""),
			"glibc, final dot":    look(glibc, "g-dot.lab.test.", ""),
			"glibc, IPv4 alone":   look(glibc, "g-v4.lab.test", "v4"),
			"musl, few dots":      look(musl, "m-few.lab.test", ""),
			"musl, nowhere":       look(musl, "m-nowhere.lab.test", ""),
			"musl, many dots":     look(musl, "m-many.a.b.lab.test", ""),
			"musl, no addresses":  look(musl, "m-empty.lab.test", ""),
			"musl, final dot":     look(musl, "m-dot.lab.test.", ""),
			"musl, IPv4 alone":    look(musl, "m-v4.lab.test", "v4"),
			"glibc's file":        topo.File{Of: glibc, Path: "/etc/resolv.conf"},
			"musl's file":         topo.File{Of: musl, Path: "/etc/resolv.conf"},
		}}, {Ask: map[string]topo.Question{
			"log": topo.Saw{Upstream: up},
		}}},
		Claims: []Claim{{
			ID:   "in-the-order-given",
			Says: "search domains are tried in the order of --dns-search, and no further once a name has addresses",
			Cases: both(is.All{
				is.SearchList("glibc's file", "one.lab.test", "two.lab.test", "three.lab.test"), is.HasOption("glibc's file", "ndots:5"),
				is.LibcFinds("glibc, few dots", "203.0.113.1", "2001:db8::1"), is.AskedBeginning("log", "g-few.", asked("g-few")[:2]...),
				is.SearchList("musl's file", "one.lab.test", "two.lab.test", "three.lab.test"), is.HasOption("musl's file", "ndots:5"),
				is.LibcFinds("musl, few dots", "203.0.113.1", "2001:db8::1"), is.AskedBeginning("log", "m-few.", asked("m-few")[:2]...),
			}, "glibc resolv/res_query.c __res_context_search; musl src/network/lookup_name.c name_from_dns_search", holds("S3-3")...),
		}, {
			ID:   "as-it-is-last",
			Says: "a name with fewer dots than ndots is asked for as it is after all search domains, in vain or not",
			Cases: both(is.All{
				is.LibcFails("glibc, nowhere", "EAI_NONAME"), is.AskedBeginning("log", "g-nowhere.", asked("g-nowhere")...),
				is.LibcFails("musl, nowhere", "EAI_NONAME"), is.AskedBeginning("log", "m-nowhere.", asked("m-nowhere")...),
			}, "glibc resolv/res_query.c __res_context_search; musl src/network/lookup_name.c name_from_dns_search", holds("S3-3")...),
		}, {
			ID:   "many-dots-glibc",
			Says: "a name with ndots dots is asked for as it is first; where it does not exist, glibc goes on with the search domains",
			Cases: both(is.All{is.LibcFails("glibc, many dots", "EAI_NONAME"), is.AskedBeginning("log", "g-many.",
				"g-many.a.b.lab.test.", "g-many.a.b.lab.test.one.lab.test.", "g-many.a.b.lab.test.two.lab.test.", "g-many.a.b.lab.test.three.lab.test.")}, "glibc resolv/res_query.c __res_context_search"),
		}, {
			ID:    "many-dots-musl",
			Says:  "a name with ndots dots is asked for as it is, and musl leaves it at that",
			Cases: both(is.All{is.LibcFails("musl, many dots", "EAI_NONAME"), is.AskedBeginning("log", "m-many.", "m-many.a.b.lab.test.")}, "musl src/network/lookup_name.c name_from_dns_search: no search list for a name with so many dots"),
		}, {
			ID:   "no-addresses",
			Says: "a name that exists without addresses ends the search of musl, and not that of glibc",
			Cases: both(is.All{
				is.LibcFinds("glibc, no addresses", "203.0.113.1", "2001:db8::1"), is.AskedBeginning("log", "g-empty.", asked("g-empty")[:2]...),
				is.LibcFails("musl, no addresses", "EAI_NONAME", "EAI_NODATA"), is.AskedBeginning("log", "m-empty.", asked("m-empty")[:1]...),
			}, "musl src/network/lookup_name.c name_from_dns_search stops unless the answer was NXDOMAIN; glibc resolv/res_query.c goes on after NO_DATA"),
		}, {
			ID:   "final-dot",
			Says: "a final dot skips the search domains",
			Cases: both(is.All{
				is.LibcFails("glibc, final dot", "EAI_NONAME"), is.AskedBeginning("log", "g-dot.", "g-dot.lab.test."),
				is.LibcFails("musl, final dot", "EAI_NONAME"), is.AskedBeginning("log", "m-dot.", "m-dot.lab.test."),
			}, "glibc resolv/res_query.c __res_context_search; musl src/network/lookup_name.c name_from_dns_search"),
		}, {
			ID:   "two-questions-a-name",
			Says: "one look-up is two questions for each name that is tried, A and AAAA, and one where only IPv4 is wanted",
			Cases: both(is.All{
				is.LibcFinds("glibc, few dots", "203.0.113.1", "2001:db8::1"), is.LibcFinds("musl, few dots", "203.0.113.1", "2001:db8::1"),
				is.AskedTimes("log", asked("g-few")[0], "A", 1), is.AskedTimes("log", asked("g-few")[0], "AAAA", 1),
				is.AskedTimes("log", asked("g-few")[1], "A", 1), is.AskedTimes("log", asked("g-few")[1], "AAAA", 1),
				is.AskedTimes("log", asked("m-few")[0], "A", 1), is.AskedTimes("log", asked("m-few")[0], "AAAA", 1),
				is.AskedTimes("log", asked("m-few")[1], "A", 1), is.AskedTimes("log", asked("m-few")[1], "AAAA", 1),
				is.AskedTimes("log", asked("g-v4")[0], "A", 1), is.AskedTimes("log", asked("g-v4")[0], "AAAA", 0),
				is.AskedTimes("log", asked("m-v4")[0], "A", 1), is.AskedTimes("log", asked("m-v4")[0], "AAAA", 0),
			}, "glibc nss/getaddrinfo.c gethostbyname4_r; musl src/network/lookup_name.c name_from_dns: both families at once", refutes("S4-2")...),
		}},
	}
}
