package main

import (
	"slices"
	"testing"
)

// A runtime stands for its images, each of which is built once.
func TestImagesOf(t *testing.T) {
	got := imagesOf([]string{"kind", "docker-26.1", "host-trixie", "musl", "docker"})
	if want := []string{"host-trixie", "kind-node-1.34", "musl", "docker"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if err := imageNames(nil, got); err == nil {
		t.Error(`the user's own "docker" has an image`)
	}
}
