package gate

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
)

// Whoever holds the only place lets the others in by the age of their worlds,
// and within one world as they came.
func TestGateOlderFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &Gate{free: 1}
		var came []string
		var all sync.WaitGroup
		pass := func(world int, name string, f func()) {
			all.Go(func() {
				if err := g.Pass(t.Context(), world, func() error { came = append(came, name); f(); return nil }); err != nil {
					t.Error(err)
				}
			})
			synctest.Wait()
		}
		hold := make(chan struct{})
		pass(3, "holder", func() { <-hold })
		for _, c := range []struct {
			world int
			name  string
		}{{5, "young"}, {2, "old"}, {5, "young too"}, {Leaving, "leaving"}, {3, "middle"}} {
			pass(c.world, c.name, func() {})
		}
		close(hold)
		all.Wait()
		want := []string{"holder", "leaving", "old", "middle", "young", "young too"}
		if !slices.Equal(came, want) {
			t.Errorf("they came as %q, want %q", came, want)
		}
		if g.free != 1 || len(g.waiting) != 0 {
			t.Errorf("%d places are free and %d wait, want 1 and none", g.free, len(g.waiting))
		}
	})
}

// Who gives up does not come, and takes no place from others.
func TestGateGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &Gate{free: 1}
		hold := make(chan struct{})
		var all sync.WaitGroup
		all.Go(func() { g.Pass(t.Context(), 1, func() error { <-hold; return nil }) })
		synctest.Wait()
		ctx, cancel := context.WithCancelCause(t.Context())
		why := errors.New("no patience")
		all.Go(func() {
			if err := g.Pass(ctx, 2, func() error { t.Error("it came"); return nil }); !errors.Is(err, why) {
				t.Errorf("error %v, want %v", err, why)
			}
		})
		synctest.Wait()
		cancel(why)
		synctest.Wait()
		close(hold)
		all.Wait()
		if g.free != 1 || len(g.waiting) != 0 {
			t.Errorf("%d places are free and %d wait, want 1 and none", g.free, len(g.waiting))
		}
	})
}
