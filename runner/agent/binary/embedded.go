package binary

import (
	"bytes"
	"compress/gzip"
	"embed"
	"fmt"
	"io"
	"io/fs"
)

//go:embed embedded
var folder embed.FS

// embedded returns what a release build carries.
func embedded(goos, goarch string) (Program, error) { return unpack(folder, goos, goarch) }

func unpack(from fs.FS, goos, goarch string) (Program, error) {
	name := fmt.Sprintf("embedded/agent-%s-%s.gz", goos, goarch)
	packed, err := fs.ReadFile(from, name)
	if err != nil {
		return Program{}, errNotHere
	}
	zr, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return Program{}, fmt.Errorf("unpacking %q: %w", name, err)
	}
	program, err := io.ReadAll(zr)
	if err != nil {
		return Program{}, fmt.Errorf("unpacking %q: %w", name, err)
	}
	return static(program), nil
}
