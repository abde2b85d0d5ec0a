package serve

import (
	"fmt"
	"net"
	"strings"

	"github.com/miekg/dns"

	"github.com/dnslab/dnslab/runner/agent"
)

// A zone is what an upstream answers of itself; see topo.Reply.
type zone struct {
	origin string // "k3v9x2m8.lab.test."
	name   string // of the upstream
	a      net.IP
	aaaa   net.IP
}

func newZone(a agent.Serve) zone {
	return zone{
		origin: dns.Fqdn(a.Zone),
		name:   a.Name,
		a:      net.ParseIP(fmt.Sprintf("203.0.113.%d", a.Number)),
		aaaa:   net.ParseIP(fmt.Sprintf("2001:db8::%d", a.Number)),
	}
}

// lookup returns the records of a name, of which there may be none, and
// whether the name exists.
func (z zone) lookup(q dns.Question) (records []dns.RR, exists bool) {
	reverse := dns.IsSubDomain("in-addr.arpa.", q.Name) || dns.IsSubDomain("ip6.arpa.", q.Name)
	if !reverse && !dns.IsSubDomain(z.origin, q.Name) {
		return nil, false
	}
	if q.Qclass != dns.ClassINET && q.Qclass != dns.ClassANY {
		return nil, true
	}
	h := dns.RR_Header{Name: q.Name, Rrtype: q.Qtype, Class: dns.ClassINET, Ttl: ttl}
	switch {
	case reverse && q.Qtype == dns.TypePTR:
		return []dns.RR{&dns.PTR{Hdr: h, Ptr: fmt.Sprintf("ptr-by-%s.%s", z.name, strings.TrimPrefix(z.origin, "."))}}, true
	case reverse:
		return nil, true
	case q.Qtype == dns.TypeA:
		return []dns.RR{&dns.A{Hdr: h, A: z.a}}, true
	case q.Qtype == dns.TypeAAAA:
		return []dns.RR{&dns.AAAA{Hdr: h, AAAA: z.aaaa}}, true
	case q.Qtype == dns.TypeTXT:
		return []dns.RR{&dns.TXT{Hdr: h, Txt: []string{z.name}}}, true
	}
	return nil, true
}
