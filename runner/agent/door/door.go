// Package door carries many connections over one stream, such as the standard
// input and output of an agent: from here to a unix socket or a TCP port in a
// container, with no port between.
//
//	door.Serve(ctx, stdio, "/run/docker.sock")  // the agent's side; or "127.0.0.1:6443"
//	d, err := door.Open(stream)                 // this side
//	go d.Lead(listener)
//
// A half close of either end reaches the other, since "docker run -i" goes on
// to read when its input has ended.
package door

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/hashicorp/yamux"
)

// Serve opens a connection to address for each that comes out of the stream,
// until the stream ends. Before, it waits until somebody listens there. An
// address is the path of a unix socket, or a TCP address with its port.
func Serve(ctx context.Context, stream io.ReadWriteCloser, address string) error {
	session, err := yamux.Server(stream, config())
	if err != nil {
		return err
	}
	defer session.Close()
	if err := await(ctx, session, address); err != nil {
		return err
	}
	for {
		s, err := session.AcceptStream()
		if err != nil {
			return nil // the other side went away
		}
		go func() {
			c, err := dial(address)
			if err != nil {
				s.Close()
				return
			}
			join(c, s)
		}()
	}
}

// A conn is one whose halves can be closed one by one.
type conn interface {
	net.Conn
	CloseRead() error
	CloseWrite() error
}

func dial(address string) (conn, error) {
	network := "tcp"
	if strings.HasPrefix(address, "/") {
		network = "unix"
	}
	c, err := net.Dial(network, address)
	if err != nil {
		return nil, err
	}
	return c.(conn), nil
}

// await asks until somebody listens at address, or the other side went away.
func await(ctx context.Context, session *yamux.Session, address string) error {
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	for {
		c, err := dial(address)
		if err == nil {
			return c.Close()
		}
		if !errors.Is(err, syscall.ENOENT) && !errors.Is(err, syscall.ECONNREFUSED) {
			return err
		}
		select {
		case <-again.C:
		case <-session.CloseChan():
			return err
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// A Door is the near side of a stream that [Serve] is at the other end of.
type Door struct{ session *yamux.Session }

// Open returns a door that owns stream.
func Open(stream io.ReadWriteCloser) (*Door, error) {
	session, err := yamux.Client(stream, config())
	if err != nil {
		return nil, fmt.Errorf("opening a door: %w", err)
	}
	return &Door{session}, nil
}

// Dial opens one connection to the far address.
func (d *Door) Dial() (net.Conn, error) { return d.session.OpenStream() }

// Lead lets every connection to l through the door, until l or the door is
// closed. It closes l, so that nobody waits at a door that leads nowhere.
func (d *Door) Lead(l net.Listener) error {
	defer l.Close()
	led := make(chan struct{})
	defer close(led)
	go func() {
		select {
		case <-d.Closed():
			l.Close()
		case <-led:
		}
	}()
	for {
		c, err := l.Accept()
		if err != nil {
			return err
		}
		s, err := d.session.OpenStream()
		if err != nil {
			c.Close()
			return err
		}
		go join(c.(conn), s)
	}
}

// Closed is closed when the stream has ended.
func (d *Door) Closed() <-chan struct{} { return d.session.CloseChan() }

// Close ends all connections and the stream.
func (d *Door) Close() error { return d.session.Close() }

func config() *yamux.Config {
	c := yamux.DefaultConfig()
	c.MaxStreamWindowSize = 4 << 20 // images travel here
	c.LogOutput = io.Discard
	// The end of the stream is the end of it all; time says nothing on a busy
	// machine. Close is a half close, and the other half may go on for hours.
	c.EnableKeepAlive = false
	c.StreamOpenTimeout, c.StreamCloseTimeout = 0, 0
	c.ConnectionWriteTimeout = time.Hour
	return c
}

// join passes on what either side says until both have ended.
func join(c conn, s *yamux.Stream) {
	var both sync.WaitGroup
	both.Go(func() {
		_, err := io.Copy(s, c)
		s.Close()
		if err != nil {
			c.CloseRead()
		}
	})
	both.Go(func() {
		_, err := io.Copy(c, s)
		c.CloseWrite()
		if err != nil { // nobody is there to hear the rest
			c.Close()
		}
	})
	both.Wait()
	c.Close()
}
