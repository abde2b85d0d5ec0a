package serve

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/agent"
)

const libcWait = 30 * time.Second // glibc gives up on two silent servers after 20 s

// getaddrinfo has the program beside the agent call it, since the agent itself
// is linked with no libc.
func (w *worker) getaddrinfo(q agent.Libc) (results.Observation, error) {
	o := results.Observation{Kind: results.KindLibc, Libc: &results.Lookup{Addrs: []netip.Addr{}}}
	family := q.Family
	if family == "" {
		family = "any"
	}
	ctx, cancel := context.WithTimeout(context.Background(), libcWait)
	defer cancel()
	start := time.Now()
	out, err := w.command(ctx, w.libc, q.Name, family)
	o.DurationMS = since(start)
	if ctx.Err() != nil {
		o.Outcome = results.TimedOutAsk
		o.Detail = fmt.Sprintf("getaddrinfo did not return within %v", libcWait)
		return o, nil
	}
	if err != nil {
		return o, err
	}
	if err := json.Unmarshal(out, o.Libc); err != nil {
		return o, fmt.Errorf("reading what %q printed, %q: %w", w.libc, out, err)
	}
	o.Libc.Addrs = once(o.Libc.Addrs)
	switch o.Libc.Code {
	case "0":
		o.Outcome = results.Value
		return o, nil
	case "EAI_NONAME", "EAI_NODATA":
		o.Outcome = results.NotFound
	case "EAI_AGAIN":
		o.Outcome = results.TimedOutAsk
	default:
		o.Outcome = results.Value
	}
	o.Detail = "getaddrinfo returned " + o.Libc.Code
	return o, nil
}

// once keeps the first of equal addresses.
func once(addrs []netip.Addr) []netip.Addr {
	kept := []netip.Addr{}
	for _, a := range addrs {
		if !slices.Contains(kept, a) {
			kept = append(kept, a)
		}
	}
	return kept
}
