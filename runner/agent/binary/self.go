package binary

import (
	"runtime"
	"sync/atomic"
)

// selfArg is the first argument with which a program that serves itself is the agent.
const selfArg = "agent"

var selfServes atomic.Bool

// SelfServes says that this program is the agent when its first argument is
// "agent". A main, or a TestMain, calls it before anything asks for an agent.
func SelfServes() { selfServes.Store(true) }

// self returns this process's own program.
func self(goos, goarch string) (Program, error) {
	if !selfServes.Load() || goos != runtime.GOOS || goarch != runtime.GOARCH {
		return Program{}, errNotHere
	}
	// The link of /proc works even where the file itself has been removed, as
	// "go run" and "go test" do. goos is "linux" here.
	p, err := load("/proc/self/exe")
	if err != nil {
		return Program{}, err
	}
	p.Args = append(p.Args, selfArg)
	return p, nil
}
