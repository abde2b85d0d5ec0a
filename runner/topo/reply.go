package topo

import "time"

// A Reply is how an upstream answers. An upstream holds a list of them; the
// last one whose Name and Type fit a question decides.
//
// Without any, an upstream is authoritative for lab.test. and every name in it
// exists: A is 203.0.113.N and AAAA is 2001:db8::N, N being the place of the
// upstream among the upstreams of its topology, from 1, so an answer tells who gave it; TXT is
// the upstream's name; a PTR, of whatever address, is "ptr-by-NAME.lab.test.";
// of any other type there is no data. All of it has TTL 60 and AA set.
// What is neither in lab.test. nor reverse is NXDOMAIN.
type Reply struct {
	Name string // fully qualified, or empty for all; "*.lab.test." fits what is below
	Type string // "A"; empty for all

	Rcode            string        // "SERVFAIL", "REFUSED", "NXDOMAIN"; empty is NOERROR
	NotAuthoritative bool          // AA is not set
	Answers          []string      // "A 192.0.2.66": type and data, in zone-file form; replaces the default
	Authority        []string      // the same, of records of the root in the authority section: "SOA ns.test. admin.test. 1 7200 3600 86400 300"
	TTL              uint32        // of all records, in seconds; 0 is 60
	Size             int           // pads the answer with TXT records to at least so many octets
	Oversized        bool          // sends them over UDP whatever size the client offered
	Truncated        bool          // over UDP: TC set and no answer
	Delay            time.Duration // before answering
	Silent           bool          // no answer at all
	WrongID          bool          // the answer has another id than the question
}
