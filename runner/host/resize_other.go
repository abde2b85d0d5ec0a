//go:build !unix

package host

import (
	"os"
	"syscall"
)

// resizeSignals come when a terminal has got another size: here none do, and
// one that is not sent stands for them, since no signal at all means all.
var resizeSignals = []os.Signal{syscall.SIGQUIT}
