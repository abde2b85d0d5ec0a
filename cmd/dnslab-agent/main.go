// Command dnslab-agent is the program that dnslab starts at every place.
package main

import (
	"os"

	"github.com/dnslab/dnslab/runner/agent/serve"
)

func main() { os.Exit(serve.Main(os.Args[1:])) }
