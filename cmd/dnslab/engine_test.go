package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/moby/moby/client"
)

// patience bounds every wait of these tests. It is not a measure: nothing but
// a hang takes so long.
func patience() time.Duration {
	if soaking() {
		return 30 * time.Minute // for a run of all labs
	}
	return 3 * time.Minute
}

// soaking tells whether these tests may take hours, as at night.
func soaking() bool { return os.Getenv("DNSLAB_SOAK") != "" }

// engine returns where a Docker engine answers. The error is the reason to
// skip what needs one.
var engine = sync.OnceValues(func() (*url.URL, error) {
	host := os.Getenv("DOCKER_HOST")
	if host == "" {
		host = client.DefaultDockerHost
	}
	where, err := url.Parse(host)
	if err != nil {
		return nil, err
	}
	api, err := client.New(client.WithHost(host))
	if err != nil {
		return nil, err
	}
	defer api.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if _, err := api.Info(ctx, client.InfoOptions{}); err != nil { // one that has locked itself up answers a ping
		return nil, fmt.Errorf("no Docker engine answers at %s: %w", host, err)
	}
	return where, nil
})

// needEngine skips a test where no engine answers. Where one does, it has the
// images of nodes from then on: tests count the requests of a run, which are
// not the same where images are made on the way.
func needEngine(t *testing.T) *url.URL {
	t.Helper()
	where, err := engine()
	if err != nil {
		t.Skip(err)
	}
	stocked.Do(func() {
		out, err := exec.Command(program.path(t), "image", "build").CombinedOutput()
		if err != nil {
			t.Fatalf("building the images of nodes: %v: %s", err, out)
		}
		t.Logf("%s", out)
	})
	return where
}

var stocked sync.Once

// program is dnslab as a release is: with the agents in it, so that no run
// waits for a compiler.
var program built

type built struct {
	once sync.Once
	dir  string
	err  error
}

func (b *built) path(t *testing.T) string {
	t.Helper()
	b.once.Do(func() {
		if b.dir, b.err = os.MkdirTemp("", "dnslab-test-"); b.err != nil {
			return
		}
		if out, err := exec.Command("../../build/dnslab.sh", filepath.Join(b.dir, "dnslab")).CombinedOutput(); err != nil {
			b.err = fmt.Errorf("building dnslab: %w: %s", err, out)
		}
	})
	if b.err != nil {
		t.Fatal(b.err)
	}
	return filepath.Join(b.dir, "dnslab")
}

func (b *built) remove() {
	if b.dir != "" {
		os.RemoveAll(b.dir)
	}
}
