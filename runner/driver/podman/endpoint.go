package podman

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/containers/podman/v5/pkg/bindings"
)

// dial connects to the service at a unix socket or, where socket is empty, to
// the user's own.
func dial(ctx context.Context, socket string) (*api, error) {
	if socket != "" {
		return dialSocket(ctx, socket)
	}
	if host := os.Getenv("CONTAINER_HOST"); host != "" {
		return dialURI(ctx, connection{URI: host})
	}
	name := os.Getenv("CONTAINER_CONNECTION")
	if name != "" || runtime.GOOS != "linux" { // elsewhere the podman command has no engine of its own
		c, err := findConnection(name)
		if err != nil {
			return nil, err
		}
		return dialURI(ctx, c)
	}
	var first error
	for _, socket := range ownSockets() {
		a, err := dialSocket(ctx, socket)
		if err == nil {
			return a, nil
		}
		first = cmp.Or(first, err)
	}
	start := "systemctl --user start podman.socket"
	if os.Getuid() == 0 {
		start = "systemctl start podman.socket"
	}
	return nil, fmt.Errorf("%w (%s)", first, start)
}

// ownSockets are where systemd listens for the user's and for the system's
// service (podman.socket), the caller's own first.
func ownSockets() []string {
	system := "/run/podman/podman.sock"
	dir := os.Getenv("XDG_RUNTIME_DIR")
	if dir == "" {
		dir = fmt.Sprintf("/run/user/%d", os.Getuid())
	}
	user := filepath.Join(dir, "podman/podman.sock")
	if os.Getuid() == 0 {
		return []string{system, user}
	}
	return []string{user, system}
}

func dialSocket(ctx context.Context, socket string) (*api, error) {
	conn := &bindings.Connection{URI: &url.URL{Scheme: "unix", Path: socket}}
	// As bindings.NewConnection does, which refuses services before 4.0.
	conn.Client = &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", socket)
		},
		DisableCompression: true,
	}}
	return hello(ctx, conn, "no Podman service answers at "+socket)
}

func dialURI(ctx context.Context, c connection) (*api, error) {
	if path, ok := strings.CutPrefix(c.URI, "unix://"); ok {
		return dialSocket(ctx, path)
	}
	with, err := bindings.NewConnectionWithOptions(ctx, bindings.Options{URI: c.URI, Identity: c.Identity, Machine: c.IsMachine})
	if err != nil {
		return nil, fmt.Errorf("connecting to %q: %w", c.URI, err)
	}
	conn, err := bindings.GetClient(with)
	if err != nil {
		return nil, err
	}
	return hello(ctx, conn, "no Podman service answers at "+c.URI)
}

func hello(ctx context.Context, conn *bindings.Connection, otherwise string) (a *api, err error) {
	a = newAPI(conn)
	if a.speak, err = a.ping(ctx); err != nil {
		if e := (*url.Error)(nil); errors.As(err, &e) {
			err = e.Err // without the address of a request that nobody made
		}
		return nil, fmt.Errorf("%s: %w", otherwise, because(ctx, err))
	}
	return a, nil
}

// A connection is one of those that "podman system connection list" shows.
type connection struct {
	URI       string
	Identity  string
	IsMachine bool
}

// findConnection reads what "podman system connection" keeps since 5.0
// (containers/common pkg/config/connections.go). An empty name is the default.
func findConnection(name string) (connection, error) {
	dir, err := os.UserConfigDir()
	if runtime.GOOS != "windows" { // on macOS too
		if dir = os.Getenv("XDG_CONFIG_HOME"); dir == "" {
			var home string
			home, err = os.UserHomeDir()
			dir = filepath.Join(home, ".config")
		}
	}
	if err != nil {
		return connection{}, fmt.Errorf("looking for Podman's connections: %w", err)
	}
	path := filepath.Join(dir, "containers/podman-connections.json")
	text, err := os.ReadFile(path)
	if err != nil {
		return connection{}, fmt.Errorf("looking for Podman's connections: %w (CONTAINER_HOST names a service too)", err)
	}
	var file struct {
		Connection struct {
			Default     string
			Connections map[string]connection
		}
	}
	if err := json.Unmarshal(text, &file); err != nil {
		return connection{}, fmt.Errorf("reading %q: %w", path, err)
	}
	if name == "" {
		name = file.Connection.Default
	}
	c, ok := file.Connection.Connections[name]
	if !ok {
		return connection{}, fmt.Errorf("%s has no connection %q: podman system connection list shows all", path, name)
	}
	return c, nil
}
