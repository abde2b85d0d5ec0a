package binary

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// Path is where a program that needs nothing else is in an image.
const Path = "/dnslab-agent"

// A Program is an agent as files of an image.
type Program struct {
	Files map[string][]byte // absolute path to content; all have mode 755
	Args  []string          // how it is started, before any argument of its own
}

// errNotHere is wrapped by a source that has no program for a platform.
var errNotHere = errors.New("none")

// For returns the agent for a platform, named as Go names it: "linux",
// "amd64". It is safe for concurrent use; a program is made once and must not
// be changed by whoever gets it. The error says in one line what would help.
func For(ctx context.Context, goos, goarch string) (Program, error) {
	return known.get(ctx, goos, goarch)
}

var known programs

// programs remembers what was made.
type programs struct {
	mu   sync.Mutex
	made map[string]Program
}

func (ps *programs) get(ctx context.Context, goos, goarch string) (Program, error) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	platform := goos + "/" + goarch
	if p, ok := ps.made[platform]; ok {
		return p, nil
	}
	p, err := find(ctx, goos, goarch)
	if err != nil {
		return Program{}, fmt.Errorf("finding an agent for %s: %w", platform, err)
	}
	if ps.made == nil {
		ps.made = map[string]Program{}
	}
	ps.made[platform] = p
	return p, nil
}

func find(ctx context.Context, goos, goarch string) (Program, error) {
	if goos != "linux" {
		return Program{}, errors.New("only Linux containers have agents")
	}
	p, err := embedded(goos, goarch)
	if errors.Is(err, errNotHere) {
		p, err = self(goos, goarch)
	}
	if errors.Is(err, errNotHere) {
		var program []byte
		program, err = compile(ctx, agentProgram, goos, goarch)
		p = static(program)
	}
	return p, err
}

func static(program []byte) Program {
	return Program{Files: map[string][]byte{Path: program}, Args: []string{Path}}
}
