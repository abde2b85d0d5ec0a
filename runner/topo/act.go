package topo

import (
	"fmt"
	"strings"
)

// A Scope says how much an act touches, and so with whom its lab can share.
type Scope int

const (
	World   Scope = iota // the lab's own containers and networks
	Cluster              // the lab has the cluster alone
	Machine              // the lab gets a lab host that is thrown away after
)

// An Act changes the world between questions. Those of this file are the
// engine's to do; those that also have a place (AgentAct) are done by the
// agent there.
type Act interface {
	Touches() Scope
	String() string
}

// An AgentAct is done by the agent at a place, the same way on every engine.
type AgentAct interface {
	Act
	Place() Place
}

// Connect puts a running node on one more network.
type Connect struct {
	Node    Node
	Network Network
	Aliases []string
}

// Disconnect takes a running node off a network.
type Disconnect struct {
	Node    Node
	Network Network
}

// Rename gives a running node another name in the engine. {node} stays what
// it was; the new name is NAME with the run's suffix, as for any node, and
// can be asked for as {NAME}.
type Rename struct {
	Node Node
	Name string
}

// Start starts a node that is Later or was stopped.
type Start struct{ Node Node }

// Stop stops a node.
type Stop struct{ Node Node }

// Restart stops and starts a node.
type Restart struct{ Node Node }

// Remove stops a node and removes it.
type Remove struct{ Node Node }

// SwarmInit makes the engine the first node of a swarm, which nobody else can
// join: it listens on the host's loopback alone.
type SwarmInit struct{}

func (SwarmInit) Touches() Scope  { return Machine }
func (SwarmInit) String() string  { return "docker swarm init" }
func (Connect) Touches() Scope    { return World }
func (Disconnect) Touches() Scope { return World }
func (Rename) Touches() Scope     { return World }
func (a Start) Touches() Scope    { return a.Node.shared() }
func (a Stop) Touches() Scope     { return a.Node.shared() }
func (a Restart) Touches() Scope  { return a.Node.shared() }
func (Remove) Touches() Scope     { return World }

func (a Connect) String() string {
	s := fmt.Sprintf("connect %s to %s", a.Node.Name, a.Network.Name)
	if len(a.Aliases) > 0 {
		s += " as " + strings.Join(a.Aliases, ", ")
	}
	return s
}
func (a Disconnect) String() string {
	return fmt.Sprintf("disconnect %s from %s", a.Node.Name, a.Network.Name)
}
func (a Rename) String() string  { return fmt.Sprintf("rename %s to %s", a.Node.Name, a.Name) }
func (a Start) String() string   { return "start " + a.Node.Name }
func (a Stop) String() string    { return "stop " + a.Node.Name }
func (a Restart) String() string { return "restart " + a.Node.Name }
func (a Remove) String() string  { return "remove " + a.Node.Name }
