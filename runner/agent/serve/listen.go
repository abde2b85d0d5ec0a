package serve

import (
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/miekg/dns"
)

// tcpIdle is how long a connection may be silent.
const tcpIdle = 8 * time.Second

// pause is how long a server waits after an error that may pass, such as too many open files.
const pause = 10 * time.Millisecond

func (u *upstream) serveUDP(conn *net.UDPConn) {
	buf := make([]byte, maxMessage)
	for {
		n, session, err := dns.ReadFromSessionUDP(conn, buf)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			time.Sleep(pause)
			continue
		}
		from := session.RemoteAddr().(*net.UDPAddr).AddrPort()
		u.handle(from, "udp", buf[:n], func(m []byte) {
			dns.WriteToSessionUDP(conn, m, session) // a client that is gone is no error of ours
		})
	}
}

func (u *upstream) serveTCP(l *net.TCPListener) {
	for {
		conn, err := l.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			time.Sleep(pause)
			continue
		}
		go u.serveConn(conn)
	}
}

// serveConn answers on a connection until the client ends it or is silent,
// and then closes it when the last answer has gone.
func (u *upstream) serveConn(conn net.Conn) {
	u.mu.Lock()
	u.conns[conn] = true
	u.mu.Unlock()
	var pending sync.WaitGroup
	defer func() {
		pending.Wait()
		u.mu.Lock()
		delete(u.conns, conn)
		u.mu.Unlock()
		conn.Close()
	}()
	from := conn.RemoteAddr().(*net.TCPAddr).AddrPort()
	for {
		if err := conn.SetReadDeadline(time.Now().Add(tcpIdle)); err != nil {
			return
		}
		m, err := receiveFramed(conn)
		if err != nil {
			return
		}
		pending.Add(1)
		if !u.handle(from, "tcp", m, func(m []byte) {
			defer pending.Done()
			conn.Write(framed(m))
		}) {
			pending.Done()
		}
	}
}

// handle notes a message and has send called with the answer, at once or
// later. It returns whether send is called at all.
func (u *upstream) handle(from netip.AddrPort, transport string, octets []byte, send func([]byte)) bool {
	m := u.note(from, transport, octets)
	answer, delay := u.answer(m, octets, transport == "udp")
	switch {
	case answer == nil:
		return false
	case delay > 0:
		time.AfterFunc(delay, func() { send(answer) })
	default:
		send(answer)
	}
	return true
}
