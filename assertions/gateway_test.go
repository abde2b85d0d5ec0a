package assertions_test

import (
	"net/netip"
	"strings"
	"testing"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/results"
)

// TestGatewayJudges tests the judges of an engine whose DNS server is on the
// host's side of a network.
func TestGatewayJudges(t *testing.T) {
	e := results.Evidence{Seen: map[string]results.Observation{
		"routes": file("Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\n" +
			"eth0\t00000000\t0100590A\t0003\t0\t0\t100\t00000000\neth0\t0000590A\t00000000\t0001\t0\t0\t0\t00FFFFFF\n"),
		"inside":   file("eth0\t0000590A\t00000000\t0001\t0\t0\t0\t00FFFFFF\n"),
		"longer":   file("Iface\tDestination\tGateway\neth0\t0000590A\t00000000\neth0\t00000000\t0100590A\n"),
		"other":    file("Iface\tDestination\tGateway\ntap0\t00000000\t0202000A\n"),
		"gateway":  file("search dns.podman\nnameserver 10.89.0.1\n"),
		"upstream": file("nameserver {up}\n"),
		"both":     file("nameserver 10.89.0.1\nnameserver {up}\n"),
		"host's":   file("nameserver {up}\n"),
		"blank":    file("\n"),
		"host":     {Kind: results.KindSockets, Outcome: results.Value, Sockets: gateway("aardvark-dns")},
		"none":     {Kind: results.KindSockets, Outcome: results.Value},
		"log": {Kind: results.KindUpstream, Outcome: results.Value, Log: []results.Query{
			query(1, "10.89.0.1", "udp", "host.test.", "A"), query(2, "10.89.0.3", "udp", "web.test.", "A"),
		}},
	}, Addrs: map[string]results.Addresses{"log": {"web": {"lan": addrs("10.89.0.3")}}}}
	for _, c := range []struct {
		yes, no is.Assertion
		instead string // what the error of no says
	}{
		{is.AskedFromHost("log", "host.test."), is.AskedFromHost("log", "web.test."), "should be asked for web.test. from the host, but was asked from web"},
		{is.AskedFromHost("log", "HOST.test."), is.AskedFromHost("log", "other.test."), "was never asked for other.test., only for host.test., web.test."},
		{is.GatewayServer("gateway", "routes"), is.GatewayServer("upstream", "routes"), `upstream should name the gateway and then [], but names ["{up}"]`},
		{is.SameDefaultRoute("longer", "routes"), is.SameDefaultRoute("other", "routes"), "other should lead through eth0 to {nobody}, but leads through tap0 to {nobody}"},
		{is.SameDefaultRoute("routes", "longer"), is.SameDefaultRoute("inside", "routes"), "inside has no default route"},
		{is.GatewayServer("both", "routes", "{up}"), is.GatewayServer("both", "routes"), `both should name the gateway and then [], but names ["{nobody}" "{up}"]`},
		{is.GatewayServer("gateway", "routes"), is.GatewayServer("gateway", "inside"), "inside has no default route"},
		{
			is.GatewayLines("gateway", "routes", "search dns.podman", "nameserver {gateway}"), is.GatewayLines("both", "routes", "nameserver {gateway}"),
			`should have the lines ["nameserver {gateway}"], but has ["nameserver {gateway}" "nameserver {up}"]`,
		},
		{is.GatewayBeforeHosts("both", "routes", "host's"), is.GatewayBeforeHosts("gateway", "routes", "host's"), `gateway should name the gateway and then ["{up}"]`},
		{is.GatewaysFirst("both", "routes"), is.GatewaysFirst("both", "routes", "routes"), "both should name first the gateways of routes and routes, but has 2 servers"},
		{is.GatewaysFirst("gateway", "routes"), is.GatewaysFirst("gateway", "inside"), "inside has no default route"},
		{is.GatewayBeforeHosts("both", "routes", "host's"), is.GatewayBeforeHosts("gateway", "routes", "blank"), "blank names no server"},
		{is.GatewaySockets("host", "routes", "aardvark-dns", "udp"), is.GatewaySockets("host", "routes", "aardvark-dns", "udp", "tcp"), `should have on the gateway ["tcp 53 aardvark-dns" "udp 53 aardvark-dns"], but has ["udp 53 aardvark-dns"]`},
		{is.GatewaySockets("host", "routes", "aardvark-dns", "udp"), is.GatewaySockets("host", "routes", "dnsmasq", "udp"), `but has ["udp 53 aardvark-dns"]`},
		{is.NoGatewaySocket("none", "routes", "host"), is.NoGatewaySocket("host", "routes", "host"), "should have no socket on the gateway, but has one of aardvark-dns"},
		{is.NoGatewaySocket("none", "routes", "host"), is.NoGatewaySocket("none", "routes", "none"), "so that of none says nothing"},
		{is.NoSockets("none", "host"), is.NoSockets("host", "host"), "host should be empty, but was: udp on"},
		{is.NoSockets("none", "host"), is.NoSockets("none", "none"), "so that of none says nothing"},
		{is.NoSockets("none", "host"), is.NoSockets("blank", "host"), "blank should be a list of sockets"},
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

func gateway(owner string) []results.Socket {
	return []results.Socket{{Transport: "udp", Addr: netip.MustParseAddr("10.89.0.1"), Port: 53, Owner: owner}}
}
