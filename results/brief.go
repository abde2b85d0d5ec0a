package results

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// briefly is how many things of one sort Brief lists before it only counts.
const briefly = 4

// Brief says on one line what o brought back, addresses included:
// "NOERROR (qr rd ra): web. A 10.89.0.2". A file is its first lines.
func (o Observation) Brief() string {
	s := o.one()
	if n := len(o.More); n > 0 {
		same := !slices.ContainsFunc(o.More, func(m Observation) bool { return m.one() != s })
		if same {
			return fmt.Sprintf("%s, %d times", s, n+1)
		}
		all := []string{s}
		for _, m := range o.More {
			all = append(all, m.one())
		}
		return "in turn " + some(all, "; ")
	}
	return s
}

func (o Observation) one() string {
	switch {
	case o.DNS != nil:
		return o.DNS.brief()
	case o.Libc != nil:
		return o.Libc.brief()
	case o.Outcome != Value && o.Outcome != Answered:
		if o.Detail != "" {
			return string(o.Outcome) + ": " + o.Detail
		}
		return string(o.Outcome)
	case o.Transport == ICMP:
		return "an echo"
	case o.Exit != nil && o.Text != nil:
		return fmt.Sprintf("status %d: %s", *o.Exit, some(strings.Split(strings.TrimSpace(*o.Text+o.Complaint), "\n"), " / "))
	case o.Text != nil:
		return some(strings.Split(strings.TrimSuffix(*o.Text, "\n"), "\n"), " / ")
	}
	var parts []string
	for _, s := range o.Sockets {
		parts = append(parts, strings.TrimSpace(fmt.Sprintf("%s %s %s", s.Transport, netip.AddrPortFrom(s.Addr, s.Port), s.Owner)))
	}
	for _, p := range o.Processes {
		parts = append(parts, fmt.Sprintf("%s (%d)", p.Name, p.PID))
	}
	for _, r := range o.Rules {
		parts = append(parts, fmt.Sprintf("%s %s: %s", r.Table, r.Chain, r.Spec))
	}
	for _, q := range o.Log {
		parts = append(parts, fmt.Sprintf("%s %s over %s", q.Name, q.Type, q.Transport))
	}
	for name, e := range o.Table {
		parts = append(parts, strings.TrimSpace(fmt.Sprintf("%s %s %s", name, e.Rcode, addrs(e.Addrs))))
	}
	if o.Table != nil {
		slices.Sort(parts)
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return some(parts, "; ")
}

func (m *Message) brief() string {
	s := m.Rcode
	if len(m.Flags) > 0 {
		s += " (" + strings.Join(m.Flags, " ") + ")"
	}
	var records []string
	for _, r := range m.Answers {
		records = append(records, fmt.Sprintf("%s %s %s", r.Name, r.Type, r.Data))
	}
	if len(records) == 0 {
		return s + ", no answer records"
	}
	return s + ": " + some(records, "; ")
}

func (l *Lookup) brief() string {
	if l.Code != "0" {
		return l.Code + " from " + l.Libc
	}
	return addrs(l.Addrs) + " from " + l.Libc
}

func addrs(all []netip.Addr) string {
	var out []string
	for _, a := range all {
		out = append(out, a.String())
	}
	return some(out, " ")
}

// some joins the first few of all and counts the others.
func some(all []string, sep string) string {
	if more := len(all) - briefly; more > 0 {
		return strings.Join(all[:briefly], sep) + fmt.Sprintf("%sand %d more", sep, more)
	}
	return strings.Join(all, sep)
}
