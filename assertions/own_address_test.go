package assertions_test

import (
	"net/netip"
	"strings"
	"testing"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/results"
)

const trie = `Main:
  +-- 0.0.0.0/0 3 0 6
     |-- 0.0.0.0
        /0 universe UNICAST
     |-- 172.17.0.0
        /16 link UNICAST
Local:
  +-- 0.0.0.0/0 2 0 2
     |-- 127.0.0.1
        /32 host LOCAL
     |-- 172.17.0.3
        /32 host LOCAL
     |-- 172.17.255.255
        /32 link BROADCAST
`

func TestAskedFromOneOf(t *testing.T) {
	text := trie
	for _, c := range []struct{ name, from, fails string }{
		{"its own", "172.17.0.3", ""},
		{"a neighbour's", "172.17.0.4", "from an address of no node"},
		{"a network's", "172.17.0.0", "from an address of no node"},
		{"broadcast", "172.17.255.255", "from an address of no node"},
		{"loopback", "127.0.0.1", "from 127.0.0.1"},
		{"nobody's", "", "was never asked for a.test., only for nothing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			log := results.Observation{Kind: results.KindUpstream, Outcome: results.Value}
			if c.from != "" {
				log.Log = []results.Query{{Name: "a.test.", From: netip.MustParseAddr(c.from)}}
			}
			e := results.Evidence{Seen: map[string]results.Observation{
				"log": log, "trie": {Kind: results.KindFile, Outcome: results.Value, Text: &text},
			}}
			err := is.AskedFromOneOf("log", "a.test.", "trie").Check(e)
			if (err == nil) != (c.fails == "") || err != nil && !strings.Contains(err.Error(), c.fails) {
				t.Errorf("got %v, want %q", err, c.fails)
			}
		})
	}
}

func TestOwnAddresses(t *testing.T) {
	e := results.Evidence{Seen: map[string]results.Observation{"trie": {Kind: results.KindFile, Outcome: results.Value, Text: new(trie)}}}
	if err := is.OwnAddresses("trie", "172.17.0.3").Check(e); err != nil {
		t.Error(err)
	}
	for _, want := range [][]string{nil, {"172.17.0.4"}, {"172.17.0.3", "172.17.0.4"}, {"127.0.0.1"}} {
		if err := is.OwnAddresses("trie", want...).Check(e); err == nil || !strings.Contains(err.Error(), "but has an address of no node") {
			t.Errorf("%v: %v", want, err)
		}
	}
}

func TestSameAddresses(t *testing.T) {
	other := strings.ReplaceAll(trie, "172.17.0.3", "10.0.2.100")
	none := strings.ReplaceAll(trie, "host LOCAL", "link UNICAST")
	seen := map[string]results.Observation{"none": {Kind: results.KindFile, Outcome: results.NotFound}}
	for name, text := range map[string]*string{"trie": new(trie), "same": new(trie), "other": &other, "loopback": &none} {
		seen[name] = results.Observation{Kind: results.KindFile, Outcome: results.Value, Text: text}
	}
	e := results.Evidence{Seen: seen}
	for _, c := range []struct{ a, b, fails string }{
		{"trie", "same", ""},
		{"other", "trie", "other should have an address of no node, but has an address of no node"},
		{"loopback", "trie", "loopback should have an address of no node, but has nothing"},
		{"trie", "loopback", "loopback has no address but that of loopback"},
		{"none", "trie", "none should be a file"},
	} {
		err := is.SameAddresses(c.a, c.b).Check(e)
		if (err == nil) != (c.fails == "") || err != nil && !strings.Contains(err.Error(), c.fails) {
			t.Errorf("%s and %s: %v, want %q", c.a, c.b, err, c.fails)
		}
	}
}
