package podman

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"

	"github.com/dnslab/dnslab/runner/driver/internal/frames"
)

// A line is the attachment to a container's standard input and output. Podman
// closes the input of a container for good when whoever is attached to it
// leaves (conmon without --leave-stdin-open), so a line is held for as long as
// the container runs, and lent to one caller after another.
type line struct {
	conn io.ReadWriteCloser

	mu      sync.Mutex
	news    sync.Cond    // something was said, or the line was lost, or given back
	said    bytes.Buffer // and not heard yet, to whoever has the line
	lent    *loan        // nil where nobody has it
	partial bool         // what was said last is not the end of a line of text
	skip    bool         // what is said up to its end belongs to a caller before
	lost    error        // why there is nothing more to hear
}

// attach opens the line of a container that runs.
func (a *api) attach(ctx context.Context, id string) (*line, error) {
	c := post("containers", id, "attach")
	c.query = url.Values{"stdin": {"true"}, "stdout": {"true"}, "stderr": {"true"}, "stream": {"true"}}
	c.header = http.Header{"Connection": {"Upgrade"}, "Upgrade": {"tcp"}}
	res, err := a.send(ctx, c)
	if err != nil {
		return nil, err
	}
	conn, ok := res.Body.(io.ReadWriteCloser)
	if !ok {
		res.Body.Close()
		return nil, fmt.Errorf("the service answered %q instead of switching to a stream", res.Status)
	}
	return newLine(conn), nil
}

func newLine(conn io.ReadWriteCloser) *line {
	l := &line{conn: conn}
	l.news.L = &l.mu
	go l.listen()
	return l
}

// listen takes in all that is said, so that the engine never waits for a caller.
func (l *line) listen() {
	in := frames.NewReader(l.conn)
	buf := make([]byte, 32<<10)
	for {
		n, err := in.Read(buf)
		l.mu.Lock()
		l.hear(buf[:n])
		l.lost = err
		l.news.Broadcast()
		l.mu.Unlock()
		if err != nil {
			l.conn.Close()
			return
		}
	}
}

func (l *line) hear(text []byte) {
	if l.skip {
		end := bytes.IndexByte(text, '\n')
		if end < 0 {
			return
		}
		text, l.skip = text[end+1:], false
		l.partial = false
	}
	if len(text) == 0 {
		return
	}
	l.partial = text[len(text)-1] != '\n'
	if l.lent != nil {
		l.said.Write(text)
	}
}

// lend gives the line to a caller, as soon as nobody else has it.
func (l *line) lend(ctx context.Context) (*loan, error) {
	defer context.AfterFunc(ctx, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.news.Broadcast()
	})()
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.lent != nil && l.lost == nil {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		l.news.Wait()
	}
	if l.lost != nil {
		return nil, l.lost
	}
	l.lent, l.skip = &loan{l}, l.partial
	return l.lent, nil
}

func (l *line) alive() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lost == nil
}

// hangUp ends the line, and with it the container's standard input.
func (l *line) hangUp() { l.conn.Close() }

// A loan is a line in the hands of a caller, until it closes it.
type loan struct{ line *line }

func (c *loan) Read(p []byte) (int, error) {
	l := c.line
	l.mu.Lock()
	defer l.mu.Unlock()
	for {
		switch {
		case l.lent != c:
			return 0, io.ErrClosedPipe
		case l.said.Len() > 0:
			return l.said.Read(p)
		case l.lost != nil:
			return 0, l.lost
		}
		l.news.Wait()
	}
}

func (c *loan) Write(p []byte) (int, error) {
	l := c.line
	l.mu.Lock()
	mine := l.lent == c
	l.mu.Unlock()
	if !mine {
		return 0, io.ErrClosedPipe
	}
	return l.conn.Write(p)
}

// Close gives the line back.
func (c *loan) Close() error {
	l := c.line
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lent == c {
		l.lent = nil
		l.said.Reset()
		l.news.Broadcast()
	}
	return nil
}
