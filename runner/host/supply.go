package host

import (
	"context"
	"fmt"
	"io"

	"github.com/dnslab/dnslab/images"
	"github.com/dnslab/dnslab/runner/driver"
)

// A saver gives images away as archives that "docker load" reads.
type saver interface {
	Save(ctx context.Context, ref string) (io.ReadCloser, error)
}

// Supply hands images of the engine outside to engines on lab hosts: what is
// made once is had by all. Say is as in [images.Ensure].
func Supply(out Outside, say func(string)) driver.Supply {
	return func(ctx context.Context, name string) (string, func(context.Context) (io.ReadCloser, error), error) {
		e := out.Images()
		from, ok := e.(saver)
		if !ok {
			return "", nil, fmt.Errorf("the engine outside cannot save images")
		}
		ref, err := images.Ensure(ctx, e, name, say)
		return ref, func(ctx context.Context) (io.ReadCloser, error) { return from.Save(ctx, ref) }, err
	}
}
