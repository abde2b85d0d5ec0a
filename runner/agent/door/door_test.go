package door_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"io"
	"net"
	"path/filepath"
	"sync"
	"testing"

	"github.com/dnslab/dnslab/runner/agent/door"
)

// lead returns a socket that leads to another, over one pipe.
func lead(t *testing.T) (near, far string, d *door.Door) {
	dir := t.TempDir()
	near, far = filepath.Join(dir, "near"), filepath.Join(dir, "far")
	here, there := net.Pipe()
	go door.Serve(t.Context(), there, far)
	d, err := door.Open(here)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", near)
	if err != nil {
		t.Fatal(err)
	}
	go d.Lead(l)
	t.Cleanup(func() { l.Close(); d.Close() })
	return near, far, d
}

// serve answers each connection, when it has read all, with what it read.
func serve(t *testing.T, socket string) {
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	answer(t, l)
}

func answer(t *testing.T, l net.Listener) {
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				all, _ := io.ReadAll(c)
				c.Write(all)
			}()
		}
	}()
}

func dial(t *testing.T, socket string) *net.UnixConn {
	t.Helper()
	c, err := net.Dial("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c.(*net.UnixConn)
}

// An answer that comes after the end of the question arrives, on many
// connections at once, larger than any window, and also if the far side
// begins to listen later.
func TestHalfClose(t *testing.T) {
	near, far, _ := lead(t)
	question := make([]byte, 9<<20)
	rand.Read(question)
	var all sync.WaitGroup
	for range 5 {
		c := dial(t, near)
		all.Go(func() {
			if _, err := c.Write(question); err != nil {
				t.Error(err)
			}
			c.CloseWrite()
		})
		all.Go(func() {
			if answer, err := io.ReadAll(c); err != nil || !bytes.Equal(answer, question) {
				t.Errorf("%d octets came back, %v", len(answer), err)
			}
		})
	}
	serve(t, far)
	all.Wait()
}

// A far side that has gone away ends the connections, and not the door.
func TestNobodyListens(t *testing.T) {
	near, far, _ := lead(t)
	l, err := net.Listen("unix", far)
	if err != nil {
		t.Fatal(err)
	}
	c := dial(t, near)
	there, err := l.Accept() // that somebody listens was asked by a connection
	if err == nil {
		there, err = l.Accept()
	}
	if err != nil {
		t.Fatal(err)
	}
	there.Close()
	l.Close()
	if n, err := c.Read(make([]byte, 1)); n != 0 || err == nil {
		t.Errorf("it read %d octets, %v", n, err)
	}
	if n, err := dial(t, near).Read(make([]byte, 1)); n != 0 || err == nil {
		t.Errorf("with nobody there it read %d octets, %v", n, err)
	}
	serve(t, far)
	c = dial(t, near)
	c.Write([]byte("x"))
	c.CloseWrite()
	if answer, err := io.ReadAll(c); err != nil || string(answer) != "x" {
		t.Errorf("then it read %q, %v", answer, err)
	}
}

// A TCP port is a far side too.
func TestPort(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	answer(t, l)
	here, there := net.Pipe()
	go door.Serve(t.Context(), there, l.Addr().String())
	d, err := door.Open(here)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	c, err := d.Dial()
	if err != nil {
		t.Fatal(err)
	}
	c.Write([]byte("x"))
	c.Close() // a half close
	if answer, err := io.ReadAll(c); err != nil || string(answer) != "x" {
		t.Errorf("it read %q, %v", answer, err)
	}
}

// When the stream ends, so does everything.
func TestStreamEnds(t *testing.T) {
	here, there := net.Pipe()
	served := make(chan error, 1)
	go func() { served <- door.Serve(context.Background(), there, filepath.Join(t.TempDir(), "nobody")) }()
	d, err := door.Open(here)
	if err != nil {
		t.Fatal(err)
	}
	d.Close()
	<-d.Closed()
	if err := <-served; err == nil {
		t.Error("nobody listened, and there is no error")
	}
	if _, err := d.Dial(); err == nil {
		t.Error("a closed door opens")
	}
}
