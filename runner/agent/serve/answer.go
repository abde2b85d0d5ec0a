package serve

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// ednsSize is the UDP size that an upstream says it can take, in octets.
const ednsSize = 4096

// answer makes the octets to answer with, nil for none at all, and how long to
// hold them back. What is not a plain question is refused as servers do: an
// unreadable message or one without exactly one question (RFC 9619) is
// FORMERR, another opcode NOTIMP; a response gets nothing.
func (u *upstream) answer(m *dns.Msg, octets []byte, udp bool) ([]byte, time.Duration) {
	if m == nil {
		return formErr(octets), 0
	}
	if m.Response {
		return nil, 0
	}
	a := new(dns.Msg).SetReply(m)
	a.Compress = true
	limit := maxMessage
	if udp {
		limit = dns.MinMsgSize
	}
	if opt := m.IsEdns0(); opt != nil {
		a.SetEdns0(ednsSize, opt.Do())
		if udp {
			limit = max(limit, int(opt.UDPSize()))
		}
	}
	r := &reply{}
	switch {
	case m.Opcode != dns.OpcodeQuery:
		a.Rcode = dns.RcodeNotImplemented
	case len(m.Question) != 1:
		a.Rcode, a.Question = dns.RcodeFormatError, m.Question
	default:
		r = u.fill(a)
	}
	if r.Silent {
		return nil, 0
	}
	if r.WrongID {
		a.Id++
	}
	switch {
	case udp && r.Truncated:
		a.Truncated, a.Answer = true, nil
	case !udp || !r.Oversized:
		a.Truncate(limit)
		a.Compress = true
	}
	packed, err := a.Pack()
	if err != nil { // a name too long for the default PTR, say
		a.Rcode, a.Answer = dns.RcodeServerFailure, nil
		if packed, err = a.Pack(); err != nil {
			return nil, 0
		}
	}
	return packed, r.Delay
}

// fill puts into a what the last fitting reply says, or else the zone, and
// returns that reply.
func (u *upstream) fill(a *dns.Msg) *reply {
	q := a.Question[0]
	r := u.choose(q)
	records, exists := u.zone.lookup(q)
	switch {
	case r.Answers != nil:
		a.Rcode, a.Answer = r.rcode, r.records(q)
	case r.Rcode != "" && r.rcode != dns.RcodeSuccess:
		a.Rcode = r.rcode
	case r.Rcode == "" && !exists:
		a.Rcode = dns.RcodeNameError
	default:
		a.Answer = records
	}
	a.Authoritative = !r.NotAuthoritative && (a.Rcode == dns.RcodeSuccess || a.Rcode == dns.RcodeNameError)
	for _, rr := range r.authority {
		a.Ns = append(a.Ns, dns.Copy(rr))
	}
	pad(a, min(r.Size, maxMessage))
	if r.TTL != 0 {
		for _, rr := range slices.Concat(a.Answer, a.Ns) {
			rr.Header().Ttl = r.TTL
		}
	}
	return r
}

func (u *upstream) choose(q dns.Question) *reply {
	u.mu.Lock()
	defer u.mu.Unlock()
	for i := len(u.replies) - 1; i >= 0; i-- {
		if u.replies[i].fits(q) {
			return &u.replies[i]
		}
	}
	return &reply{}
}

// pad adds TXT records, no two alike, until a has at least size octets.
func pad(a *dns.Msg, size int) {
	const most = 200 // octets of text in one record; a string has 255 at most
	for n := 0; ; {
		packed, err := a.Pack()
		missing := size - len(packed)
		if err != nil || missing <= 0 {
			return
		}
		for ; missing > 0; n++ {
			const overhead = 13 // compressed owner, type, class, TTL, two lengths
			text := fmt.Sprintf("%04d", n)
			text += strings.Repeat("x", max(0, min(most, missing-overhead)-len(text)))
			a.Answer = append(a.Answer, &dns.TXT{
				Hdr: dns.RR_Header{Name: a.Question[0].Name, Rrtype: dns.TypeTXT, Class: a.Question[0].Qclass, Ttl: ttl},
				Txt: []string{text},
			})
			missing -= overhead + len(text)
		}
	}
}

// formErr answers a message of which only the header can be read; what is
// shorter than that, or a response, gets nothing.
func formErr(octets []byte) []byte {
	const header, qr = 12, 0x80
	if len(octets) < header || octets[2]&qr != 0 {
		return nil
	}
	a := make([]byte, header)
	copy(a, octets[:3])
	a[2] |= qr
	a[3] = dns.RcodeFormatError
	return a
}
