package podman

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"testing"
	"testing/synctest"
)

// An engine is the other end of a line.
type engine struct{ net.Conn }

func (e engine) say(t *testing.T, text string) {
	t.Helper()
	head := make([]byte, 8)
	head[0] = 1
	binary.BigEndian.PutUint32(head[4:], uint32(len(text)))
	if _, err := e.Write(append(head, text...)); err != nil {
		t.Error(err)
	}
	synctest.Wait()
}

func connected(t *testing.T) (*line, engine) {
	here, there := net.Pipe()
	l := newLine(here)
	t.Cleanup(func() { there.Close() })
	return l, engine{there}
}

// Whoever has the line hears what was said since, line by line, however much
// of it is said before he listens; what a caller before did not wait for is
// not for him.
func TestLineLent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, engine := connected(t)
		engine.say(t, "to nobody\n")
		first, err := l.lend(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		engine.say(t, "one\n")
		engine.say(t, "two\nthr")
		heard := bufio.NewReader(first)
		for _, want := range []string{"one\n", "two\n"} {
			if got, err := heard.ReadString('\n'); got != want || err != nil {
				t.Errorf("the first heard %q (%v), want %q", got, err, want)
			}
		}
		first.Close()
		second, err := l.lend(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		engine.say(t, "ee")
		engine.say(t, "\nfour\n")
		if got, err := bufio.NewReader(second).ReadString('\n'); got != "four\n" || err != nil {
			t.Errorf("the second heard %q (%v)", got, err)
		}
		if _, err := first.Write([]byte("x")); !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("who gave the line back says something: %v", err)
		}
		if _, err := first.Read(make([]byte, 1)); !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("who gave the line back hears something: %v", err)
		}
		first.Close() // once more takes it from nobody
		go second.Write([]byte("hello"))
		buf := make([]byte, 5)
		if _, err := io.ReadFull(engine, buf); err != nil || string(buf) != "hello" {
			t.Errorf("the engine heard %q (%v)", buf, err)
		}
	})
}

// A line has one caller at a time: the next one waits, until it gives up.
func TestLineTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, _ := connected(t)
		first, _ := l.lend(t.Context())
		ctx, cancel := context.WithCancel(t.Context())
		why := make(chan error)
		go func() { _, err := l.lend(ctx); why <- err }()
		synctest.Wait()
		cancel()
		if err := <-why; !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
		got := make(chan *loan)
		go func() { second, _ := l.lend(t.Context()); got <- second }()
		synctest.Wait()
		first.Close()
		if <-got == nil {
			t.Error("the line was given back, and nobody got it")
		}
	})
}

// Who has a line that is lost hears of it, and so does who asks for it.
func TestLineLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, engine := connected(t)
		c, _ := l.lend(t.Context())
		engine.say(t, "last")
		engine.Close()
		if text, err := io.ReadAll(c); string(text) != "last" || err != nil {
			t.Errorf("heard %q (%v)", text, err)
		}
		synctest.Wait()
		if l.alive() {
			t.Error("a lost line is said to live")
		}
		if _, err := l.lend(t.Context()); !errors.Is(err, io.EOF) {
			t.Errorf("asked for a lost line: %v", err)
		}
	})
}
