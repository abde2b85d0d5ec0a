//go:build unix

package host

import (
	"os"
	"syscall"
)

// resizeSignals come when a terminal has got another size.
var resizeSignals = []os.Signal{syscall.SIGWINCH}
