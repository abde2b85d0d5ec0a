package host_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"testing"

	"github.com/moby/moby/client"
)

// From the image to the engine's first answer, and away again.
func BenchmarkUp(b *testing.B) {
	for _, name := range tried() {
		b.Run(name, func(b *testing.B) {
			out := outside(b)
			out.up(b, name).Close(context.Background()) // makes the image
			for b.Loop() {
				h := out.up(b, name)
				b.StopTimer()
				if err := h.Close(context.Background()); err != nil {
					b.Error(err)
				}
				b.StartTimer()
			}
		})
	}
}

// One request to an engine, through the socket here and at its own, with a
// connection for each and with one that is kept.
func BenchmarkPing(b *testing.B) {
	out := outside(b)
	h := out.up(b, "docker-26.1")
	sockets := map[string]string{"through": h.Socket()}
	if own, err := ownSocket(b.Context(), out, h.Container(), "/run/docker.sock"); err == nil {
		sockets["own"] = own
	} else {
		b.Logf("its own socket is out of reach: %v", err)
	}
	for _, way := range []string{"own", "through"} {
		for _, kept := range []bool{false, true} {
			if sockets[way] == "" {
				continue
			}
			b.Run(fmt.Sprintf("%s/kept=%v", way, kept), func(b *testing.B) {
				t := &http.Transport{DialContext: dialer(sockets[way]), DisableKeepAlives: !kept}
				defer t.CloseIdleConnections()
				c := http.Client{Transport: t}
				for b.Loop() {
					res, err := c.Get("http://engine/_ping")
					if err != nil {
						b.Fatal(err)
					}
					res.Body.Close()
				}
			})
		}
	}
}

// ownSocket is a path to a socket in a container, where this process may look
// into it.
func ownSocket(ctx context.Context, out bench, container, path string) (string, error) {
	res, err := out.API().ContainerInspect(ctx, container, client.ContainerInspectOptions{})
	if err != nil {
		return "", err
	}
	path = fmt.Sprintf("/proc/%d/root%s", res.Container.State.Pid, path)
	c, err := net.Dial("unix", path)
	if err != nil {
		return "", err
	}
	return path, c.Close()
}
