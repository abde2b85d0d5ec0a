package images

import (
	"os/exec"
	"runtime"
	"syscall"
)

// runTied runs a command with all that it starts in a process group of its own,
// which is killed when the command's context ends. When this process dies,
// however that happens, the command is interrupted: a build would go on for
// minutes, and nothing would know of it.
func runTied(cmd *exec.Cmd) error {
	// The kernel takes the end of the thread that started the command for the
	// end of the process.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGINT}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	return cmd.Run()
}
