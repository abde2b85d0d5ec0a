package serve

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"strings"

	"github.com/miekg/dns"

	"github.com/dnslab/dnslab/results"
)

// message reads a DNS message off the wire.
func message(octets []byte) (*results.Message, error) {
	var m dns.Msg
	if err := m.Unpack(octets); err != nil {
		return nil, err
	}
	if err := complete(octets, m); err != nil {
		return nil, err
	}
	answers, addrs := records(m.Answer)
	authority, _ := records(m.Ns)
	additional, _ := records(m.Extra)
	r := &results.Message{
		ID:       m.Id,
		Rcode:    rcode(m.Rcode),
		Flags:    flags(m.MsgHdr),
		Question: make([]string, 0, len(m.Question)),
		Answers:  answers, Authority: authority, Additional: additional,
		EDNS:  edns(&m),
		Addrs: addrs,
		Size:  len(octets),
	}
	for _, q := range m.Question {
		r.Question = append(r.Question, fmt.Sprintf("%s %s %s", q.Name, dns.Class(q.Qclass), dns.Type(q.Qtype)))
	}
	return r, nil
}

// complete tells whether m has all that its header promises: the library lets
// a message end between two records.
func complete(octets []byte, m dns.Msg) error {
	for i, has := range []int{len(m.Question), len(m.Answer), len(m.Ns), len(m.Extra)} {
		if says := int(binary.BigEndian.Uint16(octets[4+2*i:])); says != has {
			section := []string{"question", "answer", "authority", "additional"}[i]
			return fmt.Errorf("the header promises %d records in the %s section, there are %d", says, section, has)
		}
	}
	return nil
}

// records reads a section without its OPT record, and the addresses in it.
func records(section []dns.RR) ([]results.Record, []netip.Addr) {
	all, addrs := []results.Record{}, []netip.Addr{}
	for _, rr := range section {
		h := rr.Header()
		if h.Rrtype == dns.TypeOPT {
			continue
		}
		var data string
		// Owner, TTL, class and type have no tab in them: names escape it.
		if fields := strings.SplitN(rr.String(), "\t", 5); len(fields) == 5 {
			data = fields[4]
		}
		all = append(all, results.Record{Name: h.Name, Type: dns.Type(h.Rrtype).String(), TTL: h.Ttl, Data: data})
		var addr netip.Addr
		switch rr := rr.(type) {
		case *dns.A:
			addr, _ = netip.AddrFromSlice(rr.A.To4())
		case *dns.AAAA:
			addr, _ = netip.AddrFromSlice(rr.AAAA.To16())
		}
		if addr.IsValid() {
			addrs = append(addrs, addr)
		}
	}
	return all, addrs
}

func rcode(n int) string {
	if n == dns.RcodeBadVers { // the library calls 16 by its name in TSIG records
		return "BADVERS"
	}
	if s, ok := dns.RcodeToString[n]; ok {
		return s
	}
	return fmt.Sprintf("RCODE %d", n)
}

func flags(h dns.MsgHdr) []string {
	set := []string{}
	for _, f := range []struct {
		on   bool
		name string
	}{
		{h.Response, "qr"}, {h.Authoritative, "aa"}, {h.Truncated, "tc"}, {h.RecursionDesired, "rd"},
		{h.RecursionAvailable, "ra"}, {h.AuthenticatedData, "ad"}, {h.CheckingDisabled, "cd"},
	} {
		if f.on {
			set = append(set, f.name)
		}
	}
	return set
}

func edns(m *dns.Msg) *results.EDNS {
	opt := m.IsEdns0()
	if opt == nil {
		return nil
	}
	return &results.EDNS{Version: int(opt.Version()), UDPSize: int(opt.UDPSize()), DO: opt.Do()}
}
