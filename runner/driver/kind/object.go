package kind

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/util/jsonpath"

	"github.com/dnslab/dnslab/runner/agent"
)

// objects is the place at which the API server is asked: what it says to GET is
// a file there.
func (c *cluster) objects() io.ReadWriteCloser {
	return agent.Files(func(ctx context.Context, file agent.File) (string, error) {
		text, err := c.core.RESTClient().Get().RequestURI(file.Path).DoRaw(ctx)
		switch {
		case apierrors.IsNotFound(err):
			return "", fmt.Errorf("%s: %w", file.Path, fs.ErrNotExist)
		case err != nil:
			return "", fmt.Errorf("reading %s of the API server: %w", file.Path, err)
		case file.Field == "":
			return string(text), nil
		}
		return read(text, file.Field)
	})
}

// read is what a template finds in an object, as kubectl writes it.
func read(object []byte, template string) (string, error) {
	path := jsonpath.New("field").AllowMissingKeys(true)
	if err := path.Parse(template); err != nil {
		return "", fmt.Errorf("reading the template %q: %w", template, err)
	}
	var o any
	if err := json.Unmarshal(object, &o); err != nil {
		return "", fmt.Errorf("looking for %q in what is no object: %w", template, err)
	}
	var out bytes.Buffer
	if err := path.Execute(&out, o); err != nil {
		return "", fmt.Errorf("looking for %q: %w", template, err)
	}
	return out.String(), nil
}
