package runner

import (
	"cmp"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"time"

	"github.com/dnslab/dnslab/runner/agent"
	"github.com/dnslab/dnslab/runner/driver"
	"github.com/dnslab/dnslab/runner/topo"
)

// How long a question may take that does not say so itself. An engine's
// resolver gives each server 4 s (moby resolver.go extIOTimeout), so two dead
// ones are still told from no answer at all.
const (
	wireTimeout = 10 * time.Second
	rawTimeout  = 2 * time.Second
	pingTimeout = 2 * time.Second
)

// A resolver turns what a lab says into what an agent is told.
type resolver struct {
	known driver.Known
	topo  topo.Topology
	zone  string // fully qualified
}

func (r resolver) ask(q topo.Question) (agent.Ask, error) {
	switch q := q.(type) {
	case topo.Wire:
		wire, err := r.wire(q)
		return agent.Ask{Wire: &wire}, err
	case topo.Sweep:
		names, err := r.expand(q.Names)
		return agent.Ask{Sweep: &agent.Sweep{Names: names, Type: typeOf(q.Type)}}, err
	case topo.Raw:
		server, err := r.server(q.From, q.Server)
		return agent.Ask{Raw: &agent.Raw{Server: server, TCP: q.TCP, Octets: q.Octets, TimeoutMS: millis(q.Timeout, rawTimeout)}}, err
	case topo.Libc:
		name, err := topo.Expand(q.Name, r.known.Lookup)
		return agent.Ask{Libc: &agent.Libc{Name: name, Family: q.Family}}, err
	case topo.File:
		return agent.Ask{File: &agent.File{Path: q.Path}}, nil
	case topo.Object: // to whoever is at that place, what the API server says is a file
		path, err := topo.Expand(q.Path, r.known.Lookup)
		return agent.Ask{File: &agent.File{Path: path, Field: q.Field}}, err
	case topo.HostFile:
		return agent.Ask{File: &agent.File{Path: q.Path}}, nil
	case topo.HostCommand:
		command, err := r.command(q.Args, q.Root)
		return agent.Ask{Command: command}, err
	case topo.NodeCommand:
		command, err := r.command(q.Args, true)
		return agent.Ask{Command: command}, err
	case topo.Ping:
		to, err := r.known.ServerAddr(q.From, q.To)
		return agent.Ask{Ping: &agent.Ping{To: to.String(), TimeoutMS: millis(q.Timeout, pingTimeout)}}, err
	case topo.HostProgram:
		return agent.Ask{Runs: &agent.Runs{Name: q.Name}}, nil
	case topo.Sockets:
		return agent.Ask{Sockets: &agent.Sockets{Owners: q.Owners}}, nil
	case topo.Processes:
		return agent.Ask{Processes: &struct{}{}}, nil
	case topo.Rules:
		return agent.Ask{Rules: &struct{}{}}, nil
	case topo.Saw:
		return agent.Ask{Log: &struct{}{}}, nil
	}
	return agent.Ask{}, fmt.Errorf("no agent knows the question %T", q)
}

func (r resolver) act(a topo.AgentAct) (agent.Act, error) {
	switch a := a.(type) {
	case topo.Program:
		replies, err := r.replies(a.Replies)
		return agent.Act{Program: replies}, err
	case topo.Close:
		return agent.Act{Close: &agent.Close{Transport: a.Transport}}, nil
	case topo.Serve:
		serve, err := r.serve(a.Node, a.Replies)
		return agent.Act{Serve: &serve}, err
	case topo.Write:
		text, err := topo.Expand(a.Content, r.known.Lookup)
		return agent.Act{Write: &agent.Write{Path: a.Path, Content: text, From: a.From, Rename: a.Rename, Append: a.Append}}, err
	case topo.HostWrite:
		text, err := topo.Expand(a.Content, r.known.Lookup)
		return agent.Act{Write: &agent.Write{Path: a.Path, Content: text, Rename: a.Rename}}, err
	case topo.HostRun:
		command, err := r.command(a.Args, a.Root)
		return agent.Act{Run: command}, err
	case topo.NodeRun:
		command, err := r.command(a.Args, true)
		return agent.Act{Run: command}, err
	case topo.HostStart:
		args, err := r.expand(a.Args)
		return agent.Act{Start: &agent.Start{Name: a.Name, Args: args, Answers: a.Answers}}, err
	case topo.HostStop:
		return agent.Act{Stop: &agent.Stop{Name: a.Name}}, nil
	case topo.Await:
		await, err := r.await(a)
		return agent.Act{Await: &await}, err
	case topo.FlushRules:
		return agent.Act{FlushRules: &agent.FlushRules{Chain: a.Chain}}, nil
	}
	return agent.Act{}, fmt.Errorf("no agent knows the act %T", a)
}

func (r resolver) wire(q topo.Wire) (agent.Wire, error) {
	name, err := topo.Expand(q.Name, r.known.Lookup)
	if err != nil {
		return agent.Wire{}, err
	}
	server, err := r.server(q.From, q.Server)
	return agent.Wire{
		Name: name, Type: typeOf(q.Type), Class: q.Class, Server: server, Search: q.Search, TCP: q.TCP,
		EDNS: q.EDNS, DO: q.DO, NoRD: q.NoRD, Times: q.Times, TimeoutMS: millis(q.Timeout, wireTimeout),
	}, err
}

func (r resolver) await(a topo.Await) (agent.Await, error) {
	wire, err := r.wire(a.Ask)
	if err != nil {
		return agent.Await{}, err
	}
	await := agent.Await{Ask: wire, Rcode: cmp.Or(a.Rcode, "NOERROR"), Refused: a.Refused, InARow: a.Row(), WithinMS: millis(a.Within, topo.AwaitWithin)}
	if a.Answers != nil {
		answers, err := r.expand(a.Answers)
		if err != nil {
			return agent.Await{}, err
		}
		answers = append([]string{}, answers...) // none is not the same as any
		await.Answers = &answers
	}
	return await, nil
}

// serve is what makes n an upstream. Upstreams are numbered in the order of
// their topology; a node that only serves later comes after them.
func (r resolver) serve(n topo.Node, replies []topo.Reply) (agent.Serve, error) {
	number, last := 0, 0
	for _, other := range r.topo {
		if other.Kind == topo.Upstream {
			last++
			if other.Name == n.Name {
				number = last
			}
		}
	}
	if number == 0 {
		number = last + 1
	}
	replies, err := r.replies(replies)
	return agent.Serve{Name: n.Name, Number: number, Zone: r.zone, Replies: replies}, err
}

func (r resolver) replies(in []topo.Reply) ([]topo.Reply, error) {
	out := slices.Clone(in)
	for i := range out {
		var err error
		if out[i].Name, err = topo.Expand(out[i].Name, r.known.Lookup); err != nil {
			return nil, err
		}
		if out[i].Answers, err = r.expand(out[i].Answers); err != nil {
			return nil, err
		}
		if out[i].Authority, err = r.expand(out[i].Authority); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (r resolver) expand(texts []string) ([]string, error) {
	var out []string
	for _, t := range texts {
		t, err := topo.Expand(t, r.known.Lookup)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

func (r resolver) command(args []string, root bool) (*agent.Command, error) {
	args, err := r.expand(args)
	return &agent.Command{Args: args, Root: root}, err
}

func (r resolver) server(from topo.Node, server string) (string, error) {
	if server == "" {
		return "", nil
	}
	if _, err := netip.ParseAddrPort(server); err == nil {
		return server, nil
	}
	addr, err := r.known.ServerAddr(from, server)
	if err != nil {
		return "", err
	}
	return net.JoinHostPort(addr.String(), "53"), nil
}

func typeOf(t string) string {
	if t == "" {
		return "A"
	}
	return t
}

func millis(d, otherwise time.Duration) int {
	if d == 0 {
		d = otherwise
	}
	return int(d.Milliseconds())
}
