package agent

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"

	"github.com/dnslab/dnslab/results"
)

// Files returns a stream on which something answers as an agent does that can
// read files and nothing else. What is not there, read says with an error that
// wraps [fs.ErrNotExist]. It goes on until the stream is closed.
func Files(read func(ctx context.Context, file File) (string, error)) io.ReadWriteCloser {
	ours, theirs := net.Pipe()
	go func() {
		defer theirs.Close()
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		lines := bufio.NewReader(theirs)
		for {
			line, err := lines.ReadBytes('\n')
			if err != nil {
				return
			}
			var r Request
			if json.Unmarshal(line, &r) != nil {
				continue // the client begins with an empty line
			}
			if json.NewEncoder(theirs).Encode(r.files(ctx, read)) != nil {
				return
			}
		}
	}()
	return ours
}

// files answers a request.
func (r Request) files(ctx context.Context, read func(context.Context, File) (string, error)) Response {
	resp := Response{ID: r.ID, Version: Version, Observed: map[string]results.Observation{}}
	if len(r.Acts) > 0 {
		resp.Error = "there is nothing to be done here, only to be read"
		return resp
	}
	for name, q := range r.Asks {
		if q.File == nil {
			resp.Error = fmt.Sprintf("asking %q: there are only files here", name)
			return resp
		}
		o := results.Observation{Kind: results.KindFile, Outcome: results.Value}
		text, err := read(ctx, *q.File)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			o.Outcome, o.Detail = results.NotFound, err.Error()
		case err != nil:
			resp.Error = err.Error()
			return resp
		default:
			o.Text = &text
		}
		resp.Observed[name] = o
	}
	return resp
}
