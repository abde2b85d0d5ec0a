// Package frames reads what a container without a terminal says to whoever is
// attached to it.
package frames

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
)

// A Reader gives back what was said. It comes in frames of a type, three
// zeros and a length (Docker Engine API, "Attach to a container"; Podman does
// the same). Standard error ends the stream: an agent writes there only when it gives up.
type Reader struct {
	in   *bufio.Reader
	left int64 // octets of the current frame
}

// NewReader reads frames from in.
func NewReader(in io.Reader) *Reader { return &Reader{in: bufio.NewReader(in)} }

func (r *Reader) Read(p []byte) (int, error) {
	for r.left == 0 {
		var head [8]byte
		if _, err := io.ReadFull(r.in, head[:]); err != nil {
			return 0, err
		}
		r.left = int64(binary.BigEndian.Uint32(head[4:]))
		if head[0] == 2 {
			text, _ := io.ReadAll(io.LimitReader(r.in, min(r.left, 4<<10)))
			return 0, fmt.Errorf("the agent gave up: %s", strings.TrimSpace(string(text)))
		}
	}
	n, err := r.in.Read(p[:min(int64(len(p)), r.left)])
	r.left -= int64(n)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF // in the middle of a frame
	}
	return n, err
}
