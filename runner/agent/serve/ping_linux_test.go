package serve

import (
	"net/netip"
	"testing"
	"time"
)

// Where no raw socket can be had, one for pings alone does the same.
func TestPingWithoutRawSockets(t *testing.T) {
	for _, to := range []string{"127.0.0.1", "::1"} {
		conn, err := dialPing(netip.MustParseAddr(to))
		if err != nil { // ping_group_range says who may, and IPv6 may be off
			t.Logf("%s: %v", to, err)
			continue
		}
		defer conn.Close()
		if err := echo(conn, netip.MustParseAddr(to), time.Now().Add(long*time.Millisecond)); err != nil {
			t.Errorf("%s: %v", to, err)
		}
	}
}
