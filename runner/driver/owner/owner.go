// Package owner says which process a label belongs to, and whether it lives.
//
// Everything a run makes carries the owner's text, so that whoever cleans up
// after dead runs can spare those that still go on:
//
//	me := owner.Text()            // "vm-4026531836-00c1:1432:88123"
//	owner.Lives(label) == owner.Dead
package owner

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// A State is what is known of an owner.
type State int

const (
	Dead    State = iota // its process is gone, or the label says nothing
	Alive                // its process runs on this machine
	Unknown              // it ran somewhere else, or this machine does not tell
)

// Text names this process: the machine and PID namespace it runs in, its
// number, and when it started, since numbers are used again.
func Text() string {
	ticks, _ := started(os.Getpid())
	return fmt.Sprintf("%s:%d:%s", here(), os.Getpid(), ticks)
}

// Lives tells what became of the process that text names.
func Lives(text string) State {
	parts := strings.Split(text, ":")
	if len(parts) != 3 {
		return Dead
	}
	pid, err := strconv.Atoi(parts[1])
	if err != nil {
		return Dead
	}
	if parts[0] != here() {
		return Unknown
	}
	process, err := os.FindProcess(pid)
	if err != nil {
		return Unknown
	}
	switch err := process.Signal(syscall.Signal(0)); {
	case errors.Is(err, os.ErrProcessDone), errors.Is(err, syscall.ESRCH):
		return Dead
	case err != nil && !errors.Is(err, os.ErrPermission):
		return Unknown
	}
	switch ticks, err := started(pid); {
	case err == nil && ticks == parts[2]:
		return Alive
	case err == nil, errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ESRCH):
		return Dead
	}
	return Unknown // too many files are open
}

// here names the machine since it was booted, and the PID namespace in it.
func here() string {
	host, _ := os.Hostname()
	boot, _ := os.ReadFile("/proc/sys/kernel/random/boot_id")
	ns, _ := os.Readlink("/proc/self/ns/pid")
	return fmt.Sprintf("%x", sha256.Sum256([]byte(host+string(boot)+ns)))[:12]
}

// started is field 22 of /proc/PID/stat, in clock ticks since boot (proc(5));
// where there is no /proc, nothing.
func started(pid int) (string, error) {
	if _, err := os.Stat("/proc/self"); errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return "", err
	}
	text := string(stat)
	f := strings.Fields(text[strings.LastIndexByte(text, ')')+1:]) // the name may hold anything
	if len(f) < 20 {
		return "", fmt.Errorf("/proc/%d/stat is %q", pid, text)
	}
	return f[19], nil
}
