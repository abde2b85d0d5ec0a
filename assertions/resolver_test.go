package assertions_test

import (
	"strings"
	"testing"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/results"
)

// TestResolverJudges tests the judges of where questions go, and of what a
// file says of it.
func TestResolverJudges(t *testing.T) {
	to := func(server string) results.Observation {
		return results.Observation{Kind: results.KindDNS, Outcome: results.TimedOutAsk, Server: server}
	}
	seen := map[string]results.Observation{
		"docker": to("127.0.0.11:53"), "gateway": to("10.89.0.1:53"), "again": to("10.89.0.1:53"), "far": to("10.89.1.1:53"),
		"six": to("[fd00::1]:53"), "web": to("10.89.0.3:53"), "nowhere": to(""), "own server": to("127.0.0.1:53"),
		"sockets": {Kind: results.KindSockets, Outcome: results.Value, Sockets: []results.Socket{socket("udp", 53, "")}},
		"none":    {Kind: results.KindSockets, Outcome: results.Value},
		"file":    file("search a.test\nnameserver fd00::1\nnameserver 10.89.0.1\noptions ndots:0\n"),
		"mine":    file("nameserver 10.89.0.1\nnameserver {web}\n"), "own": file("nameserver 127.0.0.1\n"), "twice": file("nameserver 10.89.0.1\nnameserver 10.89.0.1\n"),
	}
	e := results.Evidence{Seen: seen, Addrs: map[string]results.Addresses{}}
	for name := range seen {
		e.Addrs[name] = results.Addresses{"web": {"lan": addrs("10.89.0.3")}}
	}
	for _, c := range []struct {
		yes, no is.Assertion
		instead string // what the error of no says
	}{
		{is.SentTo("docker", "127.0.0.11"), is.SentTo("web", "127.0.0.11"), "web should be sent to 127.0.0.11, but was sent to web"},
		{is.SentTo("six", "fd00::1"), is.SentTo("nowhere", "127.0.0.11"), "nowhere should be sent to a server"},
		{is.SentToHost("gateway"), is.SentToHost("web"), "web should be sent to a server that is no node, but was sent to web"},
		{is.SentToHost("gateway", "again"), is.SentToHost("gateway", "far"), "gateway and far should be sent to one server, but were sent to two"},
		{is.SentToHost("gateway"), is.SentToHost("gateway", "nowhere"), "nowhere should be sent to a server"},
		{is.SentToHost("six"), is.SentToHost("docker"), "docker should be sent to a server that is no node, but was sent to 127.0.0.11"},
		{is.NoSocket("none"), is.NoSocket("none", "sockets"), "sockets should be a list of no sockets"},
		{is.NoSocket("none", "none"), is.NoSocket("web"), "web should be a list of no sockets"},
		{is.HostServers("file", 2), is.HostServers("file", 1), "file should name 1 servers that are no nodes"},
		{is.HostServers("file", 2), is.HostServers("mine", 2), `mine should name 2 servers that are no nodes, but names ["{nobody}" "{web}"]`},
		{is.HostServers("file", 2), is.HostServers("own", 1), "own should name 1 servers that are no nodes"},
		{is.HostServers("file", 2), is.HostServers("twice", 2), "twice should name 2 servers that are no nodes"},
		{is.NamesServerOf("file", "gateway"), is.NamesServerOf("file", "far"), "file should name the server that far went to, but names"},
		{is.NamesServerOf("file", "six"), is.NamesServerOf("gateway", "far"), "gateway should be a file"},
		{is.NamesServerOf("own", "own server"), is.NamesServerOf("file", "nowhere"), "nowhere should be sent to a server"},
		{is.Directives("file", "search", "nameserver", "nameserver", "options"), is.Directives("own", "search", "nameserver"), "own should have the lines search, nameserver, but has nameserver"},
	} {
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
