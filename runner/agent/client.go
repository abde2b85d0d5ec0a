package agent

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"sync"
)

// A Client talks to one agent over its stream. It may be used by several
// goroutines; requests travel one after another.
type Client struct {
	mu     sync.Mutex
	stream io.ReadWriteCloser
	lines  *bufio.Reader
	last   int
	broken error
}

// NewClient returns a client that owns stream.
func NewClient(stream io.ReadWriteCloser) *Client {
	c := &Client{stream: stream, lines: bufio.NewReaderSize(stream, 64<<10)}
	c.last = rand.IntN(1 << 30) // so that an answer to a client before this one is not taken for one to this
	return c
}

// Do sends r and waits for its response. If ctx ends before, the stream is
// closed and the client is of no more use.
func (c *Client) Do(ctx context.Context, r Request) (Response, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.broken != nil {
		return Response{}, c.broken
	}
	stop := context.AfterFunc(ctx, func() { c.stream.Close() })
	defer stop()
	c.last++
	r.ID = c.last
	resp, err := c.exchange(r)
	if err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		c.broken = fmt.Errorf("asking the agent: %w", err)
		c.stream.Close()
		return Response{}, c.broken
	}
	if resp.Error != "" {
		return resp, fmt.Errorf("the agent said: %s", resp.Error)
	}
	return resp, nil
}

// Broken tells whether the stream is of no more use.
func (c *Client) Broken() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.broken != nil
}

// Close closes the stream.
func (c *Client) Close() error { return c.stream.Close() }

func (c *Client) exchange(r Request) (Response, error) {
	line, err := json.Marshal(r)
	if err != nil {
		return Response{}, err
	}
	// A client before this one may have been cut off in the middle of a line.
	if _, err := c.stream.Write(slices.Concat([]byte("\n"), line, []byte("\n"))); err != nil {
		return Response{}, err
	}
	for {
		line, err := c.lines.ReadBytes('\n')
		if err != nil {
			return Response{}, err
		}
		var resp Response
		if err := json.Unmarshal(line, &resp); err != nil {
			return Response{}, fmt.Errorf("reading %.80q: %w", line, err)
		}
		switch {
		case resp.Version != Version:
			return Response{}, fmt.Errorf("it speaks version %d of the protocol, not %d", resp.Version, Version)
		case resp.ID == r.ID:
			return resp, nil
		} // an answer to a question of a client before this one
	}
}
