package serve

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// errRedirected is what a socket for pings returns where a router knows a
// shorter way (ping_err of net/ipv4/ping.c): the echo may still come.
const errRedirected = syscall.EREMOTEIO

// dialEcho returns a connected socket for echo requests: a raw one or, where
// that is not permitted, one for pings alone (icmp(7), ping_group_range), which
// Podman's containers have instead of NET_RAW.
func dialEcho(to netip.Addr) (echoConn, error) {
	network := "ip4:icmp"
	if to.Is6() {
		network = "ip6:ipv6-icmp"
	}
	conn, err := (&net.Dialer{Control: func(_, _ string, c syscall.RawConn) error {
		var err error
		if ctl := c.Control(func(fd uintptr) { err = receiveErrors(int(fd), to) }); ctl != nil {
			return ctl
		}
		return err
	}}).Dial(network, to.String())
	if err == nil {
		return conn.(*net.IPConn), nil
	}
	if !forbidden(err) {
		return nil, err
	}
	ping, err := dialPing(to)
	if forbidden(err) {
		return nil, fmt.Errorf("%w: neither raw sockets nor those for pings are permitted here", errNoEchoSocket)
	}
	return ping, err
}

// forbidden tells that a socket cannot be had from that the way is prohibited.
func forbidden(err error) bool {
	var call *os.SyscallError
	return errors.As(err, &call) && call.Syscall == "socket" && errors.Is(err, fs.ErrPermission)
}

func dialPing(to netip.Addr) (echoConn, error) {
	family, protocol, addr := unix.AF_INET6, unix.IPPROTO_ICMPV6, unix.Sockaddr(&unix.SockaddrInet6{Addr: to.As16()})
	if to.Is4() {
		family, protocol, addr = unix.AF_INET, unix.IPPROTO_ICMP, &unix.SockaddrInet4{Addr: to.As4()}
	}
	fd, err := unix.Socket(family, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, protocol)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	f := os.NewFile(uintptr(fd), "ping")
	defer f.Close() // the connection has a copy
	if err := receiveErrors(fd, to); err != nil {
		return nil, err
	}
	if err := unix.Connect(fd, addr); err != nil {
		return nil, os.NewSyscallError("connect", err)
	}
	conn, err := net.FilePacketConn(f)
	if err != nil {
		return nil, err
	}
	return conn.(*net.UDPConn), nil // as the library calls any datagrams
}

// receiveErrors has the socket return all that ICMP says of what it sends:
// otherwise it is not told that a host or network cannot be reached, as that
// might pass (raw(7), IP_RECVERR in ip(7)).
func receiveErrors(fd int, to netip.Addr) error {
	if to.Is6() {
		return os.NewSyscallError("setsockopt", unix.SetsockoptInt(fd, unix.SOL_IPV6, unix.IPV6_RECVERR, 1))
	}
	return os.NewSyscallError("setsockopt", unix.SetsockoptInt(fd, unix.SOL_IP, unix.IP_RECVERR, 1))
}
