package assertions

import (
	"fmt"
	"strings"
	"time"

	"github.com/dnslab/dnslab/results"
)

// Took expects an answer, whichever, that took at least min and at most max
// from the question to its last octet; 0 is no bound. That an answer is late is
// certain; that it is early holds only as long as the machine is not stalled, so
// max is better far above what is expected.
func Took(name string, min, max time.Duration) Assertion {
	says := fmt.Sprintf("takes %v or more", min)
	switch {
	case min == 0:
		says = fmt.Sprintf("takes %v at most", max)
	case max != 0:
		says = fmt.Sprintf("takes %v to %v", min, max)
	}
	return onMessage(name, says, func(_ results.Evidence, o results.Observation, _ *results.Message) error {
		got := time.Duration(o.DurationMS * float64(time.Millisecond))
		if got < min || max != 0 && got > max {
			return fmt.Errorf("should take %s, but took %v", strings.TrimPrefix(says, "takes "), got.Round(100*time.Millisecond))
		}
		return nil
	})
}
