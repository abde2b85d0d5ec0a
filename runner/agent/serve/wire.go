package serve

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/miekg/dns"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/agent"
)

const defaultWait = 10 * time.Second

// wire asks as often as q wants; the second and later times are under More.
func (w *worker) wire(q agent.Wire) (results.Observation, error) {
	o := results.Observation{Kind: results.KindDNS, Outcome: results.NotFound, Transport: transport(q.TCP)}
	server, err := w.server(q.Server)
	if errors.Is(err, errNoServer) {
		o.Detail = err.Error()
		return o, nil
	}
	if err != nil {
		return o, err
	}
	names := []string{dns.Fqdn(q.Name)}
	if q.Search {
		conf, err := w.config()
		if errors.Is(err, errNoServer) { // without a file, nothing is searched
			conf, err = &dns.ClientConfig{Ndots: 1}, nil
		}
		if err != nil {
			return o, err
		}
		names = searched(conf, q.Name)
	}
	if o, err = walk(q, server, names); err != nil {
		return o, err
	}
	for i := 1; i < q.Times; i++ {
		again, err := walk(q, server, names)
		if err != nil {
			return o, err
		}
		o.More = append(o.More, again)
	}
	return o, nil
}

// walk asks for one name after another until one of them has answers. As with
// glibc, NXDOMAIN, no data and SERVFAIL lead to the next name, all else ends it.
// The observation is that of the name asked last.
func walk(q agent.Wire, server netip.AddrPort, names []string) (results.Observation, error) {
	var o results.Observation
	var tried []string
	for _, name := range names {
		query, err := build(q, name)
		if err != nil {
			return o, err
		}
		o = exchange(server, q.TCP, query, wait(q.TimeoutMS, defaultWait), sameID(query))
		tried = append(tried, name)
		if o.Outcome != results.Answered || len(o.DNS.Answers) > 0 || !leadsOn[o.DNS.Rcode] {
			break
		}
	}
	if q.Search {
		o.Tried = tried
	}
	return o, nil
}

var leadsOn = map[string]bool{"NXDOMAIN": true, "NOERROR": true, "SERVFAIL": true}

// build makes the query, with nothing in it that was not asked for.
func build(q agent.Wire, name string) ([]byte, error) {
	qtype, err := number(q.Type, "TYPE", dns.TypeA, dns.StringToType)
	if err != nil {
		return nil, err
	}
	class, err := number(q.Class, "CLASS", dns.ClassINET, dns.StringToClass)
	if err != nil {
		return nil, err
	}
	m := dns.Msg{
		MsgHdr:   dns.MsgHdr{Id: dns.Id(), RecursionDesired: !q.NoRD},
		Question: []dns.Question{{Name: name, Qtype: qtype, Qclass: class}},
	}
	if q.EDNS > 0 {
		m.SetEdns0(uint16(min(q.EDNS, dns.MaxMsgSize)), q.DO)
	}
	octets, err := m.Pack()
	if err != nil {
		return nil, fmt.Errorf("building a query for %q: %w", name, err)
	}
	return octets, nil
}

// number reads a type or class: by its name, or by prefix and number (RFC
// 3597); empty is otherwise.
func number(s, prefix string, otherwise uint16, names map[string]uint16) (uint16, error) {
	s = strings.ToUpper(s)
	if s == "" {
		return otherwise, nil
	}
	if n, ok := names[s]; ok {
		return n, nil
	}
	digits, ok := strings.CutPrefix(s, prefix)
	n, err := strconv.ParseUint(digits, 10, 16)
	if !ok || err != nil {
		return 0, fmt.Errorf("reading %q: it is no %s", s, strings.ToLower(prefix))
	}
	return uint16(n), nil
}

func wait(ms int, otherwise time.Duration) time.Duration {
	if ms <= 0 {
		return otherwise
	}
	return time.Duration(ms) * time.Millisecond
}

func transport(tcp bool) string {
	if tcp {
		return "tcp"
	}
	return "udp"
}
