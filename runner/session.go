package runner

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/miekg/dns"

	"github.com/dnslab/dnslab/results"
	"github.com/dnslab/dnslab/runner/agent"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// A session is a world with the agents that have been dialled in it.
type session struct {
	world driver.World
	topo  topo.Topology
	zone  string

	mu      sync.Mutex
	clients map[topo.Place]*agent.Client
}

func newSession(w driver.World, t topo.Topology, zone string) *session {
	return &session{world: w, topo: t, zone: zone, clients: map[topo.Place]*agent.Client{}}
}

func (s *session) resolver() resolver { return resolver{s.world.Known(), s.topo, s.zone} }

// serveAll makes every running upstream serve.
func (s *session) serveAll(ctx context.Context) error {
	errs := make([]error, len(s.topo))
	var all sync.WaitGroup
	for i, n := range s.topo {
		if n.Kind == topo.Upstream && !n.Later {
			all.Go(func() { _, errs[i] = s.client(ctx, topo.Place{At: topo.Inside, Name: n.Name}) })
		}
	}
	all.Wait()
	return errors.Join(errs...)
}

// client returns the agent at p, dialling it if need be. An upstream's agent
// is told to serve before anything else.
func (s *session) client(ctx context.Context, p topo.Place) (*agent.Client, error) {
	s.mu.Lock()
	c := s.clients[p]
	s.mu.Unlock()
	if c != nil && !c.Broken() {
		return c, nil
	}
	stream, err := s.world.Dial(ctx, p)
	if err != nil {
		return nil, err
	}
	c = agent.NewClient(stream)
	if n, ok := s.topo.Node(p.Name); ok && n.Kind == topo.Upstream && p.At == topo.Inside {
		serve, err := s.resolver().serve(n, n.Serves)
		if err == nil {
			_, err = c.Do(ctx, agent.Request{Acts: []agent.Act{{Serve: &serve}}})
		}
		if err != nil {
			c.Close()
			return nil, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clients[p] = c
	return c, nil
}

// do carries out one act, by an agent or by the engine.
func (s *session) do(ctx context.Context, a topo.Act) error {
	if a, ok := a.(topo.AgentAct); ok {
		act, err := s.resolver().act(a)
		if err != nil {
			return err
		}
		c, err := s.client(ctx, a.Place())
		if err != nil {
			return err
		}
		_, err = c.Do(ctx, agent.Request{Acts: []agent.Act{act}})
		return err
	}
	if a, ok := a.(topo.AwaitText); ok {
		return s.awaitText(ctx, a)
	}
	s.forget(a)
	if err := s.world.Do(ctx, a); err != nil {
		return err
	}
	if n, ok := started(a); ok && n.Kind == topo.Upstream {
		_, err := s.client(ctx, topo.Place{At: topo.Inside, Name: n.Name})
		return err
	}
	return nil
}

// textPause is how long awaitText leaves the API server alone after each try.
const textPause = 200 * time.Millisecond

// awaitText reads an object until it holds a text. That it does not come is no
// error: what is asked next tells what came instead.
func (s *session) awaitText(ctx context.Context, a topo.AwaitText) error {
	const it = "awaited"
	for end := time.Now().Add(cmp.Or(a.Within, topo.AwaitWithin)); ; {
		seen, failed := s.ask(ctx, map[string]topo.Question{it: a.In})
		if err := failed[it]; err != nil {
			return err
		}
		if o := seen[it]; o.Text != nil && strings.Contains(*o.Text, a.Has) || time.Until(end) < textPause {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(textPause):
		}
	}
}

// forget hangs up on the agents that an act is about to end, or to cut off.
func (s *session) forget(a topo.Act) {
	var gone func(topo.Place) bool
	of := func(n topo.Node) func(topo.Place) bool { return func(p topo.Place) bool { return p.Name == n.Name } }
	switch a := a.(type) {
	case topo.Stop:
		gone = of(a.Node)
	case topo.Restart:
		gone = of(a.Node)
	case topo.Remove:
		gone = of(a.Node)
	case topo.RestartEngine:
		gone = s.throughEngine
	case topo.SetKubelet:
		gone = s.throughKubelet
	default:
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for p, c := range s.clients {
		if gone(p) {
			c.Close()
			delete(s.clients, p)
		}
	}
}

// throughEngine tells whether an agent is reached through the engine under
// test: all are but those on the lab host and on the engine outside.
func (s *session) throughEngine(p topo.Place) bool {
	n, ok := s.topo.Node(p.Name)
	return ok && n.Mode != topo.BesideHost && n.Mode != topo.ServesHost
}

// throughKubelet tells whether an agent is reached through a kubelet, which
// streams what goes in and out of its pods itself.
func (s *session) throughKubelet(p topo.Place) bool {
	n, ok := s.topo.Node(p.Name)
	return ok && p.At == topo.Inside && (n.Mode == topo.PodNetwork || n.Mode == topo.HostNetwork)
}

func started(a topo.Act) (topo.Node, bool) {
	switch a := a.(type) {
	case topo.Start:
		return a.Node, true
	case topo.Restart:
		return a.Node, true
	}
	return topo.Node{}, false
}

// ask puts all questions at once, in one round trip for each place. What could
// not be asked has an error instead of an observation.
func (s *session) ask(ctx context.Context, questions map[string]topo.Question) (map[string]results.Observation, map[string]error) {
	seen, failed := map[string]results.Observation{}, map[string]error{}
	requests := map[topo.Place]map[string]agent.Ask{}
	r := s.resolver()
	for name, q := range questions {
		ask, err := r.ask(q)
		if err != nil {
			failed[name] = err
			continue
		}
		if requests[q.Place()] == nil {
			requests[q.Place()] = map[string]agent.Ask{}
		}
		requests[q.Place()][name] = ask
	}
	var mu sync.Mutex
	var all sync.WaitGroup
	for p, asks := range requests {
		all.Go(func() {
			resp, err := s.request(ctx, p, asks)
			mu.Lock()
			defer mu.Unlock()
			for name := range asks {
				o, ok := resp.Observed[name]
				switch {
				case ok:
					seen[name] = r.only(signed(o, p, questions[name]), questions[name])
				case err != nil:
					failed[name] = err
				default:
					failed[name] = errors.New("the agent did not answer this question")
				}
			}
		})
	}
	all.Wait()
	return seen, failed
}

// only is an observation without what a question did not ask for.
func (r resolver) only(o results.Observation, q topo.Question) results.Observation {
	saw, ok := q.(topo.Saw)
	if !ok || saw.Of == "" {
		return o
	}
	of, err := topo.Expand(saw.Of, r.known.Lookup)
	if err != nil {
		of = saw.Of // which nobody asked for
	}
	o.Log = slices.DeleteFunc(o.Log, func(q results.Query) bool { return !dns.IsSubDomain(of, q.Name) })
	return o
}

// signed adds to an observation what the agent does not know.
func signed(o results.Observation, p topo.Place, q topo.Question) results.Observation {
	o.Place = results.Place{At: string(p.At), Name: p.Name}
	if o.Kind == results.KindUpstream {
		o.Place.At = "upstream"
	}
	o.Asked = q.String()
	o.More = slices.Clone(o.More)
	for i, m := range o.More {
		o.More[i] = signed(m, p, q)
	}
	return o
}

// linger is how long questions that are under way may go on after ctx has
// ended. Most are answered by then; those that wait for silence need not be
// waited for. Docker 20.10 can lock itself up for good where its resolver
// answers while a container of the same network goes: libnetwork's ResolveName
// and HandleQueryResp ask for the network's id with the controller locked,
// getSvcRecords locks them the other way round. In 23.0 the id is read before.
const linger = time.Second

func lingering(ctx context.Context) (context.Context, context.CancelFunc) {
	late, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		time.AfterFunc(linger, func() { cancel(context.Cause(ctx)) })
	})
	return late, func() {
		stop()
		cancel(nil)
	}
}

func (s *session) request(ctx context.Context, p topo.Place, asks map[string]agent.Ask) (agent.Response, error) {
	ctx, end := lingering(ctx)
	defer end()
	ctx, cancel := context.WithTimeoutCause(ctx, longest(asks)+20*time.Second, errors.New("the agent did not answer in time"))
	defer cancel()
	c, err := s.client(ctx, p)
	if err != nil {
		return agent.Response{}, err
	}
	return c.Do(ctx, agent.Request{Asks: asks})
}

// longest is how long the slowest of the questions may take by itself.
func longest(asks map[string]agent.Ask) time.Duration {
	ms, programs := 0, 0
	for _, a := range asks {
		switch {
		case a.Wire != nil:
			ms = max(ms, a.Wire.TimeoutMS*max(1, a.Wire.Times))
		case a.Raw != nil:
			ms = max(ms, a.Raw.TimeoutMS)
		case a.Ping != nil:
			ms = max(ms, a.Ping.TimeoutMS)
		case a.Sweep != nil, a.Libc != nil:
			ms = max(ms, 40_000)
		case a.Command != nil:
			programs++ // which run a few at once; see runner/agent/serve/program.go
			ms = max(ms, 100_000+programs*10_000)
		}
	}
	return time.Duration(ms) * time.Millisecond
}

// close hangs up on every agent.
func (s *session) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range slices.Collect(maps.Values(s.clients)) {
		c.Close()
	}
	s.clients = map[topo.Place]*agent.Client{}
}
