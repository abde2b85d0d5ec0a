// Package agent is what both ends of an agent's one stream agree on.
//
// An agent is a static program that a driver starts in a container or in a
// namespace. Whoever dials it writes one [Request] a line and reads one
// [Response] a line, as JSON. A request holds all that is to be done and asked
// at that place in one step, so a step costs one round trip for each place:
//
//	c := agent.NewClient(stream)
//	resp, err := c.Do(ctx, agent.Request{Asks: map[string]agent.Ask{
//		"answer": {Wire: &agent.Wire{Name: "web.", Type: "A"}},
//	}})
//
// The agent's own side is in the folder serve, its program in cmd/dnslab-agent.
package agent
