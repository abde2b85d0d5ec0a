//go:build !linux

package serve

import (
	"errors"
	"net/netip"
)

var errRedirected = errors.New("redirected")

// dialEcho is for Linux, where every agent runs.
func dialEcho(netip.Addr) (echoConn, error) { return nil, errNoEchoSocket }
