package serve

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"syscall"
	"time"

	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/agent"
)

const pingWait = 2 * time.Second

// ping sends one echo request and waits for its echo, or for the network to
// say that none will come. That no socket could be had for it is an error: it
// says nothing about the way there.
func ping(q agent.Ping) (results.Observation, error) {
	o := results.Observation{Kind: results.KindCommand, Server: q.To, Transport: results.ICMP}
	to, err := netip.ParseAddr(q.To)
	if err != nil {
		return o, fmt.Errorf("reading what to ping: %w", err)
	}
	conn, err := dialEcho(to)
	if err == nil {
		defer conn.Close()
		start := time.Now()
		err = echo(conn, to, start.Add(wait(q.TimeoutMS, pingWait)))
		o.DurationMS = since(start)
	}
	switch {
	case err == nil:
		o.Outcome = results.Answered
		return o, nil
	case errors.Is(err, errNoEchoSocket):
		return o, fmt.Errorf("pinging %q: %w", q.To, err)
	}
	o.Outcome = outcome(err)
	if o.Outcome == results.TimedOutAsk {
		err = fmt.Errorf("no echo within %v", wait(q.TimeoutMS, pingWait))
	}
	if op := (*net.OpError)(nil); errors.As(err, &op) { // without addresses
		err = op.Err
	}
	o.Detail = err.Error()
	return o, nil
}

// errNoEchoSocket says that this place allows nobody to ping.
var errNoEchoSocket = errors.New("no socket for an echo")

// An echoConn is connected to what is pinged.
type echoConn interface {
	net.Conn
	net.PacketConn
}

// echo returns nil when the echo of what it sends has come.
func echo(conn echoConn, to netip.Addr, deadline time.Time) error {
	if err := conn.SetDeadline(deadline); err != nil {
		return err
	}
	request, reply, protocol := icmp.Type(ipv4.ICMPTypeEcho), icmp.Type(ipv4.ICMPTypeEchoReply), 1
	if to.Is6() {
		request, reply, protocol = ipv6.ICMPTypeEchoRequest, ipv6.ICMPTypeEchoReply, 58
	}
	// A socket for pings alone has an id of the kernel's: the data tells ours.
	data := fmt.Appendf(nil, "dnslab %016x", rand.Uint64())
	octets, err := (&icmp.Message{Type: request, Body: &icmp.Echo{ID: int(rand.N(1 << 16)), Seq: 1, Data: data}}).Marshal(nil)
	if err != nil {
		return err
	}
	// A rule that rejects what goes out drops it for the one who sends, too
	// (EPERM); what the rule answers is read below, as where others reject.
	if _, err := conn.Write(octets); err != nil && !errors.Is(err, syscall.EPERM) {
		return err
	}
	buf := make([]byte, maxMessage)
	for {
		n, _, err := conn.ReadFrom(buf) // unlike Read, without the header of IPv4
		if errors.Is(err, errRedirected) {
			continue
		}
		if err != nil {
			return err
		}
		m, err := icmp.ParseMessage(protocol, buf[:n])
		if err != nil || m.Type != reply {
			continue // of another ping, or of the neighbours
		}
		if body, ok := m.Body.(*icmp.Echo); ok && bytes.Equal(body.Data, data) {
			return nil
		}
	}
}
