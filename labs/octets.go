package labs

import "encoding/binary"

// Header flags that hostile messages set, RFC 1035, 4.1.1.
const (
	flagResponse  = 0x8000
	flagRecursion = 0x0100
	opcodeNotify  = 4 << 11
	opcodeUpdate  = 5 << 11
)

// dnsHeader is the first 12 octets of a DNS message: an id, flags, and how many
// questions it says there are, whatever follows.
func dnsHeader(flags, questions uint16) []byte {
	b := binary.BigEndian.AppendUint16([]byte{0xd0, 0x5e}, flags)
	b = binary.BigEndian.AppendUint16(b, questions)
	return append(b, 0, 0, 0, 0, 0, 0)
}

// dnsQuery is a message of one question, A and IN, for a name of these labels,
// which may hold any octet. None is the root.
func dnsQuery(labels ...string) []byte {
	return append(dnsHeader(flagRecursion, 1), dnsQuestion(labels...)...)
}

func dnsQuestion(labels ...string) []byte { return append(dnsName(labels...), 0, 1, 0, 1) }

func dnsName(labels ...string) []byte {
	var b []byte
	for _, l := range labels {
		b = append(append(b, byte(len(l))), l...)
	}
	return append(b, 0)
}
