package serve

import (
	"fmt"
	"strings"

	"github.com/miekg/dns"

	"github.com/dnslab/dnslab/runner/topo"
)

// ttl is that of all that an upstream answers unless it is told otherwise, in seconds.
const ttl = 60

// A reply is a topo.Reply with its text read.
type reply struct {
	topo.Reply
	below     bool   // name fits what is strictly below it
	name      string // in small letters, fully qualified; empty fits all
	qtype     uint16 // 0 fits all
	rcode     int
	answers   []dns.RR // owned by "."
	authority []dns.RR // likewise
}

// compile reads replies, so that a mistake in one is an error when it is set
// and not silence when it is asked for.
func compile(replies []topo.Reply) ([]reply, error) {
	var all []reply
	for i, r := range replies {
		c := reply{Reply: r}
		if r.Name != "" {
			rest, below := strings.CutPrefix(r.Name, "*.")
			c.name, c.below = dns.CanonicalName(rest), below
		}
		var err error
		if c.qtype, err = number(r.Type, "TYPE", dns.TypeNone, dns.StringToType); err != nil {
			return nil, fmt.Errorf("setting reply %d: %w", i+1, err)
		}
		if r.Rcode != "" {
			n, ok := dns.StringToRcode[strings.ToUpper(r.Rcode)]
			if !ok {
				return nil, fmt.Errorf("setting reply %d: %q is no rcode", i+1, r.Rcode)
			}
			c.rcode = n
		}
		if c.answers, err = read(r.Answers); err == nil {
			c.authority, err = read(r.Authority)
		}
		if err != nil {
			return nil, fmt.Errorf("setting reply %d: %w", i+1, err)
		}
		all = append(all, c)
	}
	return all, nil
}

// read reads records of which type and data are given. The root owns them.
func read(texts []string) ([]dns.RR, error) {
	var all []dns.RR
	for _, text := range texts {
		rr, err := dns.NewRR(fmt.Sprintf(". %d IN %s", ttl, text))
		if err != nil {
			return nil, fmt.Errorf("reading %q: %w", text, err)
		}
		if rr == nil {
			return nil, fmt.Errorf("%q is no record", text)
		}
		all = append(all, rr)
	}
	return all, nil
}

// fits tells whether r is meant for q.
func (r reply) fits(q dns.Question) bool {
	if r.qtype != dns.TypeNone && r.qtype != q.Qtype {
		return false
	}
	name := dns.CanonicalName(q.Name)
	switch {
	case r.name == "":
		return true
	case r.below:
		return name != r.name && dns.IsSubDomain(r.name, name)
	}
	return name == r.name
}

// records returns what r answers to q: as it stands if r names a type, and
// otherwise, being meant for all types, what of it is of the type asked for.
// What follows a CNAME belongs to the name that it leads to.
func (r reply) records(q dns.Question) []dns.RR {
	var all []dns.RR
	owner := q.Name
	for _, rr := range r.answers {
		_, alias := rr.(*dns.CNAME)
		if r.qtype == dns.TypeNone && rr.Header().Rrtype != q.Qtype && !alias && q.Qtype != dns.TypeANY {
			continue
		}
		rr = dns.Copy(rr)
		rr.Header().Name, rr.Header().Class = owner, q.Qclass
		if alias {
			owner = rr.(*dns.CNAME).Target
		}
		all = append(all, rr)
	}
	return all
}
