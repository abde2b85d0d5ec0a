package main

import (
	"os"

	"github.com/dnslab/dnslab/runner/agent/binary"
	"github.com/dnslab/dnslab/runner/agent/serve"
)

// beAgent ends the program as the agent where it was called as one. A dnslab
// that carries no agent puts itself into containers of its own platform.
func beAgent(args []string) {
	if len(args) > 0 && args[0] == "agent" {
		os.Exit(serve.Main(args[1:]))
	}
	binary.SelfServes()
}
