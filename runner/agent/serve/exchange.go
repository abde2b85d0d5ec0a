package serve

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"time"

	"github.com/dnslab/dnslab/results"
)

// errCut says that a stream ended where an answer should have been.
var errCut = errors.New("the connection was closed without an answer")

// exchange sends query over a socket of its own and waits for the first
// octets that fit wants, then no longer. The socket is connected, so that what
// another address sends is not seen, and that a closed port is.
func exchange(server netip.AddrPort, tcp bool, query []byte, wait time.Duration, fits func([]byte) bool) results.Observation {
	o := results.Observation{Kind: results.KindDNS, Server: server.String(), Transport: transport(tcp)}
	start := time.Now()
	answer, ignored, err := talk(&start, o.Server, tcp, query, wait, fits)
	o.DurationMS = since(start)

	var details []string
	if err == nil {
		o.Outcome = results.Answered
		if o.DNS, err = message(answer); err != nil {
			o.Outcome = results.Malformed
			details = append(details, fmt.Sprintf("%d octets: %v", len(answer), err))
		}
	} else {
		o.Outcome = outcome(err)
		if o.Outcome == results.TimedOutAsk {
			err = fmt.Errorf("no answer within %v", wait)
		}
		if op := (*net.OpError)(nil); errors.As(err, &op) { // without addresses and ports
			err = op.Err
		}
		details = append(details, err.Error())
	}
	switch {
	case ignored == 1:
		details = append(details, "1 answer with another id ignored")
	case ignored > 1:
		details = append(details, fmt.Sprintf("%d answers with another id ignored", ignored))
	}
	o.Detail = strings.Join(details, "; ")
	return o
}

// talk returns the answer and how many did not fit. It sets start to when it sent.
func talk(start *time.Time, server string, tcp bool, query []byte, wait time.Duration, fits func([]byte) bool) (answer []byte, ignored int, err error) {
	deadline := start.Add(wait)
	conn, err := (&net.Dialer{Deadline: deadline}).Dial(transport(tcp), server)
	if err != nil {
		return nil, 0, err
	}
	defer conn.Close()
	if err := conn.SetDeadline(deadline); err != nil {
		return nil, 0, err
	}
	send, receive := conn.Write, receiveDatagram
	if tcp {
		send, receive = func(m []byte) (int, error) { return conn.Write(framed(m)) }, receiveFramed
	}
	*start = time.Now()
	if _, err := send(query); err != nil {
		return nil, 0, err
	}
	for {
		answer, err = receive(conn)
		if err != nil || fits(answer) {
			return answer, ignored, err
		}
		ignored++
	}
}

// framed puts the length before m, as DNS over TCP wants it (RFC 1035, 4.2.2).
func framed(m []byte) []byte {
	return append(binary.BigEndian.AppendUint16(nil, uint16(len(m))), m...)
}

const maxMessage = 65535 // octets; what 16 bits of length can say

func receiveDatagram(conn net.Conn) ([]byte, error) {
	buf := make([]byte, maxMessage)
	n, err := conn.Read(buf)
	return buf[:n], err
}

func receiveFramed(conn net.Conn) ([]byte, error) {
	var size [2]byte
	n, err := io.ReadFull(conn, size[:])
	switch {
	case err == io.EOF:
		return nil, errCut
	case err == io.ErrUnexpectedEOF:
		return nil, fmt.Errorf("%w: after %d octet of its length", errCut, n)
	case err != nil:
		return nil, err
	}
	buf := make([]byte, binary.BigEndian.Uint16(size[:]))
	n, err = io.ReadFull(conn, buf)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return nil, fmt.Errorf("%w: after %d of %d octets", errCut, n, len(buf))
	}
	return buf, err
}

// outcome tells what an error of a socket says.
func outcome(err error) results.Outcome {
	var slow net.Error
	switch {
	case errors.Is(err, errCut), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return results.Malformed
	case errors.Is(err, syscall.ECONNREFUSED):
		return results.Refused
	case errors.As(err, &slow) && slow.Timeout():
		return results.TimedOutAsk
	}
	return results.Unreachable
}

// sameID fits messages that have the id of query; what is too short to have
// one fits too, as it is no DNS message to be mistaken for another's.
func sameID(query []byte) func([]byte) bool {
	return func(m []byte) bool { return len(m) < 2 || bytes.Equal(m[:2], query[:2]) }
}
