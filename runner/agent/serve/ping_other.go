//go:build !linux

package serve

import "net/netip"

// dialEcho is for Linux, where every agent runs.
func dialEcho(netip.Addr) (echoConn, error) { return nil, errNoEchoSocket }
