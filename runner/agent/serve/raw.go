package serve

import (
	"errors"
	"fmt"
	"time"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/agent"
)

const rawWait = 2 * time.Second

// raw sends octets as they are; whatever comes back first is the answer.
func (w *worker) raw(q agent.Raw) (results.Observation, error) {
	o := results.Observation{Kind: results.KindDNS, Outcome: results.NotFound, Transport: transport(q.TCP)}
	if len(q.Octets) > maxMessage {
		return o, fmt.Errorf("sending %d octets: %d is the most", len(q.Octets), maxMessage)
	}
	server, err := w.server(q.Server)
	if errors.Is(err, errNoServer) {
		o.Detail = err.Error()
		return o, nil
	}
	if err != nil {
		return o, err
	}
	return exchange(server, q.TCP, q.Octets, wait(q.TimeoutMS, rawWait), func([]byte) bool { return true }), nil
}
