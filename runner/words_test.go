package runner

import (
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/dnslab/dnslab/labs"
	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/agent"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

const (
	runID = "rk3v9x2m8q"
	tag   = runID + "x7"
	webID = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
)

func known() driver.Known {
	return driver.Known{
		Names: map[string]string{"web": "web-" + tag, "up": "up-" + tag, "lan": "lan-" + tag, "client": "client-" + tag},
		IDs:   map[string]string{"web": webID},
		Addrs: map[string]map[string][]netip.Addr{
			"web":    {"lan": {netip.MustParseAddr("172.18.0.3"), netip.MustParseAddr("fd00:1::3")}},
			"up":     {"lan": {netip.MustParseAddr("172.18.0.2")}, "other": {netip.MustParseAddr("172.19.0.2")}},
			"client": {"other": {netip.MustParseAddr("172.19.0.9")}},
		},
	}
}

// What came back reads in the words of the lab, whatever the run called them.
func TestCanonical(t *testing.T) {
	for came, want := range map[string]string{
		"nothing of the run's":                    "nothing of the run's",
		"web-" + tag + ".lan-" + tag + ".":        "web.lan.",
		strings.ToUpper("web-" + tag):             "WEB",
		"out." + runID + ".lab.test.":             "out.lab.test.",
		strings.ToUpper("out." + runID + ".lab."): strings.ToUpper("out." + runID + ".lab."), // not the zone
		"id " + webID:                             "id {web.full-id}",
		"id " + webID[:63] + ".":                  "id {web.id63}.",
		"id " + webID[:12] + ".":                  "id {web.id}.",
		"nameserver 172.18.0.2\n":                 "nameserver {up}\n",
		"172.18.0.3 web\nfd00:1::3 web":           "{web} web\n{web} web",
		"172.18.0.33":                             "172.18.0.33",
		"udp://172.18.0.3:53":                     "udp://{web}:53",
		"172.18.0.33:53":                          "172.18.0.33:53",
		"WEB_" + strings.ToUpper(tag) + "_PORT=1": "WEB_PORT=1",
		"127.0.0.11":                              "127.0.0.11",
		"ndots:0":                                 "ndots:0",
	} {
		o, err := canonical(results.Observation{Kind: results.KindFile, Text: &came}, known(), tag, runID)
		if err != nil || *o.Text != want {
			t.Errorf("%q reads %q (%v), want %q", came, *o.Text, err, want)
		}
	}
}

// Names in messages are put into words; addresses that are data stay.
func TestCanonicalMessage(t *testing.T) {
	came := results.Observation{Kind: results.KindDNS, DNS: &results.Message{
		Question: []string{"3.0.18.172.in-addr.arpa. IN PTR"},
		Answers: []results.Record{
			{Name: "3.0.18.172.in-addr.arpa.", Type: "PTR", Data: "web-" + tag + ".lan-" + tag + "."}, {Name: "web-" + tag + ".", Type: "A", Data: "172.18.0.3"},
			{Name: "172-18-0-3.lab.", Type: "SRV", Data: "0 100 53 172-18-0-3.web-" + tag + "."}, {Name: "172-18-0-33.lab.", Type: "SRV", Data: "0 100 53 x172-18-0-3.web."},
		},
		Addrs: []netip.Addr{netip.MustParseAddr("172.18.0.3")},
	}}
	o, err := canonical(came, known(), tag, runID)
	if err != nil {
		t.Fatal(err)
	}
	want := &results.Message{
		Question: []string{"{web.ptr} IN PTR"},
		Answers: []results.Record{
			{Name: "{web.ptr}", Type: "PTR", Data: "web.lan."}, {Name: "web.", Type: "A", Data: "172.18.0.3"},
			{Name: "{web.dashed}.lab.", Type: "SRV", Data: "0 100 53 {web.dashed}.web."}, {Name: "172-18-0-33.lab.", Type: "SRV", Data: "0 100 53 x172-18-0-3.web."},
		},
		Addrs: came.DNS.Addrs,
	}
	if !reflect.DeepEqual(o.DNS, want) {
		t.Errorf("got  %+v\nwant %+v", o.DNS, want)
	}
	if came.DNS.Answers[1].Name != "web-"+tag+"." {
		t.Error("the evidence itself was changed")
	}
}

// A run has a zone of its own in everything that a lab says, and the lab is
// left as it is: it runs again, elsewhere.
func TestLocalize(t *testing.T) {
	up := topo.Node{Name: "up", Serves: []topo.Reply{{Name: "*.lab.test.", Answers: []string{"CNAME out.lab.test."}}}, Files: map[string]string{"/etc/hosts": "192.0.2.1 x.lab.test"}}
	steps := []labs.Step{{
		Do:  []topo.Act{topo.Write{Node: up, Path: "/lab.test", Content: "search lab.test"}, topo.Program{Upstream: up, Replies: up.Serves}},
		Ask: map[string]topo.Question{"lab.test": topo.Wire{From: up, Name: "out.lab.test.", Times: 3}, "octets": topo.Raw{Octets: []byte{1, 2}}},
	}}
	got := localize(steps, runID)
	own := runID + ".lab.test"
	write, program := got[0].Do[0].(topo.Write), got[0].Do[1].(topo.Program)
	wire := got[0].Ask["lab.test"].(topo.Wire)
	for what, pair := range map[string][2]string{
		"text":          {write.Content, "search " + own},
		"name in reply": {program.Replies[0].Name, "*." + own + "."},
		"answer":        {program.Replies[0].Answers[0], "CNAME out." + own + "."},
		"question":      {wire.Name, "out." + own + "."},
		"file":          {wire.From.Files["/etc/hosts"], "192.0.2.1 x." + own},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: %q, want %q", what, pair[0], pair[1])
		}
	}
	if wire.Times != 3 || !reflect.DeepEqual(got[0].Ask["octets"], steps[0].Ask["octets"]) {
		t.Errorf("what is no text has changed: %+v", got[0].Ask)
	}
	if up.Serves[0].Name != "*.lab.test." || steps[0].Do[0].(topo.Write).Content != "search lab.test" || up.Files["/etc/hosts"] != "192.0.2.1 x.lab.test" {
		t.Error("the lab itself has changed")
	}
	if localize[topo.Topology](nil, runID) != nil {
		t.Error("nothing has become something")
	}
}

// Every question and act is put into what an agent knows, with names and
// addresses filled in.
func TestResolve(t *testing.T) {
	lan, other := topo.Network{Name: "lan"}, topo.Network{Name: "other"}
	up := topo.Node{Name: "up", Kind: topo.Upstream, On: append(topo.On(lan), topo.On(other)...)}
	second := topo.Node{Name: "second", Kind: topo.Upstream}
	client, web := topo.Node{Name: "client", On: topo.On(other)}, topo.Node{Name: "web", On: topo.On(lan)}
	r := resolver{known(), topo.Topology{client, up, second, web}, runID + ".lab.test."}

	for _, tt := range []struct {
		q    topo.Question
		want any // an agent.Ask, or what the error says
	}{
		{topo.Wire{From: client, Name: "{web}.{lan}"}, agent.Ask{Wire: &agent.Wire{Name: "web-" + tag + ".lan-" + tag, Type: "A", TimeoutMS: 10_000}}},
		{topo.Wire{From: client, Name: "x.", Type: "PTR", Server: "up", TCP: true, Times: 2, Timeout: 1e9},
			agent.Ask{Wire: &agent.Wire{Name: "x.", Type: "PTR", Server: "172.19.0.2:53", TCP: true, Times: 2, TimeoutMS: 1000}}},
		{topo.Wire{From: web, Name: "x.", Server: "up"}, agent.Ask{Wire: &agent.Wire{Name: "x.", Type: "A", Server: "172.18.0.2:53", TimeoutMS: 10_000}}},
		{topo.Wire{From: web, Name: "x.", Server: "127.0.0.11"}, agent.Ask{Wire: &agent.Wire{Name: "x.", Type: "A", Server: "127.0.0.11:53", TimeoutMS: 10_000}}},
		{topo.Wire{From: web, Name: "x.", Server: "127.0.0.1:5353"}, agent.Ask{Wire: &agent.Wire{Name: "x.", Type: "A", Server: "127.0.0.1:5353", TimeoutMS: 10_000}}},
		{topo.Wire{From: web, Name: "{nobody}"}, "nothing is called {nobody}"},
		{topo.Wire{From: web, Name: "x.", Server: "second"}, "second"},
		{topo.Raw{From: web, Octets: []byte{7}, TCP: true}, agent.Ask{Raw: &agent.Raw{Octets: []byte{7}, TCP: true, TimeoutMS: 2000}}},
		{topo.Sweep{From: web, Names: []string{"{web}", "b"}}, agent.Ask{Sweep: &agent.Sweep{Names: []string{"web-" + tag, "b"}, Type: "A"}}},
		{topo.Libc{From: web, Name: "{web.id}", Family: "v4"}, agent.Ask{Libc: &agent.Libc{Name: webID[:12], Family: "v4"}}},
		{topo.File{Of: web, Path: "/etc/hosts"}, agent.Ask{File: &agent.File{Path: "/etc/hosts"}}},
		{topo.Sockets{Of: web, Owners: true}, agent.Ask{Sockets: &agent.Sockets{Owners: true}}},
		{topo.Processes{Of: web}, agent.Ask{Processes: &struct{}{}}},
		{topo.Rules{Of: web}, agent.Ask{Rules: &struct{}{}}},
		{topo.HostCommand{Args: []string{"ls", "{web}"}}, agent.Ask{Command: &agent.Command{Args: []string{"ls", "web-" + tag}}}},
		{topo.NodeCommand{Of: web, Args: []string{"conntrack", "-d", "{web.addr}"}}, agent.Ask{Command: &agent.Command{Args: []string{"conntrack", "-d", "172.18.0.3"}, Root: true}}},
		{topo.NodeCommand{Of: web, Args: []string{"{nobody}"}}, "nothing is called {nobody}"},
		{topo.Ping{From: client, To: "up"}, agent.Ask{Ping: &agent.Ping{To: "172.19.0.2", TimeoutMS: 2000}}},
		{topo.Ping{From: web, To: "{web.addr6}", Timeout: 1e9}, agent.Ask{Ping: &agent.Ping{To: "fd00:1::3", TimeoutMS: 1000}}},
		{topo.Ping{From: web, To: "10.96.0.10"}, agent.Ask{Ping: &agent.Ping{To: "10.96.0.10", TimeoutMS: 2000}}},
		{topo.Ping{From: web, To: "second"}, "second"},
		{topo.Saw{Upstream: up}, agent.Ask{Log: &struct{}{}}},
		{strange{}, "no agent knows the question"},
	} {
		got, err := r.ask(tt.q)
		settled(t, tt.q.String(), got, err, tt.want)
	}

	replies := []topo.Reply{{Name: "{web}.", Answers: []string{"A {web.addr}"}}}
	filled := []topo.Reply{{Name: "web-" + tag + ".", Answers: []string{"A 172.18.0.3"}}}
	for _, tt := range []struct {
		act  topo.AgentAct
		want any
	}{
		{topo.Program{Upstream: up, Replies: replies}, agent.Act{Program: filled}},
		{topo.Close{Upstream: up, Transport: "tcp"}, agent.Act{Close: &agent.Close{Transport: "tcp"}}},
		{topo.Serve{Node: second, Replies: replies}, agent.Act{Serve: &agent.Serve{Name: "second", Number: 2, Zone: r.zone, Replies: filled}}},
		{topo.Serve{Node: client}, agent.Act{Serve: &agent.Serve{Name: "client", Number: 3, Zone: r.zone}}},
		{topo.Write{Node: web, Path: "/x", Content: "nameserver {up.addr}", Rename: true}, agent.Act{Write: &agent.Write{Path: "/x", Content: "nameserver 172.18.0.2", Rename: true}}},
		{topo.Write{Node: web, Content: "{nobody.addr}"}, "nothing is called {nobody.addr}"},
		{topo.FlushRules{Of: web}, agent.Act{FlushRules: &agent.FlushRules{}}},
		{topo.FlushRules{Of: web, Chain: "DOCKER_OUTPUT"}, agent.Act{FlushRules: &agent.FlushRules{Chain: "DOCKER_OUTPUT"}}},
		{topo.HostRun{Args: []string{"rm", "x"}, Root: true}, agent.Act{Run: &agent.Command{Args: []string{"rm", "x"}, Root: true}}},
		{topo.NodeRun{Node: web, Args: []string{"conntrack", "-D", "-d", "{web.addr}"}}, agent.Act{Run: &agent.Command{Args: []string{"conntrack", "-D", "-d", "172.18.0.3"}, Root: true}}},
		{topo.Await{Ask: topo.Wire{From: web, Name: "{web}.", Server: "up"}},
			agent.Act{Await: &agent.Await{Ask: agent.Wire{Name: "web-" + tag + ".", Type: "A", Server: "172.18.0.2:53", TimeoutMS: 10_000}, Rcode: "NOERROR", InARow: 1, WithinMS: 30_000}}},
		{topo.Await{Ask: topo.Wire{From: web, Name: "x."}, Answers: []string{"{web.addr}", "{web}."}, Within: 1e9},
			agent.Act{Await: &agent.Await{Ask: agent.Wire{Name: "x.", Type: "A", TimeoutMS: 10_000}, Rcode: "NOERROR", Answers: &[]string{"172.18.0.3", "web-" + tag + "."}, InARow: 8, WithinMS: 1000}}},
		{topo.Await{Ask: topo.Wire{From: web, Name: "x."}, Rcode: "NXDOMAIN", Answers: []string{}},
			agent.Act{Await: &agent.Await{Ask: agent.Wire{Name: "x.", Type: "A", TimeoutMS: 10_000}, Rcode: "NXDOMAIN", Answers: &[]string{}, InARow: 8, WithinMS: 30_000}}},
		{topo.Await{Ask: topo.Wire{From: web, Name: "x.", Server: "up"}, InARow: 3, Refused: true},
			agent.Act{Await: &agent.Await{Ask: agent.Wire{Name: "x.", Type: "A", Server: "172.18.0.2:53", TimeoutMS: 10_000}, Rcode: "NOERROR", Refused: true, InARow: 3, WithinMS: 30_000}}},
		{topo.Await{Ask: topo.Wire{From: web, Name: "{nobody}"}}, "nothing is called {nobody}"},
		{topo.Await{Ask: topo.Wire{From: web, Name: "x."}, Answers: []string{"{nobody.addr}"}}, "nothing is called {nobody.addr}"},
		{strange{}, "no agent knows the act"},
	} {
		got, err := r.act(tt.act)
		settled(t, tt.act.String(), got, err, tt.want)
	}
}

func settled(t *testing.T, what string, got any, err error, want any) {
	t.Helper()
	if says, ok := want.(string); ok {
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: error %v, want %q", what, err, says)
		}
		return
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%s: %+v (%v), want %+v", what, got, err, want)
	}
}

type strange struct{}

func (strange) Place() topo.Place   { return topo.Place{} }
func (strange) Touches() topo.Scope { return topo.World }
func (strange) String() string      { return "what nobody knows" }

// Of a log that others have their questions in, too, the lab gets its own.
func TestOnly(t *testing.T) {
	all := []results.Query{{Name: "a.lab.test."}, {Name: "Mine.lab.test."}, {Name: "x.mine.lab.test."}, {Name: "notmine.lab.test."}, {Name: "x.me-1.lab.test."}}
	for of, want := range map[string]int{"": 5, "{me}.lab.test.": 1, "{nobody}.lab.test.": 0, "mine.lab.test.": 2, "yours.lab.test.": 0} {
		if o := (resolver{known: driver.Known{Names: map[string]string{"me": "me-1"}}}).only(results.Observation{Log: slices.Clone(all)}, topo.Saw{Upstream: topo.HostUpstream, Of: of}); len(o.Log) != want {
			t.Errorf("of %q it has %+v, want %d", of, o.Log, want)
		}
	}
}

// An observation says where it was made and what was asked, each time.
func TestSigned(t *testing.T) {
	up := topo.Node{Name: "up", Kind: topo.Upstream}
	q := topo.Wire{From: topo.Node{Name: "web"}, Name: "out.lab.test.", Times: 2}
	o := signed(results.Observation{Kind: results.KindDNS, More: []results.Observation{{Kind: results.KindDNS}}}, q.Place(), q)
	want := results.Place{At: "container", Name: "web"}
	if o.Place != want || o.Asked != q.String() || o.More[0].Place != want || o.More[0].Asked != q.String() {
		t.Errorf("got %+v", o)
	}
	saw := topo.Saw{Upstream: up}
	if o := signed(results.Observation{Kind: results.KindUpstream}, saw.Place(), saw); o.Place != (results.Place{At: "upstream", Name: "up"}) {
		t.Errorf("the log of an upstream is signed %+v", o.Place)
	}
}
