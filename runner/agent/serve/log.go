package serve

import (
	"errors"
	"net/netip"
	"slices"
	"time"

	"github.com/miekg/dns"

	"github.com/dnslab/dnslab/results"
)

// log returns what the upstream saw so far. Without one it is an error, as an
// empty log would say that nobody asked.
func (w *worker) log() (results.Observation, error) {
	o := results.Observation{Kind: results.KindUpstream, Outcome: results.Value}
	if w.upstream == nil {
		return o, errors.New("reading the log: this agent serves no zone")
	}
	w.upstream.mu.Lock()
	defer w.upstream.mu.Unlock()
	o.Log = slices.Clone(w.upstream.log)
	return o, nil
}

// note reads a message and writes one line for each of its questions, one
// without a name if there is none. The message is nil if it could not be read;
// what could be read of it is in the log nevertheless.
func (u *upstream) note(from netip.AddrPort, transport string, octets []byte) *dns.Msg {
	var m dns.Msg
	err := m.Unpack(octets)
	if err != nil && len(m.Question) == 0 {
		return nil
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	line := results.Query{
		Time:      time.Now().UTC(),
		From:      from.Addr().Unmap(),
		Port:      from.Port(),
		Transport: transport,
		EDNS:      edns(&m),
		RD:        m.RecursionDesired,
	}
	if len(m.Question) == 0 {
		u.log = append(u.log, line)
	}
	for _, q := range m.Question {
		line.Name, line.Type, line.Class = q.Name, dns.Type(q.Qtype).String(), dns.Class(q.Qclass).String()
		u.log = append(u.log, line)
	}
	if err != nil {
		return nil
	}
	return &m
}
