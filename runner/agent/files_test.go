package agent

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/dnslab/dnslab/results"
)

// Whoever has only files answers for those, says of others that they are not
// there, and does nothing.
func TestFiles(t *testing.T) {
	broken := errors.New("the server is gone")
	c := NewClient(Files(func(_ context.Context, f File) (string, error) {
		switch f.Path {
		case "/there":
			return "text " + f.Field, nil
		case "/broken":
			return "", broken
		}
		return "", fmt.Errorf("%s: %w", f.Path, fs.ErrNotExist)
	}))
	defer c.Close()
	resp, err := c.Do(t.Context(), Request{Asks: map[string]Ask{
		"there":  {File: &File{Path: "/there", Field: "{.x}"}},
		"absent": {File: &File{Path: "/absent"}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if o := resp.Observed["there"]; o.Outcome != results.Value || o.Text == nil || *o.Text != "text {.x}" {
		t.Errorf("what is there: %+v", o)
	}
	if o := resp.Observed["absent"]; o.Outcome != results.NotFound || o.Text != nil {
		t.Errorf("what is not there: %+v", o)
	}
	for want, r := range map[string]Request{
		broken.Error():           {Asks: map[string]Ask{"broken": {File: &File{Path: "/broken"}}}},
		"there are only files":   {Asks: map[string]Ask{"log": {Log: &struct{}{}}}},
		"there is nothing to be": {Acts: []Act{{Write: &Write{Path: "/there"}}}},
	} {
		if _, err := c.Do(t.Context(), r); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", r, err, want)
		}
	}
}
