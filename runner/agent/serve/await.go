package serve

import (
	"maps"
	"time"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/agent"
)

const (
	awaitWait  = 30 * time.Second
	awaitTry   = time.Second            // how long one answer may take
	awaitPause = 100 * time.Millisecond // after each
)

// await asks until the answer is the one that is waited for, so often in a row. That it does not
// come is no error: what is asked next tells what came instead.
func (w *worker) await(a agent.Await) error {
	q := a.Ask
	q.Times, q.TimeoutMS = 1, int(awaitTry.Milliseconds())
	right := 0
	for end := time.Now().Add(wait(a.WithinMS, awaitWait)); ; {
		o, err := w.wire(q)
		if err != nil {
			return err
		}
		if awaited(o, a) {
			right++
		} else {
			right = 0
		}
		if right >= max(a.InARow, 1) || time.Until(end) < awaitPause {
			return nil
		}
		if right == 0 {
			time.Sleep(awaitPause)
		}
	}
}

// awaited tells whether o has the rcode and, if any are given, just the data
// that a waits for, in any order, or was refused if that is waited for.
func awaited(o results.Observation, a agent.Await) bool {
	if a.Refused {
		return o.Outcome == results.Refused
	}
	if o.Outcome != results.Answered || o.DNS.Rcode != a.Rcode {
		return false
	}
	if a.Answers == nil {
		return true
	}
	has, want := map[string]bool{}, map[string]bool{}
	for _, r := range o.DNS.Answers {
		has[r.Data] = true
	}
	for _, data := range *a.Answers {
		want[data] = true
	}
	return maps.Equal(has, want)
}
