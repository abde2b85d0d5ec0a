package kind

import (
	"context"
	"fmt"
	"io"
	"io/fs"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/dnslab/dnslab/runner/agent"
)

// objects is the place at which the API server is asked: what it says to GET is
// a file there.
func (c *cluster) objects() io.ReadWriteCloser {
	return agent.Files(func(ctx context.Context, path string) (string, error) {
		text, err := c.core.RESTClient().Get().RequestURI(path).DoRaw(ctx)
		switch {
		case apierrors.IsNotFound(err):
			return "", fmt.Errorf("%s: %w", path, fs.ErrNotExist)
		case err != nil:
			return "", fmt.Errorf("reading %s of the API server: %w", path, err)
		}
		return string(text), nil
	})
}
