package binary

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// Kind returns the program that makes clusters, cmd/dnslab-kind, for a
// platform; where it comes from is as in [For]. Who gets it must not change it.
func Kind(ctx context.Context, goos, goarch string) ([]byte, error) {
	kinds.mu.Lock()
	defer kinds.mu.Unlock()
	platform := goos + "/" + goarch
	if p, ok := kinds.made[platform]; ok {
		return p, nil
	}
	p, err := unpack(folder, "kind", goos, goarch)
	if errors.Is(err, errNotHere) {
		p, err = compile(ctx, kindProgram, goos, goarch)
	}
	if err != nil {
		return nil, fmt.Errorf("finding the program that makes clusters for %s: %w", platform, err)
	}
	kinds.made[platform] = p
	return p, nil
}

var kinds = struct {
	mu   sync.Mutex
	made map[string][]byte
}{made: map[string][]byte{}}
