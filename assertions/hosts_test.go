package assertions_test

import (
	"strings"
	"testing"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/results"
)

// TestFileJudges tests the judges of /etc/hosts, and those that compare files.
func TestFileJudges(t *testing.T) {
	const v4, v6 = "127.0.0.1\tlocalhost\n", "::1\tlocalhost ip6-localhost ip6-loopback\nfe00::\tip6-localnet\nff00::\tip6-mcastprefix\nff02::1\tip6-allnodes\nff02::2\tip6-allrouters\n"
	e := results.Evidence{Seen: map[string]results.Observation{
		"blank":     file(""),
		"gone":      {Kind: results.KindFile, Outcome: results.NotFound},
		"own":       file(v4 + "{web}\thost.test host\n172.19.0.3\thost.test host\n"),
		"full":      file(v4 + v6 + "{web}\tweb\n"),
		"mixed":     file(v4 + "{web}\tweb\n::1\tip6-loopback\n"),
		"v6 on lo":  file("00000000000000000000000000000001 01 80 10 80       lo\n"),
		"v6 beside": file("fe800000000000000042acfffe120002 02 40 20 80     eth0\n"),
		"host's":    file("# by hand\nnameserver 127.0.0.1\nnameserver 192.0.2.1\nnameserver 2001:db8::1\nnameserver 192.0.2.2\n"),
		"local":     file("nameserver 127.0.0.53\n"),
		"taken":     file("# by hand\nnameserver 192.0.2.1\nnameserver 192.0.2.2\n"),
		"turned":    file("nameserver 192.0.2.2\nnameserver 192.0.2.1\n"),
		"rules": {Kind: results.KindRules, Outcome: results.Value, Rules: []results.Rule{
			{Backend: "nftables", Family: "ip", Table: "docker-dns", Chain: "dns-dnat", Spec: "udp dport 53 counter dnat to 127.0.0.11:40001"},
			{Backend: "nftables", Family: "ip", Table: "docker-bridges", Chain: "x", Spec: "accept"},
		}},
		"sockets": {Kind: results.KindSockets, Outcome: results.Value, Sockets: []results.Socket{socket("udp", 40001, ""), socket("tcp", 40002, "")}},
	}}
	for _, c := range []struct {
		yes, no is.Assertion
		instead string // what the error of no says
	}{
		{is.HostsEntries("own", "host.test", 2), is.HostsEntries("own", "host.test", 1), "should give host.test on 1 line, but does on 2 lines"},
		{is.HostsEntries("own", "test", 0), is.HostsEntries("blank", "test", 0), "has no lines at all, which says nothing"},
		{is.HostsEntries("own", "host", 2), is.HostsEntries("gone", "host", 0), "should be a file, but was: not-found"},
		{is.LoopbackHosts("full", "v6 on lo", "::"), is.LoopbackHosts("full", "v6 on lo", "::0"), `should begin with ["127.0.0.1\tlocalhost" "::1`},
		{is.LoopbackHosts("own", "v6 beside", "::"), is.LoopbackHosts("own", "v6 on lo", "::"), "own should begin with"},
		{is.LoopbackHosts("own", "gone", "::"), is.LoopbackHosts("mixed", "gone", "::"), "mixed should have no lines of IPv6"},
		{is.LoopbackHosts("own", "blank", "::"), is.LoopbackHosts("full", "blank", "::"), "full should have no lines of IPv6"},
		{is.ServersOfHost("taken", "host's"), is.ServersOfHost("turned", "host's"), `turned should name ["192.0.2.1" "192.0.2.2"] as host's does`},
		{is.ServersOfHost("turned", "local"), is.ServersOfHost("local", "local"), "local names 127.0.0.53, which is on loopback"},
		{is.ServersOfHost("taken", "blank"), is.ServersOfHost("blank", "taken"), "blank names no server"},
		{is.SameComments("taken", "host's"), is.SameComments("turned", "host's"), `should have the comments ["# by hand"] of host's, but has []`},
		{
			is.NativeRules("rules", "docker-dns", "sockets", "127.0.0.11", "dns-dnat udp dport 53 counter dnat to 127.0.0.11:{udp}"),
			is.NativeRules("rules", "docker-dns", "sockets", "127.0.0.11", "dns-dnat udp dport 53 counter dnat to 127.0.0.11:{tcp}"), `but are ["dns-dnat udp dport 53 counter dnat to 127.0.0.11:{udp}"]`,
		},
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
