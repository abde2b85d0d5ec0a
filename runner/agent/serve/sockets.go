package serve

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"slices"
	"syscall"

	"github.com/prometheus/procfs"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/agent"
)

// agentName is the owner of the sockets of a DNS server that the agent serves.
const agentName = "dnslab-agent"

// The states of /proc/net/tcp and udp that say "open to anybody", from the
// kernel's include/net/tcp_states.h. A UDP socket that is bound and not
// connected is "closed".
const (
	tcpClose  = 7
	tcpListen = 10
)

// A found socket is one line of /proc/net.
type found struct {
	results.Socket
	inode uint64
}

// sockets lists listening TCP and bound UDP sockets, without the agent's own
// but with those of the server it serves.
func (w *worker) sockets(q agent.Sockets) (results.Observation, error) {
	o := results.Observation{Kind: results.KindSockets, Outcome: results.Value, Sockets: []results.Socket{}}
	all, err := w.openSockets()
	if err != nil {
		return o, err
	}
	owners, err := w.owners(q.Owners)
	if err != nil {
		return o, err
	}
	for _, s := range all {
		owner, owned := owners[s.inode]
		switch {
		case w.upstream.holds(s.inode):
			s.Owner, s.PID = agentName, os.Getpid()
		case owned && owner.PID == os.Getpid():
			continue
		case q.Owners:
			s.Owner, s.PID = owner.Name, owner.PID
		}
		o.Sockets = append(o.Sockets, s.Socket)
	}
	slices.SortFunc(o.Sockets, func(a, b results.Socket) int {
		return cmp.Or(cmp.Compare(a.Transport, b.Transport), a.Addr.Compare(b.Addr), cmp.Compare(a.Port, b.Port))
	})
	return o, nil
}

// openSockets lists each socket once. The kernel can show one twice: it is asked
// again where the list ends, counts to that place anew, and by then another
// socket may have come before it.
func (w *worker) openSockets() ([]found, error) {
	proc, err := procfs.NewFS(w.proc)
	if err != nil {
		return nil, fmt.Errorf("opening %q: %w", w.proc, err)
	}
	var all []found
	listed := map[uint64]bool{}
	add := func(transport string, ip net.IP, port, inode uint64) {
		if inode != 0 && listed[inode] {
			return
		}
		listed[inode] = true
		addr, _ := netip.AddrFromSlice(ip)
		all = append(all, found{results.Socket{Transport: transport, Addr: addr, Port: uint16(port)}, inode})
	}
	//lint:ignore SA1019 asking over netlink instead would open a socket in the place that is observed
	for _, list := range []func() (procfs.NetTCP, error){proc.NetTCP, proc.NetTCP6} {
		lines, err := list()
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // no tcp6 without IPv6
			return nil, fmt.Errorf("listing TCP sockets: %w", err)
		}
		for _, l := range lines {
			if l.St == tcpListen {
				add("tcp", l.LocalAddr, l.LocalPort, l.Inode)
			}
		}
	}
	for _, list := range []func() (procfs.NetUDP, error){proc.NetUDP, proc.NetUDP6} {
		lines, err := list()
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("listing UDP sockets: %w", err)
		}
		for _, l := range lines {
			if l.St == tcpClose {
				add("udp", l.LocalAddr, l.LocalPort, l.Inode)
			}
		}
	}
	return all, nil
}

// owners finds the processes that hold sockets, by inode: all that can be
// seen, or only the agent itself. Of several, the oldest counts.
func (w *worker) owners(all bool) (map[uint64]results.Process, error) {
	processes, err := w.allProcesses()
	if err != nil {
		return nil, err
	}
	slices.SortFunc(processes, func(a, b procfs.Proc) int { return cmp.Compare(a.PID, b.PID) })
	owners := map[uint64]results.Process{}
	for _, p := range processes {
		if !all && p.PID != os.Getpid() {
			continue
		}
		targets, err := p.FileDescriptorTargets()
		if gone(err) || errors.Is(err, fs.ErrPermission) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("listing the files of process %d: %w", p.PID, err)
		}
		name, err := p.Comm()
		if err != nil {
			continue
		}
		for _, target := range targets {
			var inode uint64
			if _, err := fmt.Sscanf(target, "socket:[%d]", &inode); err != nil {
				continue
			}
			if _, known := owners[inode]; !known {
				owners[inode] = results.Process{PID: p.PID, Name: name}
			}
		}
	}
	return owners, nil
}

// inode returns that of a socket, 0 if it is closed.
func inode(s syscall.Conn) uint64 {
	raw, err := s.SyscallConn()
	if err != nil {
		return 0
	}
	var stat syscall.Stat_t
	if raw.Control(func(fd uintptr) { err = syscall.Fstat(int(fd), &stat) }) != nil || err != nil {
		return 0
	}
	return stat.Ino
}
