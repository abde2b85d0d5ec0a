package assertions_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/topo"
)

// What was seen on an engine of straw: each judge must say yes to one thing
// and no, in these words, to another.
var (
	lan, other = topo.Network{Name: "lan"}, topo.Network{Name: "other"}
	web        = topo.Node{Name: "web"}
	client     = topo.Node{Name: "client"}
	nobody     = topo.Node{Name: "nobody"}

	where = results.Addresses{
		"web":    {"lan": addrs("172.18.0.3", "fd00::3"), "other": addrs("172.19.0.3")},
		"client": {"lan": addrs("172.18.0.4")},
	}
	seen = map[string]results.Observation{
		"web":      answer("web. IN A", "NOERROR", 600, "qr rd ra", "172.18.0.3"),
		"both":     answer("pool. IN A", "NOERROR", 600, "qr rd ra", "172.18.0.4", "172.18.0.3"),
		"upstream": answer("out.lab.test. IN A", "NOERROR", 60, "qr aa rd", "203.0.113.2"),
		"steady":   repeated(answer("web. IN A", "NOERROR", 600, "qr rd ra", "172.18.0.3"), answer("web. IN A", "NOERROR", 600, "qr rd ra", "172.18.0.3")),
		"ordered":  repeated(answer("pool. IN A", "NOERROR", 0, "qr rd ra", "172.18.0.4", "172.18.0.3"), answer("pool. IN A", "NOERROR", 0, "qr rd ra", "172.18.0.4", "172.18.0.3")),
		"turned":   repeated(answer("pool. IN A", "NOERROR", 0, "qr rd ra", "172.18.0.4", "172.18.0.3"), answer("pool. IN A", "NOERROR", 0, "qr rd ra", "172.18.0.3", "172.18.0.4")),
		"unsteady": repeated(answer("web. IN A", "NOERROR", 600, "qr rd ra", "172.18.0.3"), answer("web. IN A", "NOERROR", 600, "qr rd ra", "172.18.0.4")),
		"denial":   denial("lab.test.", 30),
		"old":      denial("lab.test.", 27),
		"failing":  repeated(answer("no.lab.test. IN A", "SERVFAIL", 0, "qr rd"), answer("no.lab.test. IN A", "SERVFAIL", 0, "qr rd")),
		"failed":   repeated(answer("no.lab.test. IN A", "SERVFAIL", 0, "qr rd"), answer("no.lab.test. IN A", "NOERROR", 0, "qr rd", "172.18.0.3")),
		"metrics":  file("# HELP entries in all\nentries{server=\"dns://:53\",type=\"denial\",zones=\".\"} 2\nentries{server=\"dns://:53\",type=\"success\",zones=\".\"} 1.2e+02\nup 1\n"),
		"nx":       answer("no.lab.test. IN A", "NXDOMAIN", 0, "qr aa rd"),
		"searched": {Kind: results.KindDNS, Outcome: results.Answered, Tried: []string{"a.one.test.", "a."}, DNS: &results.Message{Rcode: "NOERROR", Answers: []results.Record{{Name: "a.one.test.", Type: "CNAME"}, {Name: "a.", Type: "A"}, {Name: "A.", Type: "A"}}}},
		"empty":    answer("web. IN MX", "NOERROR", 0, "qr rd ra"),
		"silence":  {Kind: results.KindDNS, Outcome: results.TimedOutAsk},
		"closed":   {Kind: results.KindDNS, Outcome: results.Refused},
		"conf":     file("# made by hand\nsearch a.test b.test\nnameserver 127.0.0.11\noptions ndots:0 edns0\n"),
		"blank":    file(""),
		"log": {Kind: results.KindUpstream, Outcome: results.Value, Log: []results.Query{
			query(1, "172.18.0.4", "udp", "out.lab.test.", "A"), query(2, "172.18.0.4", "udp", "out.lab.test.", "AAAA"),
			query(3, "172.18.0.3", "tcp", "tcp.lab.test.", "A"),
		}},
		"twice": {Kind: results.KindUpstream, Outcome: results.Value, Log: []results.Query{
			query(1, "172.18.0.4", "udp", "out.lab.test.", "A"), query(2, "172.18.0.4", "udp", "out.lab.test.", "AAAA"), query(6, "172.18.0.4", "udp", "out.lab.test.", "A"),
		}},
		"later log": {Kind: results.KindUpstream, Outcome: results.Value, Log: []results.Query{query(9, "172.18.0.4", "udp", "out.lab.test.", "A")}},
		"no log":    {Kind: results.KindUpstream, Outcome: results.Value},
		"sockets":   {Kind: results.KindSockets, Outcome: results.Value, Sockets: []results.Socket{socket("udp", 40001, "dockerd"), socket("tcp", 40002, "dockerd")}},
		"moved":     {Kind: results.KindSockets, Outcome: results.Value, Sockets: []results.Socket{socket("udp", 50001, ""), socket("tcp", 50002, "")}},
		"no socket": {Kind: results.KindSockets, Outcome: results.Value},
		"rules": {Kind: results.KindRules, Outcome: results.Value, Rules: []results.Rule{
			{Backend: "nft", Family: "ip", Table: "nat", Chain: "OUTPUT", Spec: "-d 127.0.0.11/32 -j DOCKER_OUTPUT"},
			{Backend: "nft", Family: "ip", Table: "nat", Chain: "DOCKER_OUTPUT", Spec: "-p udp -j DNAT --to-destination 127.0.0.11:40001"},
		}},
		"no rules":  {Kind: results.KindRules, Outcome: results.Value},
		"processes": {Kind: results.KindCommand, Outcome: results.Value, Processes: []results.Process{{PID: 1, Name: "dnslab-agent"}}},
		"found":     {Kind: results.KindLibc, Outcome: results.Value, Libc: &results.Lookup{Code: "0", Addrs: addrs("192.0.2.7")}},
		"unfound":   {Kind: results.KindLibc, Outcome: results.NotFound, Libc: &results.Lookup{Code: "EAI_NONAME"}},
	}
)

func TestJudges(t *testing.T) {
	for _, c := range []struct {
		yes, no is.Assertion
		instead string // what the error of no says
	}{
		{is.NoError("web"), is.NoError("nx"), "nx should be NOERROR, but was: NXDOMAIN"},
		{is.NXDomain("nx"), is.NXDomain("silence"), "silence should be an answer, but was: timeout"},
		{is.Rcodes("NXDOMAIN", 1, "web", "nx"), is.Rcodes("NXDOMAIN", 2, "web", "nx"), "2 of web, nx should be NXDOMAIN, but 1 were, and others NOERROR"},
		{is.Rcodes("NOERROR", 2, "web", "empty"), is.Rcodes("NOERROR", 1, "web", "silence"), "silence should be an answer, but was: timeout"},
		{is.Tried("searched", "a.one.test.", "a."), is.Tried("searched", "a."), "should be asked as a., but was asked as a.one.test., a."},
		{is.Tried("searched", "a.one.test.", "a."), is.Tried("web", "a."), "should be asked as a., but was asked as nothing"},
		{is.NoData("empty"), is.NoData("web"), "should be NOERROR without data, but was: NOERROR, address of web on lan"},
		{is.TimedOut("silence"), is.TimedOut("closed"), `should be "timeout", but was: refused`},
		{is.Outcome("closed", results.Refused), is.Outcome("silence", results.Refused), `should be "refused", but was: timeout`},
		{is.AddressOf(web, "web", lan), is.AddressOf(web, "web"), "should have the address of web, but was: NOERROR, address of web on lan"},
		{is.AddressOf(web, "web", lan), is.AddressOf(web, "web", other), "should have the address of web"},
		{is.AddressOf(web, "web", lan), is.AddressOf(nobody, "web"), "cannot be compared: nothing has the address of nobody"},
		{is.AddressOf(web, "web", lan), is.AddressOf(client, "silence"), "should be an answer, but was: timeout"},
		{is.Addresses("both", "172.18.0.3", "172.18.0.4"), is.Addresses("both", "172.18.0.3"), "should have 172.18.0.3"},
		{is.AddressFact("web", "it"), is.AddressFact("upstream", "it"), "should have it, 172.18.0.3, but was: NOERROR, 203.0.113.2"},
		{is.AddressFact("web", "it"), is.AddressFact("web", "no"), `cannot be compared: the fact no is ""`},
		{is.NameserversOf("conf", "dns"), is.NameserversOf("conf", "it"), `should have nameserver ["172.18.0.3"], but has ["127.0.0.11"]`},
		{is.NameserversOf("conf", "dns"), is.NameserversOf("blank", "no"), "cannot be compared: there is no fact no"},
		{is.SearchBegins("conf", "a.{domain}"), is.SearchBegins("conf", "b.{domain}"), `begins with ["b.test"], but has ["a.test" "b.test"]`},
		{is.SearchBegins("conf", "a.test", "b.test"), is.SearchBegins("conf", "a.test", "b.test", "c.test"), "should have a search list that begins with"},
		{is.SearchBegins("conf", "a.test"), is.SearchBegins("conf", "a.{no}"), "cannot be compared: "},
		{is.AnsweredBy("upstream", 2), is.AnsweredBy("upstream", 1), "should have the answer of upstream 1, but was: NOERROR, 203.0.113.2"},
		{is.Owners("searched", "a.one.test.", "a."), is.Owners("nx", "web."), "should have records of web., but has those of nothing"},
		{is.TTL("web", 600), is.TTL("upstream", 600), "should have TTL 600, but had 60"},
		{is.TTL("web", 600), is.TTL("nx", 600), "should have records"},
		{is.SOA("denial", "lab.test.", 30), is.SOA("denial", "lab.test.", 60), "should have the SOA of lab.test. with TTL 60, but had that of lab.test. with 30"},
		{is.SOA("denial", "lab.test.", 30), is.SOA("denial", ".", 30), "should have the SOA of . with TTL 30, but had that of lab.test. with 30"},
		{is.SOA("denial", "lab.test.", 30), is.SOA("nx", "lab.test.", 30), "should have an SOA and no answer, but was: NXDOMAIN"},
		{is.CountedDown("denial", "old", 3), is.CountedDown("denial", "old", 4), "old should have a TTL that is lower by 4 or more, but had 27, and denial 30"},
		{is.CountedDown("denial", "old", 3), is.CountedDown("old", "denial", 0), "but had 30, and old 27"},
		{is.CountedDown("denial", "old", 3), is.CountedDown("web", "upstream", 1), "should have the same records"},
		{is.CountedDown("denial", "old", 3), is.CountedDown("nx", "nx", 0), "should have the same records"},
		{is.CountedDown("denial", "old", 3), is.CountedDown("denial", "silence", 0), "silence should be an answer, but was: timeout"},
		{is.Alike("failing"), is.Alike("failed"), "should be the same each time, but was: NOERROR, address of web"},
		{is.Alike("steady"), is.Alike("unsteady"), "should be the same each time, but was: NOERROR, address of client"},
		{is.Alike("steady"), is.Alike("web"), "should be several answers, but is one"},
		{is.AskedAgain("twice", "out.lab.test.", "A", 5*time.Second, 0), is.AskedAgain("twice", "out.lab.test.", "A", 6*time.Second, 0), "should be asked again for out.lab.test. A after 6s or more, but was after 5s"},
		{is.AskedAgain("twice", "out.lab.test.", "A", 5*time.Second, 6*time.Second), is.AskedAgain("twice", "out.lab.test.", "A", 1*time.Second, 4*time.Second), "after 1s to 4s, but was after 5s"},
		{is.AskedAgain("twice", "out.lab.test.", "A", 5*time.Second, 0), is.AskedAgain("log", "out.lab.test.", "A", 0, 0), "should be asked for out.lab.test. A twice, but was asked 1 times"},
		{is.Metric("metrics", `entries{type="success"}`, 100, 120), is.Metric("metrics", `entries{type="success"}`, 0, 100), `should have entries{type="success"} from 0 to 100, but has 120`},
		{is.Metric("metrics", `entries{type="denial",zones="."}`, 2, 2), is.Metric("metrics", "entries", 2, 2), "should have one series entries, but has 2"},
		{is.Metric("metrics", "up", 1, 1), is.Metric("metrics", "down", 1, 1), "should have one series down, but has 0"},
		{is.NoMetric("metrics", `entries{type="error"}`, "entries"), is.NoMetric("metrics", "up", "entries"), "should have no up, but has one of 1"},
		{is.NoMetric("metrics", `entries{type="error"}`, "entries"), is.NoMetric("metrics", `entries{type="error"}`, "none"), "says nothing"},
		{is.HasTextTimes("conf", "test", 2), is.HasTextTimes("conf", "test", 1), `should hold "test" 1 times, but holds it 2 times`},
		{is.HasTextTimes("conf", "test", 2), is.HasTextTimes("conf", "none", 0), `but holds it 0 times`},
		{is.Flags("web", "ra", "-aa"), is.Flags("upstream", "-aa"), "should have flags -aa, but had qr aa rd"},
		{is.Moved("web", "upstream"), is.Moved("web", "both"), "web and both should have no address in common, but have"},
		{is.Moved("web", "upstream"), is.Moved("web", "nx"), "nx should be an answer with addresses, but was: NXDOMAIN"},
		{is.Steady("steady"), is.Steady("unsteady"), "should have the same addresses each time, but was: NOERROR, address of client"},
		{is.Steady("steady"), is.Steady("web"), "should be several answers with addresses"},
		{is.SameOrder("ordered"), is.SameOrder("turned"), "should come in the same order 2 times, but came in another"},
		{is.SameOrder("ordered"), is.SameOrder("steady"), "should be several answers with several addresses"},
		{is.HasEDNS("web", false), is.HasEDNS("web", true), "should be otherwise: it has no OPT record"},
		{is.Took("web", 0, time.Second), is.Took("web", 4*time.Second, 0), "should take 4s or more, but took 0s"},
		{is.Took("web", 0, time.Second), is.Took("silence", 0, time.Second), "should be an answer, but was: timeout"},
		{is.Size("web", 10, 100), is.Size("web", 101, 0), "at least 101 octets is wanted, but it had 50"},
		{is.Asked("log", "OUT.lab.test."), is.Asked("log", "other."), "log was never asked for other., only for out.lab.test., tcp.lab.test."},
		{is.Asked("log", "out.lab.test."), is.Asked("no log", "out.lab.test."), "only for nothing"},
		{is.NotAsked("later log", "tcp.lab.test.", "log"), is.NotAsked("no log", "x.lab.test.", "log"), "so the silence of no log says nothing"},
		{is.NotAsked("later log", "tcp.lab.test.", "log"), is.NotAsked("later log", "out.lab.test.", "log"), "later log was asked for out.lab.test."},
		{is.NotAskedBut("later log", "tcp.lab.test.", "out.lab.test."), is.NotAskedBut("no log", "tcp.lab.test.", "out.lab.test."), "says nothing"},
		{is.AskedFrom("log", "out.lab.test.", client), is.AskedFrom("log", "tcp.lab.test.", client), "was asked from web"},
		{is.AskedOver("log", "tcp.lab.test.", "tcp"), is.AskedOver("log", "out.lab.test.", "tcp"), "was asked over udp"},
		{is.AskedOverEach("log", "out.lab.test.", "udp", "udp"), is.AskedOverEach("log", "out.lab.test.", "udp", "tcp"), "over udp, then tcp, but was asked over udp, udp"},
		{is.AskedOverEach("log", "tcp.lab.test.", "tcp"), is.AskedOverEach("no log", "tcp.lab.test."), "but was asked over nothing"},
		{is.AskedFromPorts("log", "out.lab.test.", 1, 1), is.AskedFromPorts("log", "out.lab.test.", 2, 2), "was asked 2 times from 1"},
		{is.AskedFromPorts("log", "out.lab.test.", 1, 2), is.AskedFromPorts("log", "tcp.lab.test.", 1, 2), "several times from 1 to 2 ports, but was asked 1 times from 1"},
		{is.AskedEDNS("log", "out.lab.test.", 0), is.AskedEDNS("log", "out.lab.test.", 1232), "was asked without EDNS"},
		{is.AskedUpTo("log", "out.lab.test.", "A", 2), is.AskedUpTo("log", "none.lab.test.", "A", 2), "1 to 2 times for none.lab.test. A, but was asked 0 times"},
		{is.AskedTimes("log", "out.lab.test.", "A", 1), is.AskedTimes("log", "out.lab.test.", "A", 2), "was asked 1 times"},
		{is.AskedInOrder("log", "lab.test.", "out.lab.test.", "tcp.lab.test."), is.AskedInOrder("log", "", "tcp.lab.test."), "but was asked for out.lab.test., tcp.lab.test."},
		{is.AskedBeginning("log", "tcp.", "tcp.lab.test."), is.AskedBeginning("log", "", "tcp.lab.test."), "but was asked for out.lab.test., tcp.lab.test."},
		{is.AskedBefore("log", "later log", "out.lab.test."), is.AskedBefore("later log", "log", "out.lab.test."), "log was asked for out.lab.test. before later log"},
		{is.Lines("conf", "search a.test b.test", "nameserver 127.0.0.11", "options ndots:0 edns0"), is.Lines("conf", "x"), `should have the lines ["x"]`},
		{is.HasLine("conf", "# made by hand"), is.HasLine("conf", "# made"), `should have the line "# made"`},
		{is.HasText("conf", "ndots"), is.HasText("conf", "8.8.8.8"), `should hold "8.8.8.8"`},
		{is.LacksText("conf", "8.8.8.8"), is.LacksText("blank", "8.8.8.8"), "is empty, which says nothing"},
		{is.LacksText("conf", "8.8.8.8"), is.LacksText("conf", "127.0.0.11"), `should not hold "127.0.0.11"`},
		{is.Nameservers("conf", "127.0.0.11"), is.Nameservers("blank", "127.0.0.11"), `should have nameserver ["127.0.0.11"], but has []`},
		{is.SearchList("conf", "a.test", "b.test"), is.SearchList("conf"), "should have search []"},
		{is.ResolvOptions("conf", "ndots:0", "edns0"), is.ResolvOptions("conf", "edns0"), "should have options"},
		{is.HasOption("conf", "edns0"), is.HasOption("conf", "rotate"), "should have the option rotate"},
		{is.Comments("conf", "# made by hand"), is.Comments("conf"), "should have the comments []"},
		{is.SameText("conf", "conf", true), is.SameText("conf", "blank", false), "should be a file with text"},
		{is.ResolverSockets("sockets", "127.0.0.11", "dockerd"), is.ResolverSockets("moved", "127.0.0.11", "dockerd"), `should have its udp socket held by dockerd`},
		{is.ResolverSockets("moved", "127.0.0.11", ""), is.ResolverSockets("no socket", "127.0.0.11", ""), "should have one UDP and one TCP socket on 127.0.0.11, not 0 and 0"},
		{is.SamePorts("sockets", "sockets", "127.0.0.11", true), is.SamePorts("sockets", "moved", "127.0.0.11", true), "have different ports"},
		{is.SamePorts("sockets", "moved", "127.0.0.11", false), is.SamePorts("sockets", "no socket", "127.0.0.11", false), "no socket has no socket on 127.0.0.11"},
		{is.NoSocketOn("no socket", "127.0.0.11", "sockets"), is.NoSocketOn("sockets", "127.0.0.11", "no socket"), "says nothing"},
		{is.SocketOn("sockets", "udp", 40001, "dockerd"), is.SocketOn("sockets", "udp", 53, ""), "should have a socket on udp port 53"},
		{is.HasProcess("processes", "dnslab-agent"), is.HasProcess("processes", "dockerd"), "should show dockerd, but shows dnslab-agent"},
		{is.NoProcess("processes", "dockerd"), is.NoProcess("processes", "dnslab-agent"), "should not show dnslab-agent"},
		{
			is.NATRules("rules", "sockets", "127.0.0.11", "OUTPUT -d 127.0.0.11/32 -j DOCKER_OUTPUT", "DOCKER_OUTPUT -p udp -j DNAT --to-destination 127.0.0.11:{udp}"),
			is.NATRules("rules", "sockets", "127.0.0.11", "OUTPUT -d 127.0.0.11/32 -j DOCKER_OUTPUT"), `DNAT --to-destination 127.0.0.11:{udp}"`,
		},
		{is.NoRuleFor("no rules", "127.0.0.11", "rules"), is.NoRuleFor("rules", "127.0.0.11", "no rules"), "says nothing"},
		{is.NoRuleFor("no rules", "127.0.0.11", "rules"), is.NoRuleFor("silence", "127.0.0.11", "rules"), "should be a list of rules, but was: timeout"},
		{is.NoRuleOf("rules", "legacy", "127.0.0.11"), is.NoRuleOf("rules", "nft", "127.0.0.11"), "are in nft, table nat, chain OUTPUT"},
		{is.LibcFinds("found", "192.0.2.7"), is.LibcFinds("unfound", "192.0.2.7"), "should find 192.0.2.7, but was: EAI_NONAME"},
		{is.LibcFails("unfound", "EAI_NONAME"), is.LibcFails("found", "EAI_NONAME"), "should fail with EAI_NONAME, but was: 192.0.2.7"},
		{is.All{is.NoError("web")}, is.All{}, "nothing was asserted"},
		{is.All{is.NoError("web")}, is.NoError("forgotten"), `made no observation called "forgotten"`},
	} {
		e := evidence()
		if err := c.yes.Check(e); err != nil {
			t.Errorf("%s: %v", c.yes, err)
		}
		switch err := c.no.Check(e); {
		case err == nil:
			t.Errorf("%s: holds, but should not", c.no)
		case !strings.Contains(err.Error(), c.instead):
			t.Errorf("%s: the error should say %q, but says %q", c.no, c.instead, err)
		}
	}
}

// repeated is a question asked several times.
func repeated(first results.Observation, more ...results.Observation) results.Observation {
	first.More = more
	return first
}

// TestAllReportsAll: the second failure often explains the first.
func TestAllReportsAll(t *testing.T) {
	err := is.All{is.NXDomain("web"), is.NoError("nx"), is.NoError("web")}.Check(evidence())
	if err == nil || strings.Count(err.Error(), "should be") != 2 {
		t.Errorf("two of three do not hold, but the error is %v", err)
	}
}

// TestDescribe: words without addresses, so that runs can be compared.
func TestDescribe(t *testing.T) {
	e := evidence()
	for name, want := range map[string]string{
		"web":     "NOERROR, address of web on lan",
		"both":    "NOERROR, address of client, address of web on lan",
		"empty":   "NOERROR, no records",
		"silence": "timeout",
		"conf":    `"search a.test b.test; nameserver 127.0.0.11; options edns0 ndots:0"`,
		"log":     "out.lab.test. A from client over udp; out.lab.test. AAAA from client over udp; tcp.lab.test. A from web on lan over tcp",
		"no log":  "nothing",
		"sockets": "udp on 127.0.0.11 dockerd; tcp on 127.0.0.11 dockerd",
		"unfound": "EAI_NONAME",
	} {
		if got := is.Describe(e, name, e.Seen[name]); got != want {
			t.Errorf("%s: %q, not %q", name, got, want)
		}
	}
}

func evidence() results.Evidence {
	e := results.Evidence{Seen: seen, Addrs: map[string]results.Addresses{}, Facts: map[string]string{"dns": "127.0.0.11", "it": "172.18.0.3", "domain": "test"}}
	for name := range seen {
		e.Addrs[name] = where
	}
	return e
}

func answer(question, rcode string, ttl uint32, flags string, address ...string) results.Observation {
	m := &results.Message{Rcode: rcode, Flags: strings.Fields(flags), Question: []string{question}, Addrs: addrs(address...), Size: 50}
	for _, a := range address {
		m.Answers = append(m.Answers, results.Record{Type: "A", TTL: ttl, Data: a})
	}
	return results.Observation{Kind: results.KindDNS, Outcome: results.Answered, DNS: m}
}

func denial(zone string, ttl uint32) results.Observation {
	o := answer("no.lab.test. IN A", "NXDOMAIN", 0, "qr aa rd")
	o.DNS.Authority = []results.Record{{Name: zone, Type: "SOA", TTL: ttl, Data: "ns. admin. 1 2 3 4 300"}}
	return o
}

func file(text string) results.Observation {
	return results.Observation{Kind: results.KindFile, Outcome: results.Value, Text: &text}
}

func query(second int, from, transport, name, qtype string) results.Query {
	return results.Query{Time: time.Unix(int64(second), 0), From: netip.MustParseAddr(from), Transport: transport, Name: name, Type: qtype}
}

func socket(transport string, port uint16, owner string) results.Socket {
	return results.Socket{Transport: transport, Addr: netip.MustParseAddr("127.0.0.11"), Port: port, Owner: owner}
}

func addrs(all ...string) []netip.Addr {
	var list []netip.Addr
	for _, a := range all {
		list = append(list, netip.MustParseAddr(a))
	}
	return list
}
