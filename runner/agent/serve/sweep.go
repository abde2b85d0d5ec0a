package serve

import (
	"errors"
	"sync"
	"time"

	"github.com/miekg/dns"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/agent"
)

const (
	sweepWidth = 32 // names asked for at the same time
	sweepWait  = 5 * time.Second
)

// sweep asks for many names and keeps of each answer what fits a table.
func (w *worker) sweep(q agent.Sweep) (results.Observation, error) {
	o := results.Observation{Kind: results.KindCommand, Outcome: results.NotFound, Transport: "udp"}
	server, err := w.server("")
	if errors.Is(err, errNoServer) {
		o.Detail = err.Error()
		return o, nil
	}
	if err != nil {
		return o, err
	}
	o.Outcome, o.Server, o.Table = results.Value, server.String(), map[string]results.TableEntry{}
	var (
		mu   sync.Mutex
		wg   sync.WaitGroup
		free = make(chan struct{}, sweepWidth)
	)
	for _, name := range q.Names {
		query, buildErr := build(agent.Wire{Type: q.Type}, dns.Fqdn(name))
		if buildErr != nil {
			err = buildErr
			break
		}
		free <- struct{}{}
		wg.Go(func() {
			defer func() { <-free }()
			seen := exchange(server, false, query, sweepWait, sameID(query))
			entry := results.TableEntry{Outcome: seen.Outcome}
			if seen.DNS != nil {
				entry.Rcode, entry.Addrs = seen.DNS.Rcode, seen.DNS.Addrs
			}
			mu.Lock()
			defer mu.Unlock()
			o.Table[name] = entry
		})
	}
	wg.Wait()
	return o, err
}
