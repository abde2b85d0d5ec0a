package frames

import (
	"encoding/binary"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// frame is one of the engine's: 1 is standard output, 2 standard error.
func frame(kind byte, text string) string {
	head := make([]byte, 8)
	head[0] = kind
	binary.BigEndian.PutUint32(head[4:], uint32(len(text)))
	return string(head) + text
}

// What an agent says arrives as it was said, however the engine cut it up;
// what it says on standard error is the end.
func TestReader(t *testing.T) {
	long := strings.Repeat("x", 100_000)
	for _, tt := range []struct {
		name, came, want string
		err              string // "" is the end of the stream
	}{
		{"nothing", "", "", ""},
		{"one frame", frame(1, "hello\n"), "hello\n", ""},
		{"a line in pieces", frame(1, "hel") + frame(1, "") + frame(1, "lo\n"), "hello\n", ""},
		{"larger than any buffer", frame(1, long), long, ""},
		{"it gave up", frame(1, "hello\n") + frame(2, "panic: oh no\n") + frame(1, "more"), "hello\n", "the agent gave up: panic: oh no"},
		{"it gave up at length", frame(2, long), "", "the agent gave up: x"},
		{"cut off in a frame", frame(1, "hello\n")[:12], "hell", "unexpected EOF"},
		{"cut off in a head", frame(1, "hello\n") + "\x01\x00\x00", "hello\n", "unexpected EOF"},
	} {
		for how, reader := range map[string]io.Reader{
			"at once": strings.NewReader(tt.came), "octet by octet": iotest.OneByteReader(strings.NewReader(tt.came)),
		} {
			t.Run(tt.name+", "+how, func(t *testing.T) {
				got, err := io.ReadAll(NewReader(reader))
				if string(got) != tt.want {
					t.Errorf("got %.40q, want %.40q", got, tt.want)
				}
				switch {
				case tt.err == "" && err != nil, tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)):
					t.Errorf("error %v, want %q", err, tt.err)
				case err != nil && len(err.Error()) > 5000:
					t.Errorf("the error has %d octets", len(err.Error()))
				}
			})
		}
	}
}
