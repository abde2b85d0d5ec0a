package runner

import (
	"context"

	"golang.org/x/sync/semaphore"

	"github.com/dnslab/dnslab/runner/driver"
)

// A room bounds what is open at once: three lab hosts, which are one whose last
// labs run, one whose first ones do, and the next; and half of the machine's
// memory. One that takes more than that has the room alone.
type room struct {
	seats, memory *semaphore.Weighted
	all           driver.Share
}

const openAtOnce = 3

// newRoom returns the room of a machine with so many bytes of memory; 0 is not
// known, and no bound.
func newRoom(bytes uint64) *room {
	all := driver.Share{Seats: openAtOnce, Memory: int64(bytes / 2)}
	if all.Memory == 0 {
		all.Memory = 1 << 62
	}
	return &room{semaphore.NewWeighted(openAtOnce), semaphore.NewWeighted(all.Memory), all}
}

// take waits until there is room, and returns what gives it back.
func (r *room) take(s driver.Share) (giveBack func()) {
	seats, bytes := int64(min(s.Seats, r.all.Seats)), min(s.Memory, r.all.Memory)
	// Without an end of its context neither fails.
	_ = r.seats.Acquire(context.Background(), seats)
	_ = r.memory.Acquire(context.Background(), bytes)
	return func() {
		r.memory.Release(bytes)
		r.seats.Release(seats)
	}
}
