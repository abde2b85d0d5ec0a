// Package serve is the agent's own side of its stream: it does what a
// [agent.Request] wants done, asks what it wants asked, and says what it saw.
//
//	err := serve.Run(os.Stdin, os.Stdout)
//
// An agent holds no socket between two questions but those of the DNS server
// that an [agent.Serve] starts, and it leaves itself out of what it reports.
// It tells apart what a careless look-up lumps together: silence, a closed
// port, no way to get there, octets that are no DNS message, and an answer.
// What it could not ask or do at all is an error of the response instead.
package serve
