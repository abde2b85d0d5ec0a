package assertions

import (
	"cmp"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/dnslab/dnslab/results"
)

// Describe says in words what was seen, without addresses, ports or times, so
// that two runs on equal engines read the same.
func Describe(e results.Evidence, name string, o results.Observation) string {
	switch {
	case o.DNS != nil:
		return describeMessage(e, name, o.DNS)
	case o.Outcome == "":
		return "nothing"
	case o.Transport == results.ICMP:
		return describePing(o.Outcome)
	case o.Outcome != results.Value && o.Outcome != results.Answered && o.Libc == nil:
		return string(o.Outcome)
	case o.Kind == results.KindLibc && o.Libc == nil, o.Kind == results.KindFile && o.Text == nil:
		return string(o.Outcome) + " without content"
	}
	switch o.Kind {
	case results.KindLibc:
		if o.Libc.Code != "0" {
			return o.Libc.Code
		}
		return addresses(e, name, o.Libc.Addrs)
	case results.KindFile:
		if o.Place.At == "api" && len(lines(*o.Text)) > 1 { // a log, with times in it
			return "some text"
		}
		if strings.Contains(*o.Text, "\x00") { // an environment, which may be long
			return nobodys(few(variables(*o.Text), strings.Clone))
		}
		return fmt.Sprintf("%q", nobodys(strings.Join(settled(*o.Text), "; ")))
	case results.KindSockets:
		return few(o.Sockets, func(s results.Socket) string {
			return strings.TrimSpace(fmt.Sprintf("%s on %s %s", s.Transport, whose(e, name, s.Addr), s.Owner))
		})
	case results.KindRules:
		return few(lasting(o.Rules), func(r results.Rule) string { return r.Table + " " + r.Chain })
	case results.KindUpstream: // in one order, since questions asked at once come in any
		return few(inOrder(e, name, o.Log), func(q results.Query) string {
			return fmt.Sprintf("%s %s from %s over %s", q.Name, q.Type, Whose(e, name, q.From), q.Transport)
		})
	case results.KindCommand:
		if o.Exit != nil && o.Text != nil {
			return fmt.Sprintf("status %d, %s", *o.Exit, nobodys(said(o)))
		}
		if o.Table != nil {
			return fmt.Sprintf("%d names", len(o.Table))
		}
		return few(o.Processes, func(p results.Process) string { return p.Name })
	}
	return string(o.Outcome)
}

// lasting is rules without those of chains that come and go with the services of
// a cluster, whoever's they are, in whose names something is hashed.
func lasting(rules []results.Rule) []results.Rule {
	return slices.DeleteFunc(slices.Clone(rules), func(r results.Rule) bool { return ofService.MatchString(r.Chain) })
}

// ofService fits the chains of kube-proxy and of the CNI plugin portmap that are
// one service's, endpoint's or pod's.
var ofService = regexp.MustCompile(`^(KUBE-(SVC|SVL|SEP|EXT|FW)-|CNI-DN-|(service|endpoint|local|external|firewall)-[A-Z2-7]{8}-)`)

func describeMessage(e results.Evidence, name string, m *results.Message) string {
	s := m.Rcode
	if slices.Contains(m.Flags, "tc") {
		s += ", truncated"
	}
	if len(m.Addrs) > 0 {
		return s + ", " + addresses(e, name, m.Addrs)
	}
	if len(m.Answers) == 0 {
		return s + ", no records"
	}
	answers := slices.Clone(m.Answers)
	if !slices.ContainsFunc(answers, func(r results.Record) bool { return r.Type != answers[0].Type }) { // a set, which has no order
		slices.SortFunc(answers, func(a, b results.Record) int { return cmp.Compare(a.Data, b.Data) })
	}
	return s + ", " + few(answers, func(r results.Record) string {
		if len(r.Data) > 60 {
			return r.Type + " of many octets"
		}
		return r.Type + " " + r.Data
	})
}

func describePing(o results.Outcome) string {
	switch o {
	case results.Answered:
		return "an echo"
	case results.TimedOutAsk, results.Unreachable: // which of them is a matter of how often a router says so
		return "no echo"
	}
	return string(o)
}

func addresses(e results.Evidence, name string, addrs []netip.Addr) string {
	times := map[netip.Addr]int{}
	for _, a := range addrs {
		times[a]++
	}
	var words []string
	for a, n := range times {
		w := whose(e, name, a)
		if n > 1 {
			w += fmt.Sprintf(" %d times", n)
		}
		if !slices.Contains(words, w) {
			words = append(words, w)
		}
	}
	slices.Sort(words)
	if len(words) == 0 {
		return "no address"
	}
	if len(words) > 6 {
		return fmt.Sprintf("%d addresses", len(addrs))
	}
	return strings.Join(words, ", ")
}

// Whose says which node had an address when the observation called name was
// made. Addresses that labs write themselves, of the blocks set aside for
// documentation and of loopback, are said as they are.
func Whose(e results.Evidence, name string, a netip.Addr) string {
	return strings.TrimPrefix(whose(e, name, a), "address of ")
}

func whose(e results.Evidence, name string, a netip.Addr) string {
	var owners []string
	for node, nets := range e.Addrs[name] {
		for net, addrs := range nets {
			if !slices.Contains(addrs, a) {
				continue
			}
			if len(nets) > 1 {
				node += " on " + net
			}
			owners = append(owners, node)
		}
	}
	slices.Sort(owners)
	switch {
	case len(owners) > 0:
		return "address of " + strings.Join(owners, " and ")
	case fixed(a):
		return a.String()
	}
	return "an address of no node"
}

var documentation = []netip.Prefix{
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("2001:db8::/32"),
}

func fixed(a netip.Addr) bool {
	return a.IsLoopback() || a.IsUnspecified() || slices.ContainsFunc(documentation, func(p netip.Prefix) bool { return p.Contains(a) })
}

// digits is an address as the kernel writes it in /proc/net/route and if_inet6.
var digits = regexp.MustCompile(`\b([0-9A-F]{8}|[0-9a-f]{32})\b`)

var written = regexp.MustCompile(`[0-9A-Fa-f:.]*[0-9A-Fa-f]`)

// nobodys puts words for addresses in text that only this machine or this run
// has: the host's servers, or those that a node had once. Those that nodes
// have now are {node} by then.
func nobodys(text string) string {
	text = digits.ReplaceAllStringFunc(text, func(s string) string {
		if strings.Trim(s, "0") == "" || strings.Trim(s, "0F") == "" || strings.Trim(s, "0") == "1" { // any, a mask, loopback
			return s
		}
		return "{nobody}"
	})
	return written.ReplaceAllStringFunc(text, func(s string) string {
		if ap, err := netip.ParseAddrPort(s); err == nil && !fixed(ap.Addr()) {
			return fmt.Sprintf("{nobody}:%d", ap.Port())
		}
		a, err := netip.ParseAddr(s)
		if err != nil || fixed(a) || a.IsMulticast() || strings.HasPrefix(s, "fe00::") { // ip6-localnet and the like in every /etc/hosts
			return s
		}
		return "{nobody}"
	})
}

// inOrder puts a log in an order that addresses and times have no part in.
func inOrder(e results.Evidence, name string, log []results.Query) []results.Query {
	return slices.SortedFunc(slices.Values(log), func(a, b results.Query) int {
		return cmp.Or(
			cmp.Compare(a.Name, b.Name), cmp.Compare(a.Type, b.Type), cmp.Compare(a.Transport, b.Transport),
			cmp.Compare(Whose(e, name, a.From), Whose(e, name, b.From)),
		)
	})
}

// few lists what is different in items, in order, the first few of them.
func few[T any](items []T, word func(T) string) string {
	var words []string
	for _, it := range items {
		if w := word(it); !slices.Contains(words, w) {
			words = append(words, w)
		}
	}
	switch {
	case len(words) == 0:
		return "nothing"
	case len(words) > 6:
		return strings.Join(words[:6], "; ") + fmt.Sprintf("; and %d more", len(words)-6)
	}
	return strings.Join(words, "; ")
}
