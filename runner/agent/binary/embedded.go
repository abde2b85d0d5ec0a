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

// embedded returns the agent that a release build carries.
func embedded(goos, goarch string) (Program, error) {
	program, err := unpack(folder, "agent", goos, goarch)
	if err != nil {
		return Program{}, err
	}
	return static(program), nil
}

// unpack returns the program called name.
func unpack(from fs.FS, name, goos, goarch string) ([]byte, error) {
	name = fmt.Sprintf("embedded/%s-%s-%s.gz", name, goos, goarch)
	packed, err := fs.ReadFile(from, name)
	if err != nil {
		return nil, errNotHere
	}
	zr, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("unpacking %q: %w", name, err)
	}
	program, err := io.ReadAll(zr)
	if err != nil {
		return nil, fmt.Errorf("unpacking %q: %w", name, err)
	}
	return program, nil
}
