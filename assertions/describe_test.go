package assertions_test

import (
	"testing"

	is "github.com/dnslab/dnslab/assertions"
	"github.com/dnslab/dnslab/results"
)

// TestDescribeFile: what a file says is told without the addresses that only
// this machine or this run has.
func TestDescribeFile(t *testing.T) {
	for text, want := range map[string]string{
		"nameserver 10.255.255.53\nnameserver fd00::35\n":                 `"nameserver {nobody}; nameserver {nobody}"`,
		"10.77.44.3\thost.dotted.test host\n{dotted}\thost.dotted.test":   `"{nobody}\thost.dotted.test host; {dotted}\thost.dotted.test"`,
		"nameserver 127.0.0.11\noptions ndots:0 timeout:3":                `"nameserver 127.0.0.11; options ndots:0 timeout:3"`,
		"nameserver 127.0.0.11\noptions timeout:3 ndots:0":                `"nameserver 127.0.0.11; options ndots:0 timeout:3"`,
		"WEB_PORT=udp://{web}:53\x00PATH=/bin\x00API=tcp://10.96.0.1:443": `API=tcp://{nobody}:443; PATH=/bin; WEB_PORT=udp://{web}:53`,
		"nameserver 192.0.2.66\nnameserver 2001:db8::1\nnameserver ::1":   `"nameserver 192.0.2.66; nameserver 2001:db8::1; nameserver ::1"`,
		"fe00::0\tip6-localnet\nff02::1\tip6-allnodes":                    `"fe00::0\tip6-localnet; ff02::1\tip6-allnodes"`,
		"eth0\t00000000\t0100590A\t00FFFFFF":                              `"eth0\t00000000\t{nobody}\t00FFFFFF"`,
		"fd49ff19cc3818000000000000000002 02 40 00 80 eth0":               `"{nobody} 02 40 00 80 eth0"`,
		"00000000000000000000000000000001 01 80 10 80 lo":                 `"00000000000000000000000000000001 01 80 10 80 lo"`,
	} {
		o := results.Observation{Kind: results.KindFile, Outcome: results.Value, Text: &text}
		if got := is.Describe(results.Evidence{}, "file", o); got != want {
			t.Errorf("%q is %s, not %s", text, got, want)
		}
	}
}
