//go:build !linux

package images

import "os/exec"

// runTied runs a command. Only Linux can tell it that this process died.
func runTied(cmd *exec.Cmd) error { return cmd.Run() }
