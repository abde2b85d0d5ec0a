package serve

import (
	"context"
	"errors"
	"os"

	"github.com/dnslab/dnslab/runner/agent/door"
)

// serveDoor joins standard input and output to a unix socket or a TCP port;
// see package door.
func serveDoor(ctx context.Context, address string) error {
	return door.Serve(ctx, stdio{os.Stdin, os.Stdout}, address)
}

// stdio is standard input and output as one stream.
type stdio struct{ in, out *os.File }

func (s stdio) Read(p []byte) (int, error)  { return s.in.Read(p) }
func (s stdio) Write(p []byte) (int, error) { return s.out.Write(p) }
func (s stdio) Close() error                { return errors.Join(s.in.Close(), s.out.Close()) }
