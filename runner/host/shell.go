package host

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/moby/moby/client"
	"golang.org/x/term"
)

// Shell runs a shell beside the engine, as the user that the engine runs as,
// and returns its exit status. From a terminal it is a prompt; otherwise it
// runs what in has.
func (h *Host) Shell(ctx context.Context, in, out, complaint *os.File) (status int, err error) {
	c := h.asUser([]string{"/bin/bash"})
	if !term.IsTerminal(int(in.Fd())) {
		return h.stream(ctx, c, in, out, complaint)
	}
	c.env = append(c.env, "TERM="+os.Getenv("TERM"))
	return h.prompt(ctx, c, in, out)
}

// prompt runs a command in a terminal of its own, which is shown on this one.
func (h *Host) prompt(ctx context.Context, c command, in, out *os.File) (int, error) {
	// What is typed goes to the host as it is, an interrupt too.
	before, err := term.MakeRaw(int(in.Fd()))
	if err != nil {
		return 0, err
	}
	defer term.Restore(int(in.Fd()), before)
	conn, id, err := h.attach(ctx, c, true)
	if err != nil {
		return 0, fmt.Errorf("running %q in the lab host %q: %w", c.args[0], h.Name, err)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, conn.Close)()
	resized := make(chan os.Signal, 1)
	signal.Notify(resized, resizeSignals...)
	defer signal.Stop(resized)
	fit := func() {
		if width, height, err := term.GetSize(int(out.Fd())); err == nil {
			h.out.API().ExecResize(ctx, id, client.ExecResizeOptions{Width: uint(width), Height: uint(height)})
		}
	}
	fit()
	ended := make(chan error, 1)
	go io.Copy(conn.Conn, in) // it ends with the process: nothing else ends a read of a terminal
	go func() {
		_, err := io.Copy(out, conn.Reader)
		ended <- err
	}()
	for {
		select {
		case <-resized:
			fit()
		case err := <-ended:
			if ctx.Err() != nil {
				return 0, context.Cause(ctx)
			}
			if err != nil {
				return 0, err
			}
			return h.status(ctx, id)
		}
	}
}
