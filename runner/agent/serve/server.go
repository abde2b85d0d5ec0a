package serve

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"

	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/agent"
	"github.com/dnslab/dnslab/runner/topo"
)

// An upstream is the DNS server that Serve starts. It reads its sockets
// itself, and not through dns.Server, so that the log has every message in
// order of arrival and a delay holds up nothing else on a connection.
type upstream struct {
	zone zone

	mu      sync.Mutex
	log     []results.Query
	replies []reply // the last one that fits decides
	udp     *net.UDPConn
	tcp     *net.TCPListener
	conns   map[net.Conn]bool // open TCP connections
}

// serve starts the server, unless this worker has started it before.
func (w *worker) serve(a agent.Serve) error {
	if w.upstream != nil {
		return nil
	}
	replies, err := compile(a.Replies)
	if err != nil {
		return err
	}
	u := &upstream{zone: newZone(a), replies: replies, conns: map[net.Conn]bool{}}
	if err := u.open(w.listen); err != nil {
		return fmt.Errorf("serving %q: %w", a.Zone, err)
	}
	w.upstream = u
	go u.serveUDP(u.udp)
	go u.serveTCP(u.tcp)
	return nil
}

// open listens at one address over both transports; without a host that is
// every address, of IPv4 and IPv6.
func (u *upstream) open(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return err
	}
	// Multipath TCP is off as /proc/net lists its listening sockets twice.
	var config net.ListenConfig
	config.SetMultipathTCP(false)
	l, err := config.Listen(context.Background(), "tcp", addr)
	if err != nil {
		return err
	}
	u.tcp = l.(*net.TCPListener)
	port := strconv.Itoa(u.tcp.Addr().(*net.TCPAddr).Port)
	p, err := config.ListenPacket(context.Background(), "udp", net.JoinHostPort(host, port))
	if err != nil {
		return errors.Join(err, u.tcp.Close())
	}
	u.udp = p.(*net.UDPConn)
	// An answer must leave from the address that was asked. A socket may have
	// only one of the two families.
	err6 := ipv6.NewPacketConn(u.udp).SetControlMessage(ipv6.FlagDst|ipv6.FlagInterface, true)
	err4 := ipv4.NewPacketConn(u.udp).SetControlMessage(ipv4.FlagDst|ipv4.FlagInterface, true)
	if err4 != nil && err6 != nil {
		return errors.Join(err4, err6, u.udp.Close(), u.tcp.Close())
	}
	return nil
}

// program adds replies.
func (w *worker) program(added []topo.Reply) error {
	if w.upstream == nil {
		return errors.New("programming an upstream: this agent serves no zone")
	}
	replies, err := compile(added)
	if err != nil {
		return err
	}
	w.upstream.mu.Lock()
	defer w.upstream.mu.Unlock()
	w.upstream.replies = append(w.upstream.replies, replies...)
	return nil
}

// close closes a port for good; what is closed already stays so.
func (w *worker) close(a agent.Close) error {
	u := w.upstream
	if u == nil {
		return errors.New("closing a port: this agent serves no zone")
	}
	if a.Transport != "" && a.Transport != "udp" && a.Transport != "tcp" {
		return fmt.Errorf("closing a port: %q is neither udp nor tcp", a.Transport)
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	var errs []error
	if a.Transport != "tcp" {
		errs = append(errs, u.udp.Close())
	}
	if a.Transport != "udp" {
		errs = append(errs, u.tcp.Close())
		for conn := range u.conns {
			errs = append(errs, conn.Close())
		}
	}
	for _, err := range errs {
		if err != nil && !errors.Is(err, net.ErrClosed) {
			return fmt.Errorf("closing a port: %w", err)
		}
	}
	return nil
}

// holds tells whether a socket is one that u listens on.
func (u *upstream) holds(ino uint64) bool {
	return u != nil && ino != 0 && (ino == inode(u.udp) || ino == inode(u.tcp))
}
