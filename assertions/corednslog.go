package assertions

import (
	"net/netip"
	"regexp"
	"strings"

	"github.com/dnslab/dnslab/results"
)

// corednsLine is one of CoreDNS's plugin log (plugin/log README, "Log Format":
// {remote}:{port} - {>id} "{type} {class} {name} {proto} {size} {>do} {>bufsize}").
var corednsLine = regexp.MustCompile(`(\S+) - \d+ "(\S+) (\S+) (\S+) (udp|tcp) `)

// corednsQueries reads what a CoreDNS with the plugin log was asked, in the
// order in which it answered. Times are not in it.
func corednsQueries(text string) []results.Query {
	var all []results.Query
	for _, m := range corednsLine.FindAllStringSubmatch(text, -1) {
		q := results.Query{Type: m[2], Class: m[3], Name: strings.ToLower(m[4]), Transport: m[5]}
		if from, err := netip.ParseAddrPort(m[1]); err == nil {
			q.From, q.Port = from.Addr(), from.Port()
		}
		all = append(all, q)
	}
	return all
}
