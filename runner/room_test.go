package runner

import (
	"sync"
	"testing"
	"testing/synctest"

	"github.com/dnslab/dnslab/runner/driver"
)

// Half of the memory is for lab hosts, and three of them at most.
func TestRoom(t *testing.T) {
	const GiB = 1 << 30
	for _, c := range []struct {
		name    string
		machine uint64
		share   driver.Share
		want    int
	}{
		{"small hosts", 8 * GiB, driver.Share{Seats: 1, Memory: GiB / 4}, 3},
		{"large hosts", 6 * GiB, driver.Share{Seats: 1, Memory: 3 * GiB / 2}, 2},
		{"clusters", 8 * GiB, driver.Share{Seats: 2, Memory: GiB}, 1},
		{"more than there is", GiB, driver.Share{Seats: 4, Memory: 3 * GiB}, 1},
		{"an unknown machine", 0, driver.Share{Seats: 1, Memory: 3 * GiB}, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRoom(c.machine)
				var mu sync.Mutex
				var open []func()
				for range 5 {
					go func() {
						back := r.take(c.share)
						mu.Lock()
						defer mu.Unlock()
						open = append(open, back)
					}()
				}
				for waiting := 5; waiting > 0; waiting-- {
					synctest.Wait()
					mu.Lock()
					if len(open) != min(c.want, waiting) {
						t.Fatalf("%d are open at once, want %d", len(open), min(c.want, waiting))
					}
					close := open[0]
					open = open[1:]
					mu.Unlock()
					close()
				}
			})
		})
	}
}
