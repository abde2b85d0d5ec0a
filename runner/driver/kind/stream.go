package kind

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"k8s.io/client-go/tools/remotecommand"
)

// A stream is the input and output of a process in a pod. Its last read has
// what the process wrote to standard error, as an error: an agent writes there
// only when it gives up.
type stream struct {
	io.Reader
	io.Writer
	hangUp context.CancelFunc
}

// newStream begins to talk. It goes on when ctx has ended, until it is closed.
func newStream(ctx context.Context, to remotecommand.Executor) *stream {
	ctx, hangUp := context.WithCancel(context.WithoutCancel(ctx))
	in, say := io.Pipe()
	hear, out := io.Pipe()
	go func() {
		var complaint bytes.Buffer
		err := to.StreamWithContext(ctx, remotecommand.StreamOptions{Stdin: in, Stdout: out, Stderr: &complaint})
		if said := strings.TrimSpace(complaint.String()); said != "" {
			err = fmt.Errorf("the agent gave up: %s", said)
		}
		if err == nil || errors.Is(err, context.Canceled) {
			err = io.EOF
		}
		say.Close()
		out.CloseWithError(err)
	}()
	// client-go prints what goes wrong with our ends of the pipes, so the one
	// ends in order, and the other is read to its end.
	context.AfterFunc(ctx, func() {
		say.Close()
		io.Copy(io.Discard, hear)
	})
	return &stream{hear, say, hangUp}
}

func (s *stream) Close() error {
	s.hangUp()
	return nil
}
