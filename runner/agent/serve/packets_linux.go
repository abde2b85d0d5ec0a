package serve

import (
	"os"

	"golang.org/x/sys/unix"
)

// inPackets makes f, where it is a pipe, hand over at most 4096 octets to
// one reader's call (pipe(2), O_DIRECT). Podman 3.0 loses an octet of each
// 8192 that conmon reads at once: conmon puts a mark before them, and Podman
// has no room for both.
func inPackets(f *os.File) {
	conn, err := f.SyscallConn()
	if err != nil {
		return
	}
	conn.Control(func(fd uintptr) {
		if flags, err := unix.FcntlInt(fd, unix.F_GETFL, 0); err == nil {
			unix.FcntlInt(fd, unix.F_SETFL, flags|unix.O_DIRECT) // what is no pipe stays as it is
		}
	})
}
